//! The two ways to use a blocking database from async code.

mod annotated;
mod spawned;

use std::time::Duration;

use axum::body::BodyDataStream;
use futures::Stream;

pub use self::annotated::Annotated;
pub use self::spawned::Spawned;
use crate::{Error, Note};

/// The operations of the server.
pub trait Store: Clone + Send + Sync + 'static {
    /// Adds a note, and returns its number.
    fn add(&self, text: &str) -> impl Future<Output = Result<i64, Error>> + Send;

    /// Returns the note with this number.
    fn get(&self, id: i64) -> impl Future<Output = Result<Option<Note>, Error>> + Send;

    /// Computes for the given time, and returns how far it came.
    fn report(&self, time: Duration) -> impl Future<Output = Result<u64, Error>> + Send;

    /// Returns all notes, in order.
    fn export(&self) -> impl Stream<Item = Result<Note, Error>> + Send + use<Self>;

    /// Stores a file, and returns its hash.
    fn upload(
        &self,
        name: &str,
        body: BodyDataStream,
    ) -> impl Future<Output = Result<String, Error>> + Send;
}
