//! Samples, stored as JSON between the run, the tables and the chart.

use crate::measure::{Figures, Metric, median};
use crate::peers::PeerId;
use crate::runtime::Flavor;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The key of a figure.
pub type Key = (String, Flavor, PeerId, Metric);

/// All samples of a run.
#[derive(Debug, Default)]
pub struct Results {
    samples: BTreeMap<Key, Vec<f64>>,
}

impl Results {
    /// The file of the last run.
    #[must_use]
    pub fn path() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench/compare.json")
    }

    /// Adds one sample.
    pub fn add(&mut self, row: &str, flavor: Flavor, peer: PeerId, figures: Figures) {
        for (metric, figure) in figures {
            self.samples.entry((row.to_owned(), flavor, peer, metric)).or_default().push(figure);
        }
    }

    /// The median of the samples.
    #[must_use]
    pub fn get(&self, row: &str, flavor: Flavor, peer: PeerId, metric: Metric) -> Option<f64> {
        self.samples.get(&(row.to_owned(), flavor, peer, metric)).map(|samples| median(samples))
    }

    /// Writes the file.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let samples: Vec<_> = self.samples.iter().collect();
        fs::write(path, serde_json::to_string(&samples)?)
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or has another format.
    pub fn load(path: &Path) -> io::Result<Self> {
        let samples: Vec<(Key, Vec<f64>)> = serde_json::from_slice(&fs::read(path)?)?;
        Ok(Self { samples: samples.into_iter().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded() {
        let path = std::env::temp_dir().join(format!("compare-{}.json", std::process::id()));
        let mut results = Results::default();
        for figure in [3.0, 1.5, 2.25] {
            results.add(
                "r",
                Flavor::CurrentThread,
                PeerId::Smol,
                vec![(Metric::RoundTrip, figure)],
            );
        }
        results.save(&path).unwrap();
        let loaded = Results::load(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(loaded.samples, results.samples);
        let median = loaded.get("r", Flavor::CurrentThread, PeerId::Smol, Metric::RoundTrip);
        assert_eq!(median, Some(2.25));
    }
}
