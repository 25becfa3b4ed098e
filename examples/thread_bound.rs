//! How do I use a value that must stay on its thread, such as one with an `Rc`, or a handle of a
//! library with thread-local state?

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::{env, io};

use asyncify_runtime::{DedicatedThread, ThreadBound, ThreadBoundPool};

/// Not `Send`, like many handles of C libraries.
struct Connection {
    directory: PathBuf,
    rows: Rc<RefCell<BTreeMap<PathBuf, u32>>>,
}

impl Connection {
    fn open() -> io::Result<Self> {
        Ok(Self { directory: env::current_dir()?, rows: Rc::default() })
    }

    fn add(&mut self, key: &str) -> u32 {
        let mut rows = self.rows.borrow_mut();
        let count = rows.entry(self.directory.join(key)).or_default();
        *count += 1;
        *count
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    // ANCHOR: value
    // One value on one thread, which runs one call at a time.
    let thread = DedicatedThread::new("connection")?;
    let connection = ThreadBound::new(&thread, Connection::open).await?;
    connection.call(|connection| connection.add("tea")).await;
    println!("tea: {}", connection.call(|connection| connection.add("tea")).await);
    // ANCHOR_END: value

    // Several values, each used by one caller at a time.
    let mut connections = vec![connection];
    for _ in 1..4 {
        let thread = DedicatedThread::new("connection")?;
        connections.push(ThreadBound::new(&thread, Connection::open).await?);
    }
    let pool = ThreadBoundPool::new(connections);
    let callers = (0..100).map(|caller| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let mine = pool.checkout().await;
            let key = format!("caller {caller}");
            mine.call(move |connection| connection.add(&key)).await
        })
    });
    let added = futures::future::try_join_all(callers).await.map_err(io::Error::other)?;
    println!("{} callers on {} connections", added.len(), pool.available());
    Ok(())
}
