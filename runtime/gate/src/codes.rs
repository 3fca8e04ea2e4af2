//! The rules of the gate, one code each.
//!
//! Codes are part of the interface: receipts, documentation and `weal explain` refer to them. A
//! code is never given to another rule; the code of a rule that is dropped stays unused.

use std::fmt::Write;

use crate::profile::PROFILE;

/// One rule that a module can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The number after the `E`, 1100 to 1199.
    pub code: u16,
    /// A short name, for tables and logs.
    pub name: &'static str,
    /// What the rule demands and why, for a person who broke it.
    pub doc: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

macro_rules! rules {
    ($($code:literal $id:ident $name:literal { $doc:literal; $remedy:literal })*) => {
        $(
            #[doc = $doc]
            pub const $id: &Rule = &Rule { code: $code, name: $name, doc: $doc, remedy: $remedy };
        )*

        /// Every rule, in the order of the codes.
        pub const RULES: &[&Rule] = &[$($id),*];
    };
}

rules! {
    // The file.
    1101 INVALID "invalid" {
        "The module must be valid WebAssembly within the features of the profile.";
        "rebuild it with `weal build`; if this comes from an unmodified compiler, report it"
    }
    1102 MODULE_BYTES "module-bytes" {
        "A module has at most 512 KiB: every node keeps it, sends it and compiles it.";
        "`weal build --size` shows what is large; optimise for size and avoid `fmt`"
    }
    1103 ABI_SECTION "abi-section" {
        "A module has exactly one custom section `weal.abi`, so that nobody has to guess how to \
         call it.";
        "build with `weal build`, which appends the section"
    }
    1104 ABI_CONTENT "abi-content" {
        "The section `weal.abi` holds one ABI document: SCALE, deflated, at most 256 KiB \
         inflated, with its references in order.";
        "build with `weal build`; `weal abi show` prints the document that the source describes"
    }
    1105 ABI_ITEMS "abi-items" {
        "An ABI document has at most 512 each of methods, events, errors, roles and types, and its \
         methods name events and errors at most 4,096 times: each name is looked up.";
        "split the contract"
    }
    // The outside.
    1106 IMPORT_UNKNOWN "import-unknown" {
        "A contract imports host functions of this chain and nothing else.";
        "remove the import; `docs/host-functions.md` lists what the host offers"
    }
    1107 INSTRUCTION "instruction" {
        "A contract uses only the instructions of the profile. Floats are refused because their \
         NaN bits differ between machines; SIMD, threads, references, exceptions and tail calls \
         because nothing needs them.";
        "weal build   (sets the compiler's features); use integers or fixed point instead of floats"
    }
    1108 TYPE "type" {
        "Signatures, locals, globals and blocks use i32 and i64 alone, and a block takes no \
         parameters and leaves at most one value.";
        "weal build   (sets the compiler's features); use integers or fixed point instead of floats"
    }
    1109 IMPORT_SIGNATURE "import-signature" {
        "An imported host function has exactly the signature of the host's table.";
        "use the bindings of the SDK that belongs to this chain"
    }
    1110 IMPORT_DEVNET "import-devnet" {
        "Some host functions exist on a devnet only.";
        "build without the debug feature (`log`), or deploy to a devnet"
    }
    1111 IMPORTS "imports" {
        "A module imports at most 128 functions: each is resolved for every call.";
        "import each host function once"
    }
    1112 EXPORT_MISSING "export-missing" {
        "Each method of the ABI is exported as `weal.` and its name.";
        "build code and ABI from the same source with `weal build`"
    }
    1113 EXPORT_EXTRA "export-extra" {
        "A contract exports the methods of its ABI and `memory`, so that nothing is callable that \
         is not described.";
        "remove the export (`#[no_mangle]`), or declare the method"
    }
    1114 EXPORT_SIGNATURE "export-signature" {
        "An exported method is a function without parameters and result; arguments come through \
         `args`.";
        "declare the method through the SDK"
    }
    1115 START "start" {
        "A module has no start function: instantiation runs no code, so it needs no gas.";
        "remove the start function; initialise in the constructor method"
    }
    1116 SECTION "section" {
        "A module has only the sections of the profile: no tags and no data count.";
        "weal build   (sets the compiler's features)"
    }
    // Memory, tables, globals.
    1117 MEMORY "memory" {
        "A module defines exactly one memory, 32-bit and unshared, and exports it as `memory`.";
        "build with `weal build`"
    }
    1118 MEMORY_INITIAL "memory-initial" {
        "A module starts with at most 16 pages (1 MiB) of memory: they are set up for every call.";
        "lower the stack size (`-zstack-size=16384`) and move large tables into code or storage"
    }
    1119 MEMORY_MAXIMUM "memory-maximum" {
        "A declared maximum of memory is at most 64 pages (4 MiB), which is all that the host \
         ever gives.";
        "drop the maximum or lower it to 64 pages"
    }
    1120 TABLES "tables" {
        "A module has at most one table, of at most 4,096 functions: it is set up for every call.";
        "use fewer distinct function pointers and trait objects"
    }
    1121 GLOBALS "globals" {
        "A module has at most 64 globals: they are set up for every call.";
        "keep state in memory; compilers need three globals"
    }
    1122 SEGMENT_COUNT "segment-count" {
        "A module has at most 256 data segments and 256 element segments, and these have at most \
         4,096 elements together: they are laid out for every call.";
        "let the linker merge segments (`--merge-data-segments`)"
    }
    1123 SEGMENT_BOUNDS "segment-bounds" {
        "Segments lie inside the initial memory or the table, so that instantiation cannot fail.";
        "build with `weal build`"
    }
    1124 CONST_EXPRESSION "const-expression" {
        "An initial value or a segment's offset is computed by at most 8 instructions: it is \
         computed for every call.";
        "build with `weal build`"
    }
    // Size of the code.
    1125 FUNCTIONS "functions" {
        "A module defines at most 2,000 functions: compiling an empty one costs a tenth of a \
         millisecond.";
        "use fewer generic instances; optimise for size with `lto`"
    }
    1126 TYPES "types" {
        "A module declares at most 512 signatures: each gets code of its own.";
        "use fewer distinct signatures"
    }
    1127 PARAMS "params" {
        "A function has at most 16 parameters.";
        "pass a reference to a struct"
    }
    1128 RESULTS "results" {
        "A function has at most one result.";
        "weal build   (turns multi-value off)"
    }
    1129 BODY_BYTES "body-bytes" {
        "A function's code has at most 64 KiB: compile time grows faster than length.";
        "split the function; mark large helpers `#[inline(never)]`"
    }
    1130 LOCALS "locals" {
        "A function has at most 256 parameters and locals: compile time grows with locals times \
         blocks.";
        "split the function; mark large helpers `#[inline(never)]`"
    }
    1131 NESTING "nesting" {
        "Blocks nest at most 1,024 deep.";
        "split the function; replace chains of early exits by a loop or a table"
    }
    1132 BRANCH_TARGETS "branch-targets" {
        "The `br_table`s of a function have at most 1,024 targets together.";
        "split the `match`, or look values up in a table"
    }
    1133 CALL_INDIRECT "call-indirect" {
        "A function has at most 500 `call_indirect`: each is compiled into a check and a call.";
        "split the function"
    }
    1134 OPERANDS "operands" {
        "At most 256 values lie on a function's operand stack at once: compile time grows with \
         them.";
        "split the function; optimise with `weal build`"
    }
    1135 WORK "work" {
        "Compiling a module takes at most 2 s by the gate's estimate, which counts branches, calls \
         and the values that live across them.";
        "split the function into several, pass fewer values between its branches; optimise for size"
    }
}

/// The rule with this code.
pub fn rule(code: u16) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code == code)
}

/// The reference of all rules, in Markdown.
pub fn reference() -> String {
    let mut text = format!(
        "# What the gate refuses\n\n\
         Generated from the table in `runtime/gate/src/codes.rs` by `make golden`; a test keeps\n\
         the two equal. The profile is `{PROFILE}`; [gate.md](gate.md) says what the rules are\n\
         for. A code is never given to another rule.\n\n\
         | code | name | rule | what to do |\n\
         |---|---|---|---|\n"
    );
    for rule in RULES {
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "| E{} | {} | {} | {} |", rule.code, rule.name, rule.doc, rule.remedy);
    }
    text
}
