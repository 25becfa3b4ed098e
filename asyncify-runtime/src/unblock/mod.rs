//! Blocking readers, writers and iterators as asynchronous ones.
//!
//! The value is either here or away with one job, which brings it back with what it has done
//! ([`whereabouts`]). Bytes go through buffers ([`input`], [`output`]), so that one hop moves many of
//! them, and the user and the job work at the same time. Each asynchronous trait has a file.
//!
//! # Invariants
//!
//! 1. A job that changes what a caller was told has been done (it writes what was accepted) is
//!    never cancelled, only followed.
//! 2. An error is given to exactly one caller: that of a read after the bytes before it, that of a
//!    write to the next write, flush, close or `into_inner`.
//! 3. Where the position of the value and that of its user differ, because something was read ahead,
//!    it is set right before a seek or write, if the value can seek.

mod error;
mod input;
mod items;
mod output;
mod read;
mod seek;
#[cfg(all(test, not(asyncify_loom)))]
mod tests;
mod whereabouts;
mod write;

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, ready};

pub use self::error::IntoInnerError;
use self::input::Input;
use self::items::Items;
use self::output::{Output, Writer};
use self::seek::Seeker;
use self::whereabouts::{Deed, Whereabouts};
use crate::carry::carry;
use crate::executor::Executor;
use crate::sync::Mutex;
use crate::venue::Venue;

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
/// value may be ahead of its user, by up to two buffers; a [`File`](std::fs::File) is set back to where the user is
/// before it is written to or given back, and so is everything that was sought before.
///
/// What is written is accepted at once while there is room in the buffer, and is on its way as soon
/// as the value has time. That it has arrived is known after `flush` or `close`.
///
/// One operation runs at a time: a read that waits for its bytes holds up the writes. For a socket,
/// use one `Unblock` for each direction.
///
/// # Errors
///
/// None is lost but by dropping: an error of a read comes after the bytes before it, one of a write
/// with the next write, flush, close or [`into_inner`](Self::into_inner). A panic of the value
/// resumes where it is noticed; the value is lost then, as it is when the executor is shut down, and
/// every further operation is an error that says so.
///
/// # Cancel safety
///
/// Reads and writes are cancel safe: what was read for a call that was dropped is there for the
/// next, and a write that has not said how much it took has taken nothing. A seek that was dropped
/// may take place or not.
///
/// Dropping the `Unblock` writes and flushes what was accepted, on the executor, where nobody hears
/// of errors any more, and drops the value there.
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
    venue: Venue,
    value: Whereabouts<T>,
    input: Input,
    output: Output,
    /// How the value writes, once it was written to: only there it is known to be able to.
    writer: Option<Writer<T>>,
    /// How the value seeks, if it is known to be able to.
    seeker: Option<Seeker<T>>,
    /// What a seek to this position came to, for who asked for it.
    sought: Option<(io::SeekFrom, io::Result<u64>)>,
    /// The value while it is used as an iterator.
    items: Option<Box<dyn Items<T>>>,
}

impl<T: Send + 'static> Unblock<T> {
    /// A value that is used where calls run that name no executor.
    pub fn new(value: T) -> Self {
        Self::at(Venue::default(), value)
    }

    /// A value that is used on `executor`.
    pub fn on(executor: impl Executor + 'static, value: T) -> Self {
        Self::at(Venue::on(executor), value)
    }

    fn at(venue: Venue, value: T) -> Self {
        Self {
            venue,
            value: Whereabouts::Here(Box::new(value)),
            input: Input::new(CAPACITY),
            output: Output::new(CAPACITY),
            writer: None,
            seeker: Seeker::of_file(),
            sought: None,
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
    /// What was written before is written first. What was read ahead stays where it is: `f` sees the
    /// value's own position.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is polled, `f` never runs. Dropped later, it may run, and its result is
    /// dropped.
    ///
    /// # Errors
    ///
    /// That of a write before it, or that the value is lost.
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
        let mut f = Some(f);
        let result = Arc::new(Mutex::new(None));
        poll_fn(|cx| {
            ready!(self.poll_written(cx))?;
            let Some(f) = f.take() else { return Poll::Ready(Ok(())) };
            let result = result.clone();
            self.send(move |value| {
                let made = f(value);
                *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
                Deed::Other
            });
            self.poll_here(cx)
        })
        .await?;
        let made = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(made.expect("a job that has come back has done what it was sent for"))
    }

    /// Gives the value back, when what was accepted is written and flushed.
    ///
    /// A [`File`](std::fs::File) is at the position of its user then. Bytes of other readers that
    /// were read ahead, and items that an iterator made ahead, are lost.
    ///
    /// # Cancel safety
    ///
    /// Dropped, the `Unblock` is dropped.
    ///
    /// # Errors
    ///
    /// That of a write, together with the value; or that the value is lost.
    pub async fn into_inner(mut self) -> Result<T, IntoInnerError<T>> {
        let settled = poll_fn(|cx| self.poll_settled(cx)).await;
        match (settled, self.value.take()) {
            (Ok(()), Some(value)) => Ok(*value),
            (Ok(()), None) => Err(IntoInnerError::new(whereabouts::lost(), None)),
            (Err(error), value) => Err(IntoInnerError::new(error, value)),
        }
    }

    /// Ready when the value is here, all is flushed, and its position is that of its user.
    fn poll_settled(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_flushed(cx))?;
        ready!(self.poll_in_place(cx))?;
        Poll::Ready(self.output.take_error())
    }

    /// Ready when no job has the value. An error says that it is lost.
    fn poll_here(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(items) = &mut self.items {
            let back = ready!(items.poll_back(cx));
            self.items = None;
            self.value.set(back)?;
        }
        match ready!(self.value.poll_here(cx))? {
            Deed::Read(buffer, result) => self.input.fill(buffer, result),
            Deed::Written(buffer, result) => self.output.written(buffer, result),
            Deed::Flushed(result) => self.output.flushed(result),
            Deed::Placed(result) => self.output.note(result),
            Deed::Sought(position, result) => self.sought = Some((position, result)),
            Deed::Other => {}
        }
        Poll::Ready(Ok(()))
    }

    /// Sends the value, which is here, away with a job.
    fn send(&mut self, job: impl FnOnce(&mut T) -> Deed + Send + 'static) {
        self.value.send(&self.venue, job);
    }

    /// What is to be done with the value when nobody has it any more.
    fn farewell(&mut self) -> impl FnOnce(Box<T>) + Send + 'static {
        let (venue, writer, output) = (self.venue.clone(), self.writer, self.output.leave());
        move |mut value: Box<T>| {
            if output.is_none() && !mem::needs_drop::<T>() {
                return;
            }
            let job = move || {
                if let (Some(writer), Some(bytes)) = (writer, output) {
                    // Nobody is left to hear of an error.
                    _ = writer
                        .write_all(&mut value, &bytes)
                        .and_then(|()| writer.flush(&mut value));
                }
            };
            drop(venue.call(job).detach().spawn());
        }
    }
}

impl<T: Send + 'static> Drop for Unblock<T> {
    fn drop(&mut self) {
        let unwritten = self.output.is_dirty();
        let farewell = self.farewell();
        match mem::replace(&mut self.value, Whereabouts::Lost) {
            Whereabouts::Here(value) => farewell(value),
            Whereabouts::Away(mut job) if unwritten => carry(Box::pin(async move {
                if let Ok((value, _)) = poll_fn(|cx| job.poll_result(cx)).await {
                    farewell(value);
                }
            })),
            // A read is cancelled; the value dies with the job, on its thread.
            Whereabouts::Away(_) | Whereabouts::Lost => {}
        }
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
