//! A web server in front of SQLite: notes, an export, uploads and reports.
//!
//! [`Database`] is plain blocking code with annotations. [`Annotated`] is the server's store on top
//! of it; [`Spawned`] is the same store as one writes it by hand with tokio's `spawn_blocking`.
//! [`serve`] puts either of them on a socket, with [`Metrics`] for Prometheus.

pub mod client;
mod database;
mod error;
mod http;
mod metrics;
mod store;
mod upload;

use std::io;

use tokio::net::TcpListener;

pub use crate::database::{Database, Note};
pub use crate::error::Error;
pub use crate::metrics::Metrics;
pub use crate::store::{Annotated, Spawned, Store};

/// Answers requests until `stop` is ready, and then those that were accepted.
///
/// # Errors
///
/// When the socket fails.
pub async fn serve<S: Store>(
    listener: TcpListener,
    store: S,
    metrics: Option<Metrics>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let metrics = metrics.map(Metrics::routes).unwrap_or_default();
    axum::serve(listener, http::routes(store).merge(metrics)).with_graceful_shutdown(stop).await
}
