//! `Seek` as `AsyncSeek`, and the position of a value that was read ahead.

use std::any::Any;
use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncSeek;

use super::Unblock;
use super::operation::{Ahead, Operation};

/// How a value seeks.
pub(super) struct Seeker<T>(fn(&mut T, SeekFrom) -> io::Result<u64>);

impl<T: Seek> Seeker<T> {
    fn new() -> Self {
        Self(T::seek)
    }
}

impl<T> Seeker<T> {
    pub(super) fn seek(self, value: &mut T, position: SeekFrom) -> io::Result<u64> {
        (self.0)(value, position)
    }
}

impl<T: 'static> Seeker<T> {
    /// That of a file, if `T` is one: files are both read and written most often, and a write after
    /// a read must not depend on whether somebody has sought before.
    pub(super) fn of_file() -> Option<Self> {
        fn seek<T: 'static>(value: &mut T, position: SeekFrom) -> io::Result<u64> {
            let file: &mut dyn Any = value;
            file.downcast_mut::<File>().ok_or(ErrorKind::NotSeekable)?.seek(position)
        }

        let is_file = std::any::TypeId::of::<T>() == std::any::TypeId::of::<File>();
        is_file.then_some(Self(seek))
    }
}

impl<T> Clone for Seeker<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Seeker<T> {}

/// The last seek, for a caller who may come back for it.
pub(super) enum LastSeek {
    /// There was none, or it has been answered, or something else was asked since.
    None,
    /// A job is at it, or on its way; for whoever seeks this position. `None`: the caller gave up.
    UnderWay(Option<SeekFrom>),
    /// It has come back, and nothing was asked since.
    Done(SeekFrom, io::Result<u64>),
}

impl LastSeek {
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self, Self::UnderWay(_))
    }

    /// The job has come back.
    pub(super) fn done(&mut self, result: io::Result<u64>) {
        *self = match mem::replace(self, Self::None) {
            Self::UnderWay(Some(position)) => Self::Done(position, result),
            _ => Self::None,
        };
    }
}

impl<T: Send + 'static> Unblock<T> {
    /// Another operation begins: a seek that comes later is a new one.
    pub(super) fn give_up_seek(&mut self) {
        match &mut self.seek {
            LastSeek::UnderWay(caller) => *caller = None,
            last => *last = LastSeek::None,
        }
    }

    /// Whether the value can seek, and would have to be moved before it is changed, or may have to.
    pub(super) fn is_ahead(&self) -> bool {
        self.seeker.is_some() && !self.input.is_clear()
    }

    /// Ready when the value is here to be changed: as [`poll_in_place`](Self::poll_in_place), and what
    /// was read ahead is forgotten.
    pub(super) fn poll_changeable(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_in_place(cx))?;
        if self.seeker.is_some() {
            self.input.clear();
        }
        Poll::Ready(Ok(()))
    }

    /// Ready when all that was accepted is written, and the value is here, and where its user is if it
    /// can seek.
    pub(super) fn poll_in_place(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_written(cx))?;
            let Some(seeker) = self.seeker else { return Poll::Ready(Ok(())) };
            if self.input.ahead().0 == 0 {
                return Poll::Ready(Ok(()));
            }
            let ahead = self.input.align();
            self.send(Operation::Align(seeker, ahead));
        }
    }

    /// A job has tried to move the value to where its user was.
    pub(super) fn aligned(&mut self, ahead: Ahead, result: io::Result<u64>) {
        self.input.aligned(ahead, result.is_ok());
        match result {
            Ok(_) => {}
            // A pipe has no position that could be wrong; what was read from it stays.
            Err(error) if error.kind() == ErrorKind::NotSeekable => self.seeker = None,
            Err(error) => self.output.note(Err(error)),
        }
    }

    /// The same position for the value itself, which may be ahead of its user. `None`: it cannot be
    /// told in one step.
    fn seen_from_value(&self, position: SeekFrom) -> Option<SeekFrom> {
        match position {
            SeekFrom::Current(offset) => {
                offset.checked_sub(self.input.ahead().0).map(SeekFrom::Current)
            }
            absolute => Some(absolute),
        }
    }
}

impl<T: Seek + Send + 'static> AsyncSeek for Unblock<T> {
    /// Of a refused seek (before the start, for instance) only the error is left: position and
    /// read-ahead stay as they were.
    fn poll_seek(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        position: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        let seeker = *self.seeker.get_or_insert_with(Seeker::new);
        loop {
            match mem::replace(&mut self.seek, LastSeek::None) {
                LastSeek::Done(asked, result) if asked == position => return Poll::Ready(result),
                LastSeek::UnderWay(Some(asked)) if asked == position => {
                    self.seek = LastSeek::UnderWay(Some(asked));
                    ready!(self.poll_here(cx))?;
                }
                LastSeek::UnderWay(_) => {
                    self.seek = LastSeek::UnderWay(None);
                    ready!(self.poll_here(cx))?;
                }
                LastSeek::Done(..) | LastSeek::None => {
                    ready!(self.poll_written(cx))?;
                    if self.seen_from_value(position).is_none() {
                        ready!(self.poll_in_place(cx))?;
                    }
                    let Some(seen_from_value) = self.seen_from_value(position) else {
                        return Poll::Ready(Err(ErrorKind::NotSeekable.into()));
                    };
                    self.send(Operation::Seek(seeker, seen_from_value));
                    self.seek = LastSeek::UnderWay(Some(position));
                }
            }
        }
    }
}
