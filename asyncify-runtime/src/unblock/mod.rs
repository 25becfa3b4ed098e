//! Blocking readers, writers and iterators as asynchronous ones.
//!
//! One job at a time uses the value ([`value`]) and performs one [`operation`]. Bytes go through
//! buffers ([`read_buffer`], [`write_buffer`]), so that one job moves many of them, and the caller
//! and the job work at the same time. Each asynchronous trait has a file of its own. Calls of
//! `with` share the state of an `Unblock` ([`shared`]).
//!
//! # Semantics
//!
//! 1. *Position.* The logical position, which the caller sees, is the position of the value minus
//!    the bytes that were read ahead and not consumed. The value is moved to the logical position
//!    before it seeks relative to its position, is written to, passed to `with` or returned, if it
//!    is known to support seeking: a file is, and any value after its first seek. A value that
//!    turns out not to be seekable (a pipe) keeps its read-ahead.
//! 2. *Read-ahead* is discarded when a seek has succeeded, when a write is accepted, or when `with`
//!    passes the value to its closure. An operation that fails or is dropped before that changes
//!    neither the read-ahead nor the logical position, although it may have moved the value. The
//!    value then reads bytes again that are in the read-ahead; these are skipped.
//! 3. *Accepted bytes* are written in order, at the logical position. A job that writes goes on
//!    with bytes that are accepted meanwhile, for a limited time, and is never cancelled; if it
//!    could not start before the `Unblock` is dropped, its bytes are written after the drop. After
//!    an error, no bytes are written that were accepted before the error was known: they must not
//!    follow the gap.
//! 4. *Each error is reported once*: the error of a read after the bytes before it, that of a write
//!    or flush by the next write, flush, close, seek, `with` or `into_inner`, which does nothing
//!    else then. The next flush retries a failed one.
//! 5. *A seek* is resumed by the next call of `poll_seek` with the same position, as nothing else
//!    identifies it. Any other operation in between abandons it: its result is dropped, and the
//!    position to which it has moved the value is the logical position. No read completes while a
//!    seek is in progress.
//! 6. *Jobs that never run*, because the executor is shut down, leave the value in place: the
//!    operation of each returns an error. Only a panic loses the value.

mod buffer;
mod early;
mod error;
mod iterator;
#[cfg(all(test, asyncify_loom))]
mod models;
mod operation;
mod read;
mod read_buffer;
mod rest;
mod seek;
mod shared;
mod storage;
#[cfg(all(test, not(asyncify_loom)))]
mod tests;
mod value;
mod write;
mod write_buffer;

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, ready};

pub use self::error::IntoInnerError;
use self::iterator::ErasedStream;
use self::operation::{Closure, Completion, Operation, Written};
use self::read_buffer::ReadBuffer;
use self::seek::{LastSeek, SeekFn, seek_fn_of_file};
use self::shared::Shared;
use self::value::{Value, job_error, lost_error};
use self::write_buffer::{WriteBuffer, WriteFns};
use crate::call::SpawnOptions;
use crate::executor::Executor;
use crate::sync::Mutex;

/// The default for the maximum size of a read. Two buffers of this size fit into the second-level
/// cache of a core, which makes them faster than larger ones.
const READ_CAPACITY: usize = 256 << 10;

/// The default for the maximum size of a write. Filling the buffer takes about as long as waking a
/// thread. With a smaller one, the caller would wait for room before the first byte is written.
const WRITE_CAPACITY: usize = 1 << 20;

