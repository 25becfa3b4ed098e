//! Values that are lent mutably to a body.
//!
//! A lent value is moved into the body, and the default value is left in its place. The value
//! returns through a slot that both sides share: the body's side stores it there when it is
//! dropped, and the caller's side takes it out when it is dropped. So the value also returns after
//! a panic, and if the call never ran. If the caller's side is dropped first, the value is dropped
//! with the slot.

#![allow(unsafe_code, reason = "`Send` that a constructor has checked")]
#![expect(clippy::must_use_candidate, reason = "generated code uses what these return")]

use std::sync::Arc;

use crate::__private::LendMut;
use crate::sync::{Mutex, MutexGuard};

/// The slot through which a value returns. No user code runs under the lock.
struct Slot<T>(Mutex<Option<T>>);

impl<T> Slot<T> {
    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn take(&self) -> Option<T> {
        self.lock().take()
    }
}

/// The caller's side: restores the value to its place when it is dropped.
pub struct LentSlot<'a, T> {
    place: &'a mut T,
    slot: Arc<Slot<T>>,
}

/// The body's side: owns the value while the body runs.
pub struct LentValue<T> {
    /// `None` only after the drop.
    value: Option<T>,
    slot: Arc<Slot<T>>,
}

// SAFETY: `LentSlot` is made only by `lent_slot` and `lent_slot_generic`, which require `T: Send`,
// the first through the supertrait of `LendMut`; and its fields are `Send` if `T` is.
unsafe impl<T> Send for LentSlot<'_, T> {}
// SAFETY: `LentValue` is made only from a `LentSlot`, so `T` is `Send`, and so are its fields.
unsafe impl<T> Send for LentValue<T> {}

/// Takes a value out of its place.
pub fn lent_slot<T: LendMut>(place: &mut T) -> LentSlot<'_, T> {
    LentSlot::new(place)
}

/// Takes a value of a generic type out of its place. The bounds are direct, so that rustc proposes
/// to add the missing one.
pub fn lent_slot_generic<T: Default + Send>(place: &mut T) -> LentSlot<'_, T> {
    LentSlot::new(place)
}

impl<'a, T> LentSlot<'a, T> {
    fn new(place: &'a mut T) -> Self
    where
        T: Default,
    {
        let value = std::mem::take(place);
        Self { place, slot: Arc::new(Slot(Mutex::new(Some(value)))) }
    }

    /// Takes the value out of the slot, for the body.
    pub fn take_value(&self) -> LentValue<T> {
        LentValue { value: self.slot.take(), slot: self.slot.clone() }
    }
}

impl<T> LentValue<T> {
    /// Returns the reference that the body expects.
    pub fn lend_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("the value is taken only on drop")
    }
}

impl<T> Drop for LentSlot<'_, T> {
    fn drop(&mut self) {
        // `None` while the body is still running: the default value stays.
        if let Some(value) = self.slot.take() {
            *self.place = value;
        }
    }
}

impl<T> Drop for LentValue<T> {
    fn drop(&mut self) {
        *self.slot.lock() = self.value.take();
    }
}
