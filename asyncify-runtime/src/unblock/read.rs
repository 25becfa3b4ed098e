//! `Read` as `AsyncRead` and `AsyncBufRead`.

use std::io::{self, IoSliceMut, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncBufRead, AsyncRead};

use super::Unblock;
use super::operation::Operation;

/// How to read from a value whose type is not known to be `Read`.
pub(super) struct ReadFn<T>(fn(&mut T, &mut [u8]) -> io::Result<usize>);

impl<T> ReadFn<T> {
    pub(super) fn read(&self, value: &mut T, target: &mut [u8]) -> io::Result<usize> {
        (self.0)(value, target)
    }
}

impl<T: Read + Send + 'static> Unblock<T> {
    /// Ready when there are bytes to consume, or at the end.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.abandon_seek();
        if self.seek.is_in_progress() {
            // The result of the seek decides which bytes come next.
            ready!(self.poll_idle(cx))?;
        }
        while self.read_buffer.bytes().is_empty() {
            if let Some(read_ahead) = self.read_buffer.advance() {
                if read_ahead && !self.value.is_busy() && self.write_buffer.is_empty() {
                    self.read();
                }
            } else if let Some(end) = self.read_buffer.take_end() {
                return Poll::Ready(end);
            } else if self.value.is_busy() {
                ready!(self.poll_idle(cx))?;
            } else {
                // Bytes that were accepted before are written first.
                ready!(self.poll_drained(cx))?;
                self.read();
            }
        }
        Poll::Ready(Ok(()))
    }

    fn read(&mut self) {
        let storage = self.read_buffer.take_storage();
        self.submit(Operation::Read(ReadFn(T::read), storage));
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
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        targets: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        if targets.iter().all(|target| target.is_empty()) {
            return Poll::Ready(Ok(0));
        }
        ready!(self.poll_input(cx))?;
        let count = self.read_buffer.bytes().read_vectored(targets)?;
        self.read_buffer.consume(count);
        Poll::Ready(Ok(count))
    }
}

impl<T: Read + Send + 'static> AsyncBufRead for Unblock<T> {
    fn poll_fill_buf(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        ready!(self.poll_input(cx))?;
        Poll::Ready(Ok(self.get_mut().read_buffer.bytes()))
    }

    fn consume(mut self: Pin<&mut Self>, count: usize) {
        self.abandon_seek();
        self.read_buffer.consume(count);
    }
}
