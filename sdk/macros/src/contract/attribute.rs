//! What `#[init]`, `#[call]`, `#[query]` and `#[migrate]` say.

use proc_macro2::Span;
use syn::{
    Attribute, Error, Ident, LitInt, LitStr, Path, Result, Token,
    meta::ParseNestedMeta,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

/// Who may call.
pub enum Auth {
    Anyone,
    Owner,
    Governance,
    Role(Path),
    Stored(Ident),
    Argument(Ident),
    Rule(LitStr),
}

/// Assets that may be attached.
pub enum Accepted {
    Any,
    /// Those in these storage fields and arguments.
    Named(Vec<Ident>),
}

/// The options of a method's attribute.
#[derive(Default)]
pub struct Options {
    pub auth: Option<(Span, Auth)>,
    pub accepts: Option<Accepted>,
    pub reentrant: bool,
    pub intent: Option<LitStr>,
    pub emits: Option<Vec<Path>>,
    pub errors: Option<Vec<Ident>>,
    pub calls: Vec<Path>,
    pub from: Option<u32>,
}

/// What to write for `auth`.
pub const AUTH: &str = "`anyone`, `owner`, `governance`, `Role::Name`, `stored(field)`, \
                        `argument(name)` or `rule(\"how the contract decides\")`";

impl Options {
    /// Reads the attribute of a method of the kind `kind`, which takes the options `allowed`.
    pub fn read(attribute: &Attribute, kind: &str, allowed: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        if matches!(attribute.meta, syn::Meta::Path(_)) {
            return Ok(options);
        }
        attribute.parse_nested_meta(|meta| {
            let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            if !allowed.contains(&name.as_str()) {
                return Err(meta.error(refusal(kind, &name, allowed)));
            }
            options.read_option(&name, &meta)
        })?;
        Ok(options)
    }

    fn read_option(&mut self, name: &str, meta: &ParseNestedMeta<'_>) -> Result<()> {
        match name {
            "auth" => {
                let value = meta.value()?;
                self.auth = Some((value.span(), value.parse()?));
            }
            "accepts" => self.accepts = Some(accepted(list(meta)?)),
            "reentrant" => self.reentrant = true,
            "intent" => self.intent = Some(meta.value()?.parse()?),
            "emits" => self.emits = Some(list(meta)?),
            "errors" => self.errors = Some(list(meta)?),
            "calls" => self.calls = list(meta)?,
            _ => self.from = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?),
        }
        Ok(())
    }
}

fn refusal(kind: &str, name: &str, allowed: &[&str]) -> String {
    match (kind, name) {
        ("query", "auth") => "a query is for anyone, because what a chain stores is public: drop \
                              `auth`"
            .into(),
        ("query", "accepts") => "a query takes no assets: drop `accepts`, or make it a \
                                 `#[call(auth = …)]` with `&mut self`"
            .into(),
        ("init", "auth") => "a constructor runs once, at deployment, for whoever deploys: drop \
                             `auth`"
            .into(),
        _ => format!("unknown option `{name}`: `#[{kind}]` takes {}", allowed.join(", ")),
    }
}

fn list<T: Parse>(meta: &ParseNestedMeta<'_>) -> Result<Vec<T>> {
    let content;
    syn::parenthesized!(content in meta.input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&content)?.into_iter().collect())
}

fn accepted(names: Vec<Ident>) -> Accepted {
    if names.iter().any(|name| name == "any") { Accepted::Any } else { Accepted::Named(names) }
}

impl Parse for Auth {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let unknown = |span| Error::new(span, format!("`auth` is {AUTH}"));
        let path: Path = input.parse().map_err(|error| unknown(error.span()))?;
        let Some(word) = path.get_ident() else { return Ok(Self::Role(path)) };
        let text = word.to_string();
        if input.peek(syn::token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            return match text.as_str() {
                "stored" => Ok(Self::Stored(content.parse()?)),
                "argument" => Ok(Self::Argument(content.parse()?)),
                "rule" => Ok(Self::Rule(content.parse()?)),
                _ => Err(unknown(word.span())),
            };
        }
        match text.as_str() {
            "anyone" => Ok(Self::Anyone),
            "owner" => Ok(Self::Owner),
            "governance" => Ok(Self::Governance),
            _ => Err(unknown(word.span())),
        }
    }
}
