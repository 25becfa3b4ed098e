//! Edits of one file.

use crate::finding::Fix;

#[derive(Default)]
pub(super) struct Edits(Vec<(usize, usize, String)>);

impl Edits {
    /// Adds the edits of a fix, unless they touch what another one changes.
    pub(super) fn add(&mut self, fix: &Fix) {
        let touches = fix.edits.iter().any(|(start, end, _)| {
            self.0.iter().any(|(other_start, other_end, _)| start < other_end && other_start < end)
        });
        if !touches {
            self.0.extend(fix.edits.iter().cloned());
        }
    }

    /// Returns where a range of the text, with the edits in it, is afterwards.
    pub(super) fn moved(&self, start: usize, end: usize) -> (usize, usize) {
        let (mut new_start, mut new_end) = (start, end);
        for (from, to, new) in self.0.iter().filter(|(_, to, _)| *to <= end) {
            if *from < start {
                new_start = new_start + new.len() - (to - from);
            }
            new_end = new_end + new.len() - (to - from);
        }
        (new_start, new_end)
    }

    pub(super) fn apply(&self, text: &str) -> String {
        let mut edits: Vec<_> = self.0.iter().collect();
        edits.sort_by_key(|(start, end, _)| (*start, *end));
        let mut result = String::with_capacity(text.len());
        let mut position = 0;
        for (start, end, new) in edits {
            result += &text[position..*start];
            result += new;
            position = *end;
        }
        result += &text[position..];
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(edits: &[(usize, usize, &str)]) -> Fix {
        let edits = edits.iter().map(|(start, end, new)| (*start, *end, (*new).to_owned()));
        Fix { title: String::new(), edits: edits.collect() }
    }

    #[test]
    fn edits_of_several_fixes_are_applied_in_order() {
        let mut edits = Edits::default();
        edits.add(&fix(&[(4, 5, "X"), (6, 6, "!")]));
        edits.add(&fix(&[(0, 1, "A")]));
        assert_eq!(edits.apply("a b c d"), "A b X !d");
    }

    #[test]
    fn fix_that_touches_another_is_left_out() {
        let mut edits = Edits::default();
        edits.add(&fix(&[(0, 3, "X")]));
        edits.add(&fix(&[(2, 4, "Y")]));
        assert_eq!(edits.apply("abcd"), "Xd");
    }

    #[test]
    fn ranges_move_with_the_edits_before_them_and_grow_with_their_own() {
        let mut edits = Edits::default();
        edits.add(&fix(&[(4, 5, "X.."), (7, 7, "!")]));
        edits.add(&fix(&[(0, 1, "")]));
        edits.add(&fix(&[(8, 9, "Y")]));
        let text = edits.apply("a b c d e");
        let (start, end) = edits.moved(4, 7);
        assert_eq!((text.as_str(), &text[start..end]), (" b X.. d! Y", "X.. d!"));
    }
}
