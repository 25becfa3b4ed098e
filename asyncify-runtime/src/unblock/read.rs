//! `Read` as `AsyncRead` and `AsyncBufRead`.

use std::io::{self, IoSliceMut, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncBufRead, AsyncRead};

use super::Unblock;
use super::operation::Operation;

/// How a value reads.
pub(super) struct Reader<T>(fn(&mut T, &mut [u8]) -> io::Result<usize>);

impl<T> Reader<T> {
    pub(super) fn read(&self, value: &mut T, target: &mut [u8]) -> io::Result<usize> {
        (self.0)(value, target)
    }
}

impl<T: Read + Send + 'static> Unblock<T> {
    /// Ready when there is something to consume, or the end.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.give_up_seek();
        if self.seek.is_under_way() {
            // Only its end tells what comes next.
            ready!(self.poll_here(cx))?;
        }
        while self.input.bytes().is_empty() {
            if let Some(reads_on) = self.input.advance() {
                if reads_on && !self.value.is_away() && self.output.is_empty() {
                    self.read();
                }
            } else if let Some(end) = self.input.take_end() {
                return Poll::Ready(end);
            } else if self.value.is_away() {
                ready!(self.poll_here(cx))?;
            } else {
                // What was written comes before what is read.
                ready!(self.poll_drained(cx))?;
                self.read();
            }
        }
        Poll::Ready(Ok(()))
    }

    fn read(&mut self) {
        let storage = self.input.storage();
        self.send(Operation::Read(Reader(T::read), storage));
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
        let count = self.input.bytes().read_vectored(targets)?;
        self.input.consume(count);
        Poll::Ready(Ok(count))
    }
}

impl<T: Read + Send + 'static> AsyncBufRead for Unblock<T> {
    fn poll_fill_buf(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        ready!(self.poll_input(cx))?;
        Poll::Ready(Ok(self.get_mut().input.bytes()))
    }

    fn consume(mut self: Pin<&mut Self>, count: usize) {
        self.give_up_seek();
        self.input.consume(count);
    }
}
