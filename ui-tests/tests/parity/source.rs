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
    /// `fn` in an `impl` or `trait` with the attribute.
    InAnnotatedBlock,
    /// `async fn` in one.
    AsyncInAnnotatedBlock,
    /// `fn` in a `trait`, or in an `impl` of one, whose futures are boxed.
    InBoxedBlock,
    /// `fn` without the attribute: what the user had before.
    Sync,
}

const MARK: &str = "// sync_to_async";
const ATTRIBUTE: &str = "#[asyncify_runtime::sync_to_async]";
const BOXED: &str = "#[asyncify_runtime::sync_to_async(boxed)]";

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
        let source = &self.source;
        match variant {
            Variant::ByHand => source.clone(),
            Variant::Annotated => self.marked_sync().replacen(MARK, ATTRIBUTE, 1),
            Variant::AnnotatedAsync => source.replacen(MARK, ATTRIBUTE, 1),
            Variant::InAnnotatedBlock => {
                annotated(&self.marked_sync(), &[self.marked_block()], ATTRIBUTE)
            }
            Variant::AsyncInAnnotatedBlock => annotated(source, &[self.marked_block()], ATTRIBUTE),
            Variant::InBoxedBlock => {
                let is_of_trait = |start: &usize| !source[*start..].starts_with("impl Db ");
                let headers: Vec<_> = headers(source).filter(is_of_trait).collect();
                annotated(&self.methods_sync(), &headers, BOXED)
            }
            // What implements a sync trait is sync as well.
            Variant::Sync if self.folder == "implementations" => self.methods_sync(),
            Variant::Sync => self.marked_sync(),
        }
    }

    fn mark(&self) -> usize {
        self.source.find(MARK).expect("it was found when read")
    }

    /// Where the block of the marked method starts.
    fn marked_block(&self) -> usize {
        headers(&self.source[..self.mark()]).last().expect("a method is in a block")
    }

    /// The source with the marked function sync.
    fn marked_sync(&self) -> String {
        let (before, behind) = self.source.split_at(self.mark());
        format!("{before}{}", behind.replacen("async ", "      ", 1))
    }

    /// The source with all methods sync, which are indented as callers are not.
    fn methods_sync(&self) -> String {
        self.source.replace("\n    async ", "\n          ")
    }
}

/// Where the blocks start.
fn headers(source: &str) -> impl Iterator<Item = usize> {
    let is_header = |start: &usize| {
        let line = &source[*start..];
        ["impl ", "impl<", "trait "].iter().any(|keyword| line.starts_with(keyword))
    };
    source.match_indices('\n').map(|(end, _)| end + 1).filter(is_header)
}

/// The source with the attribute above these lines, which blank ones are above of, so that no line
/// moves.
fn annotated(source: &str, headers: &[usize], attribute: &str) -> String {
    let mut text = source.to_owned();
    for start in headers.iter().rev() {
        assert!(text[..*start].ends_with("\n\n"), "a blank line is above a block: {source}");
        text.insert_str(start - 1, attribute);
    }
    text
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
        "struct Db;\n#[asyncify_runtime::sync_to_async]\nimpl Db {\n    // sync_to_async\n          fn f(&self) {}\n}\n"
    );
    assert_eq!(
        method.text(Variant::AsyncInAnnotatedBlock),
        "struct Db;\n#[asyncify_runtime::sync_to_async]\nimpl Db {\n    // sync_to_async\n    async fn f(&self) {}\n}\n"
    );
    let provided =
        "\n\ntrait Store {\n    // sync_to_async\n    async fn f() {}\n}\n\nimpl Store for Db {}\n";
    let provided = Case { folder: "provided", name: "case".into(), source: provided.into() };
    assert_eq!(
        provided.text(Variant::InBoxedBlock),
        "\n#[asyncify_runtime::sync_to_async(boxed)]\ntrait Store {\n    // sync_to_async\n          fn f() {}\n}\n#[asyncify_runtime::sync_to_async(boxed)]\nimpl Store for Db {}\n"
    );
    assert_eq!(
        case.text(Variant::Sync),
        "struct Db;\n\n// sync_to_async\n#[must_use]\npub       fn f() {}\n"
    );
}
