//! The macros of `asyncify-runtime`, which re-exports them: depend on that crate instead.

#![forbid(unsafe_code)]
// As a plain library, of which only the stages count: for fuzzing and for measuring them.
#![cfg_attr(asyncify_library, allow(clippy::useless_conversion))]

mod analyze;
mod args;
#[cfg(feature = "async_safe")]
mod async_safe;
mod diag;
mod editor;
mod errors;
mod expand;
mod fallback;
mod inline;
mod item;
#[cfg(all(test, not(asyncify_library)))]
mod tests;
mod to_sync;

#[cfg(not(asyncify_library))]
use proc_macro::TokenStream;
#[cfg(asyncify_library)]
use proc_macro2::TokenStream;

use crate::args::Direction;
#[cfg(feature = "async_safe")]
use crate::async_safe::async_safe as lint;

/// Turns a blocking function into an async one that runs its body on a blocking pool.
///
/// The signature stays as written and becomes `async`; the body stays as written and runs on a
/// thread that may block, so that the event loop of the caller keeps running. A function that
/// cannot fail still returns what it returned: there is no join error to handle.
///
/// ```
/// use std::path::Path;
/// use asyncify_runtime::sync_to_async;
///
/// #[sync_to_async]
/// fn lines(path: &Path, skip: usize) -> std::io::Result<usize> {
///     let text = std::fs::read_to_string(path)?; // blocks a thread of the pool
///     Ok(text.lines().skip(skip).count())
/// }
///
/// # futures::executor::block_on(async {
/// let count = lines(Path::new("Cargo.toml"), 1).await?;
/// # assert!(count > 0);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
///
/// It goes on a free function, on a method, or on a whole `impl`, `trait` or trait `impl`, where it
/// means every function in the block. In a trait and its impls it goes on the block: a single
/// method cannot see where it stands. A bound `Send` is written into what a trait declares, as
/// `fn get(&self) -> impl Future<Output = T> + Send`.
///
/// An `async fn` whose body blocks is accepted too. Its future is made and driven on the pool, on
/// the runtime of the caller, and need not be `Send`.
///
/// The async function is lazy: nothing is evaluated, cloned or submitted before it is first polled.
/// Its future is always `Send`, and no larger than its arguments and 32 bytes; `timeout` adds the
/// clock to it, `lend` two pointers for each value, and a limit keeps the value of `executor`.
///
/// # Parameters
///
/// | parameter | what the body gets |
/// | --- | --- |
/// | `T` | the value, moved; it must be `Send + 'static` |
/// | `&T`, also `&str`, `&[T]`, `&Path`, `&CStr`, `&OsStr` | a borrow of an owned copy, which `Clone` or `ToOwned` makes on the caller |
/// | `&'static T`, `&'static mut T` | the reference itself |
/// | `&self` | a borrow of a clone; keep it cheap, or take `self: Arc<Self>` |
/// | `self`, `self: Arc<Self>`, `self: Box<Self>` | the value, moved |
/// | `&mut T`, `&mut self` | a compile error without one of two arguments: [`lend`](#lend) or [`in_place`](#in_place) |
/// | a borrow inside a type: `Option<&str>`, `Cow<'_, str>` | a compile error that names the owned type |
/// | `&dyn Trait` | a compile error: take `Arc<dyn Trait>` |
///
/// A return type may not borrow, and may not be an `impl Iterator` or `impl Future`, which would do
/// its work on the caller. Everything else stays: visibility, documentation and other attributes,
/// generics, `where`, `unsafe`, patterns, `#[cfg]` on parameters, `impl Trait`, `Self`, and `-> !`.
///
/// # Arguments
///
/// | argument | where | meaning |
/// | --- | --- | --- |
/// | `executor = EXPR` | anywhere | the executor to run on, as `&pool` |
/// | `limit = N` | anywhere | at most `N` bodies of the function at a time: a number or a constant, at least 1. Later callers wait in order, without a thread. On a block, each function has a limit of its own; the instances of a generic function share one |
/// | `limiter = EXPR` | anywhere | the same with a `&Limiter`, which functions can share |
/// | `timeout = EXPR` | anywhere | gives up after a `Duration`, or a string such as `"500ms"`, `"30s"`, `"1m30s"`, counted from the first poll. The function returns a `Result<_, E>` with `E: From<asyncify_runtime::Error>`, which also says when the executor refused the call |
/// | `runtime = EXPR` | anywhere | the tokio `&Handle` that the body sees, and that drives an async one, where the caller has none or another |
/// | `detach` | anywhere | once polled, the body runs to its end, even when the caller is dropped |
/// | `lend` | anywhere | [lends](#lend) what is behind a `&mut` |
/// | `in_place` | anywhere | [runs where the caller stands](#in_place) |
/// | `boxed` | a trait, and each `impl` of it | the futures are boxed, so that the trait can be used as `dyn` |
/// | `stream`, `stream = 64` | a function that returns an iterator | make it one that returns a `BlockingStream` of its items, made ahead by at most so many; see [below](#streams) |
/// | `rename = "name"` | a function | keep the sync function, and add the async one under this name; for one in an `impl` without `Self` in its signature, write `"Self::name"` |
/// | `suffix = "_async"` | an `impl` | the same for every function in it |
/// | `skip` | a function in an annotated block | leave it as it is |
/// | `process`, `process(..)` | a free function | run the body in a worker process, which can crash or be killed without harm; see below |
/// | `crate = path` | anywhere | where `asyncify_runtime` is found: `::name`, or `crate::name` |
///
/// In an editor, rust-analyzer offers their names, and a hover shows what each of them means.
///
/// Expressions are evaluated at the first poll, before the parameters move. They may borrow the
/// parameters that are references, `&self`, and statics; clone an owned one: `&pool.clone()`.
///
/// With `rename` and `suffix` the sync function stays as it is written, also where the async one is
/// refused: then its callers are not affected.
///
/// In an annotated block, a function's own `#[sync_to_async(..)]` overrides the arguments of the
/// block. One on a function by itself does not see what that stands in: `rename` has to be told
/// where the signature does not show it, as no path means a free function here and an associated
/// one there; and in the `impl` of a trait, a method by itself is an error.
///
/// # `lend`
///
/// For `&mut T` and `&mut self` with `T: Default + Send + 'static`. At the first poll the value is
/// moved out of its place, where its default stands in for it; the body works on the value; and it
/// is moved back when the call ends, also by a panic, a refusal, or a time-out before it began. A
/// call that is dropped, or timed out, *while its body runs* leaves the default behind: the value is
/// freed when the body ends.
///
/// ```
/// # use asyncify_runtime::sync_to_async;
/// #[sync_to_async(lend)]
/// fn sort(words: &mut Vec<String>) {
///     words.sort();
/// }
///
/// # futures::executor::block_on(async {
/// let mut words = vec!["b".to_owned(), "a".to_owned()];
/// sort(&mut words).await;
/// assert_eq!(words, ["a", "b"]);
/// # });
/// ```
///
/// # `in_place`
///
/// Nothing moves, nothing is cloned, and everything may be borrowed, the output too: the body runs
/// within the poll. On a multi-thread tokio runtime, another thread goes on with the tasks of this
/// one (tokio's `block_in_place`); outside of tokio the body just runs. It cannot be cancelled, and
/// the other branches of a `select!` or `join!` wait for it. The argument needs the feature
/// `in_place`. The future is `Send` if the parameters are.
///
/// ```
/// # use asyncify_runtime::sync_to_async;
/// # #[cfg(feature = "in_place")] {
/// #[sync_to_async(in_place)]
/// fn first_line<'a>(text: &'a str, count: &mut usize) -> Option<&'a str> {
///     *count += 1;
///     text.lines().next()
/// }
/// # }
/// ```
///
/// # Streams
///
/// With `stream`, the body and the iterator that it returns (`impl Iterator<Item = T>`, or any type
/// that can be iterated) run on blocking threads, ahead of the consumer. The function is not `async`:
/// it returns the stream at once, with owned copies of its arguments. The iterator must be `Send`, as
/// it is put aside while the consumer is busy, and may not borrow from the arguments.
///
/// ```
/// use std::path::Path;
/// use asyncify_runtime::sync_to_async;
/// use futures::StreamExt;
///
/// #[sync_to_async(stream)]
/// fn entries(root: &Path) -> impl Iterator<Item = std::io::Result<std::fs::DirEntry>> {
///     let (entries, error) = match std::fs::read_dir(root) {
///         Ok(entries) => (Some(entries), None),
///         Err(error) => (None, Some(Err(error))),
///     };
///     entries.into_iter().flatten().chain(error)
/// }
///
/// # futures::executor::block_on(async {
/// let mut entries = entries(Path::new("."));
/// while let Some(entry) = entries.next().await {
///     println!("{}", entry?.path().display());
/// }
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
///
/// # Worker processes
///
/// With the feature `process`, on Linux, `process` runs the body in a process of its own: see
/// `asyncify_runtime::process` for what that is good for. The function returns a `Result<T, E>` with
/// `E: From<asyncify_runtime::Error>`; arguments, `T` and `E` implement serde's traits. It is free
/// and not generic. Arguments are encoded when it is called, so that its future borrows nothing.
///
/// | argument | without it | meaning |
/// | --- | --- | --- |
/// | `pool = EXPR` | the default pool | a `&Pool` |
/// | `timeout = "30s"` | the pool's | kill the worker when the body runs longer: a text such as `"500ms"` or `"1m30s"`, or an expression of a `Duration` |
/// | `on_drop = "detach"` | `"kill"` | let the body run to its end when its caller is dropped |
/// | `codec = "postcard"` | `"messagepack"` | the format of arguments and result (feature `postcard`) |
///
/// # Cancel safety
///
/// Not polled, the call never runs. Dropped while it waits for a thread, it never runs either, and
/// its arguments are freed at once. Dropped while the body runs, the body goes on to its end and
/// its result is dropped there; nothing can stop a blocking body from outside, but it can ask
/// `asyncify_runtime::is_cancelled()`. An `async` body stops at its next `.await`.
///
/// # Panics
///
/// A panic of the body resumes where the call is awaited, with the same payload. A call without
/// `timeout` panics too when its executor refuses it, because it was shut down: it has no error to
/// return.
///
/// With `in_place`, on a current-thread tokio runtime and inside of a tokio `LocalSet`: no other
/// thread could go on with their tasks. An async body panics on a `runtime` that was shut down when
/// it waits for one of its timers or sockets.
///
/// # Examples
///
/// A type whose methods block, and the executor they run on:
///
/// ```
/// use std::sync::Arc;
/// use asyncify_runtime::{BlockingPool, sync_to_async};
///
/// #[derive(Clone)]
/// struct Store {
///     pool: BlockingPool,
///     root: Arc<std::path::Path>,
/// }
///
/// #[sync_to_async(executor = &self.pool)]
/// impl Store {
///     fn read(&self, name: &str) -> std::io::Result<Vec<u8>> {
///         std::fs::read(self.path(name))
///     }
///
///     fn remove(&self, name: &str) -> std::io::Result<()> {
///         std::fs::remove_file(self.path(name))
///     }
///
///     #[sync_to_async(skip)]
///     fn path(&self, name: &str) -> std::path::PathBuf {
///         self.root.join(name)
///     }
/// }
/// ```
///
/// A trait and an implementation:
///
/// ```
/// use asyncify_runtime::sync_to_async;
///
/// #[sync_to_async]
/// trait Lookup {
///     type Error: Send + 'static;
///     fn address(&self, host: &str) -> Result<std::net::IpAddr, Self::Error>;
/// }
///
/// #[derive(Clone)]
/// struct Resolver;
///
/// #[sync_to_async]
/// impl Lookup for Resolver {
///     type Error = std::io::Error;
///     fn address(&self, host: &str) -> Result<std::net::IpAddr, Self::Error> {
///         use std::net::ToSocketAddrs;
///         let mut found = (host, 0).to_socket_addrs()?;
///         found.next().map(|found| found.ip()).ok_or(std::io::ErrorKind::NotFound.into())
///     }
/// }
/// ```
///
/// A limit and a time-out, which needs an error to return:
///
/// ```
/// use asyncify_runtime::sync_to_async;
///
/// #[derive(Debug)]
/// enum Failure {
///     Io(std::io::Error),
///     Call(asyncify_runtime::Error),
/// }
/// # impl From<std::io::Error> for Failure {
/// #     fn from(error: std::io::Error) -> Self {
/// #         Self::Io(error)
/// #     }
/// # }
///
/// impl From<asyncify_runtime::Error> for Failure {
///     fn from(error: asyncify_runtime::Error) -> Self {
///         Self::Call(error)
///     }
/// }
///
/// #[sync_to_async(limit = 4, timeout = "30s")]
/// fn read(path: &str) -> Result<String, Failure> {
///     std::fs::read_to_string(path).map_err(Failure::Io)
/// }
///
/// # futures::executor::block_on(async {
/// assert!(read("Cargo.toml").await?.contains("[package]"));
/// # Ok::<(), Failure>(()) }).unwrap();
/// ```
///
/// A trait that is used as `dyn`:
///
/// ```
/// use asyncify_runtime::sync_to_async;
///
/// #[sync_to_async(boxed)]
/// trait Store: Send + Sync {
///     fn get(&self, key: &str) -> Option<String>;
/// }
///
/// #[derive(Clone)]
/// struct Environment;
///
/// #[sync_to_async(boxed)]
/// impl Store for Environment {
///     fn get(&self, key: &str) -> Option<String> {
///         std::env::var(key).ok()
///     }
/// }
///
/// # futures::executor::block_on(async {
/// let store: Box<dyn Store> = Box::new(Environment);
/// assert_eq!(store.get("no such variable").await, None);
/// # });
/// ```
///
/// Both faces of one function:
///
/// ```
/// # use asyncify_runtime::sync_to_async;
/// #[sync_to_async(rename = "checksum_async")]
/// fn checksum(data: &[u8]) -> u64 {
///     data.iter().fold(7, |sum, byte| sum.rotate_left(5) ^ u64::from(*byte))
/// }
///
/// # futures::executor::block_on(async {
/// assert_eq!(checksum(b"abc"), checksum_async(b"abc").await);
/// # });
/// ```
///
/// What cannot work is an error where it stands, with the way out:
///
/// ```compile_fail
/// # use asyncify_runtime::sync_to_async;
/// #[sync_to_async]
/// fn fill(buffer: &mut Vec<u8>) {} // help: take it by value and return it, or use `lend` ..
/// ```
#[cfg_attr(not(asyncify_library), proc_macro_attribute)]
pub fn sync_to_async(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(Direction::ToAsync, args.into(), item.into()).into()
}

