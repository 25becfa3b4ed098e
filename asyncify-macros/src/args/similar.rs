//! Names what was probably meant by an argument that does not exist.

use proc_macro2::Ident;

use super::Place;
use super::table::Row;
use crate::diag;

/// What other libraries call an argument, and its name here. A guess counts where that name is
/// valid.
const GUESSES: &[(&str, &str)] = &[
    ("attempts", "retries"),
    ("buffer", "stream"),
    ("capacity", "stream"),
    ("concurrency", "limit"),
    ("cpu", "executor"),
    ("deadline", "timeout"),
    ("duration", "timeout"),
    ("exclude", "skip"),
    ("executor", "pool"),
    ("format", "codec"),
    ("handle", "runtime"),
    ("ignore", "skip"),
    ("iterator", "stream"),
    ("max_concurrency", "limit"),
    ("max_retries", "retries"),
    ("max_threads", "limit"),
    ("max_workers", "limit"),
    ("name", "rename"),
    ("on", "executor"),
    ("permits", "limit"),
    ("pool", "executor"),
    ("semaphore", "limiter"),
    ("serde", "codec"),
    ("spawn", "detach"),
    ("thread", "executor"),
    ("thread_pool", "executor"),
    ("threads", "limit"),
    ("time_limit", "timeout"),
    ("worker", "process"),
    ("workers", "limit"),
];

/// The name that is probably meant by `key`, and the error that says so.
pub(super) fn unknown(
    key: &Ident,
    rows: &[&Row],
    place: Place,
) -> (Option<&'static str>, syn::Error) {
    let names: Vec<_> =
        rows.iter().filter(|row| row.places.contains(&place)).map(|row| row.name).collect();
    not_among(key, &names)
}

/// Reports a key that is none of the names, with the one that may be meant.
pub(crate) fn not_among<'a>(key: &Ident, names: &[&'a str]) -> (Option<&'a str>, syn::Error) {
    let word = key.to_string();
    let mut guessed = GUESSES.iter().filter(|(guess, _)| *guess == word);
    let guessed = guessed.find_map(|(_, meant)| names.iter().find(|name| *name == meant));
    let similar = guessed.copied().or_else(|| misspelled(&word, names));
    let valid: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    (similar, diag::unknown_argument(key, similar, &list(&valid)))
}

/// The name that differs least, if it differs little.
fn misspelled<'a>(word: &str, names: &[&'a str]) -> Option<&'a str> {
    names
        .iter()
        .map(|name| (distance(word, name), *name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min()
        .map(|(_, name)| name)
}

/// `a`, `a and b`, `a, b, and c`.
pub(super) fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} and {second}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
    }
}

/// Edit distance, by rows of the Levenshtein table.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
