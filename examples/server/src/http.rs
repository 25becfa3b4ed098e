//! The routes.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use futures::StreamExt;

use crate::{Error, Store};

/// The lines of an export that are sent in one write.
const LINES: usize = 64;

pub(crate) fn routes<S: Store>(store: S) -> Router {
    Router::new()
        .route("/notes", post(add::<S>))
        .route("/notes/{id}", get(note::<S>))
        .route("/export", get(export::<S>))
        .route("/report/{milliseconds}", get(report::<S>))
        .route("/files/{name}", put(upload::<S>))
        .with_state(store)
}

async fn add<S: Store>(State(store): State<S>, text: String) -> Result<String, Error> {
    Ok(store.add(&text).await?.to_string())
}

async fn note<S: Store>(State(store): State<S>, Path(id): Path<i64>) -> Result<Response, Error> {
    Ok(match store.get(id).await? {
        Some(note) => note.text.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

async fn report<S: Store>(
    State(store): State<S>,
    Path(milliseconds): Path<u64>,
) -> Result<String, Error> {
    Ok(store.report(Duration::from_millis(milliseconds)).await?.to_string())
}

/// Sends a line for each note. An error in between aborts the response, which the client notices.
async fn export<S: Store>(State(store): State<S>) -> Body {
    let lines = store.export().ready_chunks(LINES).map(|notes| {
        let mut lines = String::new();
        for note in notes {
            let note = note?;
            lines += &format!("{}\t{}\n", note.id, note.text);
        }
        Ok::<_, Error>(lines)
    });
    Body::from_stream(lines)
}

async fn upload<S: Store>(
    State(store): State<S>,
    Path(name): Path<String>,
    body: Body,
) -> Result<String, Error> {
    store.upload(&name, body.into_data_stream()).await
}