/// Gives an async function a sync face: the same signature without `async`.
///
/// The way back, for code that cannot await: callbacks of sync libraries, implementations of sync
/// traits, command-line tools. The body is driven on the thread of the caller, to its end. Nothing
/// moves, so parameters, `&mut self` and the output may borrow as they like, and nothing needs to
/// be `Send`.
///
/// ```
/// use asyncify_runtime::async_to_sync;
///
/// #[async_to_sync(rename = "greet_blocking")]
/// async fn greet(name: &str) -> String {
///     std::future::ready(format!("hello {name}")).await
/// }
///
/// assert_eq!(greet_blocking("world"), "hello world");
/// # futures::executor::block_on(async {
/// assert_eq!(greet("world").await, "hello world");
/// # });
/// ```
///
/// Which runtime it uses:
///
/// | called | runtime |
/// | --- | --- |
/// | in a blocking body | that of the body's caller, as [`block_on`](fn.block_on.html) does |
/// | on a thread that entered a tokio `Handle` | that one |
/// | on any other thread | with the feature `tokio`, one that all of them share, made at the first call on a thread of its own; without it, none |
/// | in async code | none: it panics |
///
/// A current-thread runtime moves its timers and sockets only while something drives it.
///
/// It goes on a function, on a method, or on a whole `impl`, `trait` or trait `impl`, where it means
/// every `async fn` in the block; so a sync trait can be implemented by async code.
///
/// # Arguments
///
/// | argument | where | meaning |
/// | --- | --- | --- |
/// | `rename = "name"` | a function | keep the async function, and add the sync one under this name; for one in an `impl` without `Self` in its signature, write `"Self::name"` |
/// | `suffix = "_blocking"` | an `impl` | the same for every async function in it |
/// | `skip` | a function in an annotated block | leave it as it is |
/// | `crate = path` | anywhere | where `asyncify_runtime` is found: `::name`, or `crate::name` |
///
/// # Panics
///
/// On a thread of a tokio runtime, which it would block: `.await` the async function there. Other
/// runtimes cannot be told apart from plain threads, and are blocked. A panic of the body goes on.
/// When the system refuses the thread of the background runtime; the next call tries again.
#[cfg_attr(not(asyncify_library), proc_macro_attribute)]
pub fn async_to_sync(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(Direction::ToSync, args.into(), item.into()).into()
}

