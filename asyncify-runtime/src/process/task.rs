//! The functions that workers can run, and their registry.

#![expect(clippy::missing_errors_doc, reason = "what is public here is for generated code")]

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::codec::{Codec, Decoder};
use super::wire::{self, Kind};
use crate::error::Error;
use crate::error::process::{ProcessError, Side};

/// A function that workers can run.
///
/// Created by the attribute, in a static beside the function. The id identifies it in both
/// processes; it depends on the name and the source location.
pub struct Task {
    name: &'static str,
    id: u64,
    run: fn(&mut Request<'_>) -> Result<Answer, ProcessError>,
}

impl Task {
    /// `place` distinguishes functions of the same name, in different bodies of a module.
    #[must_use]
    pub const fn new(
        name: &'static str,
        place: (&str, u32, u32),
        run: fn(&mut Request<'_>) -> Result<Answer, ProcessError>,
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

    pub(crate) fn run(&self, request: &mut Request<'_>) -> Result<Answer, ProcessError> {
        (self.run)(request)
    }
}

/// Registers a task.
pub struct Registration(pub &'static Task);

inventory::collect!(Registration);

/// A function that a worker runs before its first call; created by
/// [`initializer!`](crate::initializer).
#[derive(Clone, Copy, Debug)]
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

inventory::collect!(Initializer);

/// The return types of an initializer.
pub trait Initialized {
    /// Converts the error to text.
    ///
    /// # Errors
    ///
    /// The function's own.
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

/// The tasks of this program by id. `Err`: two of them have the same id.
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

/// A hash of all tasks: the same for each process of one build.
pub(crate) fn fingerprint() -> u64 {
    let Ok(tasks) = registry() else { return 0 };
    tasks.iter().fold(FNV_OFFSET, |seen, (id, task)| {
        hash(hash(seen, &id.to_le_bytes()), task.name.as_bytes())
    })
}

pub(crate) fn initializer(name: &str) -> Option<&'static Initializer> {
    inventory::iter::<Initializer>.into_iter().find(|initializer| initializer.name == name)
}

/// The encoded arguments of a call, in the worker.
pub struct Request<'a> {
    arguments: Decoder<'a>,
    codec: Codec,
    /// The number of the call.
    call: u64,
}

impl<'a> Request<'a> {
    pub(crate) fn new(arguments: &'a [u8], codec: Codec, call: u64) -> Self {
        Self { arguments: codec.decoder(arguments), codec, call }
    }

    /// Decodes the next argument.
    pub fn argument<T: Received>(&mut self) -> Result<T, ProcessError> {
        self.arguments.next().map_err(undecodable)
    }

    /// Checks that there are no more.
    pub fn end(&mut self) -> Result<(), ProcessError> {
        if self.arguments.is_at_end() {
            return Ok(());
        }
        Err(undecodable("more arguments than the function takes".to_owned()))
    }

    /// Encodes the result.
    pub fn answer<R: Returned>(&self, result: &R) -> Result<Answer, ProcessError> {
        let mut frame = wire::begin(Kind::Returned, self.codec.byte(), self.call);
        self.codec
            .encode(result, &mut frame)
            .map_err(|detail| ProcessError::Encode { side: Side::Worker, detail })?;
        Ok(Answer(frame))
    }
}

/// A frame with the result.
pub struct Answer(pub(crate) Vec<u8>);

impl Answer {
    /// The encoded result.
    #[cfg(feature = "remote")]
    pub(crate) fn into_result(mut self) -> Vec<u8> {
        self.0.drain(..wire::HEADER);
        self.0
    }
}

/// The error of a call whose arguments cannot be decoded.
pub(crate) fn undecodable(detail: String) -> ProcessError {
    ProcessError::Decode { side: Side::Worker, detail }
}

/// An argument, in the caller.
#[diagnostic::on_unimplemented(
    message = "argument type `{Self}` cannot be sent to a worker process",
    label = "this type cannot leave the process",
    note = "arguments must implement `serde::Serialize` and `serde::Deserialize`"
)]
pub trait Sent: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Serialize> Sent for T {}

/// An argument, in the worker.
#[diagnostic::on_unimplemented(
    message = "argument type `{Self}` cannot be received by a worker process",
    label = "this type cannot enter another process",
    note = "arguments must implement `serde::Serialize` and `serde::Deserialize`, and borrow nothing"
)]
pub trait Received: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Received for T {}

/// A result, in the worker.
#[diagnostic::on_unimplemented(
    message = "return type `{Self}` cannot be sent back by a worker process",
    label = "this type cannot leave the process",
    note = "results and their errors must implement `serde::Serialize` and `serde::Deserialize`"
)]
pub trait Returned: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize> Returned for T {}

/// A result, in the caller.
#[diagnostic::on_unimplemented(
    message = "return type `{Self}` cannot come from a worker process",
    label = "must be a `Result<T, E>` with `E: From<asyncify_runtime::Error>`",
    note = "`T` and `E` must implement `serde::Deserialize`",
    note = "`Result<T, asyncify_runtime::Error>` is the simplest form"
)]
pub trait Outcome: Sized {
    /// Decodes the result.
    fn decode(codec: Codec, bytes: &[u8]) -> Result<Self, String>;

    /// Converts the failure to the function's error.
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

/// Borrows a decoded argument, for a parameter that is a reference.
pub fn lend<T: ?Sized + Lent>(owned: &T::Owned) -> &T {
    owned.borrow()
}

/// The target of a reference that is a parameter.
pub trait Lent {
    /// The type that is decoded for it.
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

/// FNV-1a; [`registry`] checks that there are no collisions.
const fn hash(mut seen: u64, bytes: &[u8]) -> u64 {
    let mut position = 0;
    while position < bytes.len() {
        seen ^= bytes[position] as u64;
        seen = seen.wrapping_mul(0x0000_0100_0000_01b3);
        position += 1;
    }
    seen
}
