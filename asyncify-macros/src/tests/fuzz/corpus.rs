//! Items that other people wrote: signatures that are kept here, and sources of crates that lie in
//! cargo's registry.

use std::path::{Path, PathBuf};
use std::{env, fs};

use proc_macro2::{TokenStream, TokenTree};

/// Functions of large crates, one on each line; `#` lines say whose.
pub(super) const SIGNATURES: &str = include_str!("signatures.txt");

/// Crates with many shapes of signatures. The first has what other parsers stumble over, as tests.
const CRATES: [&str; 11] = [
    "syn",
    "tokio",
    "regex-automata",
    "hyper",
    "clap_builder",
    "serde_json",
    "rustix",
    "itertools",
    "hashbrown",
    "futures-util",
    "bstr",
];

pub(super) fn signatures() -> impl Iterator<Item = TokenStream> {
    let lines = SIGNATURES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.parse().unwrap_or_else(|error| panic!("{error} in {line}")))
}

/// The sources of one version of each crate that this machine has.
pub(super) fn sources() -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let registries = home.map(|home| entries(&home.join("registry/src"))).unwrap_or_default();
    let mut crates: Vec<_> = registries.iter().flat_map(|registry| entries(registry)).collect();
    crates.sort();
    let mut files = Vec::new();
    for name in CRATES {
        // The last is the newest, nearly always.
        if let Some(path) = crates.iter().rev().find(|path| is_version_of(path, name)) {
            collect(path, &mut files);
        }
    }
    files
}

fn is_version_of(path: &Path, name: &str) -> bool {
    let folder = path.file_name().and_then(|folder| folder.to_str()).unwrap_or_default();
    let version = folder.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
    version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// All that looks like a function, an `impl` or a `trait`, at any depth, macros included: from the
/// tokens behind the item before to its braces.
pub(super) fn items(tokens: TokenStream, found: &mut Vec<TokenStream>) {
    let mut item = Vec::new();
    for token in tokens {
        let end = match &token {
            TokenTree::Group(group) => {
                items(group.stream(), found);
                group.delimiter() == proc_macro2::Delimiter::Brace
            }
            TokenTree::Punct(punct) => punct.as_char() == ';',
            _ => false,
        };
        item.push(token);
        if end {
            let item = std::mem::take(&mut item);
            let is_item = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "fn" || word == "impl" || word == "trait");
            if item.iter().any(is_item) {
                found.push(item.into_iter().collect());
            }
        }
    }
}
