//! The texts that the two crates hold for mistakes.

use std::fs;
use std::path::{Path, PathBuf};

/// One text in the source, as what stands between its placeholders.
pub(crate) struct Text {
    pub(crate) file: PathBuf,
    pub(crate) written: String,
    parts: Vec<String>,
}

/// All texts of both crates.
pub(crate) fn all() -> Vec<Text> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut texts = Vec::new();
    let macros = workspace.join("asyncify-macros/src");
    for file in ["diag.rs", "diag/async_safe.rs", "diag/elsewhere.rs"] {
        add(&mut texts, &macros.join(file), |source| source);
    }
    // Shorter ones are names and examples.
    let is_sentence = |text: &Text| text.written.split(' ').count() > 4;
    for file in ["args/conflicts.rs", "args/table.rs"] {
        let mut found = Vec::new();
        add(&mut found, &macros.join(file), |source| source);
        texts.extend(found.into_iter().filter(is_sentence));
    }
    let mut folders = vec![workspace.join("asyncify-runtime/src")];
    while let Some(folder) = folders.pop() {
        for path in crate::recorded::entries(&folder) {
            match path.is_dir() {
                true => folders.push(path),
                false => add(&mut texts, &path, |source| on_unimplemented(&source)),
            }
        }
    }
    texts
}

/// Adds the texts in a part of a file.
fn add(texts: &mut Vec<Text>, file: &Path, part: impl Fn(String) -> String) {
    let source = fs::read_to_string(file).expect("the source can be read");
    texts.extend(literals(&part(source)).into_iter().map(|written| {
        let parts = parts(&written);
        Text { file: file.to_owned(), written, parts }
    }));
}

/// What stands between the parentheses of each `on_unimplemented`.
fn on_unimplemented(source: &str) -> String {
    let attributes = source.split("#[diagnostic::on_unimplemented(").skip(1);
    attributes.filter_map(|rest| rest.split("\n)]").next()).collect()
}

/// The string literals of a source that say something.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let mut rest = line.chars();
        while rest.by_ref().any(|c| c == '"') {
            let mut literal = String::new();
            while let Some(c) = rest.next().filter(|c| *c != '"') {
                literal.push(if c == '\\' { rest.next().unwrap_or(c) } else { c });
            }
            found.push(literal);
        }
    }
    found.retain(|literal| literal.contains(' '));
    found
}

/// The text without its placeholders.
fn parts(text: &str) -> Vec<String> {
    let pieces = text.split('{').enumerate().map(|(position, piece)| match position {
        0 => piece,
        _ => piece.split_once('}').map_or(piece, |(_, behind)| behind),
    });
    pieces.filter(|piece| !piece.is_empty()).map(str::to_owned).collect()
}

impl Text {
    /// Whether a line of what a compiler said may be this text, filled in.
    pub(crate) fn is_in(&self, line: &str) -> bool {
        let mut rest = Some(line);
        for part in &self.parts {
            rest = rest.and_then(|rest| rest.split_once(&**part)).map(|(_, behind)| behind);
        }
        rest.is_some()
    }
}

#[test]
fn texts_are_found_with_anything_in_their_places() {
    let source = r#"
        // Not "this one here".
        at(key, format_args!("argument `{key}` needs a value"))
            .help("write `\"30s\"`, or so").note("single")
    "#;
    let found = literals(source);
    assert_eq!(found, ["argument `{key}` needs a value", "write `\"30s\"`, or so"]);
    let text = Text { file: PathBuf::new(), parts: parts(&found[0]), written: found[0].clone() };
    assert!(text.is_in("error: argument `limit` needs a value"));
    assert!(!text.is_in("error: argument `limit` takes no value"));
    let attributes =
        "#[diagnostic::on_unimplemented(\n    message = \"`{Self}` is no one\"\n)]\n\"x y\"";
    assert_eq!(literals(&on_unimplemented(attributes)), ["`{Self}` is no one"]);
}
