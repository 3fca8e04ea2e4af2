//! A contract's code, compiled and ready to be entered.

use std::{collections::BTreeMap, sync::Arc};

use parity_scale_codec::{Decode, Encode};
use wasmtime::{Engine, InstancePre, Linker, Module, ModuleExport};
use weal_gate::{ChainProfile, ModuleSize, STACK_GLOBAL};
use weal_types::{
    CodeHash,
    abi::{Abi, MethodKind},
    host::EXPORT_PREFIX,
};

use crate::{engine::Engines, fault::HostFault, frame::Frame, gas, stand_in::StandIn};

/// Compiled code. Shared by all frames that run it.
pub struct Code {
    /// Hash of the module as it was uploaded.
    pub hash: CodeHash,
    /// What the module says of itself.
    pub abi: Abi,
    /// What upload and instantiation are charged by.
    pub size: ModuleSize,
    /// What runs in the place of the instance.
    pub(crate) stand_in: Option<Arc<dyn StandIn>>,
    pub(crate) instance: InstancePre<Frame>,
    pub(crate) memory: ModuleExport,
    pub(crate) stack: ModuleExport,
    pub(crate) instantiate_gas: u64,
    methods: BTreeMap<String, CodeMethod>,
}

/// A method, found without looking at the ABI again.
#[derive(Clone, Copy)]
pub(crate) struct CodeMethod {
    pub export: ModuleExport,
    pub kind: MethodKind,
    pub reentrant: bool,
    pub accepts_assets: bool,
}

/// What is kept of a code between runs of the node: everything but the module itself.
#[derive(Encode, Decode)]
pub(crate) struct Artifact {
    abi: Vec<u8>,
    size: ModuleSize,
    /// Native code and its metadata, in Wasmtime's own format.
    native: Vec<u8>,
}

impl Artifact {
    /// Checks, instrumentation and compilation: milliseconds for an ordinary contract.
    pub fn compile(engines: &Engines, hash: &CodeHash, module: &[u8]) -> Result<Self, HostFault> {
        // The gate of this chain let the code in, so it is asked with all that any chain allows.
        let checked = weal_gate::check(module, ChainProfile { devnet: true })
            .map_err(|refusal| unusable(hash, &refusal))?;
        let engine = if checked.may_optimise { &engines.run } else { &engines.plain };
        let native = engine
            .precompile_module(&checked.instrumented)
            .map_err(|error| unusable(hash, &format!("{error:#}")))?;
        Ok(Self { abi: checked.abi.encode(), size: checked.size, native })
    }
}

fn unusable(hash: &CodeHash, reason: &dyn std::fmt::Display) -> HostFault {
    HostFault::Code { code: format!("{hash:?}"), reason: reason.to_string() }
}

impl Code {
    /// Loads what [`Artifact::compile`] made.
    ///
    /// # Safety
    /// `artifact` must come from [`Artifact::compile`] unaltered: its bytes are run as machine
    /// code.
    pub(crate) unsafe fn load(
        engine: &Engine,
        linker: &Linker<Frame>,
        hash: &CodeHash,
        artifact: &Artifact,
    ) -> Result<Self, HostFault> {
        let abi = Abi::from_scale(&artifact.abi).map_err(|error| unusable(hash, &error))?;
        // SAFETY: the caller vouches for the origin of the bytes.
        let module = unsafe { Module::deserialize(engine, &artifact.native) }
            .map_err(|error| unusable(hash, &format!("{error:#}")))?;
        let export = |name: &str| {
            module.get_export_index(name).ok_or_else(|| unusable(hash, &format!("no {name}")))
        };
        let mut methods = BTreeMap::new();
        for method in &abi.methods {
            let entry = CodeMethod {
                export: export(&format!("{EXPORT_PREFIX}{}", method.name))?,
                kind: method.kind,
                reentrant: method.reentrant,
                accepts_assets: !method.accepts.is_empty(),
            };
            methods.insert(method.name.clone(), entry);
        }
        let (memory, stack) = (export("memory")?, export(STACK_GLOBAL)?);
        let instance = linker
            .instantiate_pre(&module)
            .map_err(|error| unusable(hash, &format!("{error:#}")))?;
        Ok(Self {
            stand_in: None,
            hash: *hash,
            instantiate_gas: gas::instantiate(&artifact.size),
            size: artifact.size,
            abi,
            instance,
            memory,
            stack,
            methods,
        })
    }

    pub(crate) fn method(&self, name: &str) -> Option<CodeMethod> {
        self.methods.get(name).copied()
    }
}
