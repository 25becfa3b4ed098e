//! Source text as libFuzzer writes it: arguments, a zero, and an item. A corpus of real items
//! helps: `asyncify-macros/src/tests/fuzz/signatures.txt` has some.
//!
//! `cargo +nightly fuzz run text`
#![no_main]

mod expand;

#[path = "../../asyncify-macros/src/tests/fuzz/check.rs"]
mod check;
#[path = "../../asyncify-macros/src/tests/fuzz/generate.rs"]
#[allow(dead_code, reason = "cases are not made here")]
mod generate;

use generate::{Case, Macro};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (args, item) = text.split_once('\0').unwrap_or(("", text));
    // Nesting without end is the end of any parser's stack; rustc has limits of its own before
    // ours.
    if text.matches(['(', '[', '{', '<', '&', '*', '!', '-']).count() > 100 {
        return;
    }
    let (Ok(args), Ok(item)) = (args.parse(), item.parse()) else { return };
    let mut case = Case { called: Macro::ToAsync, args, item };
    for called in [Macro::ToAsync, Macro::ToSync, Macro::Main, Macro::Inline] {
        case.called = called;
        check::check(&case, expand::expand);
    }
});
