//! `--expand`: what build scripts and procedural macros make is seen.

use crate::project::{MANIFEST, Project};

const SOURCE: &str = "include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));

#[macros::loads]
pub async fn by_attribute() {}

macros::loader!(by_call);

#[derive(macros::Load)]
pub struct Store;
";

const MACROS: &str = r#"
use proc_macro::{TokenStream, TokenTree};

fn name_after(tokens: TokenStream, word: &str) -> String {
    let mut tokens = tokens.into_iter().skip_while(|token| token.to_string() != word).skip(1);
    match tokens.next() {
        Some(TokenTree::Ident(name)) => name.to_string(),
        _ => panic!("no name"),
    }
}

#[proc_macro_attribute]
pub fn loads(_: TokenStream, item: TokenStream) -> TokenStream {
    let name = name_after(item, "fn");
    format!("pub async fn {name}() {{ let _ = std::fs::read(\"attribute\"); }}").parse().unwrap()
}

#[proc_macro]
pub fn loader(name: TokenStream) -> TokenStream {
    format!("pub async fn {name}() {{ let _ = std::fs::write(\"call\", \"\"); }}").parse().unwrap()
}

#[proc_macro_derive(Load)]
pub fn load(item: TokenStream) -> TokenStream {
    let name = name_after(item, "struct");
    format!("impl {name} {{ pub async fn load(&self) {{ let _ = std::fs::metadata(\"derive\"); }} }}")
        .parse()
        .unwrap()
}
"#;

fn project() -> Project {
    let manifest = format!("{MANIFEST}[dependencies]\nmacros = {{ path = \"macros\" }}\n");
    let project = Project::with_manifest(&manifest, SOURCE);
    project.write(
        "build.rs",
        "fn main() {
            let file = std::path::Path::new(&std::env::var_os(\"OUT_DIR\").unwrap()).join(\"made.rs\");
            let text = \"pub async fn by_script() { let _ = std::fs::copy(\\\"a\\\", \\\"b\\\"); }\";
            std::fs::write(file, text).unwrap();
        }",
    );
    project.write(
        "macros/Cargo.toml",
        "[package]\nname = \"macros\"\nedition = \"2024\"\n[lib]\nproc-macro = true\n",
    );
    project.write("macros/src/lib.rs", MACROS);
    project
}

#[test]
fn code_that_scripts_and_macros_make_is_seen() {
    let project = project();
    let run = project.check(&["--message-format", "short", "--show", "blocks"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(!project.path().join("target").exists());

    let run = project.check(&["--message-format", "short", "--show", "blocks", "--expand"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    for callee in ["std::fs::copy", "std::fs::read", "std::fs::write", "std::fs::metadata"] {
        assert!(run.stdout.contains(&format!("`{callee}` blocks")), "{callee}\n{}", run.stdout);
    }
    assert_eq!(run.stdout.lines().count(), 4, "{}", run.stdout);
}

/// What could be made is still checked, and what failed is said.
#[test]
fn script_that_fails_is_reported() {
    let project = project();
    project.write("build.rs", "fn main() { panic!(\"no compiler for C\") }");
    let run = project.check(&["--message-format", "short", "--expand"]);
    assert!(run.stderr.contains("build script"), "{}", run.stderr);
    assert!(run.stderr.contains("no compiler for C"), "{}", run.stderr);
    assert!(run.stdout.contains("`std::fs::read` blocks"), "{}{}", run.stdout, run.stderr);
}
