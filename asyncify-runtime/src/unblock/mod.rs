//! Blocking readers, writers and iterators as asynchronous ones.
//!
//! The value is used by one job at a time ([`value`]), which does one [`operation`]. Bytes go through
//! buffers ([`input`], [`output`]), so that one hop moves many of them, and the user and the job work
//! at the same time. Each asynchronous trait has a file.
//!
//! # Semantics
//!
//! 1. *Position.* The user's position is that of the value, less what was read ahead and not consumed.
//!    Before the value is sought relative to its position, written to, lent to `with` or given back, it
//!    is moved to the user's position, if it is known to be able to seek: a file is, and whatever was
//!    sought before. A value that turns out not to be seekable (a pipe) keeps what was read ahead.
//! 2. *Read-ahead.* It is forgotten when a seek has succeeded, a write is accepted, or `with` lends the
//!    value: whatever fails, or is dropped before that, leaves it and the position as they were, though
//!    the value may have been moved. It then reads again what is known already, which is skipped.
//! 3. *Accepted bytes* are written in order, where the user was. No job that writes is cancelled; one
//!    that could not begin before the `Unblock` is dropped is made up for. After an error nothing of
//!    what was accepted before that error is known is written: it must not follow the gap.
//! 4. *Errors* are told once: that of a read after the bytes before it, that of a write or flush to the
//!    next write, flush, close, seek, `with` or `into_inner`, which does nothing else then. A failed flush
//!    is tried again by the next one.
//! 5. *A seek* is taken up again by the next call of `poll_seek` with the same position, as there is
//!    nothing else to know it by. Any other operation in between gives it up: its answer is
//!    dropped, and where it has led to is the position. No read is answered while it is under way.
//! 6. *Jobs that never run*, as the executor is shut down, leave the value where it is: each is an error
//!    of its operation. Only a panic loses the value.

mod error;
mod input;
mod items;
#[cfg(all(test, asyncify_loom))]
mod models;
mod operation;
mod output;
mod read;
mod seek;
#[cfg(all(test, not(asyncify_loom)))]
mod tests;
mod value;
mod write;

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, ready};

pub use self::error::IntoInnerError;
use self::input::Input;
use self::items::Items;
use self::operation::{Closure, Completion, Operation};
use self::output::{Output, Writer};
use self::seek::{LastSeek, Seeker};
use self::value::{Value, lost, lost_in};
use crate::call::SpawnOptions;
use crate::executor::Executor;
use crate::sync::Mutex;

/// The most bytes of a buffer, where nobody says otherwise.
const CAPACITY: usize = 4 << 20;

