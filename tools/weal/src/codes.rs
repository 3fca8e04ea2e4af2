//! The codes of this program's own failures, 1200 to 1299. The gate has 1100 to 1199.
//!
//! A code is never given to another failure. Its page, which `weal explain` prints, is in
//! `explain/tool.md`.

use crate::outcome::Exit;

/// One kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The number after the `E`.
    pub number: u16,
    /// A short name, for tables and programs.
    pub name: &'static str,
    /// How the program ends.
    pub exit: Exit,
    /// What it means.
    pub doc: &'static str,
    /// What to do about it, where nothing more is known.
    pub remedy: &'static str,
}

macro_rules! codes {
    ($($number:literal $id:ident $name:literal $exit:ident { $doc:literal; $remedy:literal })*) => {
        $(
            #[doc = $doc]
            pub const $id: &Code = &Code {
                number: $number,
                name: $name,
                exit: Exit::$exit,
                doc: $doc,
                remedy: $remedy,
            };
        )*

        /// Every code, in order.
        pub const CODES: &[&Code] = &[$($id),*];
    };
}

codes! {
    // The command line and the machine.
    1200 INTERNAL "internal" Internal {
        "This program has a bug.";
        "report it with the command that you ran; weal tx show tells about what was being sent"
    }
    1201 USAGE "usage" Usage {
        "The command line is not understood.";
        "weal help   (or `weal help COMMAND`)"
    }
    1202 FILE "file" Config {
        "A file cannot be read or written.";
        "check the path, its permissions and the free space"
    }
    // The description of a contract.
    1203 LAYOUT_CHANGED "layout-changed" Check {
        "The storage layout changed, but its version did not.";
        "raise the version and add a migration, or restore the field"
    }
    1204 LAYOUT_LOCK "layout-lock" Check {
        "A layout's lock file is missing or not what `weal build` writes.";
        "restore `layout/N.json` from version control"
    }
    1205 ABI_DOCUMENT "abi-document" Check {
        "A file is not an ABI document.";
        "weal abi show PACKAGE   (prints the document that the source describes)"
    }
    1206 ABI_BREAKING "abi-breaking" Check {
        "A new ABI breaks callers of the old one.";
        "keep the old item beside the new one, or deploy under a new address"
    }
    // Building.
    1210 NO_PACKAGE "no-package" Config {
        "There is no package where one is needed, or several.";
        "run inside a contract's package, or name it: --manifest-path PATH or --package NAME"
    }
    1211 NOT_A_CONTRACT "not-a-contract" Config {
        "The package does not build a contract.";
        "add to Cargo.toml:  [lib] crate-type = [\"cdylib\", \"rlib\"]"
    }
    1212 TOOLCHAIN "toolchain" Config {
        "A part of the Rust toolchain is missing.";
        "rustup target add wasm32-unknown-unknown"
    }
    1213 COMPILE "compile" Check {
        "The contract does not compile.";
        "mend what the compiler says above"
    }
    1214 DESCRIBE "describe" Check {
        "The contract does not describe itself.";
        "declare the contract through the SDK, which generates `pub fn abi()` at the crate's root"
    }
    1215 WASM_OPT "wasm-opt" Config {
        "The optimiser `wasm-opt` fails.";
        "tools/setup/setup.sh   (installs the version that is tested)"
    }
    1216 TESTS "tests" Check {
        "A test failed.";
        "mend what the test says above"
    }
    // Starting.
    1220 NAME "name" Usage {
        "A name cannot be the name of a contract's package.";
        "use lower-case ASCII letters, digits and single hyphens, starting with a letter"
    }
    1221 EXISTS "exists" Usage {
        "The directory of a new package exists already.";
        "choose another name, or remove the directory"
    }
    1222 SDK "sdk" Config {
        "The SDK is not where it was looked for.";
        "weal new NAME --sdk PATH   (a checkout of Commonweal)"
    }
    1223 UNKNOWN_CODE "unknown-code" Usage {
        "There is no such code.";
        "weal explain   (lists all codes)"
    }
    // Settings and keys.
    1230 SETTINGS "settings" Config {
        "A setting is missing, or a file of settings cannot be understood.";
        "weal config explain   (shows each setting and where it comes from)"
    }
    1231 KEY "key" Config {
        "There is no usable key for what is to be signed.";
        "weal account list   (shows the keys here); weal account new NAME   (makes one)"
    }
    1232 OTHER_CHAIN "other-chain" Config {
        "The node follows another chain than the profile or the file says.";
        "weal config explain   (shows which node and which chain are meant)"
    }
    1233 NAME_HERE "name-here" Usage {
        "A name is not known here, or is taken.";
        "write the address, or see: weal account list, weal contract alias, weal asset list"
    }
    // Talking to a node.
    1240 UNREACHABLE "unreachable" Unreachable {
        "No node answers, or what answers is none.";
        "start the node, or name another: --rpc URL"
    }
    1241 NODE_REFUSED "node-refused" Refused {
        "The node refuses a request.";
        "the message says why; docs/rpc.md has a section for each error of a node"
    }
    1242 ARGUMENT "argument" Usage {
        "An argument is none of the contract's method.";
        "weal call CONTRACT METHOD --help   (shows the arguments)"
    }
    1243 LYING_NODE "lying-node" Mismatch {
        "The node prepared another transaction than was asked for.";
        "nothing was signed; use another node, and tell whoever runs this one"
    }
    // Sending.
    1250 DRY_RUN "dry-run" Refused {
        "The transaction would fail.";
        "nothing was sent and no fee was charged"
    }
    1251 NOT_CONFIRMED "not-confirmed" Refused {
        "Nobody agreed to the transaction.";
        "nothing was sent; where nobody can be asked, add --yes"
    }
    1252 REVERTED "reverted" Reverted {
        "The transaction was executed and reverted.";
        "its fee and nonce are used, the rest is undone; mend the cause before sending again"
    }
    1253 LIMIT "limit" Limit {
        "The transaction needs more than it may have.";
        "raise --gas-limit, or do less in one transaction"
    }
    1254 OUTCOME_UNKNOWN "outcome-unknown" Unknown {
        "The transaction was sent, and what became of it is not known.";
        "weal tx wait HASH   (do not send another before it is known)"
    }
    1255 DRAFT "draft" Usage {
        "A file with a transaction cannot be used.";
        "make it again with --out, and sign that"
    }
    1256 DOCTOR "doctor" Check {
        "Something is missing on this machine.";
        "do what stands beside each finding"
    }
    1257 PROOF "proof" Mismatch {
        "What a node or a file shows of a gift is not proven.";
        "believe none of it; ask another node, or whoever sent the file"
    }
    // A local chain.
    1260 DEV_START "dev-start" Config {
        "A local chain does not run.";
        "the message says why; another --port or --state may help"
    }
    1261 GENESIS "genesis" Config {
        "A description of a consortium founds no chain.";
        "the message names the place; docs/operate.md shows a description"
    }
}
