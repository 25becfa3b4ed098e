//! Operations at the cursor: at once if that cannot block, and by the `Unblock` otherwise.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Seek as _, SeekFrom};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncSeek, AsyncWrite};

use super::operations::FileOperations;

impl FileOperations {
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        targets: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_started_seek(cx))?;
        let wanted = targets.iter().map(|target| target.len()).sum();
        if !self.pending && self.cached.may_read(wanted) && self.cached.may_use_cursor() {
            ready!(self.cached.poll_turn(cx));
            let (cached, limit) = (&self.cached, self.max_buf_size());
            let mut read = |file: &File| cached.read(file, targets, None, limit);
            if let Some(count) = self.unblock.try_with(|file| read(file)).flatten() {
                self.cached.count(count);
                return Poll::Ready(Ok(count));
            }
        }
        let read = Pin::new(&mut self.unblock).poll_read_vectored(cx, targets);
        self.observe(read)
    }

    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_started_seek(cx))?;
        let written = Pin::new(&mut self.unblock).poll_write_vectored(cx, slices);
        self.unflushed |= matches!(written, Poll::Ready(Ok(1..)));
        self.observe(written)
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_started_seek(cx))?;
        let flushed = Pin::new(&mut self.unblock).poll_flush(cx);
        self.unflushed &= !matches!(flushed, Poll::Ready(Ok(())));
        self.observe(flushed)
    }

    pub(super) fn poll_seek(
        &mut self,
        cx: &mut Context<'_>,
        position: SeekFrom,
    ) -> Poll<io::Result<u64>> {
        // The end of a file may have to be asked for.
        let sets_cursor = !matches!(position, SeekFrom::End(_));
        if !self.pending && sets_cursor && self.cached.may_use_cursor() {
            ready!(self.cached.poll_turn(cx));
            if let Some(result) = self.unblock.try_with(|file| file.seek(position)) {
                self.cached.count(0);
                self.unflushed = false;
                return Poll::Ready(result);
            }
        }
        let sought = Pin::new(&mut self.unblock).poll_seek(cx, position);
        self.observe(sought)
    }

    /// Ready when no seek in two steps is in progress.
    #[cfg(feature = "tokio")]
    pub(super) fn poll_started_seek(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(position) = self.started_seek {
            let result = ready!(self.poll_seek(cx, position));
            self.started_seek = None;
            self.sought = result?;
        }
        Poll::Ready(Ok(()))
    }

    #[cfg(not(feature = "tokio"))]
    #[allow(clippy::unused_self, reason = "it is used with the feature")]
    fn poll_started_seek(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Passes on what an operation of the `Unblock` has returned.
    fn observe<R>(&mut self, result: Poll<R>) -> Poll<R> {
        self.pending = result.is_pending();
        if self.pending {
            self.cached.rest();
        }
        result
    }
}