/// Adapts a blocking value for async code: `Read` to `AsyncRead`, `BufRead` to `AsyncBufRead`,
/// `Write` to `AsyncWrite`, `Seek` to `AsyncSeek`, and `Iterator` to `Stream`.
///
/// The I/O traits are those of `futures-io`; the `compat` module of `tokio-util` converts them to
/// tokio's.
///
/// # Buffers
///
/// A reader does not need a `BufReader`: a read fills a buffer of 64 KiB, or of the size that the
/// caller asks for, up to the [`capacity`](Self::capacity). The buffer is freed when its bytes are
/// consumed, so a slow consumer holds no more memory than it would with a buffer of its own. When a
/// caller has consumed 4 MiB without a pause of more than two milliseconds, reads have the size of
/// the capacity until the next pause, and each starts while the bytes of the last one are consumed;
/// for up to four readers of the process at a time, when it has consumed 64 KiB. The value may
/// therefore be ahead of the logical position, by at most two buffers. A [`File`](std::fs::File),
/// also in an `Arc`, and any other value after its first seek, is moved back to the logical
/// position before it is written to, passed to [`with`](Self::with) or returned.
///
/// A write completes at once while there is room in the internal buffer. Its bytes are written in
/// the background, as soon as the value is idle. Use `flush` or `close` to wait until they have
/// been written; the memory of the buffer is freed then. The process keeps at most four buffers
/// (4 MiB) for later writers. Vectored reads and writes use all slices.
///
/// Operations run one at a time: a read that waits for bytes delays all writes. For a socket, use
/// one `Unblock` for each direction. Only [`with`](Self::with) can be called on a shared `Unblock`,
/// such as one in an `Arc`.
///
/// # Errors
///
/// The error of a read is returned after the bytes before it. Since a write completes before its
/// bytes are written, its error is returned later: by the next write, flush, close, seek,
/// [`with`](Self::with) or [`into_inner`](Self::into_inner), which does nothing else then. Each
/// error is reported once. After that of a write, bytes that were accepted until then and are not
/// written are discarded. A failed flush is retried by the next flush.
///
/// A seek that fails, for example to a position before the start, changes nothing.
///
/// If the executor is shut down, each operation that needs it returns an error that says so. A
/// panic of the value resumes in the operation that observes it. The value is lost then, and every
/// further operation returns an error that says so.
///
/// # Cancel safety
///
/// Reads and writes are cancel safe. The bytes that were read for a dropped read are returned by
/// the next one, and a write that is dropped before it completes has accepted nothing. A dropped
/// flush loses nothing either.
///
/// A seek that is dropped may or may not take place before the next operation. If the next
/// operation is a seek to the same position, it may return the result of the dropped one.
///
/// Dropping the `Unblock` writes and flushes the accepted bytes on the executor, and drops the
/// value there, unless it may be [dropped in place](Self::drop_in_place). Errors are ignored: call
/// `flush` or `close` before if they matter. If the queue of the executor is full, this waits for
/// room. If the executor is shut down, it happens on the [global pool](crate::global()), and if
/// that is shut down as well, on the thread that drops the `Unblock`.
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
/// An iterator becomes a stream; items cross threads in batches:
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
    inner: Shared<Inner<T>>,
}

struct Inner<T: Send + 'static> {
    options: SpawnOptions,
    value: Value<T>,
    read_buffer: ReadBuffer,
    write_buffer: WriteBuffer,
    /// How to write to the value. `None` before the first write: only `poll_write` knows that `T`
    /// is `Write`.
    write_fns: Option<WriteFns<T>>,
    /// How to seek in the value, if it is known to support seeking.
    seek_fn: Option<SeekFn<T>>,
    seek: LastSeek,
    /// Owns the value while it is used as an iterator.
    stream: Option<Box<dyn ErasedStream<T>>>,
}

