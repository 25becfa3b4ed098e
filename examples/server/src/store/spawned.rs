//! The store with handwritten `spawn_blocking` calls.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use axum::body::BodyDataStream;
use futures::{Stream, StreamExt, stream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::Store;
use crate::upload::Upload;
use crate::{Database, Error, Note};

/// The database, through tokio's `spawn_blocking`.
#[derive(Clone, Debug)]
pub struct Spawned {
    database: Database,
    reports: Arc<Semaphore>,
}

impl Spawned {
    /// Creates the store of a database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database, reports: Arc::new(Semaphore::new(2)) }
    }
}

const LONG: Duration = Duration::from_secs(5);
const LONGER: Duration = Duration::from_secs(30);

/// Runs `f` on a blocking thread, and resumes a panic of it here.
async fn run<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(f).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(payload) => std::panic::resume_unwind(payload),
            Err(error) => panic!("the runtime has shut down: {error}"),
        },
    }
}

fn too_late<T>(_: T) -> Error {
    Error::Call(asyncify_runtime::Error::Cancelled)
}

impl Store for Spawned {
    async fn add(&self, text: &str) -> Result<i64, Error> {
        let (database, text) = (self.database.clone(), text.to_owned());
        timeout(LONG, run(move || database.add(&text))).await.map_err(too_late)?
    }

    async fn get(&self, id: i64) -> Result<Option<Note>, Error> {
        let database = self.database.clone();
        timeout(LONG, run(move || database.get(id))).await.map_err(too_late)?
    }

    async fn report(&self, time: Duration) -> Result<u64, Error> {
        let database = self.database.clone();
        let limited = async {
            let permit = self.reports.clone().acquire_owned().await.map_err(too_late)?;
            run(move || {
                let _permit = permit;
                database.report(time)
            })
            .await
        };
        timeout(LONGER, limited).await.map_err(too_late)?
    }

    fn export(&self) -> impl Stream<Item = Result<Note, Error>> + Send + use<> {
        let database = self.database.clone();
        let (sender, receiver) = mpsc::channel(64);
        spawn_blocking(move || {
            for note in database.export() {
                if sender.blocking_send(note).is_err() {
                    return;
                }
            }
        });
        stream::unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)))
    }

    async fn upload(&self, name: &str, mut body: BodyDataStream) -> Result<String, Error> {
        let (directory, name) = (self.database.directory().to_owned(), name.to_owned());
        let mut upload = run(move || Upload::begin(&directory, &name)).await?;
        while let Some(part) = body.next().await {
            let part = part.map_err(Error::Body)?;
            upload = run(move || upload.write_all(&part).map(|()| upload)).await?;
        }
        run(move || upload.finish()).await
    }
}
