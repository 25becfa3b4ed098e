//! `Write` as `AsyncWrite`.

use std::io::{self, IoSlice, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncWrite;

use super::Unblock;
use super::operation::Operation;
use super::output::Writer;

impl<T: Send + 'static> Unblock<T> {
    /// Ready when the value is here and all that was accepted is with it, or was lost to an error,
    /// which is kept.
    pub(super) fn poll_drained(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_here(cx))?;
            if self.output.is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.write();
        }
    }

    /// The same, with the error.
    pub(super) fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drained(cx))?;
        Poll::Ready(self.output.take_error())
    }

    /// Ready when all that was accepted is written and flushed.
    pub(super) fn poll_flushed(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_written(cx))?;
            let Some(writer) = self.writer.filter(|_| self.output.is_dirty()) else {
                return Poll::Ready(Ok(()));
            };
            self.send(Operation::Flush(writer));
        }
    }

    /// Sends the value, which is here, to write what was accepted.
    fn write(&mut self) {
        let writer = self.writer.expect("what was accepted was written to the value");
        let bytes = self.output.take();
        self.send(Operation::Write(writer, bytes));
    }
}

impl<T: Write + Send + 'static> AsyncWrite for Unblock<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writer.get_or_insert_with(Writer::new);
        self.give_up_seek();
        loop {
            let here = match self.poll_here(cx) {
                Poll::Ready(here) => here.map(|()| true)?,
                Poll::Pending => false,
            };
            self.output.take_error()?;
            if slices.iter().all(|bytes| bytes.is_empty()) {
                return Poll::Ready(Ok(0));
            }
            if self.is_ahead() {
                ready!(self.poll_changeable(cx))?;
                continue;
            }
            let count = self.output.accept(slices);
            if here {
                // On its way at once; what is accepted from now on follows.
                self.write();
            } else if count == 0 {
                return Poll::Pending;
            }
            if count > 0 {
                return Poll::Ready(Ok(count));
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.give_up_seek();
        self.poll_flushed(cx)
    }

    /// Flushes. The value is closed when it is dropped, on the executor.
    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}
