//! What each shape expands to. `UPDATE_EXPECT=1 cargo test -p asyncify-macros` writes a new state
//! down; read the difference before you keep it.

#![allow(clippy::needless_raw_string_hashes, reason = "as `expect-test` writes them")]
#![allow(clippy::needless_pass_by_value, reason = "`quote!` gives values")]

mod async_trait;
mod blocks;
mod control;
mod conversions;
mod fallbacks;
mod functions;
mod fuzz;
mod inline;
mod methods;
mod misplaced;
mod parameters;
mod process;
mod receivers;
mod remote;
mod to_sync;

use expect_test::Expect;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::args::Direction;

/// The expansion of an attribute with `args` on an item.
#[track_caller]
fn check(args: TokenStream, item: TokenStream, expect: &Expect) {
    expect.assert_eq(&pretty(crate::attribute(Direction::ToAsync, args, item)));
}

/// The expansion of the attribute of the way back.
#[track_caller]
fn check_to_sync(args: TokenStream, item: TokenStream, expect: &Expect) {
    expect.assert_eq(&pretty(crate::attribute(Direction::ToSync, args, item)));
}

/// The expansion of an attribute on a method, inside of the `impl` that rustc puts it back to. What
/// stands in for a sibling is left out where there is one: `misplaced` shows it.
#[track_caller]
fn check_method(args: TokenStream, method: TokenStream, expect: &Expect) {
    let methods = crate::attribute(Direction::ToAsync, args, method);
    let mut block: syn::ItemImpl = syn::parse2(quote!(impl Store { #methods })).unwrap();
    let stand_in = misplaced::take(&mut block);
    assert_eq!(stand_in.len(), if misplaced::has_sibling(&block) { 2 } else { 0 });
    expect.assert_eq(&pretty(block.into_token_stream()));
}

/// The expansion of `asyncify!`.
#[track_caller]
fn check_inline(code: TokenStream, expect: &Expect) {
    let call = crate::inline::asyncify(quote!(@ asyncify_runtime; #code));
    expect.assert_eq(&pretty(quote!(fn caller() { #call })));
}

/// The lints that are allowed in the hidden method that has the body of an annotated one.
fn sibling_lints() -> TokenStream {
    quote! {
        clippy::boxed_local,
        clippy::large_types_passed_by_value,
        clippy::missing_const_for_fn,
        clippy::needless_pass_by_value,
        clippy::trivially_copy_pass_by_ref,
        clippy::unnecessary_wraps,
        clippy::unused_self,
    }
}

/// The code as rustfmt would write it. The absolute path to the hidden module of the runtime is
/// shortened to `__private`, and exactly the [`sibling_lints`] to `..`; any other path to the
/// module and any other list of lints stays as it is.
#[track_caller]
fn pretty(tokens: TokenStream) -> String {
    let code = tokens
        .to_string()
        .replace(":: asyncify_runtime :: __private", "__private")
        .replace(&sibling_lints().to_string(), "..");
    match syn::parse_str(&code) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => panic!("{error} in {code}"),
    }
}
