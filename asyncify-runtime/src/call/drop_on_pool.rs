//! A value on its way to a job.

use crate::call::Venue;
use crate::util::drop_quietly;

/// Takes care that the value is dropped on a blocking thread, whatever becomes of the job that has it:
/// a file, or an iterator over one, may block when it is closed. [`Venue::start_guaranteed`] says which
/// thread that is where the queue is full or the executor shut down.
pub(crate) struct Parcel<T: Send + 'static> {
    value: Option<Box<T>>,
    venue: Venue,
}

impl<T: Send + 'static> Parcel<T> {
    pub(crate) fn new(venue: &Venue, value: Box<T>) -> Self {
        Self { value: Some(value), venue: venue.clone() }
    }

    /// The value, where it was sent to.
    #[expect(clippy::unnecessary_box_returns, reason = "the value stays where it is")]
    pub(crate) fn open(mut self) -> Box<T> {
        self.value.take().expect("a parcel has its value until it is opened")
    }
}

impl<T: Send + 'static> Drop for Parcel<T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take().filter(|_| std::mem::needs_drop::<T>()) {
            self.venue.start_guaranteed(move || drop_quietly(value));
        }
    }
}
