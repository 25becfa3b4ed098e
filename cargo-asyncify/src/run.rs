//! One run of the command, from its arguments to its exit code.

use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::Parser as _;

use crate::analysis::{self, Outcome};
use crate::baseline::Baseline;
use crate::cli::{Check, Cli, Command};
use crate::finding::Finding;
use crate::list::List;
use crate::load::Project;
use crate::{fix, report};

const CLEAN: u8 = 0;
const FINDINGS: u8 = 1;
pub(crate) const FAILED: u8 = 2;

pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse_from(arguments()) {
        Ok(cli) => cli,
        Err(error) => {
            let failed = error.use_stderr();
            // A closed pipe is no reason to fail.
            let _ = error.print();
            return if failed { FAILED } else { CLEAN }.into();
        }
    };
    let Command::Check(check) = cli.command;
    match caught(|| run(&check)) {
        Ok(code) => code.into(),
        Err(error) => {
            // The causes on the same line: `in asyncify.toml: line 3: ..`.
            eprintln!("error: {error:#}");
            FAILED.into()
        }
    }
}

/// Cargo passes the name of the subcommand, too.
fn arguments() -> Vec<OsString> {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "asyncify") {
        arguments.remove(1);
    }
    arguments
}

/// The crates of rust-analyzer panic on some code. Within a function that is counted, and the
/// others are analysed; elsewhere it is an error.
fn caught(run: impl FnOnce() -> Result<u8>) -> Result<u8> {
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(run));
    let _ = std::panic::take_hook();
    result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
        Err(anyhow!("the analysis panicked, which is a bug of it: {text}"))
    })
}

fn run(check: &Check) -> Result<u8> {
    let progress = Progress::new(check.quiet);
    let project = Project::load(&check.load_options(), &|text| progress.show(text))?;
    let config = project.root.join("asyncify.toml");
    let config = check.config.clone().or_else(|| config.is_file().then_some(config));
    let list = List::read(config.as_deref())?;
    let outcome = analysis::run(&project, &list, &|text| progress.show(text));
    progress.clear();
    let Outcome { mut findings, counts } = outcome;
    let stale = allow(&mut findings, &list);
    findings.retain(|finding| finding.tier >= check.show);
    if let Some(file) = &check.baseline {
        let baseline = Baseline::of(&findings, &project.root);
        if check.update_baseline || !file.exists() {
            baseline.write(file)?;
            eprintln!("wrote {} findings to {}", findings.len(), file.display());
            return Ok(CLEAN);
        }
        let known = Baseline::read(file)?;
        known.remove_from(&mut findings, &project.root);
    }
    if check.fix {
        return fix::run(check, &project, &findings).map(|()| CLEAN);
    }
    let text = report::write(check.message_format, &findings, &project, &counts);
    print(&text)?;
    if check.message_format == crate::cli::Format::Human {
        report::summary::write(&mut std::io::stderr().lock(), &findings, &counts)?;
    }
    for entry in stale {
        eprintln!(
            "warning: allow entry for `{}` in `{}` matches nothing: remove it",
            entry.callee, entry.function
        );
    }
    let failed = findings.iter().any(|finding| finding.tier >= check.deny);
    Ok(if failed { FINDINGS } else { CLEAN })
}

/// Removes what the user accepts, and returns the entries that match nothing.
fn allow<'a>(findings: &mut Vec<Finding>, list: &'a List) -> Vec<&'a crate::list::Allow> {
    let mut used = vec![false; list.allow.len()];
    findings.retain(|finding| {
        let mut kept = true;
        for (entry, used) in list.allow.iter().zip(&mut used) {
            let matches = matches(&entry.function, &finding.function)
                && (matches(&entry.callee, &finding.callee)
                    || matches(&entry.callee, &finding.called));
            *used |= matches;
            kept &= !matches;
        }
        kept
    });
    let unused = list.allow.iter().zip(used).filter(|(_, used)| !used);
    unused.map(|(entry, _)| entry).collect()
}

/// Whether a path is this one, or below it where it ends in `*`.
fn matches(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => pattern == path,
    }
}

fn print(text: &str) -> Result<()> {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        // As with `| head`.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// What is being done, on standard error: one line that changes, or one line each.
struct Progress {
    shown: bool,
    terminal: bool,
}

impl Progress {
    fn new(quiet: bool) -> Self {
        Self { shown: !quiet, terminal: std::io::stderr().is_terminal() }
    }

    fn show(&self, text: &str) {
        if !self.shown {
            return;
        }
        if self.terminal {
            eprint!("\r\x1b[K{text}");
        } else if !text.contains(':') {
            eprintln!("{text}");
        }
    }

    fn clear(&self) {
        if self.shown && self.terminal {
            eprint!("\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_is_an_error_with_its_text() {
        let error = caught(|| panic!("at {}", 1)).unwrap_err();
        assert_eq!(error.to_string(), "the analysis panicked, which is a bug of it: at 1");
        let error = caught(|| panic!("at one")).unwrap_err();
        assert_eq!(error.to_string(), "the analysis panicked, which is a bug of it: at one");
        assert_eq!(caught(|| Ok(CLEAN)).unwrap(), CLEAN);
    }
}
