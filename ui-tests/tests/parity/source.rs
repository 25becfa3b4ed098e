//! The cases, and the variants of each that are compared.

use std::fs;
use std::path::Path;

/// One program.
pub(crate) struct Case {
    pub(crate) folder: &'static str,
    pub(crate) name: String,
    source: String,
}

/// What becomes of the function behind the mark. Lines and columns are the same in all variants.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Variant {
    /// `async fn`, without the attribute.
    ByHand,
    /// `fn` with the attribute.
    Annotated,
    /// `async fn` with the attribute.
    AnnotatedAsync,
    /// `fn` in an `impl` with the attribute.
    InAnnotatedBlock,
    /// `fn` without the attribute: what the user had before.
    Sync,
}

const MARK: &str = "// sync_to_async";
const ATTRIBUTE: &str = "#[asyncify_runtime::sync_to_async]";

/// All cases of a folder, in the order of their names.
pub(crate) fn all(folder: &'static str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("parity").join(folder);
    let entries = fs::read_dir(path).expect("the folder of cases can be read");
    let mut cases: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("the folder of cases can be read").path();
            let name = path.file_stem().expect("a case has a name").to_string_lossy().into_owned();
            let source = fs::read_to_string(&path).expect("a case can be read");
            assert_eq!(source.matches(MARK).count(), 1, "{name} marks one function");
            Case { folder, name, source }
        })
        .collect();
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    cases
}

impl Case {
    /// The text of one variant.
    pub(crate) fn text(&self, variant: Variant) -> String {
        let (before, behind) = self.source.split_once(MARK).expect("it was found when read");
        let (before, mark) = match variant {
            Variant::ByHand | Variant::Sync => (before.to_owned(), MARK),
            Variant::Annotated | Variant::AnnotatedAsync => (before.to_owned(), ATTRIBUTE),
            Variant::InAnnotatedBlock => {
                // On the line of the `impl`, so that no line moves.
                let start = before.rfind("impl ").expect("a method is in a block");
                let (before, header) = before.split_at(start);
                (format!("{before}{ATTRIBUTE} {header}"), MARK)
            }
        };
        let behind = match variant {
            Variant::ByHand | Variant::AnnotatedAsync => behind.to_owned(),
            Variant::Annotated | Variant::InAnnotatedBlock | Variant::Sync => {
                behind.replacen("async ", "      ", 1)
            }
        };
        format!("{before}{mark}{behind}")
    }
}

#[test]
fn variants_keep_lines_and_columns() {
    let source = "struct Db;\n\n// sync_to_async\n#[must_use]\npub async fn f() {}\n";
    let case = Case { folder: "functions", name: "case".into(), source: source.into() };
    assert_eq!(case.text(Variant::ByHand), source);
    assert_eq!(
        case.text(Variant::Annotated),
        "struct Db;\n\n#[asyncify_runtime::sync_to_async]\n#[must_use]\npub       fn f() {}\n"
    );
    assert_eq!(
        case.text(Variant::AnnotatedAsync),
        "struct Db;\n\n#[asyncify_runtime::sync_to_async]\n#[must_use]\npub async fn f() {}\n"
    );
    let method = "struct Db;\n\nimpl Db {\n    // sync_to_async\n    async fn f(&self) {}\n}\n";
    let method = Case { folder: "methods", name: "case".into(), source: method.into() };
    assert_eq!(
        method.text(Variant::InAnnotatedBlock),
        "struct Db;\n\n#[asyncify_runtime::sync_to_async] impl Db {\n    // sync_to_async\n          fn f(&self) {}\n}\n"
    );
    assert_eq!(
        case.text(Variant::Sync),
        "struct Db;\n\n// sync_to_async\n#[must_use]\npub       fn f() {}\n"
    );
}
