//! Published crates whose analysis takes longer, for a run by hand:
//! `cargo test --release --test labelled`.

#[path = "it/labels.rs"]
mod labels;

use labels::compare;

#[test]
fn oha() {
    compare("oha", "1.16.0");
}

#[test]
fn sccache() {
    compare("sccache", "0.19.0");
}
