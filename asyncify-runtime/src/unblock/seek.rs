//! `Seek` as `AsyncSeek`, and the position of a value that was read ahead.

use std::any::Any;
use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncSeek;

use super::Unblock;
use super::whereabouts::Deed;

/// How a value seeks.
pub(super) struct Seeker<T>(fn(&mut T, SeekFrom) -> io::Result<u64>);

impl<T: Seek> Seeker<T> {
    fn new() -> Self {
        Self(T::seek)
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

impl<T: Send + 'static> Unblock<T> {
    /// Whether the value can seek and is not where its user is, as far as that is known.
    pub(super) fn is_out_of_place(&self) -> bool {
        self.seeker.is_some() && (self.input.unread() > 0 || self.input.is_reading())
    }

    /// Ready when the value is here, and where its user is if it can seek.
    pub(super) fn poll_in_place(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_drained(cx))?;
            let Some(seeker) = self.seeker.filter(|_| self.input.unread() > 0) else {
                return Poll::Ready(Ok(()));
            };
            let position = back_by(self.input.unread());
            self.input.clear();
            self.send(move |value| match (seeker.0)(value, position) {
                // A pipe has no position that could be wrong.
                Err(error) if error.kind() != ErrorKind::NotSeekable => Deed::Placed(Err(error)),
                _ => Deed::Placed(Ok(())),
            });
        }
    }
}

/// Buffers are far smaller than any position.
fn back_by(unread: usize) -> SeekFrom {
    SeekFrom::Current(-i64::try_from(unread).expect("buffers are small"))
}

impl<T: Seek + Send + 'static> AsyncSeek for Unblock<T> {
    fn poll_seek(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        position: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        let seeker = *self.seeker.get_or_insert_with(Seeker::new);
        loop {
            ready!(self.poll_written(cx))?;
            match self.sought.take() {
                Some((asked, result)) if asked == position => return Poll::Ready(result),
                // Of a seek that was given up.
                _ => {}
            }
            let from_here = match position {
                SeekFrom::Current(offset) => {
                    let unread = i64::try_from(self.input.unread()).expect("buffers are small");
                    SeekFrom::Current(offset - unread)
                }
                absolute => absolute,
            };
            self.input.clear();
            self.send(move |value| Deed::Sought(position, (seeker.0)(value, from_here)));
        }
    }
}
