//! The database: plain blocking code with annotations.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use asyncify_runtime::{
    BlockingPool, DedicatedThread, Shutdown, check_cancelled, is_cancelled, sync_to_async,
};
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use crate::Error;

/// The rows that an export reads at a time.
const PAGE: i64 = 500;

/// A row of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its number.
    pub id: i64,
    /// Its text.
    pub text: String,
}

/// A handle to the database. It is cheap to clone, and each call uses a clone.
#[derive(Clone, Debug)]
pub struct Database {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    directory: PathBuf,
    pool: BlockingPool,
    /// SQLite has one writer at a time, so one thread is enough to write.
    writes: DedicatedThread,
    writer: Mutex<Connection>,
    /// Idle connections.
    readers: Mutex<Vec<Connection>>,
    reports: AtomicUsize,
}

#[sync_to_async(executor = &self.shared.pool, suffix = "_async")]
impl Database {
    /// Opens the database in `directory`, and creates it if there is none.
    ///
    /// # Errors
    ///
    /// If it can be neither opened nor created.
    #[sync_to_async(skip)]
    pub fn open(directory: &Path) -> Result<Self, Error> {
        let pool = BlockingPool::builder().name("database").build()?;
        let writer = connect(directory)?;
        writer.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = NORMAL;
             CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);",
        )?;
        let shared = Shared {
            directory: directory.to_owned(),
            pool,
            writes: DedicatedThread::new("writes")?,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            reports: AtomicUsize::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Adds a note, and returns its number. One at a time, on one thread.
    ///
    /// # Errors
    ///
    /// Errors of SQLite, or after five seconds.
    #[sync_to_async(executor = &self.shared.writes, timeout = "5s")]
    pub fn add(&self, text: &str) -> Result<i64, Error> {
        let writer = self.writer();
        writer.prepare_cached("INSERT INTO notes (text) VALUES (?1)")?.execute(params![text])?;
        Ok(writer.last_insert_rowid())
    }

    /// Returns the note with this number. Eight at a time, each with its own connection.
    ///
    /// # Errors
    ///
    /// Errors of SQLite, or after five seconds.
    #[sync_to_async(limit = 8, timeout = "5s")]
    pub fn get(&self, id: i64) -> Result<Option<Note>, Error> {
        let reader = self.reader()?;
        let mut query = reader.prepare_cached("SELECT text FROM notes WHERE id = ?1")?;
        let text = query.query_row(params![id], |row| row.get(0)).optional()?;
        Ok(text.map(|text| Note { id, text }))
    }

    /// Returns all notes in order. They are read in pages, so that a slow client holds no
    /// connection.
    #[sync_to_async(stream)]
    pub fn export(&self) -> impl Iterator<Item = Result<Note, Error>> + use<> {
        Export { database: self.clone(), page: Vec::new().into_iter(), last: 0 }
    }

    /// Computes for the given time, and returns how far it came. Two at a time; it stops early when
    /// the client disconnects.
    ///
    /// # Errors
    ///
    /// Errors of SQLite, after half a minute, or when the client disconnects.
    #[sync_to_async(limit = 2, timeout = "30s")]
    pub fn report(&self, time: Duration) -> Result<u64, Error> {
        self.shared.reports.fetch_add(1, Ordering::Relaxed);
        let reader = self.reader()?;
        let start = Instant::now();
        let steps = Arc::new(AtomicUsize::new(0));
        let counter = steps.clone();
        let is_over = move || {
            counter.fetch_add(1, Ordering::Relaxed);
            is_cancelled() || start.elapsed() >= time
        };
        reader.progress_handler(10_000, Some(is_over));
        let endless = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n)
                       SELECT max(x) FROM n";
        let result = reader.query_row(endless, [], |row| row.get::<_, u64>(0));
        reader.progress_handler(0, None::<fn() -> bool>);
        check_cancelled()?;
        match result {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                Ok(steps.load(Ordering::Relaxed) as u64)
            }
            result => Ok(result?),
        }
    }

    /// The number of reports that have started.
    #[must_use]
    #[sync_to_async(skip)]
    pub fn reports_begun(&self) -> usize {
        self.shared.reports.load(Ordering::Relaxed)
    }

    /// The thread of the writes.
    #[sync_to_async(skip)]
    #[must_use]
    pub fn writes(&self) -> &DedicatedThread {
        &self.shared.writes
    }

    /// The pool of the reads and reports.
    #[must_use]
    #[sync_to_async(skip)]
    pub fn pool(&self) -> &BlockingPool {
        &self.shared.pool
    }

    /// The directory of the database and the uploads.
    #[must_use]
    #[sync_to_async(skip)]
    pub fn directory(&self) -> &Path {
        &self.shared.directory
    }

    /// Waits for running calls, and ends the threads.
    #[sync_to_async(skip)]
    pub async fn close(&self) {
        self.shared.pool.shutdown(Shutdown::Drain).await;
    }

    #[sync_to_async(skip)]
    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.shared.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[sync_to_async(skip)]
    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.shared.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[sync_to_async(skip)]
    fn reader(&self) -> Result<Reader<'_>, Error> {
        let idle = self.readers().pop();
        let connection = idle.map_or_else(|| connect(&self.shared.directory), Ok)?;
        Ok(Reader { database: self, connection: Some(connection) })
    }
}

fn connect(directory: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(directory.join("notes.sqlite"))?;
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

/// A connection that is returned to the idle ones when it is dropped.
struct Reader<'a> {
    database: &'a Database,
    /// `None` only during the drop.
    connection: Option<Connection>,
}

impl Deref for Reader<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a reader has its connection until it is dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.database.readers().extend(self.connection.take());
    }
}

/// The notes, read in pages.
struct Export {
    database: Database,
    page: std::vec::IntoIter<Note>,
    last: i64,
}

impl Export {
    fn next_page(&self) -> Result<Vec<Note>, Error> {
        let reader = self.database.reader()?;
        let mut query = reader
            .prepare_cached("SELECT id, text FROM notes WHERE id > ?1 ORDER BY id LIMIT ?2")?;
        let rows = query.query_map(params![self.last, PAGE], |row| {
            Ok(Note { id: row.get(0)?, text: row.get(1)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Iterator for Export {
    type Item = Result<Note, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0 {
            match self.next_page() {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => {
                    // The next page would fail as well.
                    self.last = i64::MAX;
                    return Some(Err(error));
                }
            }
        }
        let note = self.page.next()?;
        self.last = note.id;
        Some(Ok(note))
    }
}
