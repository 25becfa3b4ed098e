//! `Read` as `AsyncRead` and `AsyncBufRead`.

use std::io::{self, IoSliceMut, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncBufRead, AsyncRead};

use super::buffer::Buffer;
use super::operation::Operation;
use super::{Inner, Unblock};

impl<T: Read + Send + 'static> Inner<T> {
    /// Ready when there are bytes to consume, of which the caller asks for `wanted`, or at the end.
    fn poll_input(&mut self, cx: &mut Context<'_>, wanted: usize) -> Poll<io::Result<()>> {
        self.abandon_seek();
        if self.seek.is_in_progress() {
            // The result of the seek decides which bytes come next.
            ready!(self.poll_idle(cx))?;
        }
        while self.read_buffer.bytes().is_empty() {
            if let Some(read_ahead) = self.read_buffer.advance() {
                if read_ahead && !self.value.is_busy() && self.write_buffer.is_empty() {
                    self.read(wanted);
                }
            } else if let Some(end) = self.read_buffer.take_end() {
                return Poll::Ready(end);
            } else if let Poll::Ready(filled) = self.poll_filled(cx) {
                self.read_buffer.deliver(filled);
            } else if self.value.is_busy() {
                ready!(self.poll_idle(cx))?;
            } else {
                // Bytes that were accepted before are written first.
                ready!(self.poll_drained(cx))?;
                self.read(wanted);
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Takes bytes from a job that reads and goes on, and lets it go on again.
    fn poll_filled(&mut self, cx: &mut Context<'_>) -> Poll<Buffer> {
        if let Some(storage) = self.read_buffer.take_storage() {
            self.value.pass_storage(storage);
        }
        if self.value.is_busy() { self.value.poll_filled(cx) } else { Poll::Pending }
    }

    fn read(&mut self, wanted: usize) {
        let buffer = self.read_buffer.start_read(wanted);
        self.submit(Operation::Read(Buffer::fill, buffer));
    }
}

impl<T: Read + Send + 'static> AsyncRead for Unblock<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        target: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_read_vectored(cx, &mut [IoSliceMut::new(target)])
    }

    fn poll_read_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        targets: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let wanted = targets.iter().map(|target| target.len()).sum();
        if wanted == 0 {
            return Poll::Ready(Ok(0));
        }
        let inner = self.get_mut().inner.get_mut();
        ready!(inner.poll_input(cx, wanted))?;
        let count = inner.read_buffer.bytes().read_vectored(targets)?;
        inner.read_buffer.consume(count);
        Poll::Ready(Ok(count))
    }
}

impl<T: Read + Send + 'static> AsyncBufRead for Unblock<T> {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let inner = self.get_mut().inner.get_mut();
        ready!(inner.poll_input(cx, 0))?;
        Poll::Ready(Ok(inner.read_buffer.bytes()))
    }

    fn consume(self: Pin<&mut Self>, count: usize) {
        let inner = self.get_mut().inner.get_mut();
        inner.abandon_seek();
        inner.read_buffer.consume(count);
    }
}
