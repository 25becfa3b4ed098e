//! The sources of the crates, as cargo has them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A published crate.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Its folder, which is not written to.
    pub(crate) folder: PathBuf,
    /// What stands behind its name in a manifest, but for the version.
    pub(crate) features: String,
}

/// All dependencies in the manifest of these tests that are built nowhere.
pub(crate) fn all() -> Result<Vec<Source>, String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--manifest-path"])
        .arg(manifest)
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("cargo lists packages");
    let ours = packages.iter().find(|package| package["name"] == env!("CARGO_PKG_NAME"));
    let dependencies = ours.expect("this is a package")["dependencies"].as_array();
    let dependencies = dependencies.expect("cargo lists dependencies").iter();
    let corpus = dependencies.filter(|dependency| dependency["target"] == "cfg(any())");
    let source = |dependency: &Value| {
        let name = text(&dependency["name"]);
        let version = text(&dependency["req"]).trim_start_matches('=').to_owned();
        let is_meant =
            |package: &&Value| package["name"] == *name && package["version"] == *version;
        let package = packages.iter().find(is_meant).expect("the version is exact");
        let folder = Path::new(&text(&package["manifest_path"])).parent().map(Path::to_owned);
        let defaults = &dependency["uses_default_features"];
        let features =
            format!("default-features = {defaults}, features = {}", dependency["features"]);
        Source { name, version, folder: folder.expect("a manifest is in a folder"), features }
    };
    Ok(corpus.map(source).collect())
}

fn text(value: &Value) -> String {
    value.as_str().expect("cargo prints a string here").to_owned()
}