impl<T: Send + 'static> Unblock<T> {
    /// Creates an `Unblock` that uses the value on the default executor: that of the scope in which
    /// an operation starts, or the [global pool](crate::global()).
    pub fn new(value: T) -> Self {
        Self::with_options(SpawnOptions::default(), value)
    }

    /// Creates an `Unblock` that uses the value on `executor`.
    pub fn with_executor(executor: impl Executor + 'static, value: T) -> Self {
        Self::with_options(SpawnOptions::on(executor), value)
    }

    fn with_options(options: SpawnOptions, value: T) -> Self {
        let inner = Inner {
            options,
            value: Value::new(value),
            read_buffer: ReadBuffer::new(READ_CAPACITY),
            write_buffer: WriteBuffer::new(WRITE_CAPACITY),
            write_fns: None,
            seek_fn: seek_fn_of_file(),
            seek: LastSeek::None,
            stream: None,
        };
        Self { inner: Shared::new(inner) }
    }

    /// Sets the maximum size of the buffers: the most bytes that are read or written at once.
    ///
    /// The default is 256 KiB for reads and 1 MiB for writes.
    /// [`set_capacity`](Self::set_capacity) changes it later. A reader holds one buffer, or two if
    /// it reads ahead; a writer holds up to two until it is flushed.
    ///
    /// # Panics
    ///
    /// Panics if `bytes` is 0.
    #[must_use]
    pub fn capacity(mut self, bytes: usize) -> Self {
        self.set_capacity(bytes);
        self
    }

    /// Sets the maximum size of the buffers for the operations that start from now on, as
    /// [`capacity`](Self::capacity) does before the first.
    ///
    /// # Panics
    ///
    /// Panics if `bytes` is 0.
    pub fn set_capacity(&mut self, bytes: usize) {
        assert!(bytes > 0, "the buffers of an `Unblock` need room for one byte at least");
        let inner = self.inner.get_mut();
        inner.read_buffer.set_capacity(bytes);
        inner.write_buffer.set_capacity(bytes);
    }

    /// Sets how long a job keeps reading ahead, or taking further bytes to write.
    #[cfg(test)]
    fn time_slice(mut self, time_slice: std::time::Duration) -> Self {
        self.inner.get_mut().value.set_time_slice(time_slice);
        self
    }

    /// Lets jobs read ahead from the first byte on, whatever the size of the buffers.
    #[cfg(test)]
    fn read_ahead(mut self) -> Self {
        self.inner.get_mut().read_buffer.set_eager();
        self
    }

    /// Lets the value be dropped on the thread that drops the `Unblock`, for a value whose
    /// destructor does not block. That saves a job on the executor.
    ///
    /// Accepted bytes are still written on the executor. If there are any, or a job uses the value,
    /// it is dropped there.
    ///
    /// # Examples
    ///
    /// ```
    /// use asyncify_runtime::Unblock;
    /// use futures::AsyncReadExt;
    /// use std::sync::Arc;
    ///
    /// # futures::executor::block_on(async {
    /// let file = Arc::new(std::fs::File::open("Cargo.toml")?);
    /// let mut reader = Unblock::new(file.clone()).drop_in_place();
    /// reader.read_exact(&mut [0; 10]).await?;
    /// drop(reader);
    /// assert_eq!(Arc::strong_count(&file), 1);
    /// # Ok::<(), std::io::Error>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn drop_in_place(mut self) -> Self {
        self.inner.get_mut().value.set_drop_in_place();
        self
    }

    /// Runs `f` with the value, on the executor: for operations that the traits do not cover.
    ///
    /// Calls on a shared `Unblock` run one after the other, in the order in which they were first
    /// polled.
    ///
    /// Bytes that were accepted before are written first. A file, and any other value after its
    /// first seek, is moved to the logical position and its read-ahead is discarded; other values
    /// keep their read-ahead.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is polled, or while it waits for another call of `with`,
    /// `f` never runs. If it is dropped later, `f` may run, and its result is dropped.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write, or of moving a file to the logical position, or an
    /// error if the executor is shut down or the value is lost. `f` does not run then.
    ///
    /// # Panics
    ///
    /// Resumes a panic of `f`.
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
    pub async fn with<R, F>(&self, f: F) -> io::Result<R>
    where
        F: FnOnce(&mut T) -> R + Send + 'static,
        R: Send + 'static,
    {
        let result = Arc::new(Mutex::new(None));
        let slot = result.clone();
        let mut call: Option<Closure<T>> = Some(Box::new(move |value| {
            let output = value.map(f);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(output);
        }));
        let turn = self.inner.turn().acquire().await;
        poll_fn(|cx| self.inner.lend(|inner| inner.poll_call(cx, &mut call))).await?;
        drop(turn);
        let output = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        output.expect("the job has completed, and has called the closure")
    }

    /// Returns the value after the accepted bytes have been written and flushed.
    ///
    /// A [`File`](std::fs::File), and any other value after its first seek, is at the logical
    /// position then. Bytes that were read ahead from any other reader, and items that an iterator
    /// has made ahead, are lost.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the `Unblock`.
    ///
    /// # Errors
    ///
    /// Returns the error of an earlier write, or an error if the executor is shut down, together
    /// with the value. Returns an error without the value if the value is lost.
    pub async fn into_inner(mut self) -> Result<T, IntoInnerError<T>> {
        let inner = self.inner.get_mut();
        let flushed = poll_fn(|cx| inner.poll_flushed_and_aligned(cx)).await;
        match (flushed, inner.value.take()) {
            (Ok(()), Some(value)) => Ok(*value),
            (Ok(()), None) => Err(IntoInnerError::new(lost_error(), None)),
            (Err(error), value) => Err(IntoInnerError::new(error, value)),
        }
    }
}

