//! `--fix`: applies the edits of findings, and keeps those with which the project compiles.

mod compile;
mod edit;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use similar::TextDiff;

use self::compile::Compiler;
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
    let mut compiler = Compiler::new(check, &project.root);
    // Tests and examples count, unless they are broken already.
    if !compiler.compiles()? {
        compiler.all_targets = check.load_options().all_targets;
        if compiler.all_targets || !compiler.compiles()? {
            bail!(
                "the project does not compile as it is: mend it first, `cargo check` shows what is wrong"
            );
        }
    }
    let mut trial = Trial { compiler, files, kept: Vec::new(), refused: Vec::new() };
    if let Err(error) = trial.keep_all(&candidates) {
        trial.files.restore()?;
        return Err(error);
    }
    report(&trial, &candidates, &findings, &project.root);
    Ok(())
}

fn report(trial: &Trial<'_>, candidates: &[&Finding], findings: &[&Finding], root: &Path) {
    let place = |finding: &Finding| {
        format!("{}:{}", relative(&finding.location.file, root).display(), finding.location.line)
    };
    for (finding, fix) in &trial.kept {
        eprintln!("fixed {}: {}", place(finding), fix.title);
    }
    let mut fixed = 0;
    for finding in candidates {
        // Two findings of one call have the same edit.
        let same = |(other, fix): &Choice<'_>| {
            other.location == finding.location && finding.fixes.contains(fix)
        };
        if trial.kept.iter().any(same) {
            fixed += 1;
            continue;
        }
        let mut refused = trial.refused.iter().rev();
        let message = refused.find(|(other, _)| other.location == finding.location);
        let why = match message {
            Some((_, message)) => format!("it does not compile: {message}"),
            None => "it is within an edit that is kept: run it again".to_owned(),
        };
        eprintln!("took back {}: {why}", place(finding));
    }
    eprintln!(
        "{fixed} of {} findings fixed, {} edits taken back, {} without a safe edit",
        findings.len(),
        candidates.len() - fixed,
        findings.len() - candidates.len()
    );
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

    /// Returns the edits of each file.
    fn edits(fixes: &[Choice<'_>]) -> BTreeMap<PathBuf, Edits> {
        let mut edits: BTreeMap<PathBuf, Edits> = BTreeMap::new();
        for (finding, fix) in fixes {
            edits.entry(finding.location.file.clone()).or_default().add(fix);
        }
        edits
    }

    /// Returns the files that some fixes change, before and after.
    fn changed(&mut self, fixes: &[Choice<'_>]) -> Result<BTreeMap<PathBuf, (String, String)>> {
        let mut changed = BTreeMap::new();
        for (file, edits) in Self::edits(fixes) {
            let old = self.original(&file)?.to_owned();
            let new = edits.apply(&old);
            changed.insert(file, (old, new));
        }
        Ok(changed)
    }

    /// Writes each file as it is with some fixes.
    fn write(&mut self, fixes: &[Choice<'_>]) -> Result<()> {
        let changed = self.changed(fixes)?;
        for (file, original) in &self.0 {
            let text = changed.get(file).map_or(original, |(_, new)| new);
            // One that stays is not compiled again.
            if fs::read_to_string(file).ok().as_ref() != Some(text) {
                write(file, text)?;
            }
        }
        Ok(())
    }
}

/// A finding with one of its fixes.
type Choice<'a> = (&'a Finding, &'a Fix);

/// Fixes that are tried, and those that compile together.
struct Trial<'a> {
    compiler: Compiler<'a>,
    files: Files,
    kept: Vec<Choice<'a>>,
    /// Findings of which a fix does not compile, each with the message of the compiler.
    refused: Vec<(&'a Finding, String)>,
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
        self.files.write(&self.kept)
    }

    /// Keeps as many fixes as compile: all but those that errors name.
    fn keep(&mut self, fixes: &[Choice<'a>]) -> Result<()> {
        let mut left: Vec<Choice<'_>> = Vec::new();
        for fix in fixes {
            if !self.kept.iter().chain(&left).any(|other| overlap(other, fix)) {
                left.push(*fix);
            }
        }
        let mut unclear = Vec::new();
        while !left.is_empty() {
            let Some(errors) = self.attempt(&left)? else { break };
            let named = self.named(&left, &errors);
            let mut refused: BTreeMap<usize, &str> = BTreeMap::new();
            for (error, fixes) in errors.iter().zip(&named) {
                if let [fix] = fixes[..] {
                    refused.entry(fix).or_insert(&error.message);
                }
            }
            // Of several that an error names, one is wrong: they are tried again without others.
            let mut out: Vec<usize> = refused.keys().copied().collect();
            if out.is_empty() {
                out = named.into_iter().flatten().collect();
            }
            if out.is_empty() {
                // The errors are elsewhere.
                out = (0..left.len()).collect();
            }
            let mut rest = Vec::new();
            for (index, fix) in left.into_iter().enumerate() {
                if let Some(message) = refused.get(&index) {
                    self.refused.push((fix.0, (*message).to_owned()));
                } else if out.contains(&index) {
                    unclear.push(fix);
                } else {
                    rest.push(fix);
                }
            }
            left = rest;
        }
        self.halve(&unclear)
    }

    /// Keeps as many fixes as compile: all of them, or those of each half.
    fn halve(&mut self, fixes: &[Choice<'a>]) -> Result<()> {
        if fixes.is_empty() {
            return Ok(());
        }
        let Some(errors) = self.attempt(fixes)? else { return Ok(()) };
        if let [(finding, _)] = fixes {
            let message = errors.into_iter().next().map(|error| error.message);
            self.refused.push((*finding, message.unwrap_or_default()));
            return Ok(());
        }
        let (left, right) = fixes.split_at(fixes.len() / 2);
        self.halve(left)?;
        self.halve(right)
    }

    /// Keeps fixes if the project compiles with them, and returns the errors otherwise.
    fn attempt(&mut self, fixes: &[Choice<'a>]) -> Result<Option<Vec<compile::Error>>> {
        let before = self.kept.len();
        self.kept.extend(fixes);
        self.files.write(&self.kept)?;
        let errors = self.compiler.errors()?;
        if errors.is_some() {
            self.kept.truncate(before);
        }
        Ok(errors)
    }

    /// Returns, for each error, which of the fixes it names, by their index.
    fn named(&self, fixes: &[Choice<'a>], errors: &[compile::Error]) -> Vec<Vec<usize>> {
        let all: Vec<_> = self.kept.iter().chain(fixes).copied().collect();
        let edits = Files::edits(&all);
        let places: Vec<_> = fixes
            .iter()
            .map(|(finding, fix)| {
                let file = &finding.location.file;
                let (start, end) = extent(fix);
                (file, edits[file].moved(start, end))
            })
            .collect();
        let of = |error: &compile::Error| {
            let named = places.iter().enumerate();
            let named = named.filter(|(_, (file, (start, end)))| error.names(file, *start, *end));
            named.map(|(index, _)| index).collect()
        };
        errors.iter().map(of).collect()
    }
}

/// Returns the range from the first edit of a fix to the last.
fn extent(fix: &Fix) -> (usize, usize) {
    let start = fix.edits.iter().map(|(start, ..)| *start).min().unwrap_or_default();
    (start, fix.edits.iter().map(|(_, end, _)| *end).max().unwrap_or_default())
}

/// Whether two fixes change the same text.
fn overlap(one: &Choice<'_>, other: &Choice<'_>) -> bool {
    let ((start, end), (from, to)) = (extent(one.1), extent(other.1));
    one.0.location.file == other.0.location.file && start < to && from < end
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
