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
mod spans;
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

/// Turns a blocking function into an async function whose body runs on a pool of threads.
///
/// The signature stays as written and becomes `async`. The body stays as written and runs on a thread
/// that may block, so that the caller's thread can run other tasks. There is no join error: a function
/// that cannot fail still returns its plain value.
/// ```
/// use std::path::Path;
/// use asyncify_runtime::sync_to_async;
///
/// #[sync_to_async]
/// fn lines(path: &Path, skip: usize) -> std::io::Result<usize> {
///     let text = std::fs::read_to_string(path)?; // blocks a thread of the pool only
///     Ok(text.lines().skip(skip).count())
/// }
///
/// # futures::executor::block_on(async {
/// let count = lines(Path::new("Cargo.toml"), 1).await?;
/// # assert!(count > 0);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
///
/// The attribute can be used on a function, on a method, or on a whole `impl`, `trait` or trait `impl`,
/// where it applies to every function of the block. For a trait and its implementations it must be on
/// the block, since a single method cannot see what it belongs to. A trait declares its methods with a
/// `Send` bound, as `fn get(&self) -> impl Future<Output = T> + Send`.
///
/// An `async fn` whose body blocks is accepted as well. Its future is created and polled on the pool, in
/// the tokio runtime of the caller, and need not be `Send`.
///
/// The async function is lazy: nothing is evaluated, cloned or submitted before its first poll. Its
/// future is always `Send`, and at most 32 bytes larger than its arguments; `timeout` adds the clock,
/// `lend` two pointers for each value, and a limit the value of `executor`.
/// # Parameters
///
/// | parameter | what the body gets |
/// | --- | --- |
/// | `T` | the value, which must be `Send + 'static` |
/// | `&T`, also `&str`, `&[T]`, `&Path`, `&CStr`, `&OsStr` | a reference to an owned copy, made on the caller with `Clone` or `ToOwned` |
/// | `&'static T`, `&'static mut T` | the reference itself |
/// | `&self` | a reference to a clone of `self`; if a clone is expensive, use `self: Arc<Self>` |
/// | `self`, `self: Arc<Self>`, `self: Box<Self>` | the value |
/// | `&mut T`, `&mut self` | a compile error, unless [`lend`](#lend) or [`in_place`](#in_place) is used |
/// | a borrow inside a type: `Option<&str>`, `Cow<'_, str>` | a compile error, which names the owned type |
/// | `impl AsRef<T>`, `P: AsRef<T>`, also with `Borrow<T>` | an owned copy of the `T`, behind the same trait, so callers can pass a `&Path`, a `&str` or a `&PathBuf` |
/// | `impl Into<T>`, `P: Into<T>` | the converted value, behind the same trait; the caller converts |
/// | `&dyn Trait` | a compile error: use `Arc<dyn Trait>` |
///
/// `AsRef`, `Borrow` and `Into` are understood in this way if the type has no other bounds than `Send`,
/// `Sync` and `Unpin`, and no other place than parameters. Otherwise, or with the bound `'static`, the
/// argument is moved like any other. The future is `Send` if the argument is; in a trait, write `impl
/// AsRef<T> + Send`.
///
/// The return type cannot borrow, except with `in_place`. It cannot be an `impl Iterator` or `impl
/// Future` either, which would do its work on the caller; see [`stream`](#streams). Everything else stays
/// as written: visibility, documentation and other attributes, generics, `where`, `unsafe`, patterns,
/// `#[cfg]` on parameters, `impl Trait` parameters, `Self`, and `-> !`.
/// # Arguments
///
/// | argument | where | effect |
/// | --- | --- | --- |
/// | `executor = EXPR` | anywhere | runs the body on this executor, for example `&pool` |
/// | `limit = N` | anywhere | runs at most `N` bodies of the function at a time; `N` is a number or a constant, at least 1. Other callers wait in order, without a thread. On a block, each function has its own limit; all instances of a generic function share one |
/// | `limiter = EXPR` | anywhere | the same with a `&Limiter`, which functions can share |
/// | `timeout = EXPR` | anywhere | returns an error if the call takes longer than a `Duration`, or a string such as `"500ms"`, `"30s"` or `"1m30s"`, from its first poll. The function must return a `Result<_, E>` with `E: From<asyncify_runtime::Error>`; it then also returns an error when the executor refuses the call |
/// | `runtime = EXPR` | anywhere | sets the tokio runtime, a `&Handle`, that the body sees and that polls an async one, instead of the caller's |
/// | `detach` | anywhere | once polled, the body runs to its end, even if the caller is dropped |
/// | `lend` | anywhere | [lends](#lend) `&mut` parameters to the body |
/// | `in_place` | anywhere | [runs the body on the thread of the caller](#in_place) |
/// | `boxed` | a trait, and each `impl` of it | boxes the futures, so that the trait can be used as `dyn` |
/// | `stream`, `stream = 64` | a function that returns an iterator, or a `Result` of one | returns a `BlockingStream` of the items; at most this many are produced ahead of the consumer; see [below](#streams) |
/// | `rename = "name"` | a function | keeps the sync function and adds the async one under this name; in an `impl`, if the signature has no `Self`, write `"Self::name"` |
/// | `suffix = "_async"` | an `impl` | does the same for every function of it |
/// | `skip` | a function in an annotated block | leaves it as it is |
/// | `process`, `process(..)` | a free function | runs the body in a worker process, which can crash or be killed without harm; see [below](#worker-processes) |
/// | `crate = path` | anywhere | the path of `asyncify_runtime`: `::name`, or `crate::name` |
///
/// In an editor, rust-analyzer completes these names and explains them on hover.
///
/// Expressions are evaluated at the first poll, before the parameters are moved. They can borrow
/// statics, `&self` and parameters that are references; clone an owned parameter: `&pool.clone()`.
///
/// In an annotated block, `#[sync_to_async(..)]` on a function overrides the arguments of the block.
/// On a function alone, the attribute does not see the surrounding `impl`. So `rename` takes
/// `"Self::name"` where the signature does not show it, and a single method of a trait `impl` is an
/// error.
///
/// With `rename` and `suffix` the sync function stays as written. If the async one is refused, callers of
/// the sync function have no error.
/// # `lend`
///
/// For `&mut T` and `&mut self` with `T: Default + Send + 'static`. At the first poll the value is moved
/// to the body, and its default takes its place. When the call ends, the value is moved back, also after
/// a panic, a refusal, or a time-out before the body started. If the call is dropped or times out
/// *while its body runs*, the default stays, and the value is dropped when the body ends.
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
/// The body runs within the poll, so nothing is moved or cloned, and everything can be borrowed, the
/// return value too. On a multi-thread tokio runtime, tokio's `block_in_place` lets another thread run the
/// tasks of this one; outside of tokio the body just runs. The call cannot be cancelled, and other
/// branches of a `select!` or `join!` wait for it. The future is `Send` if the parameters are. Needs the
/// feature `in_place`.
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
/// With `stream`, the body runs on a blocking thread, and so does the iterator that it returns (`impl
/// Iterator<Item = T>`, or any type that implements `IntoIterator`), ahead of the consumer. Items cross
/// threads in batches. The function is not `async`: it returns the stream at once, with owned copies of
/// its arguments. The iterator must be `Send`, since it may continue on another thread, and cannot borrow
/// from the arguments. A function that returns a `Result<impl Iterator<Item = T>, E>` becomes a stream of
/// `Result<T, E>`, whose only item is the error if there is no iterator.
///
/// ```
/// use std::path::Path;
/// use asyncify_runtime::sync_to_async;
/// use futures::StreamExt;
///
/// #[sync_to_async(stream)]
/// fn entries(root: &Path) -> std::io::Result<std::fs::ReadDir> {
///     std::fs::read_dir(root)
/// }
///
/// # futures::executor::block_on(async {
/// let mut entries = entries(Path::new("."));
/// while let Some(entry) = entries.next().await {
///     println!("{}", entry??.path().display());
/// }
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
///
/// # Worker processes
///
/// With the feature `process`, on Linux, `process` runs the body in another process of the same program;
/// see `asyncify_runtime::process`. The function must be free, not generic, and return a `Result<T, E>` with
/// `E: From<asyncify_runtime::Error>`; its arguments, `T` and `E` implement serde's traits. Arguments are
/// encoded when the function is called, so the future borrows nothing.
///
/// | argument | default | effect |
/// | --- | --- | --- |
/// | `pool = EXPR` | the default pool | runs the body in a worker of this `&Pool` |
/// | `timeout = "30s"` | the pool's | kills the worker if the body runs longer than this string, such as `"500ms"` or `"1m30s"`, or `Duration` |
/// | `on_drop = "detach"` | `"kill"` | lets the body run to its end if the caller is dropped |
/// | `codec = "postcard"` | `"messagepack"` | the format of arguments and result (feature `postcard`) |
/// # Cancel safety
///
/// A call that is dropped before its body starts never runs, and its arguments are freed at once. If it
/// is dropped while its body runs, the body runs to its end and its result is dropped there, since a
/// blocking body cannot be stopped from outside; it can check `asyncify_runtime::is_cancelled()`. An
/// `async` body stops at its next `.await`.
///
/// # Panics
///
/// A panic of the body resumes where the call is awaited, with the same payload. Without `timeout`, a call
/// also panics if its executor refuses it because it is shut down, since it has no error to return.
///
/// With `in_place`, it panics on a current-thread tokio runtime and inside a tokio `LocalSet`, where no
/// other thread could run their tasks. An async body panics if it waits for a timer or socket of a
/// `runtime` that is shut down.
/// # Examples
///
/// A type with blocking methods, and the executor that they run on:
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
/// A limit and a time-out; the time-out needs an error to return:
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
/// A trait for use as `dyn`:
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
/// A sync and an async version of one function:
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
/// A mistake is an error at its place, with a suggestion:
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

