//! The cases in `tests/corpus`: `b..` block, `n..` do not. `tests/corpus/results.txt` has the tier
//! at which each is reported; `UPDATE_EXPECT=1` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::project::check;

/// Cases that block and are not reported, with the reason.
const MISSED: &[(&str, &str)] = &[];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The case of each line of a file.
fn cases(file: &Path) -> Vec<Option<String>> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut current = None;
    text.lines()
        .map(|line| {
            if let Some(rest) = line.strip_prefix("pub mod ") {
                current = rest.split(' ').next().map(str::to_owned);
            }
            let case = current.clone();
            if line == "}" {
                current = None;
            }
            case
        })
        .collect()
}

/// The highest tier of each case.
fn results() -> BTreeMap<String, String> {
    let directory = directory();
    let run = check(&directory, &["--message-format", "short"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let mut files = BTreeMap::new();
    let mut results = BTreeMap::new();
    for entry in std::fs::read_dir(directory.join("src")).unwrap() {
        let path = entry.unwrap().path();
        let cases = cases(&path);
        for case in cases.iter().flatten() {
            results.insert(case.clone(), "not reported".to_owned());
        }
        files.insert(path, cases);
    }
    let tiers = ["not reported", "start-up", "may-block", "blocks"];
    let rank = |tier: &str| tiers.iter().position(|known| *known == tier).unwrap();
    for line in run.stdout.lines() {
        let mut words = line.splitn(4, ':');
        let (Some(file), Some(number)) = (words.next(), words.next()) else { panic!("{line}") };
        let tier = words.nth(1).and_then(|rest| rest.split(':').next()).unwrap().trim();
        let case = &files[&directory.join(file)][number.parse::<usize>().unwrap() - 1];
        let Some(case) = case else { panic!("outside of the cases: {line}") };
        let known = results.get_mut(case).unwrap();
        if rank(tier) > rank(known) {
            tier.clone_into(known);
        }
    }
    results
}

#[test]
fn cases_that_block_are_found_and_others_are_not() {
    let results = results();
    let mut table = String::new();
    for (case, tier) in &results {
        writeln!(table, "{case}: {tier}").unwrap();
    }
    let file = directory().join("results.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), table);

    let blocking: Vec<_> = results.iter().filter(|(case, _)| case.starts_with('b')).collect();
    let harmless: Vec<_> = results.iter().filter(|(case, _)| case.starts_with('n')).collect();
    assert!(blocking.len() >= 80 && harmless.len() >= 40, "{} {}", blocking.len(), harmless.len());
    let missed: Vec<_> =
        blocking.iter().filter(|(_, tier)| *tier == "not reported").map(|(case, _)| case).collect();
    let known: Vec<_> = MISSED.iter().map(|(case, _)| case).collect();
    assert_eq!(missed, known);
    assert!(missed.len() * 20 <= blocking.len(), "more than 5 % are missed: {missed:?}");
    let wrong: Vec<_> = harmless.iter().filter(|(_, tier)| *tier == "blocks").collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
