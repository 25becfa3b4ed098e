//! Where the value is: here, or away with the one job that uses it.

use std::io;
use std::mem;
use std::panic;
use std::task::{Context, Poll, ready};

use crate::call::Running;
use crate::parcel::Parcel;
use crate::task::JoinError;
use crate::venue::Venue;

pub(super) enum Whereabouts<T> {
    Here(Box<T>),
    Away(Running<'static, (Box<T>, Deed)>),
    /// In a panic, or with an executor that was shut down; or it was taken.
    Lost,
}

/// What a job did.
pub(super) enum Deed {
    Read(Vec<u8>, io::Result<usize>),
    Written(Vec<u8>, io::Result<()>),
    Flushed(io::Result<()>),
    Sought(io::SeekFrom, io::Result<u64>),
    /// The value is where its user is, or could not be brought there.
    Placed(io::Result<()>),
    /// What nobody has to be told.
    Other,
}

impl<T: Send + 'static> Whereabouts<T> {
    pub(super) fn is_away(&self) -> bool {
        matches!(self, Self::Away(_))
    }

    /// Ready when the value is here, with what its job has done.
    ///
    /// # Errors
    ///
    /// If it is lost.
    ///
    /// # Panics
    ///
    /// With the panic in which it was lost.
    pub(super) fn poll_here(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Deed>> {
        Poll::Ready(match self {
            Self::Here(_) => Ok(Deed::Other),
            Self::Lost => Err(lost()),
            Self::Away(job) => match ready!(job.poll_result(cx)) {
                Ok((value, deed)) => {
                    *self = Self::Here(value);
                    Ok(deed)
                }
                Err(error) => self.set(Err(Some(error))).map(|()| Deed::Other),
            },
        })
    }

    /// The value has come back, or has not.
    pub(super) fn set(&mut self, value: Result<Box<T>, Option<JoinError>>) -> io::Result<()> {
        *self = Self::Lost;
        match value {
            Ok(value) => *self = Self::Here(value),
            Err(None) => return Err(lost()),
            Err(Some(error)) => match error.try_into_panic() {
                Ok(payload) => panic::resume_unwind(payload),
                Err(error) => return Err(io::Error::other(error)),
            },
        }
        Ok(())
    }

    /// Sends the value away with a job.
    ///
    /// # Panics
    ///
    /// If the value is not here.
    pub(super) fn send(
        &mut self,
        venue: &Venue,
        job: impl FnOnce(&mut T) -> Deed + Send + 'static,
    ) {
        let value = self.take().expect("the caller has seen that the value is here");
        let parcel = Parcel::new(venue, value);
        let call = venue.call(move || {
            let mut value = parcel.open();
            let deed = job(&mut value);
            (value, deed)
        });
        *self = Self::Away(call.start());
    }

    /// The value, if it is here.
    pub(super) fn take(&mut self) -> Option<Box<T>> {
        match mem::replace(self, Self::Lost) {
            Self::Here(value) => Some(value),
            other => {
                *self = other;
                None
            }
        }
    }
}

/// What every operation says when there is no value.
pub(super) fn lost() -> io::Error {
    io::Error::other("the value was lost, in a panic or with the executor that had it")
}