/// A blocking value used from async code: `Read` as `AsyncRead`, `BufRead` as `AsyncBufRead`,
/// `Write` as `AsyncWrite`, `Seek` as `AsyncSeek`, and `Iterator` as `Stream`.
///
/// The traits are those of `futures-io`; `tokio-util`'s `compat` makes tokio's of them.
///
/// # Buffers
///
/// A reader needs no `BufReader` around it: reads are as large as the buffer, which grows as one
/// reads on, and once they fill it the next one begins while the last is being consumed. So the
/// value may be ahead of its user, by up to two buffers. A [`File`](std::fs::File), and any other value
/// after its first seek, is set back to where the user is before it is written to, passed to
/// [`with`](Self::with) or given back.
///
/// What is written is accepted at once while there is room in the buffer, and is on its way as soon
/// as the value has time. That it has arrived is known after `flush` or `close`.
///
/// One operation runs at a time: a read that waits for its bytes holds up the writes. For a socket,
/// use one `Unblock` for each direction.
///
/// # Errors
///
/// An error of a read comes after the bytes before it. Since bytes are accepted before they are
/// written, the error of a write comes later: with the next write, flush, close, seek,
/// [`with`](Self::with) or [`into_inner`](Self::into_inner), which does nothing else then. It is told
/// once, and what was accepted up to then and is not written is dropped. A flush that failed is tried
/// again by the next flush.
///
/// A seek that is refused, as to a place before the start, changes nothing.
///
/// When the executor is shut down, each operation that needs it is an error that says so. A panic of
/// the value resumes where it is noticed; the value is lost then, and every further operation is an
/// error that says so.
///
/// # Cancel safety
///
/// Reads and writes are cancel safe: what was read for a call that was dropped is there for the
/// next, and a write that has not said how much it took has taken nothing. A dropped flush has lost
/// nothing either.
///
/// A seek that was dropped may take place or not, before the next operation. If that is a seek to the
/// same position, it may be answered by the first.
///
/// Dropping the `Unblock` writes and flushes what was accepted, on the executor, where nobody hears
/// of errors any more, and drops the value there. In a full queue this waits for its turn. Where the
/// executor has been shut down it is done on the [global pool](crate::global()), and if that has been
/// shut down too, on the thread that drops the `Unblock`.
///
/// # Examples
///
/// ```
/// use asyncify_runtime::Unblock;
/// use futures::{AsyncBufReadExt, StreamExt};
///
/// # futures::executor::block_on(async {
/// let file = asyncify_runtime::asyncify!(std::fs::File::open("Cargo.toml")).await?;
/// let mut lines = Unblock::new(file).lines();
/// while let Some(line) = lines.next().await {
///     println!("{}", line?);
/// }
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
///
/// An iterator becomes a stream, without a hop for each item:
///
/// ```
/// use asyncify_runtime::Unblock;
/// use futures::StreamExt;
///
/// # futures::executor::block_on(async {
/// let names = Unblock::new(std::fs::read_dir("src")?);
/// assert!(names.count().await > 0);
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub struct Unblock<T: Send + 'static> {
    options: SpawnOptions,
    value: Value<T>,
    input: Input,
    output: Output,
    /// How the value writes, once it was written to: only there it is known to be able to.
    writer: Option<Writer<T>>,
    /// How the value seeks, if it is known to be able to.
    seeker: Option<Seeker<T>>,
    seek: LastSeek,
    /// The value while it is used as an iterator.
    items: Option<Box<dyn Items<T>>>,
}

