//! The functions of a file, and the attribute on them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::{FnArg, ImplItem, Item, Signature, Type, Visibility};

/// How functions are annotated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// A copy of the function becomes async.
    Plain,
    Rename,
    /// `lend`, on functions with a `&mut`, with `rename`.
    Lend,
    /// `in_place`, with `rename`.
    InPlace,
    /// `suffix` on each inherent `impl`.
    Suffix,
    /// An argument that does not exist, which tells what is built.
    Unknown,
}

const ATTRIBUTE: &str = "#[::asyncify_runtime::sync_to_async";

impl Form {
    pub(crate) const ALL: [Self; 5] =
        [Self::Plain, Self::Rename, Self::Lend, Self::InPlace, Self::Suffix];

    fn attribute(arguments: &str) -> String {
        format!("{ATTRIBUTE}{arguments}] ")
    }
}

/// One function.
#[derive(Clone)]
pub(crate) struct Function {
    /// The file, within the crate.
    pub(crate) file: PathBuf,
    pub(crate) name: String,
    /// All of it, with its attributes.
    item: Range<usize>,
    /// Where its attributes end.
    start: usize,
    ident: Range<usize>,
    /// Where the attributes of its `impl` end, by which the `impl` is known.
    block: Option<usize>,
    has_mut: bool,
}

impl Function {
    /// Whether there is anything to try the form on.
    pub(crate) fn suits(&self, form: Form) -> bool {
        match form {
            Form::Lend => self.has_mut,
            Form::Suffix => self.block.is_some(),
            _ => true,
        }
    }

    fn renamed(&self) -> String {
        let scope = if self.block.is_some() { "Self::" } else { "" };
        format!("rename = \"{scope}{}_corpus\"", self.name.trim_start_matches("r#"))
    }
}

/// The functions of a file.
pub(crate) fn all(file: &Path, text: &str) -> Vec<Function> {
    let mut found = Vec::new();
    // What does not parse is a template, or for a later compiler.
    if let Ok(parsed) = syn::parse_file(text) {
        items(&parsed.items, file, &mut found);
    }
    found
}

fn items(all: &[Item], file: &Path, found: &mut Vec<Function>) {
    for item in all {
        match item {
            Item::Fn(function) => {
                let start = start(&function.vis, &function.sig);
                found.push(self::function(file, function.span(), start, &function.sig, None));
            }
            Item::Mod(module) => {
                if let Some((_, content)) = &module.content {
                    items(content, file, found);
                }
            }
            Item::Impl(block) if block.trait_.is_none() => {
                let safety = block.unsafety.as_ref().map(|token| token.span().byte_range().start);
                let keyword = block.impl_token.span().byte_range().start;
                let block_start = Some(safety.unwrap_or(keyword));
                for item in &block.items {
                    if let ImplItem::Fn(method) = item {
                        let start = start(&method.vis, &method.sig);
                        let method = function(file, method.span(), start, &method.sig, block_start);
                        found.push(method);
                    }
                }
            }
            _ => {}
        }
    }
}

fn start(vis: &Visibility, sig: &Signature) -> usize {
    let span = match vis {
        Visibility::Inherited => sig.span(),
        vis => vis.span(),
    };
    span.byte_range().start
}

fn function(
    file: &Path,
    item: proc_macro2::Span,
    start: usize,
    sig: &Signature,
    block: Option<usize>,
) -> Function {
    let is_mut = |input: &FnArg| match input {
        FnArg::Receiver(receiver) => {
            matches!(receiver.kind, syn::ReceiverKind::Reference(_, _, Some(_)))
        }
        FnArg::Typed(input) => {
            matches!(&*input.ty, Type::Reference(reference) if reference.mutability.is_some())
        }
    };
    Function {
        file: file.to_owned(),
        name: sig.ident.to_string(),
        item: item.byte_range(),
        start,
        ident: sig.ident.span().byte_range(),
        block,
        has_mut: sig.inputs.iter().any(is_mut),
    }
}

