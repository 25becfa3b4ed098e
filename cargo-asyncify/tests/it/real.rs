//! Published crates that are analysed in a minute, and the labels of all. `tests/labelled.rs` has
//! the other crates.

use std::path::PathBuf;

use crate::labels::{compare, directory, labels};

#[test]
fn bore_cli() {
    compare("bore-cli", "0.6.0", &[]);
}

#[test]
fn miniserve() {
    compare("miniserve", "0.35.0", &[]);
}

#[test]
fn static_web_server() {
    compare("static-web-server", "3.0.0-beta.2", &[]);
}

/// Over all crates, those of `tests/labelled.rs` included.
#[test]
fn nine_of_ten_findings_are_true() {
    let counts: Vec<_> = files().iter().map(|file| Counts::new(&labels(file))).collect();
    let blocks: usize = counts.iter().map(|counts| counts.blocks).sum();
    let right: usize = counts.iter().map(|counts| counts.right).sum();
    assert!(right > 263 && right * 10 >= blocks * 9, "{right} of {blocks}");
}

/// A row: package, lines, `blocks`, true of these, `may-block`, `start-up`, seconds, memory.
#[test]
fn table_of_the_readme_counts_the_labels() {
    let readme =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let mut large = 0;
    for file in files() {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let version = name.match_indices('-').map(|(index, _)| index);
        let mut version = version.filter(|index| name[index + 1..].starts_with(char::is_numeric));
        let (package, version) = name.split_at(version.next().unwrap());
        let start = format!("| {package} {} |", &version[1..]);
        let row = readme.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("no row {start}"));
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().replace(',', "")).collect();
        let number = |index: usize| cells[index].parse::<usize>().unwrap();
        let Counts { blocks, right, may_block, start_up } = Counts::new(&labels(&file));
        let found = [number(3), number(4), number(5), number(6)];
        assert_eq!(found, [blocks, right, may_block, start_up], "{row}");
        large += usize::from(number(2) > 30_000);
    }
    assert!(files().len() >= 10 && large >= 3, "{} {large}", files().len());
}

struct Counts {
    blocks: usize,
    /// Those of `blocks` that are true.
    right: usize,
    may_block: usize,
    start_up: usize,
}

impl Counts {
    fn new(labels: &[(String, String)]) -> Self {
        let of = |tier: &str| {
            let tier = format!(": {tier}: ");
            labels.iter().filter(move |(_, finding)| finding.contains(&tier))
        };
        Self {
            blocks: of("blocks").count(),
            right: of("blocks").filter(|(label, _)| label == "true").count(),
            may_block: of("may-block").count(),
            start_up: of("start-up").count(),
        }
    }
}

fn files() -> Vec<PathBuf> {
    std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path()).collect()
}
