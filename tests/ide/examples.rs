//! Files of the workspace that compile, and so must be without an error in an editor.

use std::fs;
use std::path::Path;

use crate::project::{File, workspace};

/// Directories of the workspace, and where their files are in the scratch crate.
const DIRECTORIES: [(&str, &str); 4] = [
    ("examples", "examples"),
    ("examples/quickstart", "examples/quickstart"),
    ("examples/process", "examples"),
    ("tests/shapes", "tests/shapes"),
];

/// All examples, and all shapes of annotated functions.
pub(crate) fn all() -> Vec<File> {
    let mut files: Vec<_> = DIRECTORIES.iter().flat_map(|(from, to)| directory(from, to)).collect();
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}

fn directory(from: &str, to: &str) -> Vec<File> {
    let entries = fs::read_dir(workspace().join(from)).expect("the directory is there");
    let paths = entries.map(|entry| entry.expect("the entry can be read").path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let name = path.file_name().map(Path::new).expect("a file has a name").display();
            let text = fs::read_to_string(&path).expect("the file can be read");
            File { path: format!("{to}/{name}"), text: text.into() }
        })
        .collect()
}
