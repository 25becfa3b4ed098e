//! The functions that workers can run, and how both sides find them.

#![expect(clippy::missing_errors_doc, reason = "what is public here is for generated code")]

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::codec::{Codec, Decoder};
use super::wire::{self, Kind};
use crate::error::Error;

/// A function that workers can run: its name, its place, and the code around it.
///
/// Made by the attribute, in a static beside the function; pool and worker find each other's by the
/// id, which is the same in every build in which the function has the same place.
pub struct Task {
    name: &'static str,
    id: u64,
    run: fn(&mut Request<'_>) -> Result<Answer, Refusal>,
}

impl Task {
    /// `place` tells functions of one name apart, which different bodies of a module may hold.
    #[must_use]
    pub const fn new(
        name: &'static str,
        place: (&str, u32, u32),
        run: fn(&mut Request<'_>) -> Result<Answer, Refusal>,
    ) -> Self {
        let (file, line, column) = place;
        let mut id = hash(FNV_OFFSET, name.as_bytes());
        id = hash(id, file.as_bytes());
        id = hash(id, &line.to_le_bytes());
        id = hash(id, &column.to_le_bytes());
        Self { name, id, run }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn run(&self, request: &mut Request<'_>) -> Result<Answer, Refusal> {
        (self.run)(request)
    }
}

/// A task, as it is registered.
pub struct Registration(pub &'static Task);

inventory::collect!(Registration);

/// What a worker runs before its first call; made by [`initializer!`](crate::initializer).
#[derive(Clone, Copy)]
pub struct Initializer {
    pub(crate) name: &'static str,
    pub(crate) run: fn() -> Result<(), String>,
}

impl Initializer {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, run: fn() -> Result<(), String>) -> Self {
        Self { name, run }
    }
}

impl std::fmt::Debug for Initializer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Initializer").field(&self.name).finish()
    }
}

inventory::collect!(Initializer);

/// What an initializer may return.
pub trait Initialized {
    /// Nothing, or what went wrong, in words.
    ///
    /// # Errors
    ///
    /// The function's own, displayed.
    fn into_result(self) -> Result<(), String>;
}

impl Initialized for () {
    fn into_result(self) -> Result<(), String> {
        Ok(())
    }
}

impl<E: std::fmt::Display> Initialized for Result<(), E> {
    fn into_result(self) -> Result<(), String> {
        self.map_err(|error| error.to_string())
    }
}

/// All tasks of this program by their ids, or the names of two that share one.
pub(crate) fn registry() -> Result<&'static BTreeMap<u64, &'static Task>, String> {
    static REGISTRY: OnceLock<Result<BTreeMap<u64, &'static Task>, String>> = OnceLock::new();
    let registry = REGISTRY.get_or_init(|| {
        let mut tasks: BTreeMap<u64, &'static Task> = BTreeMap::new();
        for Registration(task) in inventory::iter::<Registration> {
            if let Some(other) = tasks.insert(task.id, task) {
                return Err(format!("`{}` and `{}` have the same id", other.name, task.name));
            }
        }
        Ok(tasks)
    });
    registry.as_ref().map_err(Clone::clone)
}

/// What this program is, as far as its tasks tell: the same for each process of one build.
pub(crate) fn fingerprint() -> u64 {
    let Ok(tasks) = registry() else { return 0 };
    tasks.iter().fold(FNV_OFFSET, |seen, (id, task)| {
        hash(hash(seen, &id.to_le_bytes()), task.name.as_bytes())
    })
}

pub(crate) fn initializer(name: &str) -> Option<&'static Initializer> {
    inventory::iter::<Initializer>.into_iter().find(|initializer| initializer.name == name)
}

/// Encoded arguments, on their way into the function.
pub struct Request<'a> {
    arguments: Decoder<'a>,
    codec: Codec,
    /// The frame that the answer belongs to.
    call: u64,
}

impl<'a> Request<'a> {
    pub(crate) fn new(arguments: &'a [u8], codec: Codec, call: u64) -> Self {
        Self { arguments: codec.decoder(arguments), codec, call }
    }

