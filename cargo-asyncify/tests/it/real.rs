//! Published crates that are analysed in a minute, and the labels of all. `tests/labelled.rs` has
//! the other crates.

use crate::labels::{compare, directory, labels};

#[test]
fn bore_cli() {
    compare("bore-cli", "0.6.0");
}

#[test]
fn miniserve() {
    compare("miniserve", "0.35.0");
}

#[test]
fn static_web_server() {
    compare("static-web-server", "3.0.0-beta.2");
}

/// Over all crates, those of `tests/labelled.rs` included.
#[test]
fn nine_of_ten_findings_are_true() {
    let files = std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path());
    let labels: Vec<_> = files.flat_map(|file| labels(&file)).collect();
    let blocks: Vec<_> =
        labels.iter().filter(|(_, finding)| finding.contains(": blocks: ")).collect();
    let right = blocks.iter().filter(|(label, _)| label == "true").count();
    assert!(right > 90 && right * 10 >= blocks.len() * 9, "{right} of {}", blocks.len());
}
