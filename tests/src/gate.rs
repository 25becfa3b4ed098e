//! Where bodies wait until a test lets them go on.

use std::sync::{Arc, Condvar, Mutex};

use crate::FOREVER;

/// A gate that is closed until it is opened, once and for all.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    open: bool,
    arrived: usize,
}

impl Gate {
    /// Makes a closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Arrives at the gate, and waits until it is open.
    pub fn pass(&self) {
        self.update(|state| state.arrived += 1);
        self.wait_until("the gate is opened", |state| state.open);
    }

    /// A body that passes, and does nothing else.
    pub fn body(&self) -> impl FnOnce() + Send + use<> {
        let gate = self.clone();
        move || gate.pass()
    }

    /// Lets everybody through.
    pub fn open(&self) {
        self.update(|state| state.open = true);
    }

    /// Waits until so many have arrived in all.
    pub fn wait_for(&self, arrivals: usize) {
        self.wait_until("all have arrived", |state| state.arrived >= arrivals);
    }

    /// How many have arrived in all.
    #[must_use]
    pub fn arrived(&self) -> usize {
        self.0.state.lock().unwrap().arrived
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.state.lock().unwrap());
        self.0.changed.notify_all();
    }

    fn wait_until(&self, what: &str, done: impl Fn(&State) -> bool) {
        let state = self.0.state.lock().unwrap();
        let (state, timeout) =
            self.0.changed.wait_timeout_while(state, FOREVER, |state| !done(state)).unwrap();
        drop(state);
        assert!(!timeout.timed_out(), "waited too long until {what}");
    }
}