    /// The next argument.
    pub fn argument<T: Received>(&mut self) -> Result<T, Refusal> {
        self.arguments.next().map_err(Refusal::Undecodable)
    }

    /// Checks that there are no more.
    pub fn end(&mut self) -> Result<(), Refusal> {
        if self.arguments.is_at_end() {
            return Ok(());
        }
        Err(Refusal::Undecodable("more arguments than the function takes".to_owned()))
    }

    /// The function's result, as the answer.
    pub fn answer<R: Returned>(&self, result: &R) -> Result<Answer, Refusal> {
        let mut frame = wire::begin(Kind::Returned, self.codec.byte(), self.call);
        self.codec.encode(result, &mut frame).map_err(Refusal::Unencodable)?;
        Ok(Answer(frame))
    }
}

/// A frame that begins with the result.
pub struct Answer(pub(crate) Vec<u8>);

/// Why there is no answer.
pub enum Refusal {
    /// The arguments cannot be read.
    Undecodable(String),
    /// The result cannot be written.
    Unencodable(String),
}

/// An argument, as the caller has it.
#[diagnostic::on_unimplemented(
    message = "argument type `{Self}` cannot be sent to a worker process",
    label = "this type cannot leave the process",
    note = "arguments must implement `serde::Serialize` and `serde::Deserialize`"
)]
pub trait Sent: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Serialize> Sent for T {}

/// An argument, as the worker gets it.
#[diagnostic::on_unimplemented(
    message = "argument type `{Self}` cannot be received by a worker process",
    label = "this type cannot enter another process",
    note = "arguments must implement `serde::Serialize` and `serde::Deserialize`, and borrow nothing"
)]
pub trait Received: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Received for T {}

/// A result, as the worker has it.
#[diagnostic::on_unimplemented(
    message = "return type `{Self}` cannot be sent back by a worker process",
    label = "this type cannot leave the process",
    note = "results and their errors must implement `serde::Serialize` and `serde::Deserialize`"
)]
pub trait Returned: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize> Returned for T {}

/// A result, as the caller gets it.
#[diagnostic::on_unimplemented(
    message = "return type `{Self}` cannot come from a worker process",
    label = "must be a `Result<T, E>` with `E: From<asyncify_runtime::Error>`",
    note = "`T` and `E` must implement `serde::Deserialize`",
    note = "`Result<T, asyncify_runtime::Error>` is the simplest form"
)]
pub trait Outcome: Sized {
    /// Reads what came back.
    fn decode(codec: Codec, bytes: &[u8]) -> Result<Self, String>;

    /// The failure as the function's own error.
    fn failed(error: Error) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned, E: DeserializeOwned + From<Error>> Outcome for Result<T, E> {
    fn decode(codec: Codec, bytes: &[u8]) -> Result<Self, String> {
        codec.decode(bytes)
    }

    fn failed(error: Error) -> Self {
        Err(error.into())
    }
}

/// Borrows what the worker owns, as the body wants it.
pub fn lend<T: ?Sized + Lent>(owned: &T::Owned) -> &T {
    owned.borrow()
}

/// The target of a reference, which a worker owns.
pub trait Lent {
    /// What it is decoded as.
    type Owned: Borrow<Self>;
}

impl<T> Lent for T {
    type Owned = T;
}

impl<T> Lent for [T] {
    type Owned = Vec<T>;
}

impl Lent for str {
    type Owned = String;
}

impl Lent for std::path::Path {
    type Owned = std::path::PathBuf;
}

impl Lent for std::ffi::OsStr {
    type Owned = std::ffi::OsString;
}

impl Lent for std::ffi::CStr {
    type Owned = std::ffi::CString;
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, which is enough to tell a few thousand names apart; duplicates are looked for.
const fn hash(mut seen: u64, bytes: &[u8]) -> u64 {
    let mut position = 0;
    while position < bytes.len() {
        seen ^= bytes[position] as u64;
        seen = seen.wrapping_mul(0x0000_0100_0000_01b3);
        position += 1;
    }
    seen
}
