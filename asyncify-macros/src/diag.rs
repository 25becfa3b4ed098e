//! The text of every message.
//!
//! A message states the problem in one lowercase line without a full stop; a `note` gives facts, a
//! `help` names the way out. Both stand on lines of their own, which rustc indents.

#[cfg(feature = "async_safe")]
mod async_safe;
mod elsewhere;

use std::fmt::Display;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Error;

#[cfg(feature = "async_safe")]
pub(crate) use self::async_safe::*;
pub(crate) use self::elsewhere::*;
use crate::args::Direction;

const OUTLIVES: &str = "the body runs on another thread and may outlive the caller";
/// What a caller can do instead of lending mutably.
const INSTEAD_OF_MUT: &str = "take it by value and return it, or use `lend` or `in_place`";
/// What a caller can do instead of returning an iterator or a future.
const INSTEAD_OF_LAZY: &str =
    "collect it, and return the collection, or, of an iterator, make a stream with `stream`";

/// A message under construction.
struct Message {
    lines: Vec<String>,
    span: TokenStream,
}

fn at(span: impl ToTokens, error: impl Display) -> Message {
    message(span.to_token_stream(), error.to_string())
}

fn message(span: TokenStream, error: String) -> Message {
    Message { lines: vec![error], span }
}

/// As [`at`], for a token that has no tokens of its own to print.
fn at_span(span: Span, error: impl Display) -> Message {
    at(Ident::new("here", span), error)
}

impl Message {
    fn note(mut self, note: impl Display) -> Self {
        self.lines.push(format!("note: {note}"));
        self
    }

    fn help(mut self, help: impl Display) -> Self {
        self.lines.push(format!("help: {help}"));
        self
    }

    fn done(self) -> Error {
        Error::new_spanned(self.span, self.lines.join("\n"))
    }
}

// The item.

pub(crate) fn not_a_function(kind: impl ToTokens, direction: Direction) -> Error {
    let name = direction.name();
    let methods = match direction {
        Direction::ToAsync => "methods block",
        Direction::ToSync => "methods are `async`",
    };
    at(kind, format_args!("the `{name}` attribute can only be applied to a function"))
        .help(format_args!("apply it to a `fn`, or to an `impl` or `trait` whose {methods}"))
        .done()
}

pub(crate) fn not_async(token: impl ToTokens) -> Error {
    at(token, "function is already sync")
        .help("remove the attribute; to make it async, use `sync_to_async`")
        .done()
}

pub(crate) fn const_fn(token: impl ToTokens) -> Error {
    at(token, "a `const fn` cannot run on another thread").help("remove `const`").done()
}

pub(crate) fn foreign_abi(token: impl ToTokens) -> Error {
    at(token, "`extern` functions cannot become `async`")
        .help("call it from a Rust function")
        .done()
}

pub(crate) fn no_body(semicolon: impl ToTokens) -> Error {
    at(semicolon, "function has no body to run")
        .help("give it one, or, in a trait, put the attribute on the `trait`")
        .done()
}

/// The note of a `#[deprecated]` function, which rustc shows at the method.
pub(crate) const MISPLACED_METHOD: &str = "in an `#[async_trait] impl`, write `async fn`; for another trait, put `#[sync_to_async(opt_in)]` on the `impl` too";

pub(crate) fn below_async_trait(name: &Ident) -> Error {
    at(name, "the `sync_to_async` attribute must come before `async_trait`")
        .note("`async_trait` has written this method in a form that is not known here")
        .help("write it without `async`, and `#[sync_to_async(opt_in)]` on the block above `#[async_trait]`")
        .done()
}

pub(crate) fn sync_below_async_trait(name: &Ident) -> Error {
    at(name, "`async_trait` has left this method sync")
        .help("write `async fn`, or put the `sync_to_async` attribute above `#[async_trait]`")
        .done()
}

pub(crate) fn duplicate_attribute(attribute: impl ToTokens, direction: Direction) -> Error {
    at(attribute, format_args!("duplicate `{}` attribute", direction.name()))
        .help("remove one")
        .done()
}

// Parameters and the output.

pub(crate) fn mutable_borrow(borrow: impl ToTokens, argument: &str) -> Error {
    at(borrow, format_args!("argument `{argument}` is borrowed mutably"))
        .note(OUTLIVES)
        .help(INSTEAD_OF_MUT)
        .done()
}

pub(crate) fn cannot_lend(borrow: impl ToTokens, argument: &str) -> Error {
    at(borrow, format_args!("the size of argument `{argument}` is not known, so it cannot be lent"))
        .note("`lend` moves the value out, and leaves a default in its place")
        .help("lend its owner, such as a `Vec<T>` or a `String`, or use `in_place`")
        .done()
}

