//! Tables, and their place in a document, between two marks: `<!-- NAME:begin -->` and
//! `<!-- NAME:end -->`.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{Row, Table};
use std::path::Path;
use std::{fs, io};

/// A table of these columns.
#[must_use]
pub fn table(columns: &[&str], rows: impl IntoIterator<Item: Into<Row>>) -> String {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN).set_header(columns).add_rows(rows);
    format!("{table}\n")
}

/// Prints a text, and replaces what the file, if there is one, has between the marks.
///
/// # Errors
///
/// When the file cannot be read or written, or does not have the marks.
pub fn publish(name: &str, text: &str, path: Option<&Path>) -> io::Result<()> {
    print!("{text}");
    let Some(path) = path else { return Ok(()) };
    let document = fs::read_to_string(path)?;
    let replaced = replace(&document, name, text).ok_or_else(|| {
        io::Error::other(format!("{} has no marks `{name}:begin`, `{name}:end`", path.display()))
    })?;
    fs::write(path, replaced)
}

fn replace(document: &str, name: &str, text: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"));
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn only_the_text_between_the_marks_changes() {
        let document = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb <!-- y:begin -->";
        let replaced = replace(document, "x", "| new |\n").unwrap();
        assert_eq!(
            replaced,
            "a\n<!-- x:begin -->\n\n| new |\n\n<!-- x:end -->\nb <!-- y:begin -->"
        );
        assert_eq!(replace(&replaced, "x", "| new |\n").unwrap(), replaced);
        assert_eq!(replace(document, "y", ""), None);
    }
}
