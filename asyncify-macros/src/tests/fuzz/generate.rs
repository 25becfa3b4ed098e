//! Items, options and token trees at random, made from a string of bytes: those of a seed here,
//! those of libFuzzer in its targets.

use std::fmt::Write as _;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Which macro a case is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Macro {
    ToAsync,
    ToSync,
    Main,
    Inline,
}

/// One call of a macro. `asyncify!` has no arguments.
pub(crate) struct Case {
    pub(crate) called: Macro,
    pub(crate) args: TokenStream,
    pub(crate) item: TokenStream,
}

/// Choices, one byte each; the first of each when there are no more.
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
    /// Numbers the markers, which make bodies recognisable.
    markers: usize,
}

impl<'a> Source<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, markers: 0 }
    }

    fn below(&mut self, bound: usize) -> usize {
        let Some((&first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(first) % bound
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == chances - 1
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    fn list(&mut self, most: usize, separator: &str, each: impl Fn(&mut Self) -> String) -> String {
        let count = self.below(most + 1);
        (0..count).map(|_| each(self)).collect::<Vec<_>>().join(separator)
    }
}

/// A call of one of the macros, mutated more often than not.
pub(crate) fn case(source: &mut Source<'_>) -> Case {
    let called = match source.below(8) {
        0..=4 => Macro::ToAsync,
        5 => Macro::ToSync,
        6 => Macro::Inline,
        _ => Macro::Main,
    };
    let item = match called {
        Macro::Inline => inline(source),
        _ => item(source),
    };
    let args = if called == Macro::Inline { String::new() } else { arguments(source) };
    let mut case = Case { called, args: lex(&args), item: lex(&item) };
    for _ in 0..source.below(4) {
        case.item = mutated(case.item, source);
    }
    if source.one_in(4) {
        case.args = mutated(case.args, source);
    }
    case
}

/// Options for an item that came from elsewhere, and perhaps a change of it.
pub(crate) fn annotate(item: TokenStream, source: &mut Source<'_>) -> Case {
    let called = if source.one_in(4) { Macro::ToSync } else { Macro::ToAsync };
    let args = if source.one_in(2) { arguments(source) } else { String::new() };
    let item = if source.one_in(3) { mutated(item, source) } else { item };
    Case { called, args: lex(&args), item }
}

/// The texts below are made of whole tokens, so they lex; what a fuzzer writes may not.
fn lex(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

fn name(source: &mut Source<'_>) -> String {
    const NAMES: [&str; 12] = [
        "a", "b", "value", "executor", "timeout", "self_", "__p0", "__call", "r#type", "r#async",
        "T", "späť",
    ];
    source.pick(&NAMES).to_owned()
}

fn ty(source: &mut Source<'_>, depth: usize) -> String {
    const PLAIN: [&str; 22] = [
        "u8",
        "String",
        "()",
        "!",
        "_",
        "Self",
        "T",
        "&str",
        "&mut str",
        "&'static str",
        "&'a [u8]",
        "&Path",
        "Cow<'_, str>",
        "&dyn Any",
        "dyn Any + 'a",
        "fn(&u8) -> &u8",
        "[u8; N]",
        "&'_ T",
        "::std::path::PathBuf",
        "<T as Iterator>::Item",
        "ty!(&u8)",
        "[u8; { N + 1 }]",
    ];
    let inner = |source: &mut Source<'_>| ty(source, depth - 1);
    if depth == 0 || source.one_in(2) {
        return source.pick(&PLAIN).to_owned();
    }
    match source.below(14) {
        0 => format!("Vec<{}>", inner(source)),
        1 => format!("Option<{}>", inner(source)),
        2 => format!("Result<{}, {}>", inner(source), inner(source)),
        3 => format!("&{}", inner(source)),
        4 => format!("&mut {}", inner(source)),
        5 => format!("&'static {}", inner(source)),
        6 => format!("({},)", source.list(3, ",", inner)),
        7 => format!("[{}]", inner(source)),
        8 => format!("impl Fn({}) -> {} + Send", inner(source), inner(source)),
        9 => format!("Box<dyn for<'b> Fn(&'b {}) + 'a>", inner(source)),
        10 => format!("impl Iterator<Item = {}>", inner(source)),
        11 => format!("*const {}", inner(source)),
        12 => format!("({})", inner(source)),
        _ => format!("Arc<{}>", inner(source)),
    }
}

fn parameter(source: &mut Source<'_>) -> String {
    const ATTRIBUTES: [&str; 5] = ["", "", "", "#[cfg(all())]", "#[allow(unused)] #[cfg(any())]"];
    let attributes = source.pick(&ATTRIBUTES);
    let name = name(source);
    let pattern = match source.below(9) {
        0..=3 => name,
        4 => format!("mut {name}"),
        5 => "_".to_owned(),
        6 => format!("({name}, _)"),
        7 => format!("Point {{ {name}, .. }}"),
        _ => format!("&mut ref {name} @ [..]"),
    };
    format!("{attributes} {pattern}: {}", ty(source, 3))
}

fn parameters(source: &mut Source<'_>) -> String {
    const RECEIVERS: [&str; 14] = [
        "",
        "",
        "",
        "",
        "",
        "&self",
        "&mut self",
        "self",
        "mut self",
        "&'a self",
        "self: Arc<Self>",
        "self: &Self",
        "self: Pin<&mut Self>",
        "self: Box<Self>",
    ];
    let mut text = source.pick(&RECEIVERS).to_owned();
    for _ in 0..source.below(5) {
        text += if text.is_empty() { "" } else { ", " };
        text += &parameter(source);
    }
    if source.one_in(24) {
        text += ", ...";
    }
    text
}

/// Free of what a body must be: any tokens, and a marker to find them by.
fn body(source: &mut Source<'_>) -> String {
    let marker = source.markers;
    source.markers += 1;
    let tokens = if source.one_in(3) { trees(source, 3).to_string() } else { String::new() };
    format!("{{ {tokens} ; body{marker}!() }}")
}

fn function(source: &mut Source<'_>, with_body: bool) -> String {
    const ATTRIBUTES: [&str; 10] = [
        "",
        "",
        "",
        "",
        "/// Documented.\n",
        "#[inline]",
        "#[cfg(all())]",
        "#[sync_to_async]",
        "#[sync_to_async(skip)]",
        "#[asyncify_runtime::sync_to_async(limit = 2, detach)]",
    ];
    const VISIBILITIES: [&str; 6] = ["", "", "pub", "pub(crate)", "pub(in crate::a)", "default"];
    const QUALIFIERS: [&str; 10] =
        ["", "", "", "", "async", "unsafe", "const", "extern \"C\"", "async unsafe", "extern"];
    const GENERICS: [&str; 7] = [
        "",
        "",
        "",
        "<T>",
        "<'a, T: 'a + Send>",
        "<'a: 'b, 'b, T = u8, const N: usize = 3>",
        "<#[cfg(all())] T: ?Sized + for<'x> Fn(&'x u8)>",
    ];
    const WHERE: [&str; 4] = ["", "", "where T: Clone", "where Self: Sized, T: Into<u8>,"];
    let mut text = String::new();
    for part in [&ATTRIBUTES[..], &VISIBILITIES, &QUALIFIERS] {
        text += source.pick(part);
        text.push(' ');
    }
    let name = name(source);
    let _ = write!(text, "fn {name}{}({})", source.pick(&GENERICS), parameters(source));
    if source.one_in(2) {
        let _ = write!(text, " -> {}", ty(source, 3));
    }
    text.push(' ');
    text += source.pick(&WHERE);
    text += &if with_body { body(source) } else { ";".to_owned() };
    text
}

fn members(source: &mut Source<'_>, bodies: bool) -> String {
    source.list(4, "\n", |source| match source.below(8) {
        0 => "type Out = Vec<Self>;".to_owned(),
        1 => "const LIMIT: usize = { 1 + 2 };".to_owned(),
        2 => "call!{ any tokens }".to_owned(),
        3 => function(source, !bodies),
        _ => function(source, bodies),
    })
}

fn item(source: &mut Source<'_>) -> String {
    const OTHERS: [&str; 9] = [
        "struct Unit;",
        "pub enum E { A, B(u8) }",
        "mod inner { fn f() {} }",
        "use std::fs;",
        "static S: u8 = 1;",
        "const C: fn() = f;",
        "macro_rules! m { () => {} }",
        "extern \"C\" { fn f(); }",
        "type A = u8;",
    ];
    match source.below(12) {
        0 => format!("impl<'a, T> Store<'a, T> {{ {} }}", members(source, true)),
        1 => format!("impl Lookup for Store {{ #![allow(unused)] {} }}", members(source, true)),
        2 => format!("unsafe impl<T: Clone> a::Lookup<T> for [T] {{ {} }}", members(source, true)),
        3 => format!("pub trait Lookup: Send where Self: Sized {{ {} }}", members(source, false)),
        4 => source.pick(&OTHERS).to_owned(),
        _ => function(source, true),
    }
}

fn inline(source: &mut Source<'_>) -> String {
    const CALLS: [&str; 16] = [
        "std::fs::read(path)",
        "f(a, &b, c.await?)",
        "f(&*r, &mut x, b\"a\", |x| x)",
        "store.get(&key)",
        "self.inner.get(key.await)",
        "(store.clone()).get::<u8>(1,)",
        "\"text\".parse::<u8>()",
        "make(a).send(b)",
        "|| work()",
        "move || -> u8 { work()? }",
        "|x| x",
        "unsafe { f() }",
        "async { f().await }",
        "f(a",
        "a.b",
        "m!(a, b)",
    ];
    match source.below(4) {
        0 => body(source),
        1 => trees(source, 4).to_string(),
        _ => source.pick(&CALLS).to_owned(),
    }
}

fn arguments(source: &mut Source<'_>) -> String {
    const ARGUMENTS: [&str; 34] = [
        "executor = &pool",
        "executor = &self.pool.clone()",
        "executor = PO",
        "limit = 8",
        "limit = 0",
        "limit = N + 1",
        "limiter = &LIMITER",
        "runtime = &handle",
        "timeout = \"1m30s\"",
        "timeout = \"99999999999999999999999s\"",
        "timeout = \"ä\"",
        "timeout = limit(a, b)",
        "detach",
        "lend",
        "in_place",
        "boxed",
        "stream",
        "stream = 64",
        "process",
        "process(pool = &POOL, timeout = \"3s\", on_drop = \"detach\", codec = \"postcard\")",
        "process(on_drop = \"kil\", timeout)",
        "rename = \"other\"",
        "rename = \"fn\"",
        "rename = \"\"",
        "suffix = \"_async\"",
        "suffix = \"-\"",
        "skip",
        "crate = ::runtime",
        "crate = crate::a::b",
        "crate = relative",
        "exector = 1",
        "limit",
        "executor(pool)",
        "=",
    ];
    source.list(4, ", ", |source| source.pick(&ARGUMENTS).to_owned())
}

/// Any token trees.
fn trees(source: &mut Source<'_>, depth: usize) -> TokenStream {
    let count = source.below(6);
    (0..count).filter_map(|_| tree(source, depth)).collect()
}

fn tree(source: &mut Source<'_>, depth: usize) -> Option<TokenTree> {
    const TOKENS: [&str; 56] = [
        "a",
        "fn",
        "async",
        "await",
        "const",
        "unsafe",
        "extern",
        "impl",
        "trait",
        "self",
        "Self",
        "mut",
        "ref",
        "where",
        "for",
        "dyn",
        "move",
        "return",
        "crate",
        "super",
        "pub",
        "default",
        "_",
        "r#fn",
        "union",
        "1",
        "0u8",
        "2.5e3",
        "\"text\"",
        "'c'",
        "b\"x\"",
        "c\"x\"",
        "r#\"raw\"#",
        "'a",
        "'static",
        "+",
        "-",
        "&",
        "&&",
        "|",
        "||",
        "=",
        "==",
        "=>",
        "->",
        "::",
        ":",
        ";",
        ",",
        ".",
        "..",
        "...",
        "?",
        "!",
        "#",
        "<",
    ];
    if depth > 0 && source.one_in(4) {
        let delimiter = delimiter(source);
        return Some(Group::new(delimiter, trees(source, depth - 1)).into());
    }
    // Operators of several characters, and lifetimes, give their first.
    lex(source.pick(&TOKENS)).into_iter().next()
}

/// That of a `macro_rules!` argument included, which nobody sees.
fn delimiter(source: &mut Source<'_>) -> Delimiter {
    let all = [Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket, Delimiter::None];
    all[source.below(all.len())]
}

/// The same tokens with one change, somewhere in them.
fn mutated(stream: TokenStream, source: &mut Source<'_>) -> TokenStream {
    let mut tokens: Vec<_> = stream.into_iter().collect();
    if tokens.is_empty() {
        return trees(source, 2);
    }
    let at = source.below(tokens.len());
    if let TokenTree::Group(group) = &tokens[at] {
        if !source.one_in(3) {
            let mut changed = Group::new(group.delimiter(), mutated(group.stream(), source));
            changed.set_span(group.span());
            tokens[at] = changed.into();
            return tokens.into_iter().collect();
        }
    }
    match source.below(8) {
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(at, tokens[at].clone()),
        2 => {
            let other = source.below(tokens.len());
            tokens.swap(at, other);
        }
        3 => tokens.truncate(at),
        4 => {
            let inside = tokens.split_off(at).into_iter().collect();
            tokens.push(Group::new(delimiter(source), inside).into());
        }
        5 => {
            let inside = std::iter::once(tokens[at].clone()).collect();
            tokens[at] = Group::new(delimiter(source), inside).into();
        }
        6 => tokens[at..].iter_mut().zip(tree(source, 2)).for_each(|(old, new)| *old = new),
        _ => drop(tokens.splice(at..at, trees(source, 2)).count()),
    }
    tokens.into_iter().collect()
}
