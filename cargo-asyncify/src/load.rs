//! Loads a project into rust-analyzer's database.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, anyhow, bail};
use ra_ap_ide_db::RootDatabase;
use ra_ap_load_cargo::{LoadCargoConfig, ProcMacroServerChoice, load_workspace};
use ra_ap_paths::AbsPathBuf;
use ra_ap_project_model::{
    CargoConfig, CargoFeatures, ProjectManifest, ProjectWorkspace, RustLibSource,
};
use ra_ap_vfs::{FileId, Vfs};
use serde::Deserialize;

use crate::prime::prime;

/// What to load, and how.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "flags of the command line")]
pub(crate) struct Options {
    /// The manifest, or a directory in the project.
    pub(crate) path: PathBuf,
    /// Names of packages; none stands for those of the directory.
    pub(crate) packages: Vec<String>,
    pub(crate) workspace: bool,
    /// Tests, examples and benches, too.
    pub(crate) all_targets: bool,
    pub(crate) all_features: bool,
    pub(crate) no_default_features: bool,
    pub(crate) features: Vec<String>,
    /// Runs build scripts and procedural macros of the project.
    pub(crate) expand: bool,
}

pub(crate) struct Project {
    pub(crate) db: RootDatabase,
    vfs: Vfs,
    /// The directory of the workspace.
    pub(crate) root: PathBuf,
    pub(crate) packages: Vec<Package>,
    /// Root files of the crates of the workspace, with the index of their package.
    targets: BTreeMap<PathBuf, usize>,
    selected: Vec<bool>,
}

