//! As rustc shows its warnings: the call in async code first, then each call on the way.

use std::path::Path;
use std::rc::Rc;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Sources, relative};
use crate::finding::{Finding, Location, Severity, Tier};

/// Lines of one file that are shown, and where they begin.
struct Part {
    path: String,
    text: Rc<str>,
    range: std::ops::Range<usize>,
    label: String,
}

impl Part {
    fn new(location: &Location, label: String, root: &Path, sources: &mut Sources) -> Self {
        let text = sources.text(&location.file);
        // A file may have changed since it was loaded.
        let end = text.floor_char_boundary(location.end);
        let start = text.floor_char_boundary(location.start.min(end));
        // A long call is marked where it begins.
        let first_line = text[start..end].find('\n').map_or(end, |length| start + length);
        let path = relative(&location.file, root).display().to_string();
        Self { path, text, range: start..first_line, label }
    }

    fn snippet(&self, kind: AnnotationKind) -> Snippet<'_, Annotation<'_>> {
        let annotation = kind.span(self.range.clone()).label(self.label.as_str());
        Snippet::source(&*self.text).path(self.path.as_str()).annotation(annotation)
    }
}

pub(crate) fn render(finding: &Finding, root: &Path, sources: &mut Sources) -> String {
    let label = match finding.tier {
        _ if finding.kind == "lock" => "locked here".to_owned(),
        _ if finding.chain.is_empty() => "called in async code".to_owned(),
        _ => format!("calls `{}`", finding.called),
    };
    let first = Part::new(&finding.location, label, root, sources);
    let rest: Vec<_> = finding
        .chain
        .iter()
        .map(|hop| Part::new(&hop.location, format!("calls `{}`", hop.callee), root, sources))
        .collect();
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let message = finding.message();
    let id = format!("asyncify::{}", finding.kind);
    let mut group: Group<'_> = level
        .primary_title(message.as_str())
        .id(id.as_str())
        .element(first.snippet(AnnotationKind::Primary));
    for (part, hop) in rest.iter().zip(&finding.chain) {
        group = group
            .element(Level::NOTE.message(format!("in `{}`", hop.function)))
            .element(part.snippet(AnnotationKind::Context));
    }
    group = group.element(Level::NOTE.message(finding.why.clone()));
    if finding.tier == Tier::MayBlock {
        group = group.element(Level::NOTE.message("whether it does depends on values at run time"));
    }
    for help in helps(finding) {
        group = group.element(Level::HELP.message(help));
    }
    Renderer::plain().render(&[group])
}

/// What to do about it.
pub(crate) fn helps(finding: &Finding) -> Vec<String> {
    let fixes = finding.fixes.iter().map(|fix| fix.title.clone());
    let instead = (!finding.instead.is_empty()).then(|| finding.instead.clone());
    instead.into_iter().chain(fixes).collect()
}
