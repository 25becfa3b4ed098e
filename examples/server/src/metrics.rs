//! The page of metrics, for Prometheus.

use asyncify_runtime::observe::Registry;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

use crate::Database;

/// What the server publishes at `/metrics`.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    prometheus: PrometheusHandle,
}

// ANCHOR: metrics
impl Metrics {
    /// Makes Prometheus the recorder of the program, and registers the threads of the database.
    ///
    /// # Errors
    ///
    /// If the program has a recorder.
    pub fn install(database: &Database) -> Result<Self, BuildError> {
        let registry = Registry::new();
        registry.pool("database", database.pool()).dedicated_thread("writes", database.writes());
        Ok(Self { registry, prometheus: PrometheusBuilder::new().install_recorder()? })
    }

    pub(crate) fn routes(self) -> Router {
        let page = async move || {
            self.registry.record();
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], self.prometheus.render())
        };
        Router::new().route("/metrics", get(page))
    }
}
// ANCHOR_END: metrics

impl Metrics {
    /// The names of what is published.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}
