//! The findings of a day, in a file: later runs report only what is new.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use crate::finding::Finding;

/// How many findings there are of each kind of place, without lines: those move.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    version: u32,
    findings: BTreeMap<String, usize>,
}

const VERSION: u32 = 1;

/// Returns what a finding is known by: its file, its function and what it calls.
pub(crate) fn key(finding: &Finding, root: &Path) -> String {
    let file = crate::report::relative(&finding.location.file, root);
    let file = file.to_string_lossy().replace('\\', "/");
    format!("{file} {} {} {}", finding.function, finding.called, finding.callee)
}

impl Baseline {
    pub(crate) fn of(findings: &[Finding], root: &Path) -> Self {
        let mut counts = BTreeMap::new();
        for finding in findings {
            *counts.entry(key(finding, root)).or_default() += 1;
        }
        Self { version: VERSION, findings: counts }
    }

    pub(crate) fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("cannot read the baseline {}", file.display()))?;
        let baseline: Self = serde_json::from_str(&text).with_context(|| {
            format!("{} is no baseline: write it with --update-baseline", file.display())
        })?;
        if baseline.version != VERSION {
            bail!(
                "{} is of version {} and not {VERSION}: write it with --update-baseline",
                file.display(),
                baseline.version
            );
        }
        Ok(baseline)
    }

    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Removes as many findings of each place as are known.
    pub(crate) fn remove_from(mut self, findings: &mut Vec<Finding>, root: &Path) {
        findings.retain(|finding| match self.findings.get_mut(&key(finding, root)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        });
    }
}
