//! Reads the subset of TOML in which `blocking-calls.toml` is written.
//!
//! With one value on each line it needs no TOML parser, on which this crate should not depend.

/// One table: `[name]` or `[[name]]`, with its values.
pub(super) struct Table<'a> {
    pub(super) name: &'a str,
    pub(super) rows: Vec<(&'a str, Value<'a>)>,
}

pub(super) enum Value<'a> {
    Text(&'a str),
    List(Vec<&'a str>),
}

impl<'a> Table<'a> {
    pub(super) fn text(&self, key: &str) -> &'a str {
        self.rows
            .iter()
            .find_map(|(name, value)| match value {
                Value::Text(text) if *name == key => Some(*text),
                _ => None,
            })
            .unwrap_or_default()
    }

    pub(super) fn list(&self, key: &str) -> &[&'a str] {
        self.rows
            .iter()
            .find_map(|(name, value)| match value {
                Value::List(list) if *name == key => Some(list.as_slice()),
                _ => None,
            })
            .unwrap_or_default()
    }
}

/// Reads a whole file. Lines of any other form are ignored.
pub(super) fn parse(text: &str) -> Vec<Table<'_>> {
    let mut tables = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if line.starts_with('[') {
            let name = line.trim_matches(['[', ']']);
            tables.push(Table { name, rows: Vec::new() });
        }
        let (Some((key, value)), Some(table)) = (line.split_once(" = "), tables.last_mut()) else {
            continue;
        };
        let value = match value {
            "[" => {
                let items = lines.by_ref().take_while(|line| *line != "]");
                Value::List(items.map(|line| unquoted(line.trim_end_matches(','))).collect())
            }
            text => Value::Text(unquoted(text)),
        };
        if !line.starts_with('#') {
            table.rows.push((unquoted(key), value));
        }
    }
    tables
}

fn unquoted(text: &str) -> &str {
    text.trim_matches('"')
}
