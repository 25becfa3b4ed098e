//! What was found, as it is recorded.

use std::fmt;

use crate::compile::Message;
use crate::source::Case;

/// One case, compiled with the attribute and without.
pub(crate) struct Comparison {
    name: &'static str,
    /// Said by hand only.
    missing: Vec<Message>,
    /// Said with the attribute only.
    added: Vec<Message>,
    /// Whether the sync function, without the attribute, has these very messages.
    as_sync: bool,
}

/// All cases of one kind.
pub(crate) struct Table {
    pub(crate) title: &'static str,
    pub(crate) comparisons: Vec<Comparison>,
}

impl Comparison {
    pub(crate) fn new(
        case: &Case,
        by_hand: &[Message],
        annotated: Vec<Message>,
        sync: impl FnOnce() -> Vec<Message>,
    ) -> Self {
        let as_sync = by_hand != annotated && sync() == annotated;
        let mut missing = by_hand.to_vec();
        let mut added = annotated;
        // One for one: to say a thing twice is a difference too.
        missing.retain(|message| {
            let same = added.iter().position(|other| other == message);
            same.map(|position| added.remove(position)).is_none()
        });
        Self { name: case.name, missing, added, as_sync }
    }

    fn differs(&self) -> bool {
        !self.missing.is_empty() || !self.added.is_empty()
    }
}

impl Table {
    /// The counts.
    pub(crate) fn summary(&self) -> String {
        let Self { title, comparisons } = self;
        let (all, differ) = (comparisons.len(), self.differences().count());
        let as_sync = self.differences().filter(|comparison| comparison.as_sync).count();
        let same = all - differ;
        format!("{title}: {same} of {all} read as by hand, {as_sync} more as the sync function")
    }

    fn differences(&self) -> impl Iterator<Item = &Comparison> {
        self.comparisons.iter().filter(|comparison| comparison.differs())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}", self.summary())?;
        for comparison in self.differences() {
            let note = if comparison.as_sync { ", as the sync function" } else { "" };
            writeln!(f, "\n{}{note}", comparison.name)?;
            for message in &comparison.missing {
                writeln!(f, "- {message}")?;
            }
            for message in &comparison.added {
                writeln!(f, "+ {message}")?;
            }
        }
        Ok(())
    }
}