impl<T: Send + 'static> Unblock<T> {
    /// A value that is used where calls run that name no executor.
    pub fn new(value: T) -> Self {
        Self::at(SpawnOptions::default(), value)
    }

    /// A value that is used on `executor`.
    pub fn on(executor: impl Executor + 'static, value: T) -> Self {
        Self::at(SpawnOptions::on(executor), value)
    }

    fn at(options: SpawnOptions, value: T) -> Self {
        Self {
            options,
            value: Value::new(value),
            input: Input::new(CAPACITY),
            output: Output::new(CAPACITY),
            writer: None,
            seeker: Seeker::of_file(),
            seek: LastSeek::None,
            items: None,
        }
    }

    /// Moves at most `bytes` bytes in one go, instead of four megabytes. For a value that was not used yet.
    ///
    /// # Panics
    ///
    /// If `bytes` is 0.
    #[must_use]
    pub fn capacity(mut self, bytes: usize) -> Self {
        assert!(bytes > 0, "the buffers of an `Unblock` need room for one byte at least");
        self.input = Input::new(bytes);
        self.output = Output::new(bytes);
        self
    }

    /// Runs `f` with the value, on the executor: for whatever the traits do not offer.
    ///
    /// What was written before is written first. A file, and any other value after its first seek, is
    /// where its user is; of others, what was read ahead stays read.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is polled, `f` never runs. Dropped later, it may run, and its result is
    /// dropped.
    ///
    /// # Errors
    ///
    /// That of a write before it; that of a file which cannot be set back to where its user is; that the
    /// executor is shut down, or that the value is lost. `f` has not run then.
    ///
    /// # Panics
    ///
    /// A panic of `f` resumes here.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::Unblock;
    /// use futures::AsyncWriteExt;
    ///
    /// # futures::executor::block_on(async {
    /// let path = std::env::temp_dir().join(format!("asyncify-with-{}", std::process::id()));
    /// let mut file = Unblock::new(std::fs::File::create(&path)?);
    /// file.write_all(b"to the disk").await?;
    /// file.with(|file| file.sync_all()).await??;
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    pub async fn with<R, F>(&mut self, f: F) -> io::Result<R>
    where
        F: FnOnce(&mut T) -> R + Send + 'static,
        R: Send + 'static,
    {
        let result = Arc::new(Mutex::new(None));
        let slot = result.clone();
        let mut call: Option<Closure<T>> = Some(Box::new(move |value| {
            let made = value.map(f);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        }));
        poll_fn(|cx| {
            self.give_up_seek();
            if call.is_some() {
                ready!(self.poll_changeable(cx))?;
                self.value
                    .send(&self.options, Operation::Call(call.take().expect("seen just now")));
            }
            self.poll_here(cx)
        })
        .await?;
        let made = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        made.expect("a job that has come back has done what it was sent for")
    }

    /// Gives the value back, when what was accepted is written and flushed.
    ///
    /// A [`File`](std::fs::File), and any other value after its first seek, is at the position of its user
    /// then. Bytes of other readers that were read ahead, and items that an iterator made ahead, are lost.
    ///
    /// # Cancel safety
    ///
    /// Dropped, the `Unblock` is dropped.
    ///
    /// # Errors
    ///
    /// That of a write, or that the executor is shut down, together with the value; or that the value is
    /// lost.
    pub async fn into_inner(mut self) -> Result<T, IntoInnerError<T>> {
        let settled = poll_fn(|cx| self.poll_settled(cx)).await;
        match (settled, self.value.take()) {
            (Ok(()), Some(value)) => Ok(*value),
            (Ok(()), None) => Err(IntoInnerError::new(lost(), None)),
            (Err(error), value) => Err(IntoInnerError::new(error, value)),
        }
    }

    /// Ready when the value is here, all is flushed, and its position is that of its user.
    fn poll_settled(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.give_up_seek();
        ready!(self.poll_flushed(cx))?;
        self.poll_in_place(cx)
    }

    /// Ready when no job has the value. An error says that it is lost.
    fn poll_here(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(items) = &mut self.items {
            let back = ready!(items.poll_back(cx));
            self.items = None;
            match back {
                Ok(value) => self.value.put_back(value),
                Err(error) => return Poll::Ready(Err(lost_in(error))),
            }
        }
        match ready!(self.value.poll_here(cx))? {
            Some(Completion::Read(buffer, result)) => self.input.fill(buffer, result),
            Some(Completion::Written(buffer, result)) => self.output.written(buffer, result),
            Some(Completion::Flushed(result)) => self.output.flushed(result),
            Some(Completion::Aligned(ahead, result)) => self.aligned(ahead, result),
            Some(Completion::Sought(result)) => {
                if result.is_ok() {
                    self.input.clear();
                }
                self.seek.done(result);
            }
            Some(Completion::Called) | None => {}
        }
        Poll::Ready(Ok(()))
    }

    /// Sends the value, which is here, away with a job.
    fn send(&mut self, operation: Operation<T>) {
        self.value.send(&self.options, operation);
    }
}

impl<T: Send + 'static> Drop for Unblock<T> {
    fn drop(&mut self) {
        self.value.abandon(&self.options, self.output.leave(self.writer));
    }
}

// Nothing of the value is pinned: it is boxed, and never lent pinned.
impl<T: Send + 'static> Unpin for Unblock<T> {}

impl<T: Send + 'static> fmt::Debug for Unblock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unblock")
            .field("unread", &self.input.unread())
            .field("unwritten", &self.output.is_dirty())
            .finish_non_exhaustive()
    }
}
