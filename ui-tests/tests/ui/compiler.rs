//! The compiler at hand, and the one whose words are recorded.

use std::env;
use std::ffi::OsString;
use std::process::Command;

/// The compiler whose words the `.stderr` files hold.
pub(crate) const RECORDED: &str = "1.95.0";

/// The version of the compiler at hand, such as `1.95.0` or `1.97.0-nightly`.
pub(crate) fn version() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(rustc).arg("--version").output().expect("rustc can be run");
    let version = String::from_utf8(output.stdout).expect("rustc prints UTF-8");
    version.split(' ').nth(1).expect("rustc prints `rustc VERSION ..`").to_owned()
}
