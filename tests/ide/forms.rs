//! Annotated code of every form. All of it is marked alike, so that every check is made on each.
//!
//! | mark | what |
//! | --- | --- |
//! | `measure` | the function: its name, then its calls |
//! | `text` | its first parameter, and uses of it |
//! | `local` | a local of its body, and uses of it |
//! | `future`, `output` | locals of a caller: the call, and what it gives |
//! | `made` | the function in an `impl` of a trait, to which a call leads |
//! | `options`, `params`, `body` | where more can be typed: options, parameters, statements |
//! | `own` | where options of a single method of a block can be typed |

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::project::File;

/// A module with one annotated function and its caller.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) module: &'static str,
    /// The file, without what most have in common.
    written: &'static str,
    /// How a hover on a call shows the function.
    pub(crate) signature: &'static str,
    /// The type of a call, before it is awaited.
    pub(crate) future: &'static str,
    pub(crate) output: &'static str,
}

impl Form {
    pub(crate) fn file(&self) -> File {
        module(self.module, self.source())
    }

    /// The file, behind the imports and the pool that it may leave out, and with the caller for
    /// which `// calls(..): ..` stands.
    pub(crate) fn source(&self) -> String {
        let before = if self.written.starts_with("use ") { "" } else { POOL };
        let (item, caller) = match self.written.split_once("// calls") {
            Some((item, line)) => (item, self.caller(line.trim_end())),
            None => (self.written, String::new()),
        };
        [before, item, &caller].concat()
    }

    fn caller(&self, line: &str) -> String {
        let (params, call) = line.rsplit_once("): ").expect("a caller has parameters and a call");
        let output = self.output;
        format!(
            "pub async fn calls{params}) -> {output} {{\n    let /*future*/future = {call};\n    \
             let /*output*/output = future.await;\n    output\n}}\n"
        )
    }

    /// Says whether there is such a mark.
    pub(crate) fn has(&self, mark: &str) -> bool {
        self.source().contains(&format!("/*{mark}*/"))
    }

    /// What a hover on a call says.
    pub(crate) fn hover(&self) -> Vec<String> {
        vec![self.signature.to_owned(), "Measures a word.".to_owned()]
    }

    /// Methods that the first parameter has.
    pub(crate) fn methods(&self) -> &'static [&'static str] {
        if self.module == "generic" { &["as_ref"] } else { &["len", "trim"] }
    }
}

fn module(name: &str, source: impl Into<Cow<'static, str>>) -> File {
    File { path: format!("src/{name}.rs"), text: source.into() }
}

const POOL: &str = "\
use asyncify_runtime::{BlockingPool, sync_to_async};

pub static POOL: std::sync::LazyLock<BlockingPool> =
    std::sync::LazyLock::new(asyncify_runtime::BlockingPool::default);

";

const FUTURE: &str = "impl Future<Output = usize>";
const FUNCTION: &str = "pub async fn measure(text: &str, count: usize) -> usize";
/// The paths in it have to be whole, whatever the user's names mean.
const TRAIT_METHOD: &str = "fn measure(&self, text: &str, count: usize) \
    -> impl ::core::future::Future<Output = usize> + ::core::marker::Send";
const METHOD: &str = "pub async fn measure(&self, text: &str, count: usize) -> usize";

macro_rules! form {
    ($module:ident, $signature:expr, $future:expr, $output:expr) => {
        Form {
            module: stringify!($module),
            written: include_str!(concat!("forms/", stringify!($module), ".rs")),
            signature: $signature,
            future: $future,
            output: $output,
        }
    };
}

pub(crate) const FORMS: [Form; 16] = [
    form!(function, FUNCTION, FUTURE, "usize"),
    form!(associated, FUNCTION, FUTURE, "usize"),
    form!(method, METHOD, FUTURE, "usize"),
    form!(impl_block, METHOD, FUTURE, "usize"),
    form!(trait_definition, TRAIT_METHOD, "impl Future<Output = usize> + Send", "usize"),
    form!(
        trait_impl,
        "async fn measure(&self, text: &str, count: usize) -> usize",
        "impl Future<Output = usize> + Send",
        "usize"
    ),
    form!(boxed, "fn measure", "Pin<Box<dyn Future<Output = usize> + Send>>", "usize"),
    form!(macro_made, FUNCTION, FUTURE, "usize"),
    form!(generic, "pub async fn measure<T, const N: usize>(text: T, parts: [T; ", FUTURE, "usize"),
    form!(async_body, FUNCTION, FUTURE, "usize"),
    form!(
        streamed,
        "pub fn measure(text: &str, count: usize) -> ::asyncify_runtime::__private::BlockingStream<usize>",
        "BlockingStream<usize>",
        "Option<usize>"
    ),
    form!(
        in_process,
        "measure(text: &str, count: usize)",
        "impl Future<Output = Result<usize, Error>> + Send",
        "Result<usize, Error>"
    ),
    form!(
        lent,
        "pub async fn measure(&mut self, text: &mut String, count: usize) -> usize",
        FUTURE,
        "usize"
    ),
    form!(
        in_place,
        "pub async fn measure(text: &mut String, count: usize) -> usize",
        FUTURE,
        "usize"
    ),
    form!(renamed, "pub fn measure(text: &str, count: usize) -> usize", FUTURE, "usize"),
    form!(to_sync, "pub fn measure(text: &str, count: usize) -> usize", "", "usize"),
];

/// Everything else that has marks, with checks of its own.
pub(crate) static INLINE: LazyLock<File> =
    LazyLock::new(|| module("inline", include_str!("forms/inline.rs")));
pub(crate) static PROGRAM: LazyLock<File> =
    LazyLock::new(|| module("program", include_str!("forms/program.rs")));
pub(crate) static TYPES: LazyLock<File> =
    LazyLock::new(|| module("types", include_str!("forms/types.rs")));
