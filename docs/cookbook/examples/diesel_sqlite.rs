//! Diesel with SQLite: a pool of connections behind async methods. The argument is the database
//! file.

use asyncify_runtime::{Limiter, sync_to_async};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error, Pool};
use futures::future::try_join_all;

type Failure = Box<dyn std::error::Error + Send + Sync>;

diesel::table! {
    accounts (name) {
        name -> Text,
        cents -> BigInt,
    }
}

/// A clone is a handle to the same connections.
#[derive(Clone)]
struct Bank {
    connections: Pool<ConnectionManager<SqliteConnection>>,
    limiter: Limiter,
}

/// Prepares each new connection.
#[derive(Debug)]
struct Pragmas;

impl CustomizeConnection<SqliteConnection, Error> for Pragmas {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), Error> {
        let pragmas = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL;";
        connection.batch_execute(pragmas).map_err(Error::QueryError)
    }
}

impl Bank {
    #[sync_to_async]
    fn open(path: &str) -> Result<Self, Failure> {
        let manager = ConnectionManager::new(path);
        let customizer = Box::new(Pragmas);
        let connections =
            Pool::builder().max_size(4).connection_customizer(customizer).build(manager)?;
        connections.get()?.batch_execute(
            "CREATE TABLE IF NOT EXISTS accounts (name TEXT PRIMARY KEY, cents BIGINT NOT NULL)",
        )?;
        // One permit for each connection: callers wait here, without a thread.
        Ok(Self { connections, limiter: Limiter::new(4) })
    }
}

#[sync_to_async(limiter = &self.limiter, timeout = "30s")]
impl Bank {
    fn deposit(&self, name: &str, cents: i64) -> Result<(), Failure> {
        diesel::insert_into(accounts::table)
            .values((accounts::name.eq(name), accounts::cents.eq(cents)))
            .on_conflict(accounts::name)
            .do_update()
            .set(accounts::cents.eq(accounts::cents + cents))
            .execute(&mut self.connections.get()?)?;
        Ok(())
    }

    /// One call is one transaction.
    fn transfer(&self, from: &str, to: &str, cents: i64) -> Result<(), Failure> {
        self.connections.get()?.immediate_transaction(|connection| {
            let covered = accounts::name.eq(from).and(accounts::cents.ge(cents));
            let taken = diesel::update(accounts::table.filter(covered))
                .set(accounts::cents.eq(accounts::cents - cents))
                .execute(connection)?;
            let given = diesel::update(accounts::table.find(to))
                .set(accounts::cents.eq(accounts::cents + cents))
                .execute(connection)?;
            // An error rolls the transaction back.
            if (taken, given) == (1, 1) { Ok(()) } else { Err("refused".into()) }
        })
    }

    fn balances(&self) -> Result<Vec<(String, i64)>, Failure> {
        let accounts = accounts::table.order(accounts::name);
        Ok(accounts.load(&mut self.connections.get()?)?)
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let path = std::env::args().nth(1).ok_or("which database file?")?;
    let bank = Bank::open(&path).await?;
    bank.deposit("ann", 1_000).await?;
    bank.deposit("ben", 0).await?;

    // Twenty callers, on four connections.
    try_join_all((0..20).map(|_| bank.transfer("ann", "ben", 30))).await?;
    let result = bank.transfer("ann", "ben", 500).await;
    println!("500 more: {}", result.expect_err("there are only 400"));
    for (name, cents) in bank.balances().await? {
        println!("{name}: {cents}");
    }
    Ok(())
}
