//! Limiters.

use asyncify_runtime::Limiter;
use asyncify_runtime::observe::Registry;
use asyncify_tests::{block_on, poll_once};

use crate::{record, rows};

#[test]
fn a_limiter_is_published_with_its_waiters() {
    let limiter = Limiter::new(3);
    let registry = Registry::new();
    registry.limiter("api", &limiter);
    let published = |expected: [u32; 4]| {
        let [limit, in_use, available, waiting] = expected;
        let recorded = record(&registry);
        recorded.assert(
            "limiter.permit.",
            [("limit", limit), ("in_use", in_use), ("available", available)],
        );
        recorded.assert("limiter.", [("waiting", waiting)]);
        let metrics = limiter.metrics();
        let counts = [metrics.limit, metrics.in_use, metrics.available, metrics.waiting];
        assert_eq!(counts.map(|count| u32::try_from(count).unwrap()), expected);
    };
    published([3, 0, 3, 0]);
    let first = block_on(limiter.acquire());
    published([3, 1, 2, 0]);
    // It needs more than there are, so these are reserved for it.
    let mut many = Box::pin(limiter.acquire_many(3));
    assert!(poll_once(&mut many).is_pending());
    published([3, 1, 0, 1]);
    drop(many);
    published([3, 1, 2, 0]);
    let second = limiter.try_acquire().unwrap();
    limiter.set_limit(1);
    published([1, 2, 0, 0]);
    drop(first);
    published([1, 1, 0, 0]);
    drop(second);
    published([1, 0, 1, 0]);
}

#[test]
fn a_limiter_that_is_dropped_is_published_no_more() {
    let limiter = Limiter::new(1);
    let registry = Registry::new();
    registry.limiter("short", &limiter);
    let permit = limiter.try_acquire().unwrap();
    drop(limiter);
    assert_eq!(record(&registry).get("limiter.permit.in_use"), 1.0, "the permit is a handle");
    drop(permit);
    assert_eq!(record(&registry).get("limiter.permit.in_use"), 0.0);
    assert!(rows(&registry).is_empty());
}

#[test]
fn a_limiter_without_a_limit_has_one_in_numbers() {
    let limiter = Limiter::new(usize::MAX);
    let _permit = limiter.try_acquire();
    assert_eq!((limiter.metrics().limit, limiter.metrics().in_use), (usize::MAX, 1));
}
