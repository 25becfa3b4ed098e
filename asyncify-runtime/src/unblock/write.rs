//! `Write` as `AsyncWrite`.

use std::io::{self, IoSlice, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::AsyncWrite;

use super::operation::Operation;
use super::write_buffer::WriteFns;
use super::{Inner, Unblock};

impl<T: Send + 'static> Inner<T> {
    /// Ready when the value is idle and all accepted bytes are written, or discarded after an
    /// error, which is recorded.
    pub(super) fn poll_drained(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.poll_idle(cx))?;
            if self.write_buffer.is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.write();
        }
    }

    /// Like [`poll_drained`](Self::poll_drained), but reports the error.
    pub(super) fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drained(cx))?;
        Poll::Ready(self.write_buffer.take_error())
    }

    /// Ready when all accepted bytes are written and flushed.
    pub(super) fn poll_flushed(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let Poll::Ready(written) = self.poll_written(cx) else {
                self.value.request_flush();
                return Poll::Pending;
            };
            written?;
            let Some(write_fns) = self.write_fns.filter(|_| self.write_buffer.is_dirty()) else {
                return Poll::Ready(Ok(()));
            };
            self.submit(Operation::Flush(write_fns));
        }
    }

    /// Accepts bytes while a job uses the value, and passes them to the job if it writes. Returns 0
    /// if the job has completed in the meantime and there was no room.
    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let bytes = ready!(self.value.poll_take_back(self.write_buffer.capacity(), cx));
        self.write_buffer.put_back(bytes);
        // Others will follow while the job runs.
        self.write_buffer.reserve(slices, 16);
        let count = self.write_buffer.accept(slices);
        if let Err(bytes) = self.value.pass(self.write_buffer.take_bytes()) {
            self.write_buffer.put_back(bytes);
            // If the job has completed in the meantime, another one writes them.
            self.value.forget_completed_job();
            match self.poll_idle(cx) {
                Poll::Ready(idle) => idle?,
                // If there is no room, the end of the job wakes the task.
                Poll::Pending if count == 0 => return Poll::Pending,
                Poll::Pending => return Poll::Ready(Ok(count)),
            }
            if !self.write_buffer.is_empty() {
                self.write();
            }
        }
        Poll::Ready(Ok(count))
    }

    /// Submits a job that writes the accepted bytes. The value must be idle.
    fn write(&mut self) {
        let write_fns = self.write_fns.expect("bytes are accepted by `poll_write` only");
        let bytes = self.write_buffer.take_bytes();
        self.submit(Operation::Write(write_fns, bytes));
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
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let inner = self.get_mut().inner.get_mut();
        inner.write_fns.get_or_insert_with(WriteFns::new);
        inner.abandon_seek();
        loop {
            let idle = match inner.poll_idle(cx) {
                Poll::Ready(idle) => idle.map(|()| true)?,
                Poll::Pending => false,
            };
            inner.write_buffer.take_error()?;
            if slices.iter().all(|bytes| bytes.is_empty()) {
                return Poll::Ready(Ok(0));
            }
            if inner.needs_alignment() {
                ready!(inner.poll_modifiable(cx))?;
                continue;
            }
            let count = if idle {
                inner.write_buffer.reserve(slices, 1);
                let count = inner.write_buffer.accept(slices);
                inner.write();
                count
            } else {
                ready!(inner.poll_accept(cx, slices))?
            };
            if count > 0 {
                return Poll::Ready(Ok(count));
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let inner = self.get_mut().inner.get_mut();
        inner.abandon_seek();
        inner.poll_flushed(cx)
    }

    /// Flushes the value. It is closed when it is dropped, on the executor.
    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}
