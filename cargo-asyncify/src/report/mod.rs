//! The forms of the output.

mod human;
mod json;
mod sarif;
mod short;
pub(crate) mod summary;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::cli::Format;
use crate::finding::{Counts, Finding};
use crate::load::Project;

/// Returns the findings in a form.
pub(crate) fn write(
    format: Format,
    findings: &[Finding],
    project: &Project,
    counts: &Counts,
) -> String {
    let mut sources = Sources::default();
    let root = &project.root;
    match format {
        Format::Human => findings
            .iter()
            .map(|finding| human::render(finding, root, &mut sources) + "\n\n")
            .collect(),
        Format::Short => short::write(findings, root),
        Format::Json => json::write(findings, project, &mut sources),
        Format::Sarif => sarif::write(findings, root, counts),
    }
}

/// Texts of the files that findings are in.
#[derive(Default)]
pub(crate) struct Sources(HashMap<PathBuf, Rc<str>>);

impl Sources {
    pub(crate) fn text(&mut self, file: &Path) -> Rc<str> {
        let read = || Rc::from(std::fs::read_to_string(file).unwrap_or_default());
        self.0.entry(file.to_owned()).or_insert_with(read).clone()
    }
}

/// Returns a path as it is shown: below the workspace, or whole.
pub(crate) fn relative<'a>(file: &'a Path, root: &Path) -> &'a Path {
    file.strip_prefix(root).unwrap_or(file)
}
