//! Published crates whose analysis takes longer, for a run by hand:
//! `cargo test --release --test labelled -- --test-threads 1`.

#[path = "it/labels.rs"]
mod labels;

use labels::compare;

#[test]
fn dufs() {
    compare("dufs", "0.47.0", &[]);
}

#[test]
fn jj_lib() {
    compare("jj-lib", "0.45.1", &[]);
}

#[test]
fn mdbook() {
    compare("mdbook", "0.4.52", &[]);
}

#[test]
fn object_store() {
    compare("object_store", "0.14.2", &["--features", "aws,azure,gcp,http"]);
}

#[test]
fn oha() {
    compare("oha", "1.16.0", &[]);
}

#[test]
fn sccache() {
    compare("sccache", "0.19.0", &[]);
}

#[test]
fn trunk() {
    compare("trunk", "0.22.0-beta.1", &[]);
}