/// A package of the workspace, as cargo describes it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) targets: Vec<Target>,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Clone, Debug, Deserialize, serde::Serialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
    pub(crate) crate_types: Vec<String>,
    pub(crate) name: String,
    pub(crate) src_path: PathBuf,
    pub(crate) edition: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev` or `build`; none for those of the library and the programs.
    kind: Option<String>,
    pub(crate) rename: Option<String>,
}

impl Dependency {
    pub(crate) fn is_normal(&self) -> bool {
        self.kind.is_none()
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    workspace_root: PathBuf,
}

impl Project {
    pub(crate) fn load(options: &Options, progress: &dyn Fn(&str)) -> Result<Self> {
        let manifest = find_manifest(&options.path)?;
        progress("reading the project");
        let metadata = metadata(&manifest, options)?;
        let mut packages = metadata.packages;
        packages.retain(|package| metadata.workspace_members.contains(&package.id));
        let selected = select(&packages, &manifest, options)?;
        let path = manifest.to_str().and_then(|path| AbsPathBuf::try_from(path).ok());
        let path = path.ok_or_else(|| anyhow!("{} is not UTF-8", manifest.display()))?;
        check_sources(manifest.parent().unwrap_or(&manifest))?;
        let config = cargo_config(options);
        let workspace =
            ProjectWorkspace::load(ProjectManifest::from_manifest_file(path)?, &config, &|_| {})?;
        progress("loading the project and its dependencies");
        let mut workspace = workspace;
        if options.expand {
            let scripts = workspace.run_build_scripts(&config, &|_| {})?;
            if let Some(error) = scripts.error() {
                let error = error.trim_end();
                eprintln!(
                    "warning: a build script failed, and what it makes is not seen:\n{error}"
                );
            }
            workspace.set_build_scripts(scripts);
        }
        let server = if options.expand {
            ProcMacroServerChoice::Sysroot
        } else {
            ProcMacroServerChoice::None
        };
        let load = LoadCargoConfig {
            load_out_dirs_from_check: false,
            with_proc_macro_server: server,
            prefill_caches: false,
            num_worker_threads: 1,
            proc_macro_processes: 1,
        };
        let (db, vfs, server) = load_workspace(workspace, &config.extra_env, &load)?;
        prime(&db)?;
        if options.expand && server.is_none() {
            eprintln!(
                "warning: the toolchain's `rust-analyzer-proc-macro-srv` does not start: procedural macros are not expanded"
            );
        }
        let mut targets = BTreeMap::new();
        for (index, package) in packages.iter().enumerate() {
            for target in &package.targets {
                let dull = ["test", "bench", "example", "custom-build"];
                let counts = !target.kind.iter().any(|kind| dull.contains(&kind.as_str()));
                let builds = target.kind.iter().any(|kind| kind == "custom-build");
                if counts || options.all_targets && !builds {
                    targets.insert(target.src_path.clone(), index);
                }
            }
        }
        Ok(Self { db, vfs, root: metadata.workspace_root, packages, targets, selected })
    }

    pub(crate) fn path(&self, file: FileId) -> PathBuf {
        match self.vfs.file_path(file).as_path() {
            Some(path) => PathBuf::from(path.as_str()),
            None => PathBuf::from(self.vfs.file_path(file).to_string()),
        }
    }

    /// Whether a crate is of the workspace, by its root file.
    pub(crate) fn is_member(&self, root_file: FileId) -> bool {
        self.targets.contains_key(&self.path(root_file))
    }

    /// Returns the package whose crate has this root file, if it was asked for.
    pub(crate) fn selected(&self, root_file: FileId) -> Option<&Package> {
        let index = *self.targets.get(&self.path(root_file))?;
        self.selected[index].then(|| &self.packages[index])
    }

    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }
}

/// Returns the manifest of a path, or of the directory around it that has one.
fn find_manifest(path: &Path) -> Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let path = path.canonicalize().with_context(|| format!("cannot read {}", path.display()))?;
    if path.is_file() {
        if path.file_name().is_none_or(|name| name != "Cargo.toml") {
            bail!("{} is no Cargo.toml", path.display());
        }
        return Ok(path);
    }
    let manifest = path.ancestors().map(|directory| directory.join("Cargo.toml"));
    manifest.into_iter().find(|manifest| manifest.is_file()).ok_or_else(|| {
        anyhow!(
            "no Cargo.toml in {} or a directory above: run it in a cargo project",
            path.display()
        )
    })
}

/// Asks cargo, whose own message is the clearest about what is wrong with a project.
fn metadata(manifest: &Path, options: &Options) -> Result<Metadata> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--manifest-path"]).arg(manifest);
    command.args(feature_arguments(options));
    command.current_dir(manifest.parent().unwrap_or(manifest));
    let output = command.output().context("cannot run cargo")?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        let message = message.trim().trim_start_matches("error: ");
        bail!("cargo cannot read the project: {message}");
    }
    serde_json::from_slice(&output.stdout).context("cannot read the output of cargo metadata")
}

pub(crate) fn feature_arguments(options: &Options) -> Vec<String> {
    let mut arguments = Vec::new();
    if options.all_features {
        arguments.push("--all-features".to_owned());
    }
    if options.no_default_features {
        arguments.push("--no-default-features".to_owned());
    }
    if !options.features.is_empty() {
        arguments.push("--features".to_owned());
        arguments.push(options.features.join(","));
    }
    arguments
}

fn select(packages: &[Package], manifest: &Path, options: &Options) -> Result<Vec<bool>> {
    for name in &options.packages {
        if !packages.iter().any(|package| package.name == *name) {
            let names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
            bail!("no package `{name}` in the workspace: there are {}", names.join(", "));
        }
    }
    let own = packages.iter().any(|package| package.manifest_path == manifest);
    Ok(packages
        .iter()
        .map(|package| {
            if options.packages.is_empty() {
                options.workspace || !own || package.manifest_path == manifest
            } else {
                options.packages.contains(&package.name)
            }
        })
        .collect())
}

fn cargo_config(options: &Options) -> CargoConfig {
    let features = if options.all_features {
        CargoFeatures::All
    } else {
        CargoFeatures::Selected {
            features: options.features.clone(),
            no_default_features: options.no_default_features,
        }
    };
    CargoConfig {
        features,
        all_targets: options.all_targets,
        set_test: options.all_targets,
        sysroot: Some(RustLibSource::Discover),
        ..CargoConfig::default()
    }
}

/// Without the sources of the standard library no call of it resolves. Looked for before
/// rust-analyzer does, which would install them.
fn check_sources(directory: &Path) -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).current_dir(directory).output();
    let sysroot = match output {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).into_owned()
        }
        _ => bail!("no Rust toolchain found: install one with rustup"),
    };
    let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/core");
    let own = std::env::var_os("RUST_SRC_PATH").map(|path| Path::new(&path).join("core"));
    if !library.exists() && !own.is_some_and(|path| path.exists()) {
        bail!(
            "the sources of the standard library are missing: run `rustup component add rust-src`"
        );
    }
    Ok(())
}
