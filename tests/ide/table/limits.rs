//! What cannot be had from rust-analyzer 1.95. Each line is a check that fails with it.

/// Some checks, and the reason why they fail.
pub(crate) struct Limit {
    pub(crate) reason: &'static str,
    pub(crate) checks: &'static [&'static str],
}

pub(crate) const LIMITS: [Limit; 4] = [
    Limit {
        reason: "rust-analyzer offers each local and item in scope, whatever its hygiene",
        checks: &[
            "function: complete no name of ours",
            "associated: complete no name of ours",
            "trait_definition: complete no name of ours",
            "trait_impl: complete no name of ours",
            "boxed: complete no name of ours",
            "macro_made: complete no name of ours",
            "generic: complete no name of ours",
            "async_body: complete no name of ours",
            "streamed: complete no name of ours",
            "in_process: complete no name of ours",
            "in_place: complete no name of ours",
        ],
    },
    Limit {
        reason: "rust-analyzer offers and explains items, and `crate` cannot be the name of one: an \
            item that has it as an alias is inserted by its own name, and a path of its own makes \
            it one among all that is in scope",
        checks: &["function: complete `crate`", "function: hover on `crate`"],
    },
    Limit {
        reason: "rust-analyzer gives no hints within the input of a `name!` macro",
        checks: &["macro_made: hint on a local of the body", "inline: hint in a block"],
    },
    Limit {
        reason: "rust-analyzer expands no `name!(` whose parenthesis is not closed",
        checks: &["inline: complete an argument of an unclosed call"],
    },
];