/// A file with its functions annotated.
pub(crate) struct Annotated {
    pub(crate) text: String,
    /// Where each function is in it, by its number among those of the crate.
    pub(crate) places: Vec<(usize, Range<usize>)>,
    /// Where each attribute is.
    pub(crate) attributes: Vec<Range<usize>>,
}

/// Annotates functions of a file: those that are listed with `true`.
pub(crate) fn annotated(
    text: &str,
    form: Form,
    functions: &[(usize, &Function, bool)],
) -> Annotated {
    let mut edits: Vec<(usize, String)> = Vec::new();
    let meant = functions.iter().filter(|(_, _, is_meant)| form == Form::Suffix && *is_meant);
    let blocks: BTreeSet<_> = meant.filter_map(|(_, function, _)| function.block).collect();
    for (_, function, is_meant) in functions {
        match (form, is_meant) {
            (Form::Suffix, false)
                if function.block.is_some_and(|block| blocks.contains(&block)) =>
            {
                edits.push((function.start, Form::attribute("(skip)")));
            }
            (_, false) | (Form::Suffix, true) => {}
            (Form::Plain, true) => {
                let parts = [
                    "\n",
                    &text[function.item.start..function.start],
                    &Form::attribute(""),
                    &text[function.start..function.ident.start],
                    function.name.trim_start_matches("r#"),
                    "_corpus",
                    &text[function.ident.end..function.item.end],
                ];
                edits.push((function.item.end, parts.concat()));
            }
            (_, true) => {
                let renamed = function.renamed();
                let arguments = match form {
                    Form::Lend => format!("(lend, {renamed})"),
                    Form::InPlace => format!("(in_place, {renamed})"),
                    Form::Unknown => format!("(corpus, {renamed})"),
                    _ => format!("({renamed})"),
                };
                edits.push((function.start, Form::attribute(&arguments)));
            }
        }
    }
    edits.extend(blocks.iter().map(|start| (*start, Form::attribute("(suffix = \"_corpus\")"))));
    edits.sort();
    let added = |is_before: &dyn Fn(usize) -> bool| -> usize {
        edits.iter().filter(|(at, _)| is_before(*at)).map(|(_, text)| text.len()).sum()
    };
    let places = functions.iter().map(|(number, function, _)| {
        let Range { start, end } = function.item;
        let start = start + added(&|at| at < start);
        // A copy is behind its function.
        let end = end + added(&|at| if form == Form::Plain { at <= end } else { at < end });
        (*number, start..end)
    });
    let places = places.collect();
    let mut result = String::with_capacity(text.len() * 2);
    let mut done = 0;
    let mut attributes = Vec::new();
    for (at, added) in &edits {
        result.push_str(&text[done..*at]);
        let start = result.len() + added.find(ATTRIBUTE).expect("each edit adds one");
        attributes.push(start..start + ATTRIBUTE.len());
        result.push_str(added);
        done = *at;
    }
    result.push_str(&text[done..]);
    Annotated { text: result, places, attributes }
}

#[test]
fn a_copy_belongs_to_its_function() {
    let text = "/// One.\npub fn one() {}\nimpl X { unsafe fn two(&mut self) {} }\n";
    let functions = all(Path::new("lib.rs"), text);
    let listed: Vec<_> = functions.iter().enumerate().map(|(n, f)| (n, f, n == 0)).collect();
    let plain = annotated(text, Form::Plain, &listed);
    assert_eq!(
        plain.text,
        "/// One.\npub fn one() {}\n/// One.\n#[::asyncify_runtime::sync_to_async] pub fn one_corpus() {}\nimpl X { unsafe fn two(&mut self) {} }\n"
    );
    let (_, place) = &plain.places[0];
    assert!(plain.text[place.clone()].ends_with("one_corpus() {}"));
    let (_, place) = &plain.places[1];
    assert_eq!(&plain.text[place.clone()], "unsafe fn two(&mut self) {}");
    let suffix = annotated(text, Form::Suffix, &[(1, &functions[1], true)]);
    assert!(
        suffix.text.contains("#[::asyncify_runtime::sync_to_async(suffix = \"_corpus\")] impl X")
    );
}