pub(crate) fn nothing_to_lend(key: &Ident) -> Error {
    at(key, "there is nothing to lend").note("no argument is a `&mut`").help("remove `lend`").done()
}

pub(crate) fn dependent_limit(name: &Ident) -> Error {
    at(name, format_args!("`limit` cannot depend on `{name}`"))
        .note("all calls share one limit, whatever their types are")
        .help("name a constant outside of the `impl` or function, or share a `limiter`")
        .done()
}

pub(crate) fn no_result(span: Span) -> Error {
    at_span(span, "a function with `timeout` must return a `Result`")
        .help("return `Result<_, E>` with `E: From<asyncify_runtime::Error>`")
        .done()
}

pub(crate) fn holds_borrow(borrow: impl ToTokens, argument: &str, help: &str) -> Error {
    at(borrow, format_args!("argument `{argument}` holds a borrow"))
        .note(OUTLIVES)
        .help(help)
        .done()
}

pub(crate) fn borrowing_receiver(receiver: impl ToTokens, owned: &str) -> Error {
    at(receiver, "argument `self` holds a borrow")
        .note(OUTLIVES)
        .help(format_args!("write it in an `impl {owned}`, or use `in_place`"))
        .done()
}

pub(crate) fn borrowed_object(borrow: impl ToTokens, argument: &str, help: &str) -> Error {
    at(borrow, format_args!("argument `{argument}` borrows a trait object"))
        .note("a trait object cannot be made owned for the blocking thread")
        .help(help)
        .done()
}

pub(crate) fn borrowed_return(borrow: impl ToTokens, owned: &str) -> Error {
    at(borrow, "return type borrows from the caller")
        .note("nothing borrowed outlives the call")
        .help(format_args!("return an owned value: `{owned}`"))
        .done()
}

pub(crate) fn lazy_return(token: impl ToTokens) -> Error {
    at(token, "return type is lazy: it would run on the caller").help(INSTEAD_OF_LAZY).done()
}

pub(crate) fn async_stream(token: impl ToTokens) -> Error {
    at(token, "the iterator of a stream is not made by an `async fn`").help("remove `async`").done()
}

pub(crate) fn no_iterator(span: Span) -> Error {
    at_span(span, "return type is not an iterator")
        .help("return an `impl Iterator<Item = T>`")
        .done()
}

pub(crate) fn unknown_items(token: impl ToTokens) -> Error {
    at(token, "return type does not say what the items of the stream are")
        .help("write `impl Iterator<Item = T>`")
        .done()
}

pub(crate) fn single_item(name: &Ident) -> Error {
    at(name, format_args!("`{name}` is an iterator of at most one item, its value"))
        .help("return an `impl Iterator<Item = T>`, or a `Result<impl Iterator<Item = T>, E>`")
        .done()
}

pub(crate) fn opaque_in_trait(token: impl ToTokens) -> Error {
    at(token, "return type captures the borrowed arguments")
        .note("the `impl Trait` of a method in a trait captures every lifetime of the method")
        .help("return a named type or a `Box<dyn Trait>`, or take `self: Arc<Self>`")
        .done()
}

// Arguments of the attribute.

pub(crate) fn unknown_argument(key: &Ident, similar: Option<&str>, valid: &str) -> Error {
    let message = at(key, format_args!("unknown argument `{key}`"));
    let message = match similar {
        Some(name) => message.help(format_args!("did you mean `{name}`?")),
        None => message,
    };
    message.note(format_args!("the valid arguments are {valid}")).done()
}

pub(crate) fn duplicate_argument(key: &Ident) -> Error {
    at(key, format_args!("duplicate argument `{key}`")).help("remove one").done()
}

pub(crate) fn missing_value(key: &Ident, example: &str) -> Error {
    at(key, format_args!("argument `{key}` needs a value"))
        .help(format_args!("write `{example}`"))
        .done()
}

pub(crate) fn missing_equals(value: impl ToTokens, key: &Ident, example: &str) -> Error {
    at(value, format_args!("expected `=` after `{key}`"))
        .help(format_args!("write `{example}`"))
        .done()
}

pub(crate) fn needless_value(value: impl ToTokens, key: &Ident) -> Error {
    at(value, format_args!("argument `{key}` takes no value"))
        .help(format_args!("write `{key}`"))
        .done()
}

pub(crate) fn wrong_value(
    value: impl ToTokens,
    expected: &str,
    found: &str,
    example: &str,
) -> Error {
    at(value, format_args!("expected {expected}, found {found}"))
        .help(format_args!("write `{example}`"))
        .done()
}

pub(crate) fn below_one(value: impl ToTokens, key: &Ident) -> Error {
    at(value, format_args!("`{key}` must be at least 1")).done()
}

