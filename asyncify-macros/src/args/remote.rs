//! The arguments within `remote(..)`.

use proc_macro2::{Ident, TokenStream};
use syn::LitStr;

use super::Args;
use super::table::{Kind, Row};
use crate::diag;

/// What is said of a remote task.
#[derive(Clone, Default)]
pub(crate) struct Remote {
    pub(crate) name: Option<LitStr>,
    pub(crate) queue: Option<LitStr>,
    /// An expression of a `Duration`.
    pub(crate) timeout: Option<TokenStream>,
    pub(crate) retries: Option<TokenStream>,
    /// An expression of a `Duration`.
    pub(crate) backoff: Option<TokenStream>,
    /// The key that asks for this format.
    pub(crate) postcard: Option<Ident>,
    pub(crate) detached: bool,
    pub(crate) at_most_once: bool,
    pub(crate) engine: Option<TokenStream>,
}

pub(super) const TABLE: &[Row] = &[
    Row::of_function(
        "name",
        "name = \"thumbnail.v1\"",
        Kind::Name(|args, value, errors| {
            if errors.ok(check_name(&value)).is_some() {
                args.set_remote(|remote| remote.name = Some(value));
            }
        }),
    ),
    Row::of_function(
        "queue",
        "queue = \"images\"",
        Kind::Name(|args, value, errors| {
            if errors.ok(check_queue(&value)).is_some() {
                args.set_remote(|remote| remote.queue = Some(value));
            }
        }),
    ),
    Row::of_function(
        "timeout",
        "timeout = \"10m\"",
        Kind::Duration(|args, value| {
            args.set_remote(|remote| remote.timeout = Some(value));
        }),
    ),
    Row::of_function(
        "retries",
        "retries = 3",
        Kind::Number(|args, value| {
            args.set_remote(|remote| remote.retries = Some(value));
        }),
    ),
    Row::of_function(
        "backoff",
        "backoff = \"2s\"",
        Kind::Duration(|args, value| {
            args.set_remote(|remote| remote.backoff = Some(value));
        }),
    ),
    Row::of_function(
        "codec",
        "codec = \"postcard\"",
        Kind::Choice(&["messagepack", "postcard"], |args, key, choice| {
            args.set_remote(|remote| remote.postcard = (choice == 1).then_some(key));
        }),
    ),
    Row::of_function(
        "on_drop",
        "on_drop = \"detach\"",
        Kind::Choice(&["cancel", "detach"], |args, _, choice| {
            args.set_remote(|remote| remote.detached = choice == 1);
        }),
    ),
    Row::of_function(
        "at_most_once",
        "at_most_once",
        Kind::Flag(|args, _| args.set_remote(|remote| remote.at_most_once = true)),
    ),
    Row::of_function(
        "engine",
        "engine = &*ENGINE",
        Kind::Expression(|args, value| {
            args.set_remote(|remote| remote.engine = Some(value));
        }),
    ),
];

impl Args {
    /// Sets what is within `remote(..)`, which is there when its own arguments are applied.
    fn set_remote(&mut self, set: impl FnOnce(&mut Remote)) {
        if let Some(remote) = &mut self.remote {
            set(remote);
        }
    }
}

/// The rules of `asyncify_runtime::remote::TaskName`.
fn check_name(name: &LitStr) -> syn::Result<()> {
    let value = name.value();
    let words = value.split('.').all(|word| is_word(word, ":"));
    if words && value.len() <= 200 { Ok(()) } else { Err(diag::not_a_task_name(name)) }
}

/// The rules of `asyncify_runtime::remote::QueueName`.
fn check_queue(name: &LitStr) -> syn::Result<()> {
    let value = name.value();
    let fits = is_word(&value, "") && value.len() <= 64;
    if fits { Ok(()) } else { Err(diag::not_a_queue_name(name)) }
}

fn is_word(word: &str, also: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c) || also.contains(c);
    !word.is_empty() && word.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    #[test]
    fn names_are_those_that_the_runtime_takes() {
        let text = |text: &str| LitStr::new(text, Span::call_site());
        for good in ["thumbnail.v1", "shop::thumbnail", "a-b_c.9", &"t".repeat(200)] {
            assert!(check_name(&text(good)).is_ok(), "{good}");
        }
        for bad in ["", ".a", "a.", "a..b", "a b", "a*", ">", "ä", &"t".repeat(201)] {
            assert!(check_name(&text(bad)).is_err(), "{bad}");
        }
        assert!(check_queue(&text("images-2")).is_ok());
        for bad in ["", "a.b", "a::b", "a b", "*", &"q".repeat(65)] {
            assert!(check_queue(&text(bad)).is_err(), "{bad}");
        }
    }
}