impl<T: Send + 'static> Inner<T> {
    /// Ready when `call` has been called with the value.
    fn poll_call(
        &mut self,
        cx: &mut Context<'_>,
        call: &mut Option<Closure<T>>,
    ) -> Poll<io::Result<()>> {
        self.abandon_seek();
        if call.is_some() {
            ready!(self.poll_modifiable(cx))?;
            self.submit(Operation::Call(call.take().expect("checked above")));
        }
        self.poll_idle(cx)
    }

    /// Ready when the value is idle, flushed, and at the logical position.
    fn poll_flushed_and_aligned(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.abandon_seek();
        ready!(self.poll_flushed(cx))?;
        self.poll_aligned(cx)
    }

    /// Ready when the value is idle.
    ///
    /// # Errors
    ///
    /// If the value is lost.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(stream) = &mut self.stream {
            let reclaimed = ready!(stream.poll_reclaim(cx));
            self.stream = None;
            match reclaimed {
                Ok(value) => self.value.put_back(value),
                Err(error) => return Poll::Ready(Err(job_error(error))),
            }
        }
        match ready!(self.value.poll_idle(cx))? {
            Some(Completion::Read(buffer, result)) => {
                let (storage, filled) = self.value.take_read_ahead();
                self.read_buffer.put_back(storage);
                if let Some(filled) = filled {
                    self.read_buffer.deliver(filled);
                }
                self.read_buffer.fill(buffer, result);
            }
            Some(Completion::Written(Written { storage, result, flushed })) => {
                self.write_buffer.put_back(self.value.take_back());
                self.write_buffer.written(storage, result);
                if let Some(result) = flushed {
                    self.write_buffer.flushed(result);
                }
            }
            Some(Completion::Flushed(result)) => self.write_buffer.flushed(result),
            Some(Completion::Aligned(ahead, result)) => self.complete_align(ahead, result),
            Some(Completion::Sought(result)) => {
                if result.is_ok() {
                    self.read_buffer.clear();
                }
                self.seek.complete(result);
            }
            Some(Completion::Called) | None => {}
        }
        Poll::Ready(Ok(()))
    }

    /// Submits a job. The value must be idle.
    fn submit(&mut self, operation: Operation<T>) {
        self.value.submit(&self.options, operation);
    }
}

impl<T: Send + 'static> Drop for Inner<T> {
    fn drop(&mut self) {
        self.value.abandon(&self.options, self.write_buffer.take_unwritten(self.write_fns));
    }
}

// The value is boxed and never pinned.
impl<T: Send + 'static> Unpin for Unblock<T> {}

impl<T: Send + 'static> fmt::Debug for Unblock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unblock").finish_non_exhaustive()
    }
}
