//! Cargo's own messages, `compiler-message`, one a line: what editors read.

use std::path::Path;

use serde_json::{Value, json};

use super::{Sources, human, relative};
use crate::finding::{Finding, Fix, Location, Severity};
use crate::load::Project;

pub(super) fn write(findings: &[Finding], project: &Project, sources: &mut Sources) -> String {
    let mut text = String::new();
    for finding in findings {
        text += &message(finding, project, sources).to_string();
        text.push('\n');
    }
    text += &json!({ "reason": "build-finished", "success": true }).to_string();
    text.push('\n');
    text
}

fn message(finding: &Finding, project: &Project, sources: &mut Sources) -> Value {
    let root = &project.root;
    let package = project.package(&finding.package);
    let rendered = human::render(finding, root, sources) + "\n\n";
    let first = span(&finding.location, &finding.called, true, root, sources);
    let mut children: Vec<Value> = finding
        .chain
        .iter()
        .map(|hop| {
            let message = format!("`{}` calls `{}`", hop.function, hop.callee);
            let span = span(&hop.location, "", true, root, sources);
            child("note", &message, &[span])
        })
        .collect();
    children.push(child("note", &finding.why, &[]));
    if !finding.instead.is_empty() {
        children.push(child("help", &finding.instead, &[]));
    }
    for fix in &finding.fixes {
        let spans = edits(fix, finding, root, sources);
        children.push(child("help", &fix.title, &spans));
    }
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let target = package.and_then(|package| {
        let inside = |target: &&crate::load::Target| {
            target
                .src_path
                .parent()
                .is_some_and(|directory| finding.location.file.starts_with(directory))
        };
        package.targets.iter().find(inside).or(package.targets.first())
    });
    json!({
        "reason": "compiler-message",
        "package_id": package.map(|package| package.id.as_str()).unwrap_or_default(),
        "manifest_path": package.map(|package| package.manifest_path.clone()).unwrap_or_default(),
        "target": target.map(|target| json!({
            "kind": target.kind,
            "crate_types": target.crate_types,
            "name": target.name,
            "src_path": target.src_path,
            "edition": target.edition,
            "doc": false,
            "doctest": false,
            "test": false,
        })),
        "message": {
            "$message_type": "diagnostic",
            "rendered": rendered,
            "message": finding.message(),
            "code": { "code": format!("asyncify::{}", finding.kind), "explanation": null },
            "level": level,
            "spans": [first],
            "children": children,
        },
    })
}

fn child(level: &str, message: &str, spans: &[Value]) -> Value {
    json!({
        "message": message,
        "code": null,
        "level": level,
        "spans": spans,
        "children": [],
        "rendered": null,
    })
}

/// The spans of a suggestion, one for each edit.
fn edits(fix: &Fix, finding: &Finding, root: &Path, sources: &mut Sources) -> Vec<Value> {
    let text = sources.text(&finding.location.file);
    let span_of = |(start, end, replacement): &(usize, usize, String)| {
        let (line, column) = position(&text, *start);
        let location = Location {
            file: finding.location.file.clone(),
            line,
            column,
            start: *start,
            end: *end,
        };
        let mut value = span(&location, "", true, root, sources);
        value["suggested_replacement"] = json!(replacement);
        value["suggestion_applicability"] = json!("MaybeIncorrect");
        value
    };
    fix.edits.iter().map(span_of).collect()
}

fn span(
    location: &Location,
    label: &str,
    primary: bool,
    root: &Path,
    sources: &mut Sources,
) -> Value {
    let text = sources.text(&location.file);
    let end = text.floor_char_boundary(location.end);
    let start = text.floor_char_boundary(location.start.min(end));
    let (line_end, column_end) = position(&text, end);
    let (line_start, column_start) = position(&text, start);
    let lines: Vec<_> = text
        .lines()
        .enumerate()
        .skip(line_start - 1)
        .take(line_end + 1 - line_start)
        .map(|(index, line)| {
            let length = line.chars().count() + 1;
            let first = if index + 1 == line_start { column_start } else { 1 };
            let last = if index + 1 == line_end { column_end } else { length };
            json!({ "text": line, "highlight_start": first, "highlight_end": last })
        })
        .collect();
    json!({
        "file_name": relative(&location.file, root),
        "byte_start": start,
        "byte_end": end,
        "line_start": line_start,
        "line_end": line_end,
        "column_start": column_start,
        "column_end": column_end,
        "is_primary": primary,
        "text": lines,
        "label": (!label.is_empty()).then_some(label),
        "suggested_replacement": null,
        "suggestion_applicability": null,
        "expansion": null,
    })
}

/// The line and the column, in characters, of an offset, both from 1.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (line, column)
}