/// Turns an async function into a sync one, with the same signature without `async`.
///
/// For code that cannot await: callbacks of sync libraries, implementations of sync traits, command-line
/// tools. The body is polled on the thread of the caller until it ends. Nothing is moved to another
/// thread, so the parameters and the return type can borrow, and nothing needs to be `Send`.
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
/// The runtime depends on the thread of the caller:
///
/// | called | runtime |
/// | --- | --- |
/// | in a blocking body | that of the body's caller, as for [`block_on`](fn.block_on.html) |
/// | on a thread that has entered a tokio `Handle` | that one |
/// | on any other thread | with the feature `tokio`, a shared background runtime, which the first call starts; without it, none |
/// | in async code on a tokio runtime | none: it panics |
///
/// A current-thread runtime makes progress with its timers and sockets only while something polls it.
///
/// The attribute can be used on a function, on a method, or on a whole `impl`, `trait` or trait `impl`,
/// where it applies to every `async fn` of the block. So async code can implement a sync trait.
/// # Arguments
///
/// | argument | where | effect |
/// | --- | --- | --- |
/// | `rename = "name"` | a function | keeps the async function and adds the sync one under this name; in an `impl`, if the signature has no `Self`, write `"Self::name"` |
/// | `suffix = "_blocking"` | an `impl` | does the same for every async function of it |
/// | `skip` | a function in an annotated block | leaves it as it is |
/// | `crate = path` | anywhere | the path of `asyncify_runtime`: `::name`, or `crate::name` |
/// # Panics
///
/// On a thread of a tokio runtime, which it would block: `.await` the async function there. Threads of
/// other runtimes look like plain threads, and are blocked. Also if the system refuses the thread of the
/// background runtime; the next call tries again. A panic of the body is passed on.
#[cfg_attr(not(asyncify_library), proc_macro_attribute)]
pub fn async_to_sync(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute(Direction::ToSync, args.into(), item.into()).into()
}

