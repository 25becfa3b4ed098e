//! Values that are away from their places while a body works on them.
//!
//! A value that is lent mutably moves into the body, and its default stands in for it. It comes
//! back by way of a slot that both sides share: the body's side puts it there when it ends or is
//! dropped, the caller's takes it out when it ends or is dropped. So it comes back after a panic,
//! and when the call never ran; and where the caller is gone first, it is freed with the slot.

#![allow(unsafe_code, reason = "`Send` that a constructor has checked")]
#![expect(clippy::must_use_candidate, reason = "generated code uses what these return")]

use std::sync::Arc;

use crate::__private::LendMut;
use crate::sync::{Mutex, MutexGuard};

/// Where a value is on its way. Nothing of the user's is run or dropped under the lock.
struct Slot<T>(Mutex<Option<T>>);

impl<T> Slot<T> {
    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn take(&self) -> Option<T> {
        self.lock().take()
    }
}

/// The caller's side: the place, which gets its value back when this is dropped.
pub struct Home<'a, T> {
    place: &'a mut T,
    slot: Arc<Slot<T>>,
}

/// The body's side: the value itself.
pub struct Away<T> {
    /// There until it is dropped.
    value: Option<T>,
    slot: Arc<Slot<T>>,
}

// SAFETY: `Home` is made only by `home` and `home_generic`, which ask `T: Send`, the first by way
// of the supertrait of `LendMut`; and what it holds is `Send` where `T` is.
unsafe impl<T> Send for Home<'_, T> {}
// SAFETY: `Away` is made only from a `Home`, and holds a `T` too.
unsafe impl<T> Send for Away<T> {}

/// Takes the value out of its place.
pub fn home<T: LendMut>(place: &mut T) -> Home<'_, T> {
    Home::new(place)
}

/// Takes a value of a generic type out of its place: rustc then proposes the bound it lacks.
pub fn home_generic<T: Default + Send>(place: &mut T) -> Home<'_, T> {
    Home::new(place)
}

impl<'a, T> Home<'a, T> {
    fn new(place: &'a mut T) -> Self
    where
        T: Default,
    {
        let value = std::mem::take(place);
        Self { place, slot: Arc::new(Slot(Mutex::new(Some(value)))) }
    }

    /// Hands the value over to the body.
    pub fn take_out(&self) -> Away<T> {
        Away { value: self.slot.take(), slot: self.slot.clone() }
    }
}

impl<T> Away<T> {
    /// The reference that the body was written for.
    pub fn lend_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("the value is there until this is dropped")
    }
}

impl<T> Drop for Home<'_, T> {
    fn drop(&mut self) {
        // None where the body still runs: the default stays.
        if let Some(value) = self.slot.take() {
            *self.place = value;
        }
    }
}

impl<T> Drop for Away<T> {
    fn drop(&mut self) {
        *self.slot.lock() = self.value.take();
    }
}
