//! `--fix`: applies the edits of findings, and keeps those with which the project compiles.

mod edit;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use similar::TextDiff;

use self::edit::Edits;
use crate::cli::Check;
use crate::finding::{Finding, Fix};
use crate::load::Project;
use crate::report::relative;

pub(crate) fn run(check: &Check, project: &Project, findings: &[Finding]) -> Result<()> {
    let mut files = Files::default();
    // What does not fail the check is left, such as calls before the program serves.
    let findings: Vec<&Finding> =
        findings.iter().filter(|finding| finding.tier >= check.deny).collect();
    if check.dry_run {
        let chosen = first_fixes(&findings);
        for (file, (old, new)) in files.changed(&chosen)? {
            let name = relative(&file, &project.root).display().to_string();
            let diff = TextDiff::from_lines(&old, &new);
            print!("{}", diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")));
        }
        return Ok(());
    }
    if !check.allow_dirty {
        refuse_changes(&project.root)?;
    }
    let candidates: Vec<&Finding> =
        findings.iter().copied().filter(|finding| !finding.fixes.is_empty()).collect();
    if candidates.is_empty() {
        eprintln!("nothing can be fixed: {} findings without a safe edit", findings.len());
        return Ok(());
    }
    let mut trial = Trial { check, project, files, kept: Vec::new(), checks: 0, all_targets: true };
    // Tests and examples count, unless they are broken already.
    if !trial.compiles()? {
        trial.all_targets = check.load_options().all_targets;
        if trial.all_targets || !trial.compiles()? {
            bail!(
                "the project does not compile as it is: mend it first, `cargo check` shows what is wrong"
            );
        }
    }
    let kept = match trial.keep_all(&candidates) {
        Ok(()) => std::mem::take(&mut trial.kept),
        Err(error) => {
            trial.files.restore()?;
            return Err(error);
        }
    };
    for (finding, fix) in &kept {
        let file = relative(&finding.location.file, &project.root).display();
        eprintln!("fixed {file}:{}: {}", finding.location.line, fix.title);
    }
    eprintln!(
        "{} of {} findings fixed, {} edits taken back, {} without a safe edit",
        kept.len(),
        findings.len(),
        candidates.len() - kept.len(),
        findings.len() - candidates.len()
    );
    Ok(())
}

/// The first fix of each finding; of two that touch the same text, that of the first.
fn first_fixes<'a>(findings: &[&'a Finding]) -> Vec<(&'a Finding, &'a Fix)> {
    findings.iter().filter_map(|finding| Some((*finding, finding.fixes.first()?))).collect()
}

fn refuse_changes(root: &Path) -> Result<()> {
    let output = Command::new("git").args(["status", "--porcelain"]).current_dir(root).output();
    match output {
        Ok(output) if output.status.success() => {
            if !output.stdout.is_empty() {
                bail!("the work tree has changes: commit them, or give --allow-dirty");
            }
            Ok(())
        }
        _ => bail!(
            "no git work tree to take edits back from: give --allow-dirty to edit nevertheless"
        ),
    }
}

/// The files as they were, read once.
#[derive(Default)]
struct Files(BTreeMap<PathBuf, String>);

impl Files {
    fn original(&mut self, file: &Path) -> Result<&str> {
        if !self.0.contains_key(file) {
            let text = fs::read_to_string(file)
                .with_context(|| format!("cannot read {}", file.display()))?;
            self.0.insert(file.to_owned(), text);
        }
        Ok(&self.0[file])
    }

    fn restore(&self) -> Result<()> {
        self.0.iter().try_for_each(|(file, text)| write(file, text))
    }

    /// Returns the files that some fixes change, before and after.
    fn changed(
        &mut self,
        fixes: &[(&Finding, &Fix)],
    ) -> Result<BTreeMap<PathBuf, (String, String)>> {
        let mut edits: BTreeMap<PathBuf, Edits> = BTreeMap::new();
        for (finding, fix) in fixes {
            edits.entry(finding.location.file.clone()).or_default().add(fix);
        }
        let mut changed = BTreeMap::new();
        for (file, edits) in edits {
            let old = self.original(&file)?.to_owned();
            let new = edits.apply(&old);
            changed.insert(file, (old, new));
        }
        Ok(changed)
    }
}

/// Fixes that are tried, and those that compile together.
struct Trial<'a> {
    check: &'a Check,
    project: &'a Project,
    files: Files,
    kept: Vec<(&'a Finding, &'a Fix)>,
    checks: usize,
    all_targets: bool,
}

impl<'a> Trial<'a> {
    /// Tries the first fix of each finding, then the next one where that does not compile.
    fn keep_all(&mut self, candidates: &[&'a Finding]) -> Result<()> {
        let mut left: Vec<(&Finding, usize)> =
            candidates.iter().map(|finding| (*finding, 0)).collect();
        while !left.is_empty() {
            let tried: Vec<_> =
                left.iter().map(|(finding, index)| (*finding, &finding.fixes[*index])).collect();
            self.keep(&tried)?;
            left.retain_mut(|(finding, index)| {
                let kept = self.kept.iter().any(|(kept, _)| std::ptr::eq(*kept, *finding));
                *index += 1;
                !kept && *index < finding.fixes.len()
            });
        }
        Ok(())
    }

    /// Keeps as many fixes as compile: all of them, or those of each half.
    fn keep(&mut self, fixes: &[(&'a Finding, &'a Fix)]) -> Result<()> {
        let before = self.kept.len();
        self.kept.extend(fixes);
        if self.overlap() || !self.apply_and_check()? {
            self.kept.truncate(before);
            if let [_, _, ..] = fixes {
                let (left, right) = fixes.split_at(fixes.len() / 2);
                self.keep(left)?;
                self.keep(right)?;
            } else {
                self.write_all(fixes)?;
            }
        }
        Ok(())
    }

    fn overlap(&self) -> bool {
        let mut ranges: Vec<_> = self
            .kept
            .iter()
            .flat_map(|(finding, fix)| {
                fix.edits.iter().map(|(start, end, _)| (&finding.location.file, *start, *end))
            })
            .collect();
        ranges.sort_unstable();
        ranges.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[1].1 < pair[0].2)
    }

    fn apply_and_check(&mut self) -> Result<bool> {
        let kept = self.kept.clone();
        for (file, (_, new)) in self.files.changed(&kept)? {
            write(&file, &new)?;
        }
        self.compiles()
    }

    /// Writes the files of rejected fixes as they are with the kept ones.
    fn write_all(&mut self, rejected: &[(&'a Finding, &'a Fix)]) -> Result<()> {
        let kept = self.kept.clone();
        let changed = self.files.changed(&kept)?;
        for (finding, _) in rejected {
            let file = &finding.location.file;
            let text = match changed.get(file) {
                Some((_, new)) => new.clone(),
                None => self.files.original(file)?.to_owned(),
            };
            write(file, &text)?;
        }
        Ok(())
    }

    fn compiles(&mut self) -> Result<bool> {
        self.checks += 1;
        if !self.check.quiet {
            eprintln!("checking edits: cargo check, run {}", self.checks);
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["check", "--quiet", "--workspace"]);
        command.args(crate::load::feature_arguments(&self.check.load_options()));
        if self.all_targets {
            command.arg("--all-targets");
        }
        command.current_dir(&self.project.root);
        let output = command.output().context("cannot run cargo check")?;
        Ok(output.status.success())
    }
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