/// Reports blocking calls in async code at compile time.
///
/// The attribute can be used on an `async fn`, an `impl`, a `trait` or an inline `mod`, where it checks
/// every async function, block and closure inside. The code stays as it is. Each call that blocks gets a
/// warning, which names the call, says what it waits for, and shows how to wrap it. Needs the feature
/// `async_safe`.
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
/// A call that blocks gets this warning:
///
/// ```text
/// warning: use of deprecated macro `blocking_call`: `std::fs::read` blocks every task of this thread
///          note: it waits for the file system
///          help: wrap it: `asyncify!(fs::read(&*path)).await`
///   --> src/reports.rs:8:12
/// ```
///
/// The warning begins with "use of deprecated macro" because the lint `deprecated` is the only one whose
/// text a macro can set on stable Rust. So the levels of that lint apply: `#[allow(deprecated)]` on a
/// function silences the warning there, and `-D warnings` turns it into an error.
/// # Arguments
///
/// | argument | effect |
/// | --- | --- |
/// | `deny` | reports an error instead of a warning, without the prefix and at any lint level |
/// | `allow(path, ..)` | does not report these functions and methods, nor anything in these types and modules |
/// | `also(path, ..)` | reports these functions, or methods as `Type::method`, as well |
///
/// In an annotated item, the attribute on a function, block or module replaces the outer one with all its
/// arguments.
/// # What it finds
///
/// `std::thread::sleep` and `park`, `std::fs`, files, sockets, name resolution, waits for processes
/// and threads, standard input, channels, `block_on`, the clients of reqwest's `blocking`, ureq,
/// postgres and rusqlite, and guards of blocking locks that are held across an await. The list is the file
/// `blocking-calls.toml` of the crate `asyncify-macros`.
///
/// A macro sees neither types nor the file around the item, so the rules are:
///
/// - Names are resolved through the `use` lines inside the item, with renames, groups and globs. So most
///   is found on a `mod`. A name without a visible `use` line counts if it is written in the usual way,
///   such as `fs::read` or `File::open`, and if its value is used as no future can be: with `?`,
///   `.unwrap()`, `if let Ok(..)`, or a semicolon.
/// - A method counts if the type of its value is visible: in a parameter, in a field of a struct of the
///   same `mod`, or from a call such as `File::open(path)?`, `Command::new(..)` or `mpsc::channel()`.
/// - A call inside a function that is called is not found, nor one through a trait, such as `impl Read`.
///
/// Code that runs elsewhere is not checked: `asyncify!(..)`, closures (as for `spawn_blocking`,
/// `block_in_place`, `BlockingCall::new` and `thread::spawn`), functions with `#[sync_to_async]`, and
/// sync functions. Closures of adapters such as `map` and `unwrap_or_else` run in place and are checked.
///
/// clippy can check a whole crate with the same list, but in sync code as well: see
/// `docs/blocking-calls.md` of `asyncify-runtime`.
/// # Examples
///
/// Reporting a function of your own, and allowing one that is fast enough:
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

/// Finishes blocking calls at the end of `main`, and lets the program start worker processes.
///
/// When `main` has returned, it waits until no call of the global pool and the `cpu` pool is queued or
/// running, so calls that nobody awaits are not lost: those of a destructor, for example, as in
/// `drop(spawn_blocking(cleanup))`. It waits for 10 seconds at most, or for the time of the argument
/// `drain`, a `Duration` or a string such as `"500ms"`. A `DrainGuard` does the same without an
/// attribute. Calls on pools of your own, and a call to `std::process::exit`, are not waited for.
///
/// With the feature `process` it calls `asyncify_runtime::process::init()` at the start.
///
/// # Examples
///
/// Put it above the attribute of the async runtime. The calls that are made when the runtime drops its
/// tasks are then waited for as well, and a worker process starts no runtime:
///
/// ```
/// #[asyncify_runtime::main(drain = "30s")]
/// #[tokio::main]
/// async fn main() {
///     drop(asyncify_runtime::spawn_blocking(|| println!("printed before the process ends")));
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
        Ok(item::Item::Fn(raw)) => expand::main(&raw, args.drain.as_ref(), &args.runtime_path()),
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
