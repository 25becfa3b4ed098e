//! Makes a library of the macros: see their `lib.rs`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(asyncify_library)");
    println!("cargo::rustc-cfg=asyncify_library");
}
