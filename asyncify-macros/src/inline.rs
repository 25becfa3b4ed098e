//! `asyncify!`: a call, a block or a closure becomes a `BlockingCall`.
//!
//! Blocks and closures are moved whole, unparsed. Of a call, the arguments are evaluated on the
//! caller, one `let` each, in order; what the pool gets is the call with a stand-in for each.

mod tokens;

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprCall, ExprMethodCall, ExprReference, UnOp};

use crate::diag;
use crate::editor;
use crate::errors::Errors;
use crate::spans::{TypeSpans, located, private};
use tokens::{add_cursor, find_await, strip_cursor, unwrapped};

/// Input: `@ path_of_the_runtime; CODE`.
pub(crate) fn asyncify(input: TokenStream) -> TokenStream {
    let mut input = input.into_iter();
    let runtime: TokenStream = input
        .by_ref()
        .skip(1)
        .take_while(|token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'))
        .collect();
    let code = unwrapped(input.collect());
    if code.is_empty() {
        return diag::nothing_to_run(Span::call_site()).to_compile_error();
    }
    Inline { runtime, errors: Errors::default() }.expand(&code)
}

struct Inline {
    runtime: TokenStream,
    errors: Errors,
}

impl Inline {
    fn expand(self, code: &[TokenTree]) -> TokenStream {
        let is = |position: usize, word: &str| matches!(code.get(position), Some(TokenTree::Ident(ident)) if ident == word);
        let bar = |position: usize| matches!(code.get(position), Some(TokenTree::Punct(punct)) if punct.as_char() == '|');
        let start = usize::from(is(0, "move"));
        match code {
            [TokenTree::Group(body)] if body.delimiter() == Delimiter::Brace => {
                self.closure(&quote!(#body))
            }
            [unsafety, TokenTree::Group(_)] if is(0, "unsafe") => {
                let body = &code[1];
                self.closure(&quote!(#unsafety #body))
            }
            [first, ..] if is(0, "async") => diag::async_inside(first).to_compile_error(),
            _ if bar(start) && bar(start + 1) => {
                self.closure(&code[start + 2..].iter().cloned().collect())
            }
            _ if bar(start) => {
                let end = (start + 1..code.len()).find(|position| bar(*position));
                let parameters = &code[start..=end.unwrap_or(start)];
                let parameters: TokenStream = parameters.iter().cloned().collect();
                diag::closure_with_parameters(parameters).to_compile_error()
            }
            _ => self.call(code.iter().cloned().collect()),
        }
    }

    // Input:
    //     { BODY }
    //
    // Output:
    //     ({ plain(move || { BODY }) },).0
    fn closure(self, body: &TokenStream) -> TokenStream {
        if let Some(found) = find_await(body.clone()) {
            return diag::await_inside(found).to_compile_error();
        }
        let span = located(TypeSpans::of(body).first);
        let plain = private(&self.runtime, "plain", span);
        whole(TypeSpans::of(body), &quote_spanned!(span=> #plain(move || #body)))
    }

    // Input:
    //     path::f(a, &b, c.await?, 8)
    //
    // Output:
    //     ({
    //         let __p0 = { use MoveArgument as _; (Argument(a),).0.hold() };
    //         let __p1 = copy(&b);
    //         let __p2 = inline_arg(c.await?);
    //         plain(move || path::f(__p0.pass(), __p1.lend(), __p2.take(), 8))
    //     },).0
    fn call(mut self, code: TokenStream) -> TokenStream {
        let (code, has_cursor) = add_cursor(code);
        let parsed = match only_expression.parse2(code.clone()) {
            Ok(parsed) => parsed,
            Err(_) if has_cursor => return strip_cursor(quote!({ let _ = #code; })),
            Err(error) if editor::expands() => {
                // What is typed now may stand in it.
                let error = error.to_compile_error();
                return quote!({ let _ = #code; #error });
            }
            Err(error) => return error.to_compile_error(),
        };
        let mut lets = TokenStream::new();
        let call = match parsed.clone() {
            Expr::Call(call) => self.function_call(call, &mut lets),
            Expr::MethodCall(call) => self.method_call(call, &mut lets),
            other => {
                self.errors.push(match &other {
                    Expr::Try(tried) => diag::try_inside(tried.question_token),
                    Expr::Await(awaited) => diag::await_behind(awaited.await_token),
                    other => diag::not_a_call(other),
                });
                other.into_token_stream()
            }
        };
        if !self.errors.is_empty() {
            // What it is made of is still checked, where it would be computed. Of unfinished code
            // rustc has enough to say.
            let errors = if has_cursor { TokenStream::new() } else { self.errors.to_tokens() };
            let code = match parsed {
                Expr::Try(tried) => *tried.expr,
                Expr::Await(awaited) => *awaited.base,
                other => other,
            };
            return strip_cursor(quote!({ let _ = #code; #errors }));
        }
        let span = located(TypeSpans::of(&parsed).first);
        let plain = private(&self.runtime, "plain", span);
        let call = quote_spanned!(span=> #lets #plain(move || #call));
        strip_cursor(whole(TypeSpans::of(&parsed), &call))
    }

    fn function_call(&mut self, mut call: ExprCall, lets: &mut TokenStream) -> TokenStream {
        if !is_place(&call.func) {
            self.errors.push(diag::receiver_runs_here(&call.func));
        }
        for (position, argument) in call.args.iter_mut().enumerate() {
            self.take(argument, position, lets);
        }
        call.into_token_stream()
    }

    fn method_call(&mut self, mut call: ExprMethodCall, lets: &mut TokenStream) -> TokenStream {
        if is_place(&call.receiver) || is_straight(&call.receiver) || is_clone(&call.receiver) {
            self.take(&mut call.receiver, 0, lets);
        } else {
            self.errors.push(diag::receiver_runs_here(&call.receiver));
        }
        for (position, argument) in call.args.iter_mut().enumerate() {
            self.take(argument, position + 1, lets);
        }
        call.into_token_stream()
    }

    /// Evaluates an argument on the caller, and puts a stand-in into its place.
    fn take(&mut self, argument: &mut Expr, position: usize, lets: &mut TokenStream) {
        // What a `macro_rules!` passes on is what it was given.
        while let Expr::Group(group) = argument {
            *argument = (*group.expr).clone();
        }
        if is_straight(argument) {
            return;
        }
        let held = format_ident!("__p{position}", span = Span::mixed_site());
        let spans = TypeSpans::of(&*argument);
        let (value, stand_in) = match &*argument {
            Expr::Reference(ExprReference { mutability: Some(_), .. }) => {
                self.errors.push(diag::lends_mutably(&*argument));
                return;
            }
            Expr::Reference(ExprReference { expr, .. }) if is_place(expr) || is_deref(expr) => {
                (self.checked("copy", argument, spans), stand_in(&held, "lend", spans))
            }
            Expr::Reference(ExprReference { and_token, expr, .. }) => {
                let value = stand_in(&held, "take", spans);
                (self.checked("inline_arg", expr, spans), quote!(#and_token #value))
            }
            argument if may_be_reference(argument) => {
                (self.by_type(argument, spans), stand_in(&held, "pass", spans))
            }
            _ => (self.checked("inline_arg", argument, spans), stand_in(&held, "take", spans)),
        };
        // `&*r` says that what `r` refers to is made owned; clippy would have `r`.
        let allow = matches!(&*argument, Expr::Reference(written) if is_deref(&written.expr))
            .then(|| quote!(#[allow(clippy::borrow_deref_ref)]));
        lets.extend(quote_spanned!(located(spans.first)=> #allow let #held = #value;));
        *argument = Expr::Verbatim(stand_in);
    }

    /// `check(value)`
    fn checked(&self, check: &str, value: &Expr, spans: TypeSpans) -> TokenStream {
        let check = private(&self.runtime, check, spans.first);
        quote_spanned!(located(spans.first)=> #check(#value))
    }

    // Output:
    //     { use MoveArgument as _; (Argument(value),).0.hold() }
    //
    // A reference is copied, as by `&*value`; only the compiler knows whether the value is one.
    fn by_type(&self, value: &Expr, spans: TypeSpans) -> TokenStream {
        let at = located(spans.first);
        let [moves, argument] =
            ["MoveArgument", "Argument"].map(|name| private(&self.runtime, name, at));
        let argument = spans.value(&quote_spanned!(at=> #argument(#value)));
        let hold = Ident::new("hold", spans.first);
        quote_spanned!(at=> { #[allow(unused_imports)] use #moves as _; #argument.#hold() })
    }
}

/// `({ statements },).0`, covering all that was written: a mistake in how the call is used is then
/// not shown at its first word, with advice that would break it there.
fn whole(spans: TypeSpans, statements: &TokenStream) -> TokenStream {
    let spans = TypeSpans { first: located(spans.first), last: located(spans.last) };
    spans.value(&quote_spanned!(spans.first=> { #statements }))
}

fn only_expression(input: ParseStream<'_>) -> syn::Result<Expr> {
    let expression = input.parse()?;
    match input.parse::<Option<TokenTree>>()? {
        Some(more) => Err(diag::more_than_a_call(more)),
        None => Ok(expression),
    }
}

/// `held.method()`, spanned over what it stands for.
fn stand_in(held: &Ident, method: &str, spans: TypeSpans) -> TokenStream {
    let held = Ident::new(&held.to_string(), held.span().located_at(spans.first));
    let method = Ident::new(method, located(spans.last));
    quote_spanned!(located(spans.last)=> #held.#method())
}

/// A variable, or a part of one: taking it runs nothing.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) => true,
        Expr::Field(field) => is_place(&field.base),
        Expr::Index(index) => is_place(&index.expr),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)) && is_place(&unary.expr),
        Expr::Paren(paren) => is_place(&paren.expr),
        Expr::Group(group) => is_place(&group.expr),
        _ => false,
    }
}

/// `*expr`, of which only a reference can be passed on.
fn is_deref(expr: &Expr) -> bool {
    match expr {
        Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)),
        Expr::Paren(paren) => is_deref(&paren.expr),
        Expr::Group(group) => is_deref(&group.expr),
        _ => false,
    }
}

/// Whether the value may be a reference, of a type that is known without the call: a variable, a
/// getter such as `dir.path()`, or a `Path::new(..)`.
///
/// The type of what other calls return may be inferred from the parameter, as that of `x.into()`
/// is. Then it cannot be looked at before.
fn may_be_reference(expr: &Expr) -> bool {
    const INFERRED: [&str; 11] = [
        "collect",
        "default",
        "expect",
        "into",
        "parse",
        "product",
        "sum",
        "try_into",
        "unwrap",
        "unwrap_or_default",
        "unwrap_unchecked",
    ];
    match expr {
        Expr::Path(path) => !is_constant(&path.path),
        Expr::MethodCall(call) => {
            call.args.is_empty()
                && call.turbofish.is_none()
                && !INFERRED.iter().any(|name| call.method == name)
        }
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "new"),
            _ => false,
        },
        Expr::Paren(paren) => may_be_reference(&paren.expr),
        Expr::Group(group) => may_be_reference(&group.expr),
        _ => is_place(expr),
    }
}

/// Whether the path is written as that of a constant, which nothing need be copied of.
fn is_constant(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| {
        let name = last.ident.to_string();
        name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
    })
}

/// What goes into the pool's closure as it is, so that its type is inferred from the call.
fn is_straight(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) | Expr::Closure(_) => true,
        Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && is_straight(&unary.expr),
        Expr::Reference(reference) => {
            reference.mutability.is_none() && matches!(&*reference.expr, Expr::Lit(_))
        }
        Expr::Array(array) => array.elems.iter().all(is_straight),
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_straight),
        Expr::Group(group) => is_straight(&group.expr),
        _ => false,
    }
}

/// `place.clone()`: cheap by custom, and the way to keep the original.
fn is_clone(expr: &Expr) -> bool {
    matches!(expr, Expr::MethodCall(call)
        if call.method == "clone" && call.args.is_empty() && is_place(&call.receiver))
}
