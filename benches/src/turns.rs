//! Alternatives that do the same: they are sampled in turns, so that other load of the machine
//! affects all of them, and their medians are compared in a table.

use crate::markdown::table;
use crate::measure::median;

/// Takes one sample of an alternative.
pub type Sample<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// An alternative by name, and its samples.
#[derive(Clone, Debug)]
pub struct Way<'a> {
    /// Its name in the table.
    pub name: &'a str,
    /// In the order in which they were taken.
    pub samples: Vec<f64>,
}

impl<'a> Way<'a> {
    /// Not sampled yet.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        Self { name, samples: Vec::new() }
    }

    /// The median of its samples.
    #[must_use]
    pub fn median(&self) -> f64 {
        median(&self.samples)
    }
}

/// Takes this number of samples of each alternative.
#[must_use]
pub fn take<'a, const N: usize>(rounds: usize, ways: [(&'a str, Sample<'_>); N]) -> [Way<'a>; N] {
    let mut ways = ways.map(|(name, sample)| (Way::new(name), sample));
    for _ in 0..rounds {
        for (way, sample) in &mut ways {
            way.samples.push(sample());
        }
    }
    ways.map(|(way, _)| way)
}

/// A table in which each alternative is compared with the first.
#[must_use]
pub fn beside_first(
    [what, unit, beside]: [&str; 3],
    ways: &[Way<'_>],
    show: impl Fn(f64) -> String,
) -> String {
    let rows = ways.iter().map(|way| {
        let ratio = way.median() / ways[0].median();
        [way.name.to_owned(), show(way.median()), format!("{ratio:.2}x")]
    });
    table(&[what, unit, beside], rows)
}
