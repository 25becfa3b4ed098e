//! Counts by cause: a cause with many findings is often one line to change.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::finding::{Counts, Finding, Tier};

/// Causes that are named.
const CAUSES: usize = 10;

pub(crate) fn write(out: &mut dyn Write, findings: &[Finding], counts: &Counts) -> io::Result<()> {
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        *causes.entry(&finding.callee).or_default() += 1;
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (callee, count) in causes.iter().take(CAUSES) {
        writeln!(out, "{count:6}  {callee}")?;
    }
    if causes.len() > CAUSES {
        let rest: usize = causes[CAUSES..].iter().map(|(_, count)| count).sum();
        writeln!(out, "{rest:6}  {} others", causes.len() - CAUSES)?;
    }
    let tiers: Vec<_> = Tier::ALL
        .into_iter()
        .map(|tier| {
            let count = findings.iter().filter(|finding| finding.tier == tier).count();
            format!("{count} {}", tier.name())
        })
        .collect();
    writeln!(out, "{} in {} functions", tiers.join(", "), counts.functions)?;
    let mut unseen = Vec::new();
    if counts.unresolved > 0 {
        unseen.push(format!("{} calls that could not be resolved", counts.unresolved));
    }
    if counts.unexpanded > 0 {
        unseen.push(format!("{} macros that were not expanded (try --expand)", counts.unexpanded));
    }
    if counts.failed > 0 {
        unseen.push(format!("{} functions that could not be analysed", counts.failed));
    }
    if !unseen.is_empty() {
        writeln!(out, "not seen in async code: {}", unseen.join(", "))?;
    }
    Ok(())
}
