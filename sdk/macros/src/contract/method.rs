//! Methods: functions of the `impl` that can be called from outside.

use syn::{
    Attribute, Error, FnArg, Ident, ImplItemFn, Pat, Result, ReturnType, Signature, Type,
    Visibility, spanned::Spanned,
};

use super::attribute::{AUTH, Accepted, Auth, Options};
use crate::{
    error::placeholders,
    fields::check_name,
    meaning::{Meaning, docs, plain},
};

/// What a method may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Init,
    Call,
    Query,
    Migrate(u32),
}

/// What a method is handed besides its arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Context {
    None,
    /// `&View` or `&Ctx`.
    Shared,
    /// `&mut Ctx`.
    Mutable,
}

/// An argument.
pub struct Argument {
    pub name: Ident,
    pub kind: Type,
    pub meaning: Meaning,
}

/// Storage as an earlier version left it, which a migration is handed.
pub struct Past {
    /// Its type, like `v1::Campaign`.
    pub kind: Type,
    /// Its version.
    pub version: u32,
}

/// A method.
pub struct Method {
    pub name: Ident,
    pub kind: Kind,
    pub doc: String,
    pub options: Options,
    pub context: Context,
    pub args: Vec<Argument>,
    pub past: Vec<Past>,
    pub output: ReturnType,
}

/// The attributes that make a function a method.
const KINDS: [&str; 4] = ["init", "call", "query", "migrate"];

/// Whether `attribute` makes a function a method.
pub fn is_method(attribute: &Attribute) -> bool {
    KINDS.iter().any(|kind| attribute.path().is_ident(kind))
}

impl Method {
    /// Who may call it.
    pub fn auth(&self) -> &Auth {
        self.options.auth.as_ref().map_or(&Auth::Anyone, |(_, auth)| auth)
    }

    /// Names of its arguments.
    pub fn arg_names(&self) -> Vec<String> {
        self.args.iter().map(|arg| plain(&arg.name)).collect()
    }
}

/// Reads `function`; `None` for a private helper.
pub fn read(function: &ImplItemFn) -> Result<Option<Method>> {
    let signature = &function.sig;
    let mut attributes = function.attrs.iter().filter(|attribute| is_method(attribute));
    let Some(attribute) = attributes.next() else {
        return match &function.vis {
            Visibility::Public(_) => Err(Error::new_spanned(&signature.ident, unmarked(signature))),
            Visibility::Restricted(_) | Visibility::Inherited => Ok(None),
        };
    };
    if let Some(cfg) = function.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
        let text = "a method is there in every build, or the ABI would depend on the build";
        return Err(Error::new_spanned(cfg, text));
    }
    if let Some(second) = attributes.next() {
        let text = "a method is one of `#[init]`, `#[call]`, `#[query]`, `#[migrate]`";
        return Err(Error::new_spanned(second, text));
    }
    check_signature(signature)?;
    let (kind, options) = read_kind(attribute)?;
    check_receiver(signature, kind)?;
    let mut method = Method {
        name: signature.ident.clone(),
        kind,
        doc: docs(&function.attrs),
        options,
        context: Context::None,
        args: Vec::new(),
        past: Vec::new(),
        output: signature.output.clone(),
    };
    for (place, input) in signature.inputs.iter().skip(1).enumerate() {
        read_input(&mut method, place, input)?;
    }
    check_auth(&method)?;
    check_intent(&method)?;
    Ok(Some(method))
}

fn is_mutable(signature: &Signature) -> bool {
    signature.receiver().is_some_and(|receiver| receiver.mutability.is_some())
}

fn unmarked(signature: &Signature) -> String {
    let marks = match is_mutable(signature) {
        true => "`#[call(auth = …)]` before it, where `auth` says who may call it",
        false => "`#[query]` before it",
    };
    format!(
        "`{}` is public, but nothing says how it may be called: put {marks}, or drop `pub` \
         to keep it a helper",
        signature.ident
    )
}

fn read_kind(attribute: &Attribute) -> Result<(Kind, Options)> {
    let path = attribute.path();
    let (kind, options) = if path.is_ident("call") {
        let allowed = ["auth", "accepts", "reentrant", "intent", "emits", "errors", "calls"];
        (Kind::Call, Options::read(attribute, "call", &allowed)?)
    } else if path.is_ident("query") {
        (Kind::Query, Options::read(attribute, "query", &["errors", "calls", "reentrant"])?)
    } else if path.is_ident("init") {
        let allowed = ["accepts", "intent", "emits", "errors", "calls"];
        (Kind::Init, Options::read(attribute, "init", &allowed)?)
    } else {
        let options = Options::read(attribute, "migrate", &["from"])?;
        let from = options.from.ok_or_else(|| {
            let text = "say from which storage version: `#[migrate(from = 1)]`";
            Error::new_spanned(attribute, text)
        })?;
        (Kind::Migrate(from), options)
    };
    if kind == Kind::Call && options.auth.is_none() {
        let text = format!("say who may call this: `#[call(auth = …)]` with {AUTH}");
        return Err(Error::new_spanned(attribute, text));
    }
    Ok((kind, options))
}