/// Finds the calls that block in async code, when it is compiled.
///
/// It needs the feature `async_safe`, and goes on an `async fn`, on an `impl` or a `trait`, or on an inline
/// `mod`, where it means every
/// async function, block and closure inside. The code stays as it is; each call that blocks gets a
/// warning that names it, says what it waits for, and shows the call wrapped.
///
/// ```
/// use asyncify_runtime::async_safe;
///
/// #[async_safe(deny)]
/// mod reports {
///     use std::fs;
///     use asyncify_runtime::asyncify;
///
///     pub async fn size(path: &str) -> std::io::Result<usize> {
///         // `fs::read(path)?.len()` would be an error here.
///         Ok(asyncify!(fs::read(&*path)).await?.len())
///     }
/// }
///
/// # futures::executor::block_on(async {
/// assert!(reports::size("Cargo.toml").await? > 0);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
///
/// What a wrong call gets:
///
/// ```text
/// warning: use of deprecated macro `blocking_call`: `std::fs::read` blocks every task of this thread
///          note: it waits for the file system
///          help: wrap it: `asyncify!(fs::read(&*path)).await`
///   --> src/reports.rs:8:12
/// ```
///
/// It begins as it does because stable Rust lets a macro word one warning only, that of the lint
/// `deprecated`. So the levels of that lint are its levels too: `#[allow(deprecated)]` on a function
/// silences it there, and `-D warnings` makes it an error.
///
/// # Arguments
///
/// | argument | meaning |
/// | --- | --- |
/// | `deny` | an error in place of the warning, in its own words and at any lint level |
/// | `allow(path, ..)` | do not report these functions, methods, or anything in these types and modules |
/// | `also(path, ..)` | report these as well: functions, or methods as `Type::method` |
///
/// Inside of an annotated item, the attribute on a function, block or module of its own takes the
/// place of the outer one, arguments and all.
///
/// # What it finds
///
/// `std::thread::sleep` and `park`, `std::fs`, files, sockets, name resolution, waits for processes
/// and threads, standard input, channels, `block_on`, the clients of reqwest's `blocking`, ureq,
/// postgres and rusqlite, and guards of blocking locks that are held over an await. All of it is
/// listed in `blocking-calls.toml`, which comes with the crate `asyncify-macros`.
///
/// A macro knows neither types nor the file around the item. What it goes by instead:
///
/// - Names are followed through the `use` lines inside of the item, with renames, groups and globs.
///   So it sees most on a `mod`. A name whose `use` line is out of view counts if it is written as
///   everybody writes it, such as `fs::read` or `File::open`, and its value is used as no future can
///   be: by `?`, `.unwrap()`, `if let Ok(..)`, or by a semicolon.
/// - A method counts where the type of its value is seen: in a parameter, in a field of a struct in
///   the same `mod`, or from a call such as `File::open(path)?`, `Command::new(..)` or
///   `mpsc::channel()`.
/// - A call in a function that is called is not found, nor one through a trait, such as
///   `impl Read`.
///
/// It does not look at what runs elsewhere: `asyncify!(..)`, closures (as those of `spawn_blocking`,
/// `block_in_place`, `BlockingCall::new` and `thread::spawn`), functions with `#[sync_to_async]`, and
/// sync functions. Closures of adapters such as `map` and `unwrap_or_else` run where they stand, and
/// are looked into.
///
/// For all of a crate at once, but in sync code as well, clippy can be given the same list: see
/// `docs/blocking-calls.md` of `asyncify-runtime`.
///
/// # Examples
///
/// A function of one's own that blocks, and one that is fast enough:
///
/// ```
/// use asyncify_runtime::async_safe;
///
/// # fn compress(data: Vec<u8>) -> Vec<u8> { data }
/// #[async_safe(deny, also(compress), allow(std::fs::metadata))]
/// async fn is_empty(path: &str) -> std::io::Result<bool> {
///     Ok(std::fs::metadata(path)?.len() == 0)
/// }
/// # assert!(!futures::executor::block_on(is_empty("Cargo.toml")).unwrap());
/// ```
///
/// ```compile_fail
/// # use asyncify_runtime::async_safe;
/// #[async_safe(deny)]
/// async fn pause() {
///     std::thread::sleep(std::time::Duration::from_secs(1)); // help: await a timer of the runtime
/// }
/// ```
#[cfg_attr(not(asyncify_library), proc_macro_attribute)]
pub fn async_safe(args: TokenStream, item: TokenStream) -> TokenStream {
    lint(args.into(), item.into()).into()
}

