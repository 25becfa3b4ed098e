//! One connection, which the tasks share.

use asyncify_adoption::Loads;
use tokio_rusqlite::{Connection, params, rusqlite};

async fn connect() -> Connection {
    let connection = Connection::open_in_memory().await.unwrap();
    let filled = connection.call(|connection| -> rusqlite::Result<()> {
        connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)", [])?;
        let mut insert = connection.prepare("INSERT INTO item (name) VALUES (?1)")?;
        for number in 0..100 {
            insert.execute(params![format!("number {number}")])?;
        }
        Ok(())
    });
    filled.await.unwrap();
    connection
}

fn main() {
    let mut loads = Loads::from_args();
    loads.load("one row", async {
        let connection = connect().await;
        move |task: usize, number: usize| {
            let connection = connection.clone();
            async move {
                let id = i64::try_from((task + number) % 100 + 1).unwrap();
                let name = connection.call(move |connection| -> rusqlite::Result<String> {
                    let mut select =
                        connection.prepare_cached("SELECT name FROM item WHERE id = ?1")?;
                    select.query_row([id], |row| row.get(0))
                });
                assert_eq!(name.await.unwrap(), format!("number {}", id - 1));
            }
        }
    });
    loads.load("100 rows", async {
        let connection = connect().await;
        move |_, _| {
            let connection = connection.clone();
            async move {
                let names = connection.call(|connection| -> rusqlite::Result<Vec<String>> {
                    let mut select = connection.prepare_cached("SELECT name FROM item")?;
                    let names = select.query_map([], |row| row.get(0))?;
                    names.collect()
                });
                assert_eq!(names.await.unwrap().len(), 100);
            }
        }
    });
}
