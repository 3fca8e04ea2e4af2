//! Modules made to order: with or without a constructor, for any layout of the storage, with any
//! migrations.

use std::fmt::Write;

use weal_types::abi::{Abi, AssetRef, Auth, FORMAT, Layout, Method, MethodKind, Type};

/// What a migration does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Stores its number under the key `last`.
    Works,
    /// Refuses with code 7.
    Refuses,
}

/// A module to be made: a contract that stores what its constructor is given under the key `init`,
/// and in which each migration leaves its mark.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Makes two modules differ.
    pub marker: String,
    /// Bytes of memory that the module fills, which make it long.
    pub padding: usize,
    /// The storage's layout.
    pub layout: Layout,
    /// Whether there is a constructor, and whether it takes assets.
    pub init: Option<bool>,
    /// From which versions it migrates.
    pub migrations: Vec<(u32, Step)>,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            marker: "plain".into(),
            padding: 0,
            layout: Layout { version: 1, hash: [1; 32] },
            init: None,
            migrations: Vec::new(),
        }
    }
}

impl Recipe {
    /// A code for layout `version`, whose shape is `hash`.
    pub fn version(version: u32, hash: u8, migrations: &[(u32, Step)]) -> Self {
        let layout = Layout { version, hash: [hash; 32] };
        Self { layout, migrations: migrations.to_vec(), ..Self::default() }
    }

    pub fn abi(&self) -> Abi {
        let method = |name: String, kind| Method {
            name,
            kind,
            doc: String::new(),
            intent: String::new(),
            auth: Auth::Anyone,
            accepts: Vec::new(),
            reentrant: false,
            args: Vec::new(),
            ok: Type::Unit,
            errors: Vec::new(),
            emits: Vec::new(),
            calls_out: Vec::new(),
        };
        let mut methods = vec![method("touch".into(), MethodKind::Call)];
        if let Some(takes_assets) = self.init {
            let accepts = if takes_assets { vec![AssetRef::Any] } else { Vec::new() };
            methods.push(Method { accepts, ..method("open".into(), MethodKind::Init) });
        }
        for (from, _) in &self.migrations {
            methods.push(method(format!("from_{from}"), MethodKind::Migrate(*from)));
        }
        Abi {
            format: FORMAT,
            contract: "Recipe".into(),
            doc: self.marker.clone(),
            layout: self.layout,
            methods,
            events: Vec::new(),
            errors: Vec::new(),
            roles: Vec::new(),
            types: Vec::new(),
        }
    }

    pub fn module(&self) -> Vec<u8> {
        let mut text = String::from(
            r#"(module
                (import "weal" "args" (func $args (param i32 i32) (result i32)))
                (import "weal" "put" (func $put (param i32 i32 i32 i32)))
                (import "weal" "revert" (func $revert (param i32 i32 i32)))
                (memory (export "memory") 5)
                (data (i32.const 0) "initlast")
                (func (export "weal.touch"))"#,
        );
        if self.init.is_some() {
            text.push_str(
                r#"(func (export "weal.open") (local $length i32)
                    (local.set $length (call $args (i32.const 64) (i32.const 1024)))
                    (call $put (i32.const 0) (i32.const 4) (i32.const 64) (local.get $length)))"#,
            );
        }
        for (from, step) in &self.migrations {
            let work = match step {
                Step::Refuses => "(call $revert (i32.const 7) (i32.const 0) (i32.const 0))".into(),
                Step::Works => format!(
                    "(i32.store (i32.const 64) (i32.const {from}))
                     (call $put (i32.const 4) (i32.const 4) (i32.const 64) (i32.const 4))"
                ),
            };
            write!(text, r#"(func (export "weal.from_{from}") {work})"#).expect("text");
        }
        if self.padding > 0 {
            write!(text, r#"(data (i32.const 2000) "{}")"#, "x".repeat(self.padding))
                .expect("text");
        }
        text.push(')');
        let module = wat::parse_str(text).expect("a module");
        weal_gate::embed_abi(&module, &self.abi())
    }
}
