//! One line a finding.

use std::path::Path;

use super::relative;
use crate::finding::Finding;

pub(super) fn write(findings: &[Finding], root: &Path) -> String {
    let line = |finding: &Finding| {
        let location = &finding.location;
        let file = relative(&location.file, root).display();
        let (line, column, tier) = (location.line, location.column, finding.tier.name());
        format!("{file}:{line}:{column}: {tier}: {}\n", finding.message())
    };
    findings.iter().map(line).collect()
}
