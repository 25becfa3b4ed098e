//! SARIF 2.1.0, for code scanning.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::relative;
use crate::baseline;
use crate::finding::{Counts, Finding, Location, Severity};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn write(findings: &[Finding], root: &Path, counts: &Counts) -> String {
    let mut rules: BTreeMap<&str, &str> = BTreeMap::new();
    for finding in findings {
        rules.entry(&finding.kind).or_insert(&finding.why);
    }
    let kinds: Vec<_> = rules.keys().copied().collect();
    let rules: Vec<_> = rules
        .iter()
        .map(|(kind, why)| {
            json!({
                "id": format!("asyncify::{kind}"),
                "shortDescription": { "text": format!("a call in async code blocks the thread: {why}") },
            })
        })
        .collect();
    let results: Vec<_> = findings.iter().map(|finding| result(finding, &kinds, root)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cargo-asyncify",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "SRCROOT": { "uri": uri(root) + "/" } },
            "results": results,
            "properties": counts,
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn result(finding: &Finding, kinds: &[&str], root: &Path) -> Value {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let message = format!("{}: {}", finding.message(), finding.why);
    let mut value = json!({
        "ruleId": format!("asyncify::{}", finding.kind),
        "ruleIndex": kinds.iter().position(|kind| *kind == finding.kind),
        "level": level,
        "message": { "text": message },
        "locations": [location(&finding.location, None, root)],
        // What stays the same when lines move.
        "partialFingerprints": { "asyncify/v1": baseline::key(finding, root) },
        "properties": { "tier": finding.tier.name(), "function": finding.function },
    });
    if !finding.chain.is_empty() {
        let first = format!("`{}` calls `{}`", finding.function, finding.called);
        let mut steps =
            vec![json!({ "location": location(&finding.location, Some(&first), root) })];
        steps.extend(finding.chain.iter().map(|hop| {
            let text = format!("`{}` calls `{}`", hop.function, hop.callee);
            json!({ "location": location(&hop.location, Some(&text), root) })
        }));
        value["codeFlows"] = json!([{ "threadFlows": [{ "locations": steps }] }]);
    }
    value
}

fn location(location: &Location, message: Option<&str>, root: &Path) -> Value {
    let file = relative(&location.file, root);
    let artifact = if file.is_absolute() {
        json!({ "uri": uri(file) })
    } else {
        json!({ "uri": escaped(file), "uriBaseId": "SRCROOT" })
    };
    let mut value = json!({
        "physicalLocation": {
            "artifactLocation": artifact,
            "region": {
                "startLine": location.line,
                "startColumn": location.column,
            },
        },
    });
    if let Some(text) = message {
        value["message"] = json!({ "text": text });
    }
    value
}

fn uri(path: &Path) -> String {
    let path = escaped(path);
    if path.starts_with('/') { format!("file://{path}") } else { format!("file:///{path}") }
}

/// A path with `/`, and what a URI cannot have as `%` with two digits.
fn escaped(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~:".contains(&byte);
    text.bytes().fold(String::new(), |mut uri, byte| {
        if plain(byte) {
            uri.push(char::from(byte));
        } else {
            uri += &format!("%{byte:02X}");
        }
        uri
    })
}
