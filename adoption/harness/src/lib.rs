//! The common part of the loads: a load is a set of requests, which tasks repeat for some time.
//!
//! A program of loads runs one of them, so that the peak memory is that of this load alone:
//! `PROGRAM NAME TASKS SECONDS` prints one line of JSON. Without arguments it prints the names.
//! `adoption/run` builds each program with the published crate and with the patched one, and runs
//! both in turns.

#![forbid(unsafe_code)]

mod measure;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime;

/// The loads of a program. At most one of them runs: the one that the command line names.
pub struct Loads {
    selected: Option<Selected>,
    directory: PathBuf,
}

struct Selected {
    name: String,
    tasks: usize,
    duration: Duration,
}

impl Loads {
    /// Reads the command line.
    ///
    /// # Panics
    ///
    /// Panics if the arguments are neither absent nor `NAME TASKS SECONDS`, or if no directory can
    /// be created.
    #[must_use]
    pub fn from_args() -> Self {
        let arguments: Vec<String> = env::args().skip(1).collect();
        let selected = match arguments.as_slice() {
            [] => None,
            [name, tasks, seconds] => Some(Selected {
                name: name.clone(),
                tasks: tasks.parse().expect("TASKS is a number"),
                duration: Duration::from_secs_f64(seconds.parse().expect("SECONDS is a number")),
            }),
            _ => panic!("usage: [NAME TASKS SECONDS]"),
        };
        let directory = env::temp_dir().join(format!("asyncify-adoption-{}", process::id()));
        fs::create_dir_all(&directory).expect("the directory for temporary files is writable");
        Self { selected, directory }
    }

    /// An empty directory, removed at the end.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Adds a load: `setup` returns the function that makes the next request of a task, from the
    /// number of the task and that of the request.
    ///
    /// # Panics
    ///
    /// Panics if the setup or a request does, which ends the program.
    pub fn load<F, R>(&mut self, name: &str, setup: impl Future<Output = F>)
    where
        F: Fn(usize, usize) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let Some(selected) = &self.selected else {
            println!("{name}");
            return;
        };
        if selected.name != name {
            return;
        }
        let runtime = runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime can be started");
        let request = Arc::new(runtime.block_on(setup));
        println!("{}", measure::run(&runtime, &request, selected.tasks, selected.duration));
    }
}

impl Drop for Loads {
    fn drop(&mut self) {
        // What is left in the directory for temporary files does no harm.
        let _ = fs::remove_dir_all(&self.directory);
    }
}
