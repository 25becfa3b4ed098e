//! `Seek` as `AsyncSeek`, and the logical position of a value with read-ahead.

use std::any::{Any, TypeId};
use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_io::AsyncSeek;

use super::operation::{Ahead, Operation};
use super::{Inner, Unblock};

/// How to seek in a value whose type is not known to be `Seek`.
pub(super) type SeekFn<T> = fn(&mut T, SeekFrom) -> io::Result<u64>;

/// Returns how to seek in a file, if `T` is one, or an `Arc` of one. Files are what is most often
/// both read and written, and the effect of a write after a read must not depend on an earlier
/// seek.
pub(super) fn seek_fn_of_file<T: 'static>() -> Option<SeekFn<T>> {
    fn seek_in<F: Seek + 'static, T: 'static>(
        value: &mut T,
        position: SeekFrom,
    ) -> io::Result<u64> {
        let file: &mut dyn Any = value;
        file.downcast_mut::<F>().ok_or(ErrorKind::NotSeekable)?.seek(position)
    }

    if TypeId::of::<T>() == TypeId::of::<File>() {
        Some(seek_in::<File, T>)
    } else if TypeId::of::<T>() == TypeId::of::<Arc<File>>() {
        Some(seek_in::<Arc<File>, T>)
    } else {
        None
    }
}

/// The last seek, which a later call of `poll_seek` may resume.
pub(super) enum LastSeek {
    /// There was none, or its result was returned, or another operation has started since.
    None,
    /// Its job was submitted. The position identifies the call to be resumed; `None` if the seek
    /// was abandoned.
    InProgress(Option<SeekFrom>),
    /// Its job has completed, and no other operation has started since.
    Completed(SeekFrom, io::Result<u64>),
}

impl LastSeek {
    pub(super) fn is_in_progress(&self) -> bool {
        matches!(self, Self::InProgress(_))
    }

    /// Completes the job.
    pub(super) fn complete(&mut self, result: io::Result<u64>) {
        *self = match mem::replace(self, Self::None) {
            Self::InProgress(Some(position)) => Self::Completed(position, result),
            _ => Self::None,
        };
    }
}

impl<T: Send + 'static> Inner<T> {
    /// Abandons the last seek, because another operation starts: a later seek is a new one.
    pub(super) fn abandon_seek(&mut self) {
        match &mut self.seek {
            LastSeek::InProgress(position) => *position = None,
            last => *last = LastSeek::None,
        }
    }

    /// Returns whether the value supports seeking, and may have to be moved to the logical position
    /// before it is modified.
    pub(super) fn needs_alignment(&self) -> bool {
        self.seek_fn.is_some() && !self.read_buffer.is_clear()
    }

    /// Ready when the value can be modified: like [`poll_aligned`](Self::poll_aligned), and
    /// discards the read-ahead of a value that supports seeking.
    pub(super) fn poll_modifiable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_aligned(cx))?;
        if self.seek_fn.is_some() {
            self.read_buffer.clear();
        }
        Poll::Ready(Ok(()))
    }

    /// Ready when all accepted bytes are written and the value is idle; if it supports seeking, it
    /// is at the logical position.
    pub(super) fn poll_aligned(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_written(cx))?;
            let Some(seek_fn) = self.seek_fn else { return Poll::Ready(Ok(())) };
            if self.read_buffer.ahead().0 == 0 {
                return Poll::Ready(Ok(()));
            }
            let ahead = self.read_buffer.align();
            self.submit(Operation::Align(seek_fn, ahead));
        }
    }

    /// Completes a job that was to move the value to the logical position.
    pub(super) fn complete_align(&mut self, ahead: Ahead, result: io::Result<u64>) {
        self.read_buffer.complete_align(ahead, result.is_ok());
        match result {
            Ok(_) => {}
            // A pipe has no position; its read-ahead is kept.
            Err(error) if error.kind() == ErrorKind::NotSeekable => self.seek_fn = None,
            Err(error) => self.write_buffer.record(Err(error)),
        }
    }

    /// Converts a position that is relative to the logical position to one that is relative to the
    /// position of the value. `None` if that overflows.
    fn relative_to_value(&self, position: SeekFrom) -> Option<SeekFrom> {
        match position {
            SeekFrom::Current(offset) => {
                offset.checked_sub(self.read_buffer.ahead().0).map(SeekFrom::Current)
            }
            absolute => Some(absolute),
        }
    }
}

impl<T: Seek + Send + 'static> AsyncSeek for Unblock<T> {
    /// A seek that fails, for example to a position before the start, changes neither the position
    /// nor the read-ahead.
    fn poll_seek(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        position: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        let inner = self.get_mut().inner.get_mut();
        let seek_fn = *inner.seek_fn.get_or_insert(T::seek);
        loop {
            match mem::replace(&mut inner.seek, LastSeek::None) {
                LastSeek::Completed(previous, result) if previous == position => {
                    return Poll::Ready(result);
                }
                LastSeek::InProgress(Some(previous)) if previous == position => {
                    inner.seek = LastSeek::InProgress(Some(previous));
                    ready!(inner.poll_idle(cx))?;
                }
                LastSeek::InProgress(_) => {
                    inner.seek = LastSeek::InProgress(None);
                    ready!(inner.poll_idle(cx))?;
                }
                LastSeek::Completed(..) | LastSeek::None => {
                    ready!(inner.poll_written(cx))?;
                    if inner.relative_to_value(position).is_none() {
                        ready!(inner.poll_aligned(cx))?;
                    }
                    let Some(relative_to_value) = inner.relative_to_value(position) else {
                        return Poll::Ready(Err(ErrorKind::NotSeekable.into()));
                    };
                    inner.submit(Operation::Seek(seek_fn, relative_to_value));
                    inner.seek = LastSeek::InProgress(Some(position));
                }
            }
        }
    }
}