pub(crate) fn not_a_duration(value: impl ToTokens) -> Error {
    at(value, "expected a duration")
        .help("write `\"500ms\"`, `\"30s\"`, `\"1m30s\"` or `\"1h\"`, or an expression of a `Duration`")
        .done()
}

pub(crate) fn no_time(value: impl ToTokens, key: &Ident) -> Error {
    at(value, format_args!("`{key}` must be longer than zero")).done()
}

pub(crate) fn too_much_time(value: impl ToTokens, key: &Ident) -> Error {
    at(value, format_args!("`{key}` is longer than a `Duration` can be")).done()
}

pub(crate) fn feature_off(key: &Ident, feature: &str) -> Error {
    without_feature(key.span(), format_args!("argument `{key}`"), feature)
}

pub(crate) fn without_feature(span: Span, what: impl Display, feature: &str) -> Error {
    at_span(span, format_args!("{what} needs the `{feature}` feature"))
        .help("enable it on `asyncify-runtime`")
        .done()
}

pub(crate) fn not_a_name(value: impl ToTokens, name: &str) -> Error {
    at(value, format_args!("`{name}` cannot be the name of a function"))
        .help("write a plain name, such as `read_async`")
        .done()
}

pub(crate) fn same_name(value: impl ToTokens) -> Error {
    at(value, "the added function needs another name")
        .note("the original function keeps its name")
        .done()
}

pub(crate) fn misplaced_argument(key: &Ident, place: &str, help: &str) -> Error {
    at(key, format_args!("argument `{key}` has no meaning on {place}")).help(help).done()
}

pub(crate) fn conflict(later: &Ident, earlier: &Ident, why: &str) -> Error {
    at(later, format_args!("arguments `{earlier}` and `{later}` cannot be combined"))
        .note(why)
        .done()
}

pub(crate) fn relative_crate_path(path: impl ToTokens) -> Error {
    at(path, "crate path must be absolute").help("write `::name`, or `crate::name`").done()
}

pub(crate) fn not_an_argument(token: impl ToTokens, example: &str) -> Error {
    at(token, format_args!("expected an argument such as `{example}`")).done()
}

pub(crate) fn not_options(value: impl ToTokens, key: &Ident, example: &str) -> Error {
    at(value, format_args!("the arguments of `{key}` go in parentheses"))
        .help(format_args!("write `{example}`, or only `{key}`"))
        .done()
}

pub(crate) fn not_a_choice(value: impl ToTokens, choices: &str) -> Error {
    at(value, "unknown choice").note(format_args!("the choices are {choices}")).done()
}

// `asyncify!`.

pub(crate) fn nothing_to_run(span: Span) -> Error {
    at_span(span, "`asyncify!` needs a call, a block or a closure to run")
        .help("write `asyncify!(blocking_call(argument))`, or `asyncify!({ .. })`")
        .done()
}

pub(crate) fn not_a_call(expression: impl ToTokens) -> Error {
    at(expression, "`asyncify!` takes a call, a block or a closure")
        .help("to run all of it on the pool, write `asyncify!({ .. })`")
        .done()
}

pub(crate) fn try_inside(expression: impl ToTokens) -> Error {
    at(expression, "`?` applies to a call that has not run yet")
        .help("write it after the `.await`: `asyncify!(..).await?`")
        .done()
}

pub(crate) fn await_behind(token: impl ToTokens) -> Error {
    at(token, "`.await` applies to a call that has not run yet")
        .help("write it after the macro: `asyncify!(..).await`")
        .done()
}

pub(crate) fn more_than_a_call(token: impl ToTokens) -> Error {
    at(token, "`asyncify!` takes one call, a block or a closure")
        .help("to run several steps on the pool, write `asyncify!({ .. })`")
        .done()
}

pub(crate) fn receiver_runs_here(receiver: impl ToTokens) -> Error {
    at(receiver, "this receiver would be evaluated on the caller")
        .help("to run all of it on the pool, write `asyncify!({ .. })`")
        .done()
}

pub(crate) fn lends_mutably(argument: impl ToTokens) -> Error {
    at(argument, "argument is borrowed mutably")
        .note(OUTLIVES)
        .help("move it into a block and return it: `asyncify!({ ..; value })`")
        .done()
}

pub(crate) fn closure_with_parameters(parameters: impl ToTokens) -> Error {
    at(parameters, "this closure cannot take parameters")
        .help("capture what it needs: `asyncify!(|| ..)`")
        .done()
}

pub(crate) fn async_inside(token: impl ToTokens) -> Error {
    at(token, "`asyncify!` runs sync code on the pool")
        .help("await the async part on its own, or annotate a function that contains it")
        .done()
}

pub(crate) fn await_inside(token: impl ToTokens) -> Error {
    at(token, "`.await` inside a block that runs on a blocking thread")
        .help("await it before the block, and use its value inside")
        .done()
}
