//! The macros of `asyncify-runtime`, which re-exports them: depend on that crate instead.

#![forbid(unsafe_code)]
// Built as a plain library for fuzzing and benchmarks, which call the stages directly.
#![cfg_attr(asyncify_library, allow(clippy::useless_conversion))]

mod analyze;
mod args;
#[cfg(feature = "async_safe")]
mod async_safe;
mod diag;
mod editor;
mod errors;
mod expand;
mod fallback;
mod inline;
mod item;
mod spans;
#[cfg(all(test, not(asyncify_library)))]
mod tests;
mod to_sync;

#[cfg(not(asyncify_library))]
use proc_macro::TokenStream;
#[cfg(asyncify_library)]
use proc_macro2::TokenStream;

use crate::args::Direction;
#[cfg(feature = "async_safe")]
use crate::async_safe::async_safe as lint;

#[doc = include_str!("../docs/sync_to_async.md")]
#[cfg_attr(not(asyncify_library), proc_macro_attribute)]
pub fn sync_to_async(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(Direction::ToAsync, args.into(), item.into()).into()
}

#[doc = include_str!("../docs/async_to_sync.md")]
#[cfg_attr(not(asyncify_library), proc_macro_attribute)]
pub fn async_to_sync(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(Direction::ToSync, args.into(), item.into()).into()
}

#[doc = include_str!("../docs/async_safe.md")]
#[cfg_attr(not(asyncify_library), proc_macro_attribute)]
pub fn async_safe(args: TokenStream, item: TokenStream) -> TokenStream {
    lint(args.into(), item.into()).into()
}

#[doc = include_str!("../docs/main.md")]
#[cfg_attr(not(asyncify_library), proc_macro_attribute)]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    main_attribute(args.into(), item.into()).into()
}

/// Implements `asyncify_runtime::asyncify!`, which passes the path of the runtime crate.
#[doc(hidden)]
#[cfg_attr(not(asyncify_library), proc_macro)]
pub fn asyncify(input: TokenStream) -> TokenStream {
    inline::asyncify(input.into()).into()
}

fn attribute(
    direction: Direction,
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    // What does not parse has been reported by rustc, or is newer than this crate.
    let Ok(parsed) = item::parse(item.clone()) else { return item };
    let names = editor::expands().then(|| args::names::of(&args, direction, &parsed));
    let mut errors = errors::Errors::default();
    let tokens = match (parsed, direction) {
        (item::Item::Fn(raw), Direction::ToAsync) => function(args, raw, &mut errors),
        (item::Item::Block(raw), Direction::ToAsync) => block(args, raw, &mut errors),
        (item::Item::Fn(raw), Direction::ToSync) => to_sync::function(args, raw, &mut errors),
        (item::Item::Block(raw), Direction::ToSync) => to_sync::block(args, raw, &mut errors),
        (item::Item::Other(kind), direction) => {
            errors.push(diag::not_a_function(kind, direction));
            item
        }
    };
    let errors = errors.to_tokens();
    quote::quote!(#names #tokens #errors)
}

fn main_attribute(
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    let mut errors = errors::Errors::default();
    let args = args::parse(args, Direction::ToAsync, args::Place::Main, &mut errors);
    let errors = errors.to_tokens();
    let main = match item::parse(item.clone()) {
        Ok(item::Item::Fn(raw)) => expand::main(&raw, args.drain.as_ref(), &args.runtime_path()),
        _ => item,
    };
    quote::quote!(#main #errors)
}

/// Whether a function can run in another process. If not, its arguments have been refused, and the
/// code for it is not compiled to machine code.
const RUNS_ELSEWHERE: bool =
    cfg!(any(test, asyncify_library, feature = "process", feature = "remote"));

fn function(
    args: proc_macro2::TokenStream,
    mut raw: item::RawFn,
    errors: &mut errors::Errors,
) -> proc_macro2::TokenStream {
    let place = match analyze::is_of_async_trait(&raw.sig) {
        true => args::Place::TraitMethod,
        false => args::Place::Function,
    };
    let args = args::parse(args, Direction::ToAsync, place, errors);
    if args.skip {
        return quote::quote!(#raw);
    }
    for attribute in analyze::take_attributes(&mut raw.attrs, Direction::ToAsync) {
        errors.push(diag::duplicate_attribute(attribute, Direction::ToAsync));
    }
    if RUNS_ELSEWHERE {
        let process = args.process.clone().map(analyze::Target::Process);
        if let Some(target) = args.remote.clone().map(analyze::Target::Remote).or(process) {
            return match analyze::process(&raw, &args, target, errors) {
                Some(plan) => expand::process(&plan),
                None => fallback::function(&raw, &args, analyze::MethodKind::Plain, false),
            };
        }
    }
    match analyze::function(&raw, &args, &analyze::Site::Alone, errors) {
        Some(plan) => {
            analyze::lent(args.lend.as_ref(), [&plan], errors);
            expand::function(&plan)
        }
        None => fallback::function(&raw, &args, analyze::MethodKind::Plain, false),
    }
}

fn block(
    args: proc_macro2::TokenStream,
    mut raw: item::RawBlock,
    errors: &mut errors::Errors,
) -> proc_macro2::TokenStream {
    let args = args::parse(args, Direction::ToAsync, raw.place(), errors);
    for attribute in analyze::take_attributes(&mut raw.attrs, Direction::ToAsync) {
        errors.push(diag::duplicate_attribute(attribute, Direction::ToAsync));
    }
    expand::block(&analyze::block(raw, &args, errors))
}

#[cfg(not(feature = "async_safe"))]
fn lint(_: proc_macro2::TokenStream, item: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    fallback::without_feature("async_safe", item)
}
