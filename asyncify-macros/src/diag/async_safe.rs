//! The text of every message of `async_safe`.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::Error;

use super::at;

pub(crate) fn nothing_async(kind: impl ToTokens) -> Error {
    at(kind, "the `async_safe` attribute can only be applied to code that may be async")
        .help("apply it to an `async fn`, an `impl`, a `trait`, or an inline `mod`")
        .done()
}

pub(crate) fn not_a_lint_argument(token: impl ToTokens) -> Error {
    at(token, "expected an argument such as `allow(std::fs)`").done()
}

pub(crate) fn missing_paths(key: &Ident) -> Error {
    at(key, format_args!("argument `{key}` needs paths"))
        .help(format_args!("write `{key}(std::fs, std::thread::sleep)`"))
        .done()
}

pub(crate) fn not_a_path(tokens: impl ToTokens) -> Error {
    at(tokens, "expected the path of a function, a method or a module")
        .help("write it as in `std::fs::read`")
        .done()
}

pub(crate) fn blocking_call(call: impl ToTokens, name: &str, why: &str, help: &str) -> Error {
    at(call, format_args!("`{name}` blocks every task of this thread")).note(why).help(help).done()
}

pub(crate) fn guard_over_await(call: impl ToTokens, name: &str, why: &str, help: &str) -> Error {
    at(call, format_args!("guard of `{name}` is held over an await")).note(why).help(help).done()
}
