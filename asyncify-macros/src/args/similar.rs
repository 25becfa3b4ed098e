//! Names what was probably meant by an argument that does not exist.

use proc_macro2::Ident;

use super::Place;
use super::table::Row;
use crate::diag;

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
    let similar = names
        .iter()
        .map(|name| (distance(&word, name), *name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .min()
        .map(|(_, name)| name);
    let valid: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    (similar, diag::unknown_argument(key, similar, &list(&valid)))
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
