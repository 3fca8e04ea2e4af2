//! The commands that talk to a node.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Which node, and as whom.
#[derive(Args, Clone, Debug, Default)]
pub struct Connection {
    /// The profile whose settings apply (`weal config explain`).
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    pub profile: Option<String>,
    /// Where the node is.
    #[arg(long, value_name = "URL", help_heading = "Connection")]
    pub rpc: Option<String>,
    /// Seconds until an answer counts as lost.
    #[arg(long, value_name = "SECONDS", help_heading = "Connection")]
    pub timeout: Option<u32>,
}

/// How a transaction is made and sent.
#[derive(Args, Clone, Debug, Default)]
pub struct Send {
    #[command(flatten)]
    pub connection: Connection,
    /// Who signs: a key's name or its address.
    #[arg(long, value_name = "NAME", help_heading = "Transaction")]
    pub from: Option<String>,
    /// Send without asking.
    #[arg(long, short, help_heading = "Transaction")]
    pub yes: bool,
    /// The name of a protected chain, instead of typing it.
    #[arg(long, value_name = "CHAIN", help_heading = "Transaction")]
    pub on: Option<String>,
    /// Try it and show what would happen; send nothing.
    #[arg(long, help_heading = "Transaction")]
    pub dry_run: bool,
    /// Write the unsigned transaction here, for `weal tx sign`; send nothing.
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run", help_heading = "Transaction")]
    pub out: Option<PathBuf>,
    /// Who pays instead; its key must be here too, or the transaction goes to `--out`.
    #[arg(long, value_name = "NAME", help_heading = "Transaction")]
    pub sponsor: Option<String>,
    /// The most that may leave the signer, as in `50 EUR`; what leaves it in the dry run otherwise.
    #[arg(long, value_name = "AMOUNT", help_heading = "Transaction")]
    pub limit: Vec<String>,
    /// Gas that it may use; what the dry run used and a margin otherwise.
    #[arg(long, value_name = "GAS", help_heading = "Transaction")]
    pub gas_limit: Option<u64>,
    /// The most that it may cost, in the fee asset's smallest units.
    #[arg(long, value_name = "UNITS", help_heading = "Transaction")]
    pub max_fee: Option<u128>,
    /// The nonce; the account's next one otherwise.
    #[arg(long, value_name = "NUMBER", help_heading = "Transaction")]
    pub nonce: Option<u64>,
    /// How long it may wait for a block, as in `30m`.
    #[arg(long, value_name = "TIME", help_heading = "Transaction")]
    pub valid_for: Option<String>,
    /// Seconds to wait until it is final.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, help_heading = "Transaction")]
    pub wait: u32,
}

