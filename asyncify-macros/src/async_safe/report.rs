//! The reports: an error or a warning, with a suggestion.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprCall, ExprMethodCall, Member, Path, Token, UnOp};

use super::list::Group;
use super::names::Names;
use crate::diag;

/// One call that blocks.
pub(super) struct Finding {
    pub(super) error: syn::Error,
    /// The identifier that a warning underlines.
    word: Ident,
}

impl Finding {
    pub(super) fn call(
        at: impl ToTokens,
        word: &Ident,
        name: &str,
        group: &Group,
        wrapped: &str,
    ) -> Self {
        let help = match group {
            Group { wraps: false, instead, .. } => (*instead).to_owned(),
            Group { instead: "", .. } => format!("wrap it: `{wrapped}`"),
            Group { instead, .. } => format!("{instead}, or wrap it: `{wrapped}`"),
        };
        Self { error: diag::blocking_call(at, name, group.why, &help), word: word.clone() }
    }

    pub(super) fn guard(word: &Ident, name: &str, group: &Group) -> Self {
        let error = diag::guard_over_await(word, name, group.why, group.instead);
        Self { error, word: word.clone() }
    }
}

// Output:
//     const _: () = {
//         #[deprecated = "`std::fs::read` blocks .."]
//         macro_rules! blocking_call { () => {} }
//         blocking_call! {}
//     };
//
/// A warning. On stable, a macro can choose the words of one warning only: a deprecation. A macro
/// is the one deprecated item that is named without a path. Its name has the location and the
/// context of the user's identifier, so that no line of the warning points at the attribute.
pub(super) fn warning(finding: &Finding) -> TokenStream {
    let span = finding.word.span();
    let text = finding.error.to_string();
    let name = Ident::new("blocking_call", span);
    quote_spanned! {span=>
        const _: () = {
            #[deprecated = #text]
            macro_rules! #name { () => {} }
            #name! {}
        };
    }
}

/// Suggests `asyncify!(std::fs::read(path)).await`. For a variable that is a reference, `&*path`
/// lets the macro own what it refers to.
pub(super) fn wrapped_call(call: &ExprCall, names: &Names) -> String {
    let argument = |argument: &Expr| {
        let text = short(argument)?;
        let name = if let Expr::Path(path) = argument { path.path.get_ident() } else { None };
        Some(if name.is_some_and(|name| names.is_reference(name)) {
            format!("&*{text}")
        } else {
            text
        })
    };
    let function = short(&call.func).unwrap_or_default();
    let arguments: Option<Vec<String>> = call.args.iter().map(argument).collect();
    let arguments = arguments.map_or_else(|| "..".to_owned(), |texts| texts.join(", "));
    format!("asyncify!({function}({arguments})).await")
}

/// Suggests `asyncify!({ file.set_len(0) }).await`: the borrows of a method are unknown.
pub(super) fn wrapped_method(call: &ExprMethodCall) -> String {
    let call = short_method(call).unwrap_or_else(|| "..".to_owned());
    format!("asyncify!({{ {call} }}).await")
}

/// The longest suggestion in a line of help that is still readable.
const LONGEST: usize = 48;

/// Formats an expression on one line, if it is simple enough.
fn short(expr: &Expr) -> Option<String> {
    let text = match expr {
        Expr::Path(path) if path.qself.is_none() => short_path(&path.path)?,
        Expr::Lit(literal) => literal.to_token_stream().to_string(),
        Expr::Field(field) => {
            let Member::Named(name) = &field.member else { return None };
            format!("{}.{name}", short(&field.base)?)
        }
        Expr::Reference(reference) => {
            let mutable = if reference.mutability.is_some() { "mut " } else { "" };
            format!("&{mutable}{}", short(&reference.expr)?)
        }
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => {
            format!("*{}", short(&unary.expr)?)
        }
        Expr::Call(call) => format!("{}({})", short(&call.func)?, short_list(&call.args)?),
        Expr::MethodCall(call) => short_method(call)?,
        Expr::Try(inner) => format!("{}?", short(&inner.expr)?),
        Expr::Group(inner) => short(&inner.expr)?,
        _ => return None,
    };
    (text.len() <= LONGEST).then_some(text)
}

fn short_method(call: &ExprMethodCall) -> Option<String> {
    let receiver = short(&call.receiver).filter(|_| call.turbofish.is_none())?;
    let text = format!("{receiver}.{}({})", call.method, short_list(&call.args)?);
    (text.len() <= LONGEST).then_some(text)
}

fn short_list(arguments: &Punctuated<Expr, Token![,]>) -> Option<String> {
    let texts: Vec<String> = arguments.iter().map(short).collect::<Option<_>>()?;
    Some(texts.join(", "))
}

fn short_path(path: &Path) -> Option<String> {
    let is_plain = path.segments.iter().all(|segment| segment.arguments.is_none());
    is_plain.then(|| {
        let words: Vec<_> = path.segments.iter().map(|word| word.ident.to_string()).collect();
        let colon = if path.leading_colon.is_some() { "::" } else { "" };
        format!("{colon}{}", words.join("::"))
    })
}
