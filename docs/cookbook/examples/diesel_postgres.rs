//! Diesel with PostgreSQL: a time-out that also ends the statement. The argument is the database's
//! URL.

use asyncify_runtime::{Error, Limiter, sync_to_async};
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::r2d2::{self, ConnectionManager, CustomizeConnection, Pool};
use diesel::sql_types::Integer;
use futures::future::try_join_all;

type Failure = Box<dyn std::error::Error + Send + Sync>;

diesel::table! {
    visits (id) {
        id -> Integer,
        page -> Text,
    }
}

/// A clone is a handle to the same connections.
#[derive(Clone)]
struct Visits {
    connections: Pool<ConnectionManager<PgConnection>>,
    limiter: Limiter,
}

/// Prepares each new connection.
#[derive(Debug)]
struct StatementTimeout;

impl CustomizeConnection<PgConnection, r2d2::Error> for StatementTimeout {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), r2d2::Error> {
        // The server ends a statement whose caller has given up.
        let set = "SET statement_timeout = '1s'";
        connection.batch_execute(set).map_err(r2d2::Error::QueryError)
    }
}

impl Visits {
    #[sync_to_async]
    fn connect(url: &str) -> Result<Self, Failure> {
        let customizer = Box::new(StatementTimeout);
        let connections = Pool::builder()
            .max_size(2)
            .connection_customizer(customizer)
            .build(ConnectionManager::new(url))?;
        connections.get()?.batch_execute(
            "CREATE TABLE IF NOT EXISTS visits (id SERIAL PRIMARY KEY, page TEXT NOT NULL)",
        )?;
        Ok(Self { connections, limiter: Limiter::new(2) })
    }
}

#[sync_to_async(limiter = &self.limiter)]
impl Visits {
    #[sync_to_async(timeout = "60s")]
    fn add(&self, page: &str) -> Result<(), Failure> {
        diesel::insert_into(visits::table)
            .values(visits::page.eq(page))
            .execute(&mut self.connections.get()?)?;
        Ok(())
    }

    #[sync_to_async(timeout = "60s")]
    fn count(&self) -> Result<i64, Failure> {
        Ok(visits::table.count().get_result(&mut self.connections.get()?)?)
    }

    /// Takes an hour, but its caller has 200 ms.
    #[sync_to_async(timeout = "200ms")]
    fn report(&self) -> Result<i32, Failure> {
        let slow = diesel::select(sql::<Integer>("1 FROM pg_sleep(3600)"));
        Ok(slow.get_result(&mut self.connections.get()?)?)
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let url = std::env::args().nth(1).ok_or("which database?")?;
    let visits = Visits::connect(&url).await?;

    let reports = futures::future::join_all((0..2).map(|_| visits.report())).await;
    for error in reports.into_iter().filter_map(Result::err) {
        println!(
            "a report: timed out: {}",
            matches!(error.downcast_ref(), Some(Error::TimedOut { .. }))
        );
    }
    // These wait for the permits of the reports, until the server has ended both statements.
    try_join_all((0..50).map(|_| visits.add("/index"))).await?;
    println!("{} visits", visits.count().await?);
    Ok(())
}
