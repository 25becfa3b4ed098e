//! Messages about functions that run in another process: worker processes and remote tasks.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::Error;

use super::{at, at_span};

const BY_NAME: &str = "the worker finds the function by its name alone";

/// What a function of another process is, for a message.
#[derive(Clone, Copy)]
pub(crate) struct Elsewhere {
    /// What a wrong one cannot do.
    cannot: &'static str,
    /// Who runs it.
    worker: &'static str,
    /// Why it may have no result.
    failure: &'static str,
}

pub(crate) const IN_PROCESS: Elsewhere = Elsewhere {
    cannot: "run in a worker process",
    worker: "a worker process",
    failure: "the process may crash, which is an error for the caller",
};

pub(crate) const REMOTE: Elsewhere = Elsewhere {
    cannot: "be a remote task",
    worker: "a remote worker",
    failure: "the worker may fail, which is an error for the caller",
};

impl Elsewhere {
    pub(crate) fn asynchronous(self, token: impl ToTokens) -> Error {
        at(token, format_args!("an `async fn` cannot {}", self.cannot))
            .help("remove `async`: the function may block there")
            .done()
    }

    pub(crate) fn generic(self, parameter: impl ToTokens) -> Error {
        at(parameter, format_args!("a generic function cannot {}", self.cannot))
            .note(BY_NAME)
            .help("annotate a function of concrete types that calls it")
            .done()
    }

    pub(crate) fn receiver(self, receiver: impl ToTokens) -> Error {
        at(receiver, format_args!("a method cannot {}", self.cannot))
            .note(BY_NAME)
            .help("annotate a free function, and pass it what it needs")
            .done()
    }

    pub(crate) fn mutable(self, borrow: impl ToTokens, argument: &str) -> Error {
        at(borrow, format_args!("argument `{argument}` is borrowed mutably"))
            .note(format_args!("{} gets a copy, which does not come back", self.worker))
            .help("take it by value and return it")
            .done()
    }

    pub(crate) fn borrowed_for_static(
        self,
        borrow: impl ToTokens,
        argument: &str,
        owned: &str,
    ) -> Error {
        at(borrow, format_args!("argument `{argument}` is borrowed for `'static`"))
            .note(format_args!("{} gets a copy, which does not live that long", self.worker))
            .help(format_args!("take `{owned}`, or borrow it without `'static`"))
            .done()
    }

    pub(crate) fn conditional(self, attribute: impl ToTokens) -> Error {
        at(attribute, format_args!("a parameter of {} cannot be conditional", self.worker))
            .help("put `#[cfg]` on two whole functions")
            .done()
    }

    pub(crate) fn no_result(self, span: Span) -> Error {
        at_span(span, format_args!("a function in {} must return a `Result`", self.worker))
            .note(self.failure)
            .help("return `Result<_, E>` with `E: From<asyncify_runtime::Error>`")
            .done()
    }
}

const TASK_NAMES: &str =
    "a name has at most 200 ASCII letters, digits, `_`, `-` and `:`, and dots between words";

pub(crate) fn not_a_task_name(value: impl ToTokens) -> Error {
    at(value, "this cannot be the name of a task")
        .note(TASK_NAMES)
        .help("write something like `\"thumbnail.v1\"`")
        .done()
}

pub(crate) fn needs_task_name(function: &Ident) -> Error {
    at(function, "the name of this function cannot be the name of a task")
        .note(TASK_NAMES)
        .help("write `remote(name = \"..\")`")
        .done()
}

pub(crate) fn not_a_queue_name(value: impl ToTokens) -> Error {
    at(value, "this cannot be the name of a queue")
        .note("a name has at most 64 ASCII letters, digits, `_` and `-`")
        .help("write something like `\"images\"`")
        .done()
}

pub(crate) fn below_zero(value: impl ToTokens, key: &Ident) -> Error {
    at(value, format_args!("`{key}` must not be negative")).done()
}
