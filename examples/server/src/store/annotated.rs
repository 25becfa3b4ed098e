//! The store with annotated methods.

use std::time::Duration;

use asyncify_runtime::{Unblock, asyncify};
use axum::body::BodyDataStream;
use futures::{AsyncWriteExt, Stream, StreamExt};

use super::Store;
use crate::upload::Upload;
use crate::{Database, Error, Note};

/// The database, through its annotated methods.
#[derive(Clone, Debug)]
pub struct Annotated(pub Database);

impl Store for Annotated {
    async fn add(&self, text: &str) -> Result<i64, Error> {
        self.0.add_async(text).await
    }

    async fn get(&self, id: i64) -> Result<Option<Note>, Error> {
        self.0.get_async(id).await
    }

    async fn report(&self, time: Duration) -> Result<u64, Error> {
        self.0.report_async(time).await
    }

    fn export(&self) -> impl Stream<Item = Result<Note, Error>> + Send + use<> {
        self.0.export_async()
    }

    async fn upload(&self, name: &str, mut body: BodyDataStream) -> Result<String, Error> {
        let pool = self.0.pool();
        let directory = self.0.directory();
        let upload = asyncify!(Upload::begin(&*directory, &*name)).executor(pool).await?;
        // The next part arrives while one is written and hashed.
        let mut upload = Unblock::with_executor(pool.clone(), upload);
        while let Some(part) = body.next().await {
            upload.write_all(&part.map_err(Error::Body)?).await?;
        }
        let upload = upload.into_inner().await.map_err(std::io::Error::from)?;
        asyncify!(Upload::finish(upload)).executor(pool).await
    }
}
