//! The async runtime that the callers run on.

use crate::peers::Settings;
use serde::{Deserialize, Serialize};
use std::future::Future;
use tokio::runtime;

/// tokio's two kinds of runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum Flavor {
    /// One worker a core.
    MultiThread,
    /// Everything on the thread that called `block_on`.
    CurrentThread,
}

impl Flavor {
    /// Both.
    pub const ALL: [Self; 2] = [Self::MultiThread, Self::CurrentThread];

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MultiThread => "multi-thread",
            Self::CurrentThread => "current-thread",
        }
    }
}

/// A runtime of one flavor.
#[derive(Debug)]
pub struct Runtime {
    flavor: Flavor,
    runtime: runtime::Runtime,
}

impl Runtime {
    /// Makes one; the settings are those of its blocking pool.
    ///
    /// # Panics
    ///
    /// When the system refuses the threads.
    #[must_use]
    pub fn new(flavor: Flavor, settings: Settings) -> Self {
        let mut builder = match flavor {
            Flavor::MultiThread => runtime::Builder::new_multi_thread(),
            Flavor::CurrentThread => runtime::Builder::new_current_thread(),
        };
        builder.enable_time();
        if let Some(threads) = settings.threads {
            builder.max_blocking_threads(threads);
        }
        if let Some(time) = settings.keep_alive {
            builder.thread_keep_alive(time);
        }
        Self { flavor, runtime: builder.build().expect("a runtime can be made") }
    }

    /// Runs a future where a server's requests run: on a worker, if there are any.
    ///
    /// # Panics
    ///
    /// When the future does.
    pub fn run<F>(&self, future: F) -> F::Output
    where
        F: Future<Output: Send> + Send + 'static,
    {
        match self.flavor {
            Flavor::MultiThread => {
                self.runtime.block_on(self.runtime.spawn(future)).expect("the row does not panic")
            }
            Flavor::CurrentThread => self.runtime.block_on(future),
        }
    }
}
