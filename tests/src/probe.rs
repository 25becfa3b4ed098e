//! A value that says when and where it died.

use std::sync::mpsc;
use std::thread::{self, ThreadId};

use crate::FOREVER;

/// Tells its [`Fate`] on which thread it is dropped. Neither `Clone` nor `Copy`.
#[derive(Debug)]
pub struct Probe(mpsc::Sender<ThreadId>);

/// What became of a [`Probe`].
#[derive(Debug)]
pub struct Fate(mpsc::Receiver<ThreadId>);

/// Makes a probe and what hears of its end.
#[must_use]
pub fn probe() -> (Probe, Fate) {
    let (sender, receiver) = mpsc::channel();
    (Probe(sender), Fate(receiver))
}

impl Drop for Probe {
    fn drop(&mut self) {
        // A test that has ended does not ask.
        let _ = self.0.send(thread::current().id());
    }
}

impl Fate {
    /// The thread on which the probe died, waiting for that.
    #[must_use]
    pub fn wait(&self) -> ThreadId {
        self.0.recv_timeout(FOREVER).expect("the probe is never dropped")
    }

    /// The thread on which the probe died, if it has, once.
    #[must_use]
    pub fn now(&self) -> Option<ThreadId> {
        self.0.try_recv().ok()
    }
}
