//! The programs, and the variants of each that are compared.

use crate::mistakes::Template;

/// One program.
pub(crate) struct Case {
    pub(crate) template: Template,
    pub(crate) name: &'static str,
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

/// Stands above the function that gets the attribute.
pub(crate) const MARK: &str = "// sync_to_async";
const ATTRIBUTE: &str = "#[asyncify_runtime::sync_to_async]";
const BOXED: &str = "#[asyncify_runtime::sync_to_async(boxed)]";

impl Case {
    pub(crate) fn new(template: Template, name: &'static str, source: String) -> Self {
        assert_eq!(source.matches(MARK).count(), 1, "{name} marks one function");
        Self { template, name, source }
    }

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
            Variant::Sync if self.template == Template::Implementation => self.methods_sync(),
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
    let case = Case::new(Template::Function, "case", source.into());
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
    let method = Case::new(Template::Method, "case", method.into());
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
    let provided = Case::new(Template::Provided, "case", provided.into());
    assert_eq!(
        provided.text(Variant::InBoxedBlock),
        "\n#[asyncify_runtime::sync_to_async(boxed)]\ntrait Store {\n    // sync_to_async\n          fn f() {}\n}\n#[asyncify_runtime::sync_to_async(boxed)]\nimpl Store for Db {}\n"
    );
    assert_eq!(
        case.text(Variant::Sync),
        "struct Db;\n\n// sync_to_async\n#[must_use]\npub       fn f() {}\n"
    );
}
