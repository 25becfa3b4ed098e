//! rusqlite: one connection on a thread of its own, whose queries end when their callers give up.
//! The argument is the database file.

use std::time::Duration;

use asyncify_runtime::{DedicatedThread, ThreadBound, is_cancelled};
use rusqlite::{Connection, params};

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn open(path: String) -> Result<ThreadBound<Connection>, Failure> {
    let thread = DedicatedThread::new("database")?;
    let connection = ThreadBound::new(&thread, move || {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE IF NOT EXISTS samples (time INTEGER, value REAL);",
        )?;
        // Asked after every 1000 instructions of SQLite: `true` interrupts the query.
        connection.progress_handler(1_000, Some(is_cancelled))?;
        Ok::<_, rusqlite::Error>(connection)
    });
    Ok(connection.await?)
}

/// Inserts all samples in one transaction: one call, and one write to the disk.
fn insert(connection: &mut Connection, samples: &[(i64, f64)]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare_cached("INSERT INTO samples VALUES (?1, ?2)")?;
        for (time, value) in samples {
            insert.execute(params![time, value])?;
        }
    }
    transaction.commit()
}

fn mean(connection: &mut Connection) -> rusqlite::Result<f64> {
    connection.query_row("SELECT avg(value) FROM samples", [], |row| row.get(0))
}

/// Counts for ever.
fn endless(connection: &mut Connection) -> rusqlite::Result<i64> {
    let query =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    connection.query_row(query, [], |row| row.get(0))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let path = std::env::args().nth(1).ok_or("which database file?")?;
    let database = open(path).await?;

    let samples: Vec<_> = (0..10_000).map(|time| (time, f64::from(time as i32 % 100))).collect();
    database.call(move |connection| insert(connection, &samples)).await?;
    println!("mean: {}", database.call(mean).await?);

    let result = database.call(endless).timeout(Duration::from_millis(200)).await;
    println!("endless: {}", result.expect_err("it has no end"));
    // The query was interrupted, so the thread is free again.
    println!("mean: {}", database.call(mean).await?);
    database.close().await;
    Ok(())
}
