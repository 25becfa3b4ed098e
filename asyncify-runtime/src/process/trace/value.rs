//! What fields hold, as it can leave a process.

use std::borrow::Cow;
use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};
use tracing::field::{Field, Visit};

/// The longest text, in bytes; what is behind it is cut off.
const LONGEST: usize = 16 * 1024;

/// Fields that have a value, with their names.
pub(super) type Fields = Vec<(Cow<'static, str>, Value)>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Value {
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    /// What somebody's `Debug` or `Display` says.
    Shown(String),
}

impl Value {
    pub(super) fn as_tracing(&self) -> Box<dyn tracing::Value + '_> {
        match self {
            Self::Bool(value) => Box::new(*value),
            Self::Signed(value) => Box::new(*value),
            Self::Unsigned(value) => Box::new(*value),
            Self::Float(value) => Box::new(*value),
            Self::Text(text) => Box::new(text.as_str()),
            Self::Shown(text) => Box::new(tracing::field::display(text)),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Signed(value) => value.fmt(f),
            Self::Unsigned(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Shown(text) => f.write_str(text),
        }
    }
}

/// Collects fields; a later value of the same field takes the place of the earlier one.
pub(super) struct Collect<'a>(pub(super) &'a mut Fields);

impl Collect<'_> {
    fn put(&mut self, field: &Field, value: Value) {
        match self.0.iter_mut().find(|(name, _)| name == field.name()) {
            Some((_, old)) => *old = value,
            None => self.0.push((Cow::Borrowed(field.name()), value)),
        }
    }
}

impl Visit for Collect<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Value::Float(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::Signed(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Value::Unsigned(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, Value::Text(limited(format_args!("{value}"))));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, Value::Shown(limited(format_args!("{value:?}"))));
    }
}

fn limited(text: fmt::Arguments<'_>) -> String {
    let mut limited = Limited(String::new());
    // An error is a `Debug` that gives up; what it has said so far is what there is.
    let _ = limited.write_fmt(text);
    limited.0
}

/// A text that takes no more than it may hold, however long what is written to it.
struct Limited(String);

impl Write for Limited {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let left = LONGEST - self.0.len().min(LONGEST);
        let Some((cut, _)) = text.char_indices().find(|(at, c)| at + c.len_utf8() > left) else {
            self.0.push_str(text);
            return Ok(());
        };
        self.0.push_str(&text[..cut]);
        if left > 0 {
            self.0.push('…');
        }
        // Ends the writing.
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        for text in ["x", "é", "€"] {
            let cut = limited(format_args!("-{}", text.repeat(LONGEST)));
            assert!(cut.len() <= LONGEST + '…'.len_utf8());
            assert!(cut.len() > LONGEST - text.len());
            assert!(cut.ends_with(&format!("{text}…")));
        }
        let whole = "x".repeat(LONGEST);
        assert_eq!(limited(format_args!("{whole}")), whole);
    }
}