/// A call of a contract. Its arguments are the contract's own, so they are read once the contract
/// is known; until then they are what is left over.
#[derive(Args, Clone, Debug)]
#[command(disable_help_flag = true, override_usage = "weal call CONTRACT METHOD [--ARG VALUE]…")]
#[command(after_help = "`weal call CONTRACT --help` lists the methods, and `weal call CONTRACT \
METHOD --help` the arguments, who may call it, and how it may refuse.")]
pub struct Call {
    #[command(flatten)]
    pub send: Send,
    #[command(flatten)]
    pub words: Words,
    /// Send assets with the call, as in `50 EUR`.
    #[arg(long, value_name = "AMOUNT", help_heading = "Transaction")]
    pub attach: Vec<String>,
}

/// A question to a contract.
#[derive(Args, Clone, Debug)]
#[command(disable_help_flag = true, override_usage = "weal query CONTRACT METHOD [--ARG VALUE]…")]
#[command(after_help = "`weal query CONTRACT --help` lists the methods, and `weal query CONTRACT \
METHOD --help` the arguments.")]
pub struct Query {
    #[command(flatten)]
    pub connection: Connection,
    /// As whom to ask.
    #[arg(long, value_name = "NAME")]
    pub from: Option<String>,
    #[command(flatten)]
    pub words: Words,
}

/// The contract, the method, and what is left over.
#[derive(Args, Clone, Debug)]
pub struct Words {
    /// An alias or an address.
    pub contract: Option<String>,
    /// One of its methods.
    pub method: Option<String>,
    /// The arguments as JSON: `-` for standard input, `@FILE`, or the JSON itself.
    #[arg(long, value_name = "JSON", help_heading = "Arguments of the method")]
    pub args_json: Option<String>,
    /// Read the contract's description here instead of asking the node.
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    pub abi: Option<PathBuf>,
    /// Print help.
    #[arg(long, short)]
    pub help: bool,
    /// The method's arguments.
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub rest: Vec<String>,
}

/// What to deploy, and how.
#[derive(Args, Clone, Debug)]
#[command(disable_help_flag = true, override_usage = "weal deploy PACKAGE [--ARG VALUE]…")]
#[command(after_help = "`weal deploy PACKAGE --help` lists the constructor's arguments.")]
pub struct Deploy {
    #[command(flatten)]
    pub send: Send,
    /// A `.wasm` file, a package's directory or a package's name; the package here without it.
    pub target: Option<String>,
    /// What to call the contract here.
    #[arg(long, value_name = "NAME")]
    pub alias: Option<String>,
    /// Who may upgrade and pause it; the signer otherwise.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// How it may be upgraded: `owner`, `immutable`, or `delayed:30d`.
    #[arg(long, value_name = "POLICY", default_value = "owner")]
    pub policy: String,
    /// 32 bytes that make the address, as `0x…`; the signer's nonce otherwise.
    #[arg(long, value_name = "BYTES")]
    pub salt: Option<String>,
    /// Give assets to the constructor, as in `50 EUR`.
    #[arg(long, value_name = "AMOUNT", help_heading = "Transaction")]
    pub attach: Vec<String>,
    /// The constructor's arguments as JSON: `-`, `@FILE`, or the JSON itself.
    #[arg(long, value_name = "JSON", help_heading = "Arguments of the method")]
    pub args_json: Option<String>,
    /// Print help.
    #[arg(long, short)]
    pub help: bool,
    /// The constructor's arguments.
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub rest: Vec<String>,
}

/// What to upgrade, and to what.
#[derive(Args, Clone, Debug)]
pub struct Upgrade {
    #[command(flatten)]
    pub send: Send,
    /// An alias or an address.
    pub contract: String,
    /// A `.wasm` file, a package's directory or a package's name; the package here without it.
    pub target: Option<String>,
    /// Announce it, as a delayed policy demands; without this, carry it out.
    #[arg(long)]
    pub announce: bool,
}

/// Commands on contracts.
#[derive(Subcommand)]
pub enum Contract {
    /// Show a contract's record: code, owner, upgrades, layout.
    Info {
        #[command(flatten)]
        connection: Connection,
        /// An alias or an address.
        contract: String,
    },
    /// Show what a contract has stored, as bytes.
    State {
        #[command(flatten)]
        connection: Connection,
        /// An alias or an address.
        contract: String,
        /// Only keys of this storage field.
        #[arg(long, value_name = "NAME", conflicts_with = "key")]
        field: Option<String>,
        /// Only this key, as `0x…`.
        #[arg(long, value_name = "BYTES")]
        key: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Show what a contract said.
    Events {
        #[command(flatten)]
        connection: Connection,
        /// An alias or an address; everybody's without it.
        contract: Option<String>,
        /// Only events of this name.
        #[arg(long)]
        name: Option<String>,
        /// The first block.
        #[arg(long, value_name = "HEIGHT")]
        from_height: Option<u64>,
        /// The last block.
        #[arg(long, value_name = "HEIGHT")]
        to_height: Option<u64>,
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Give a contract a name of your own on its chain, or list the names.
    Alias {
        #[command(flatten)]
        connection: Connection,
        /// The name; all are listed without it.
        #[arg(requires = "contract")]
        name: Option<String>,
        /// The contract's address.
        contract: Option<String>,
    },
}

/// Commands on transactions.
#[derive(Subcommand)]
pub enum Tx {
    /// Show what is known of a transaction.
    Show {
        #[command(flatten)]
        connection: Connection,
        /// Its hash.
        hash: String,
    },
    /// Wait until a transaction is final.
    Wait {
        #[command(flatten)]
        connection: Connection,
        /// Its hash.
        hash: String,
        /// Seconds to wait.
        #[arg(long, value_name = "SECONDS", default_value_t = 60)]
        wait: u32,
    },
    /// Show what a file of `--out` holds; needs no node.
    Decode {
        /// The file.
        file: PathBuf,
    },
    /// Sign a file of `--out`; needs no node.
    Sign {
        /// The file.
        file: PathBuf,
        /// Who signs: a key's name or its address.
        #[arg(long, value_name = "NAME")]
        from: String,
        /// Sign as the sponsor who pays.
        #[arg(long)]
        as_sponsor: bool,
        /// Write the signed file here; over the old one otherwise.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Sign without asking.
        #[arg(long, short)]
        yes: bool,
    },
    /// Send a signed file, or the same one as several signers signed it.
    Send {
        #[command(flatten)]
        connection: Connection,
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Seconds to wait until it is final.
        #[arg(long, value_name = "SECONDS", default_value_t = 60)]
        wait: u32,
    },
}

/// Commands on accounts.
#[derive(Subcommand)]
pub enum Account {
    /// Make a key and show the words that restore it.
    New {
        /// What to call it here.
        name: String,
        /// Do not encrypt the key's file: for keys of machines.
        #[arg(long)]
        no_passphrase: bool,
    },
    /// Restore a key from its words or seed, which are read from standard input.
    Import {
        /// What to call it here.
        name: String,
        /// Do not encrypt the key's file: for keys of machines.
        #[arg(long)]
        no_passphrase: bool,
    },
    /// List the keys here.
    List {
        /// The keys of every development chain too, with what restores them: they are public.
        #[arg(long)]
        dev: bool,
    },
    /// Show what an account has and whose signatures it accepts.
    Show {
        #[command(flatten)]
        connection: Connection,
        /// A key's name or an address; the profile's `from` without it.
        account: Option<String>,
    },
    /// Give an account money out of nothing, on a devnet.
    Fund {
        #[command(flatten)]
        connection: Connection,
        /// A key's name or an address; the profile's `from` without it.
        account: Option<String>,
        /// How much, as in `1,000 EUR`; the devnet's choice without it.
        amount: Option<String>,
    },
}

/// Commands on assets.
#[derive(Subcommand)]
pub enum Asset {
    /// List the assets of the chain.
    List {
        #[command(flatten)]
        connection: Connection,
    },
    /// Send money to an account.
    Transfer {
        #[command(flatten)]
        send: Send,
        /// How much, as in `1,500.50 EUR`.
        amount: String,
        /// To whom: a name or an address.
        to: String,
        /// For the payee's books, at most 64 bytes. Never anything about a person.
        #[arg(long, value_name = "TEXT", default_value = "")]
        reference: String,
    },
    /// Create money that was paid in, as the asset's issuer.
    Issue {
        #[command(flatten)]
        send: Send,
        /// How much, as in `1,500.50 EUR`.
        amount: String,
        /// For whom: a name or an address.
        to: String,
        /// 32 bytes as `0x…` that name the payment in the issuer's books; each is used once.
        #[arg(long, value_name = "BYTES")]
        reference: String,
    },
}

/// A method of the node.
#[derive(Args, Clone, Debug)]
pub struct Rpc {
    #[command(flatten)]
    pub connection: Connection,
    /// Its name; `rpc_discover` lists them.
    pub method: String,
    /// Its params, an object: `-` for standard input, `@FILE`, or the JSON itself.
    pub params: Option<String>,
}

/// Commands on settings.
#[derive(Subcommand)]
pub enum Config {
    /// Show the settings that apply here.
    Show {
        #[command(flatten)]
        connection: Connection,
    },
    /// Show each setting and where it comes from.
    Explain {
        #[command(flatten)]
        connection: Connection,
    },
    /// Make a profile the one that applies where nothing else is said.
    Use {
        /// The profile.
        profile: String,
    },
}

/// What to look after.
#[derive(Args, Clone, Debug)]
pub struct Doctor {
    #[command(flatten)]
    pub connection: Connection,
}
