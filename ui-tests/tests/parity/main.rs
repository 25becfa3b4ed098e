//! Ordinary mistakes read with the attribute as they do without.
//!
//! Each entry of `parity/mistakes/*.txt` is an `async fn` as one writes it by hand, with a mistake
//! in it or at its call; [`mistakes`] makes a program of it as a function, as a method, in the
//! `impl` of a trait and with a body in the trait. Each program is compiled as it is, and once more
//! with the attribute in place of `// sync_to_async`; level, code, words and place of all messages
//! are compared. What differs is recorded in `parity/differences.txt`, where `UPDATE_EXPECT=1`
//! writes a new state down: read it before you keep it.
//!
//! What is left has reasons of a few kinds:
//! - A body that cannot be a closure's is that of a sync method, and reads as one. Its calls of
//!   itself are those of the async method.
//! - A trait declares an `impl Future + Send`, or a boxed future, and errors name that type. What
//!   is awaited of it is not reached by `#[must_use]`, and an `async` that was written is not in
//!   it. An impl by hand that is wrong is told by the boxed type where the types differ.
//! - The body of a trait's method is in a hidden trait, which repeats the signature. What rustc
//!   words differently for a trait and for an impl, it says twice.

#[path = "../ui/compiler.rs"]
mod compiler;

mod compile;
mod mistakes;
mod source;
mod table;

use std::io::{self, Write};
use std::path::Path;

use compile::Runtime;
use expect_test::expect_file;
use mistakes::Template;
use source::Variant;
use table::{Comparison, Table};

#[test]
fn mistakes_read_as_without_the_attribute() {
    let runtime = Runtime::build();
    let mut tables = compare(
        &runtime,
        Template::Function,
        &[("functions", Variant::Annotated), ("async functions", Variant::AnnotatedAsync)],
    );
    tables.extend(compare(
        &runtime,
        Template::Method,
        &[
            ("methods", Variant::Annotated),
            ("async methods", Variant::AnnotatedAsync),
            ("methods of an annotated impl", Variant::InAnnotatedBlock),
        ],
    ));
    for (template, titles) in [
        (Template::Implementation, ["trait impls", "async trait impls", "boxed trait impls"]),
        (
            Template::Provided,
            ["provided methods", "async provided methods", "boxed provided methods"],
        ),
    ] {
        let [sync, asynchronous, boxed] = titles;
        let variants = [
            (sync, Variant::InAnnotatedBlock),
            (asynchronous, Variant::AsyncInAnnotatedBlock),
            (boxed, Variant::InBoxedBlock),
        ];
        tables.extend(compare(&runtime, template, &variants));
    }
    for table in &tables {
        say(&table.summary());
    }
    let compiler = compiler::version();
    if compiler == compiler::RECORDED {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("parity/differences.txt");
        let text: Vec<_> = tables.iter().map(ToString::to_string).collect();
        expect_file![file].assert_eq(&text.join("\n"));
    } else {
        say(&format!(
            "skipped: differences not compared, rustc {compiler} is not the recorded one"
        ));
    }
}

/// Compares all cases of a template with these variants of them.
fn compare(
    runtime: &Runtime,
    template: Template,
    variants: &[(&'static str, Variant)],
) -> Vec<Table> {
    let cases = mistakes::cases(template);
    let by_hand = runtime.messages_of_all(&cases, Variant::ByHand);
    for (case, messages) in cases.iter().zip(&by_hand) {
        let is_quiet = case.name.starts_with("quiet_");
        let template = template.name();
        assert_eq!(messages.is_empty(), is_quiet, "{template}/{}: {messages:#?}", case.name);
    }
    let table = |&(title, variant)| {
        let annotated = runtime.messages_of_all(&cases, variant);
        let each = cases.iter().zip(&by_hand).zip(annotated);
        let comparisons = each.map(|((case, by_hand), annotated)| {
            Comparison::new(case, by_hand, annotated, || runtime.messages(case, Variant::Sync))
        });
        Table { title, comparisons: comparisons.collect() }
    };
    variants.iter().map(table).collect()
}

/// Not by `eprintln!`, which is captured.
fn say(line: &str) {
    writeln!(io::stderr(), "{line}").expect("stderr can be written to");
}
