//! Reads the user's `asyncify.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Deserialize;

use super::{Allow, Cause, List, Rule};
use crate::finding::Severity;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    call: Vec<Call>,
    #[serde(default)]
    offload: Vec<Offload>,
    #[serde(default)]
    trust: Vec<String>,
    #[serde(default)]
    allow: Vec<AllowEntry>,
    #[serde(default)]
    severity: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    path: String,
    #[serde(default = "own")]
    kind: String,
    #[serde(default = "waits")]
    why: String,
    #[serde(default)]
    instead: String,
}

fn own() -> String {
    "own".to_owned()
}

fn waits() -> String {
    "asyncify.toml lists it".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offload {
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowEntry {
    function: String,
    callee: String,
    /// Why it is accepted: for the reader.
    #[serde(default, rename = "reason")]
    _reason: String,
}

pub(super) fn read(list: &mut List, path: &Path) -> Result<()> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(list, &text).with_context(|| format!("in {}", path.display()))
}

fn parse(list: &mut List, text: &str) -> Result<()> {
    let file: File = toml::from_str(text).map_err(|error| anyhow!(one_line(text, &error)))?;
    for Call { path, kind, why, instead } in file.call {
        check_path(&path)?;
        let cause = list.add_cause(Cause { kind, why, instead, wraps: true, ..Cause::default() });
        list.calls.push(Rule { path, cause, replacement: None });
    }
    for Offload { path } in file.offload {
        check_path(&path)?;
        list.offload.push(path);
    }
    list.trust.extend(file.trust.into_iter().map(|krate| krate.replace('-', "_")));
    for AllowEntry { function, callee, .. } in file.allow {
        list.allow.push(Allow { function, callee });
    }
    for (kind, severity) in file.severity {
        if !list.causes.iter().any(|cause| cause.kind == kind) {
            let mut kinds: Vec<_> = list.causes.iter().map(|cause| cause.kind.as_str()).collect();
            kinds.sort_unstable();
            kinds.dedup();
            bail!("unknown kind `{kind}`: there are {}", kinds.join(", "));
        }
        let severity = match severity.as_str() {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            "note" => Severity::Note,
            _ => bail!("unknown severity `{severity}`: write error, warning or note"),
        };
        list.severity.insert(kind, severity);
    }
    Ok(())
}

fn check_path(path: &str) -> Result<()> {
    let words = path.split("::").count();
    let valid = |word: &str| {
        word == "*" || !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if words < 2 || !path.split("::").all(valid) {
        bail!(
            "`{path}` is no path: write `crate::function`, `crate::Type::method` or `crate::module::*`"
        );
    }
    Ok(())
}

/// The message of the parser and where it points, without its picture of the source.
fn one_line(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
    format!("line {line}: {}", error.message().replace('\n', ", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let mut list = List::read(None).unwrap();
        parse(&mut list, text).unwrap_err().to_string()
    }

    #[test]
    fn mistakes_are_one_line_that_names_what_is_right() {
        assert_eq!(
            error("[[call]]\npath = \"load\""),
            "`load` is no path: write `crate::function`, `crate::Type::method` or `crate::module::*`"
        );
        assert_eq!(
            error("[severity]\nfs = \"bad\""),
            "unknown severity `bad`: write error, warning or note"
        );
        assert!(error("[severity]\nfsx = \"note\"").starts_with("unknown kind `fsx`: there are "));
        assert!(error("trust = 3").starts_with("line 1: invalid type"), "{}", error("trust = 3"));
        assert!(error("[[call]]\npth = \"a::b\"").contains("unknown field `pth`"));
    }

    #[test]
    fn entries_are_added_to_the_list() {
        let mut list = List::read(None).unwrap();
        let before = list.calls.len();
        let text = "
            trust = [\"my-crate\"]
            [[call]]
            path = \"my::db::*\"
            kind = \"db\"
            [[allow]]
            function = \"app::main\"
            callee = \"std::fs::read\"
            [severity]
            db = \"error\"
        ";
        parse(&mut list, text).unwrap();
        assert_eq!(list.calls.len(), before + 1);
        assert_eq!(list.trust.last().unwrap(), "my_crate");
        assert_eq!(list.allow.len(), 1);
        assert_eq!(list.severity["db"], Severity::Error);
    }
}