fn check_signature(signature: &Signature) -> Result<()> {
    check_name(&signature.ident)?;
    if let Some(word) = &signature.asyncness {
        let text = "a call runs to its end within one transaction: drop `async`";
        return Err(Error::new_spanned(word, text));
    }
    if let Some(word) = &signature.unsafety {
        return Err(Error::new_spanned(word, "anybody may call this: drop `unsafe`"));
    }
    crate::fields::check_concrete(&signature.generics)
}

fn check_receiver(signature: &Signature, kind: Kind) -> Result<()> {
    let receiver = signature.receiver().ok_or_else(|| {
        let text = "a method takes `&self` (a query) or `&mut self` (everything else) first";
        Error::new_spanned(&signature.ident, text)
    })?;
    if receiver.reference.is_none() || receiver.colon_token.is_some() {
        let text = "take `&self` (a query) or `&mut self` (everything else)";
        return Err(Error::new_spanned(receiver, text));
    }
    match (kind, is_mutable(signature)) {
        (Kind::Query, true) => Err(Error::new_spanned(
            receiver,
            "a query only reads: take `&self`, or make this a `#[call(auth = …)]`",
        )),
        (Kind::Call, false) => Err(Error::new_spanned(
            receiver,
            "a call may write: take `&mut self`, or make this a `#[query]`, which costs no fee",
        )),
        (Kind::Init | Kind::Migrate(_), false) => {
            Err(Error::new_spanned(receiver, "this writes the storage: take `&mut self`"))
        }
        _ => Ok(()),
    }
}

fn read_input(method: &mut Method, place: usize, input: &FnArg) -> Result<()> {
    let FnArg::Typed(input) = input else { return Ok(()) };
    if let Some(context) = context(&input.ty) {
        if place != 0 {
            let text = "the context comes first, after `self`";
            return Err(Error::new_spanned(input, text));
        }
        if method.kind == Kind::Query && context == Context::Mutable {
            let text = "a query only reads: take `ctx: &View`";
            return Err(Error::new_spanned(&input.ty, text));
        }
        method.context = context;
        return Ok(());
    }
    if let Kind::Migrate(_) = method.kind {
        let version = past_version(&input.ty).ok_or_else(|| {
            let text = "a migration is called by the chain and takes no arguments but earlier \
                        storage: `old: v1::Name`, which is made from `layout/1.json`";
            Error::new_spanned(&input.ty, text)
        })?;
        method.past.push(Past { kind: (*input.ty).clone(), version });
        return Ok(());
    }
    if let Type::Reference(reference) = &*input.ty {
        let text = "an argument comes from outside, so the method owns it: write `String` for \
                    `&str`, `Vec<T>` for `&[T]`, `T` for `&T`";
        return Err(Error::new_spanned(reference, text));
    }
    let Pat::Ident(pattern) = &*input.pat else {
        return Err(Error::new_spanned(&input.pat, "the ABI calls arguments by name: write one"));
    };
    check_name(&pattern.ident)?;
    method.args.push(Argument {
        name: pattern.ident.clone(),
        kind: (*input.ty).clone(),
        meaning: Meaning::read(&input.attrs)?,
    });
    Ok(())
}

/// Recognises `&mut Ctx`, `&Ctx` and `&View`, however they are imported.
fn context(kind: &Type) -> Option<Context> {
    let Type::Reference(reference) = kind else { return None };
    let Type::Path(path) = &*reference.elem else { return None };
    let name = &path.path.segments.last()?.ident;
    let is_mutable = reference.mutability.is_some();
    match (name == "Ctx", name == "View") {
        (true, _) if is_mutable => Some(Context::Mutable),
        (true, _) | (_, true) => Some(Context::Shared),
        _ => None,
    }
}

/// The version of `v1::Campaign`.
fn past_version(kind: &Type) -> Option<u32> {
    let Type::Path(path) = kind else { return None };
    let module = path.path.segments.first()?.ident.to_string();
    module.strip_prefix('v')?.parse().ok()
}

fn check_auth(method: &Method) -> Result<()> {
    let names = method.arg_names();
    if let Auth::Argument(name) = method.auth()
        && !names.contains(&plain(name))
    {
        let text = format!("`{}` has no argument `{name}`", method.name);
        return Err(Error::new(name.span(), text));
    }
    if let Some(Accepted::Named(list)) = &method.options.accepts
        && list.is_empty()
    {
        let text = "name the assets: `accepts(field)`, `accepts(argument)` or `accepts(any)`";
        return Err(Error::new(method.name.span(), text));
    }
    Ok(())
}

fn check_intent(method: &Method) -> Result<()> {
    let Some(intent) = &method.options.intent else { return Ok(()) };
    let names = method.arg_names();
    let text = intent.value();
    match placeholders(&text).into_iter().find(|name| !names.iter().any(|known| known == name)) {
        None => Ok(()),
        Some(name) => {
            let text = format!("`{}` has no argument `{name}`", method.name);
            Err(Error::new(intent.span(), text))
        }
    }
}

impl Past {
    /// Where it is written.
    pub fn span(&self) -> proc_macro2::Span {
        self.kind.span()
    }
}
