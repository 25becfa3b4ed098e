//! Source text with marked places.
//!
//! A mark is a comment, `/*name*/`, and stands for the place behind it. Marks of one name stand
//! before all the places of one word, the declaration first. Nothing has to be taken out before
//! the text is shown to the server.

use serde_json::{Value, json};

/// Where the cursor is in a text that is inserted.
const CURSOR: &str = "$0";

/// All the offsets behind the marks of one name.
pub(crate) fn marked(source: &str, mark: &str) -> Vec<usize> {
    let mark = format!("/*{mark}*/");
    let places: Vec<_> = source
        .match_indices(&mark)
        .map(|(offset, _)| behind_marks(source, offset + mark.len()))
        .collect();
    assert!(!places.is_empty(), "there is no mark {mark} in:\n{source}");
    places
}

/// Several marks can stand before one word.
fn behind_marks(source: &str, offset: usize) -> usize {
    match source[offset..].strip_prefix("/*").and_then(|rest| rest.find("*/")) {
        Some(length) => behind_marks(source, offset + length + 4),
        None => offset,
    }
}

/// Inserts a text behind a mark; gives the new source, and where the text has its cursor.
pub(crate) fn insert(source: &str, mark: &str, text: &str) -> (String, Option<usize>) {
    let offset = marked(source, mark)[0];
    let cursor = text.find(CURSOR).map(|position| offset + position);
    let text = text.replace(CURSOR, "");
    (format!("{}{text}{}", &source[..offset], &source[offset..]), cursor)
}

/// The position of an offset, as the protocol counts. The sources are ASCII.
pub(crate) fn position(source: &str, offset: usize) -> Value {
    let before = &source[..offset];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    json!({ "line": before.matches('\n').count(), "character": offset - line_start })
}

/// The range of the word at an offset.
pub(crate) fn word_range(source: &str, offset: usize) -> Value {
    let end = offset + word(&source[offset..]).len();
    json!({ "start": position(source, offset), "end": position(source, end) })
}

/// The name that a text begins with.
pub(crate) fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}
