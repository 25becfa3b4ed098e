//! The metrics of a limiter.

/// Counts of a [`Limiter`](super::Limiter) at one moment, from
/// [`Limiter::metrics`](super::Limiter::metrics).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimiterMetrics {
    /// The limit.
    pub limit: usize,
    /// Permits in use. More than the limit after the limit was lowered.
    pub in_use: usize,
    /// Permits that are available. Those that are reserved for a waiter are not.
    pub available: usize,
    /// Callers that wait for a permit.
    pub waiting: usize,
}
