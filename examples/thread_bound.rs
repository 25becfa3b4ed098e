//! How do I use a value that may not leave its thread, such as one with an `Rc` in it, or the handle
//! of a library that minds?

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::{env, io};

use asyncify_runtime::{DedicatedThread, ThreadBound, ThreadBoundPool};

/// Not `Send`, like many a handle.
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
    // One value on one thread: calls queue for it.
    let thread = DedicatedThread::new("connection")?;
    let connection = ThreadBound::new(&thread, Connection::open).await?;
    connection.call(|connection| connection.add("tea")).await;
    println!("tea: {}", connection.call(|connection| connection.add("tea")).await);

    // Several of them, each for one caller at a time.
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
