//! How do I annotate the methods of a handle that many tasks share? Use `&self` if a clone of the
//! handle is cheap, and `self: Arc<Self>` if it cannot be cloned.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::{env, process};

use asyncify_runtime::sync_to_async;

// ANCHOR: notes
/// A directory with a file for each note. Each call uses a clone.
#[derive(Clone)]
struct Notes {
    directory: Arc<Path>,
}

#[sync_to_async]
impl Notes {
    fn save(&self, name: &str, text: &str) -> io::Result<()> {
        fs::write(self.path(name), text)
    }

    fn load(&self, name: &str) -> io::Result<String> {
        fs::read_to_string(self.path(name))
    }

    /// Does not block, so it stays sync.
    #[sync_to_async(skip)]
    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}
// ANCHOR_END: notes

// ANCHOR: journal
/// An open file, which cannot be cloned: callers share it in an `Arc`.
struct Journal {
    file: Mutex<File>,
}

impl Journal {
    #[sync_to_async]
    fn append(self: Arc<Self>, line: &str) -> io::Result<()> {
        let mut file = self.file.lock().map_err(|_| io::Error::other("a writer panicked"))?;
        writeln!(file, "{line}")?;
        file.sync_data()
    }
}
// ANCHOR_END: journal

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let directory = env::temp_dir().join(format!("asyncify-notes-{}", process::id()));
    fs::create_dir_all(&directory)?;
    let notes = Notes { directory: directory.as_path().into() };
    let journal = Arc::new(Journal { file: Mutex::new(File::create(directory.join("journal"))?) });

    let tasks: Vec<_> = ["milk", "bread", "tea"]
        .into_iter()
        .map(|name| {
            let (notes, journal) = (notes.clone(), journal.clone());
            tokio::spawn(async move {
                notes.save(name, &format!("buy {name}")).await?;
                journal.append(&format!("saved {name}")).await
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }

    println!("note: {}", notes.load("tea").await?);
    println!("journal: {} lines", notes.load("journal").await?.lines().count());
    fs::remove_dir_all(&directory)
}
