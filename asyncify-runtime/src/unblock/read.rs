//! `Read` as `AsyncRead` and `AsyncBufRead`.

use std::io::{self, ErrorKind, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncBufRead, AsyncRead};

use super::Unblock;
use super::whereabouts::Deed;

impl<T: Read + Send + 'static> Unblock<T> {
    /// Ready when there is something to consume, or the end.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
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
        let mut storage = self.input.storage();
        self.send(move |value| {
            let result = loop {
                match value.read(&mut storage) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    result => break result,
                }
            };
            Deed::Read(storage, result)
        });
    }
}

impl<T: Read + Send + 'static> AsyncRead for Unblock<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        target: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if target.is_empty() {
            return Poll::Ready(Ok(0));
        }
        ready!(self.poll_input(cx))?;
        let bytes = self.input.bytes();
        let count = bytes.len().min(target.len());
        target[..count].copy_from_slice(&bytes[..count]);
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
        self.input.consume(count);
    }
}