/// Makes a program able to start worker processes: calls `asyncify_runtime::process::init()` first
/// in `main`.
///
/// It goes above the attribute of the async runtime, as a worker needs none:
///
/// ```
/// #[asyncify_runtime::main]
/// #[tokio::main]
/// async fn main() {
///     // The program proper.
/// }
/// ```
#[cfg_attr(not(asyncify_library), proc_macro_attribute)]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    main_attribute(args.into(), item.into()).into()
}

/// What `asyncify_runtime::asyncify!` hands on, behind the path of the runtime crate.
#[doc(hidden)]
#[cfg_attr(not(asyncify_library), proc_macro)]
pub fn asyncify(input: TokenStream) -> TokenStream {
    inline::asyncify(input.into()).into()
}

fn attribute(
    direction: Direction,
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    // What does not parse has been reported by rustc, or is newer than this crate.
    let Ok(parsed) = item::parse(item.clone()) else { return item };
    let names = editor::expands().then(|| args::names::of(&args, direction, &parsed));
    let mut errors = errors::Errors::default();
    let tokens = match (parsed, direction) {
        (item::Item::Fn(raw), Direction::ToAsync) => function(args, raw, &mut errors),
        (item::Item::Block(raw), Direction::ToAsync) => block(args, raw, &mut errors),
        (item::Item::Fn(raw), Direction::ToSync) => to_sync::function(args, raw, &mut errors),
        (item::Item::Block(raw), Direction::ToSync) => to_sync::block(args, raw, &mut errors),
        (item::Item::Other(kind), direction) => {
            errors.push(diag::not_a_function(kind, direction));
            item
        }
    };
    let errors = errors.to_tokens();
    quote::quote!(#names #tokens #errors)
}

fn main_attribute(
    args: proc_macro2::TokenStream,
    item: proc_macro2::TokenStream,
) -> proc_macro2::TokenStream {
    let mut errors = errors::Errors::default();
    let args = args::parse(args, Direction::ToAsync, args::Place::Main, &mut errors);
    let errors = errors.to_tokens();
    let main = match item::parse(item.clone()) {
        Ok(item::Item::Fn(raw)) => expand::main(&raw, &args.runtime_path()),
        _ => item,
    };
    quote::quote!(#main #errors)
}

fn function(
    args: proc_macro2::TokenStream,
    mut raw: item::RawFn,
    errors: &mut errors::Errors,
) -> proc_macro2::TokenStream {
    let args = args::parse(args, Direction::ToAsync, args::Place::Function, errors);
    for attribute in analyze::take_attributes(&mut raw.attrs, Direction::ToAsync) {
        errors.push(diag::duplicate_attribute(attribute, Direction::ToAsync));
    }
    if let Some(process) = &args.process {
        return match analyze::process(&raw, &args, process, errors) {
            Some(plan) => expand::process(&plan),
            None => fallback::function(&raw, &args, analyze::MethodKind::Plain, false),
        };
    }
    match analyze::function(&raw, &args, &analyze::Site::Alone, errors) {
        Some(plan) => {
            analyze::lent(args.lend.as_ref(), [&plan], errors);
            expand::function(&plan)
        }
        None => fallback::function(&raw, &args, analyze::MethodKind::Plain, false),
    }
}

fn block(
    args: proc_macro2::TokenStream,
    mut raw: item::RawBlock,
    errors: &mut errors::Errors,
) -> proc_macro2::TokenStream {
    let args = args::parse(args, Direction::ToAsync, raw.place(), errors);
    for attribute in analyze::take_attributes(&mut raw.attrs, Direction::ToAsync) {
        errors.push(diag::duplicate_attribute(attribute, Direction::ToAsync));
    }
    expand::block(&analyze::block(raw, &args, errors))
}

#[cfg(not(feature = "async_safe"))]
fn lint(_: proc_macro2::TokenStream, item: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    fallback::without_feature("async_safe", item)
}
