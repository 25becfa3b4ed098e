//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::finding::Tier;
use crate::load;

/// The command as cargo runs it: `cargo asyncify ..` starts `cargo-asyncify asyncify ..`.
#[derive(Parser)]
#[command(
    name = "cargo-asyncify",
    bin_name = "cargo asyncify",
    version,
    about,
    propagate_version = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Find calls that block the thread in async code
    Check(Box<Check>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// As rustc shows its warnings, with the whole way to the call
    Human,
    /// One line a finding
    Short,
    /// Cargo's own messages, one a line: for editors
    Json,
    /// SARIF 2.1.0: for code scanning
    Sarif,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing at or above the tier of --deny
  1  findings at or above the tier of --deny
  2  the project could not be checked

Nothing of the project is executed, unless --expand is given.";

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Check {
    /// Directory or Cargo.toml of the project
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
    /// Check all packages of the workspace
    #[arg(long, alias = "all")]
    workspace: bool,
    /// Package to check
    #[arg(short, long, value_name = "NAME")]
    package: Vec<String>,
    /// Check tests, examples and benches, too
    #[arg(long)]
    all_targets: bool,
    /// Features to activate
    #[arg(short = 'F', long, value_delimiter = ',')]
    features: Vec<String>,
    /// Activate all features
    #[arg(long)]
    all_features: bool,
    /// Do not activate the `default` feature
    #[arg(long)]
    no_default_features: bool,
    /// Run the build scripts and procedural macros of the project, to see the code that they make
    #[arg(long)]
    expand: bool,
    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) message_format: Format,
    /// Lowest tier that fails the check: blocks, may-block, start-up
    #[arg(long, value_name = "TIER", default_value = "blocks")]
    pub(crate) deny: Tier,
    /// Lowest tier that is shown: blocks, may-block, start-up
    #[arg(long, value_name = "TIER", default_value = "start-up")]
    pub(crate) show: Tier,
    /// Settings of the project [default: asyncify.toml beside the workspace's Cargo.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Report only what is not in FILE; write it if there is none
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write the baseline anew
    #[arg(long, requires = "baseline")]
    pub(crate) update_baseline: bool,
    /// Apply the edits that compile, for findings at or above the tier of --deny
    #[arg(long)]
    pub(crate) fix: bool,
    /// With --fix: print the difference and change nothing
    #[arg(long, requires = "fix")]
    pub(crate) dry_run: bool,
    /// With --fix: even if the work tree has changes
    #[arg(long, requires = "fix")]
    pub(crate) allow_dirty: bool,
    /// Without progress on standard error
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

impl Check {
    pub(crate) fn load_options(&self) -> load::Options {
        load::Options {
            path: self.manifest_path.clone().unwrap_or_else(|| self.path.clone()),
            packages: self.package.clone(),
            workspace: self.workspace,
            all_targets: self.all_targets,
            all_features: self.all_features,
            no_default_features: self.no_default_features,
            features: self.features.clone(),
            expand: self.expand,
        }
    }
}
