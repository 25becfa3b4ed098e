//! Single operations, to compare two versions of the code; `compare` has the published figures.
#![allow(missing_docs, reason = "the macros of Criterion write functions without")]

use asyncify_runtime::{Watchdog, asyncify, is_cancelled, spawn_blocking, sync_to_async};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use tokio::runtime::{Builder, Handle};

#[sync_to_async]
fn empty() {
    black_box(());
}

fn calls(c: &mut Criterion) {
    let runtime = Builder::new_current_thread().build().expect("a runtime can be made");
    let mut group = c.benchmark_group("call");
    group.bench_function("annotated", |b| b.to_async(&runtime).iter(empty));
    group.bench_function("inline", |b| {
        b.to_async(&runtime).iter(|| async { asyncify!(|| black_box(())).await });
    });
    group.bench_function("spawn and join", |b| {
        b.to_async(&runtime).iter(|| async { spawn_blocking(|| black_box(())).await });
    });
    group.bench_function("made and dropped", |b| b.iter(|| asyncify!(|| black_box(()))));
    group.finish();
}

fn cancellation(c: &mut Criterion) {
    let runtime = Builder::new_current_thread().build().expect("a runtime can be made");
    let mut group = c.benchmark_group("is_cancelled");
    group.bench_function("outside", |b| b.iter(is_cancelled));
    group.bench_function("in a body", |b| {
        b.iter_custom(|times| {
            runtime.block_on(async {
                asyncify!(move || {
                    let start = Instant::now();
                    for _ in 0..times {
                        black_box(is_cancelled());
                    }
                    start.elapsed()
                })
                .await
            })
        });
    });
    group.finish();
}

/// A call outside and inside a runtime, on the calling thread.
fn context(c: &mut Criterion) {
    let runtime = Builder::new_current_thread().build().expect("a runtime can be made");
    let inline = asyncify_runtime::Inline;
    let call = || asyncify!(|| black_box(())).executor(&inline).spawn();
    let mut group = c.benchmark_group("context");
    group.bench_function("none", |b| b.iter_batched(|| (), |()| call(), BatchSize::SmallInput));
    group.bench_function("runtime", |b| {
        let _entered = runtime.enter();
        assert!(Handle::try_current().is_ok());
        b.iter_batched(|| (), |()| call(), BatchSize::SmallInput);
    });
    group.finish();
}

/// A poll of a future that does nothing, by itself and watched.
fn watchdog(c: &mut Criterion) {
    let watchdog = Watchdog::new();
    let empty = || std::future::poll_fn(|_| black_box(Poll::<()>::Pending));
    let mut cx = Context::from_waker(Waker::noop());
    let mut group = c.benchmark_group("poll");
    let mut plain = pin!(empty());
    group.bench_function("plain", |b| b.iter(|| plain.as_mut().poll(&mut cx)));
    let mut watched = pin!(watchdog.watch(empty()));
    group.bench_function("watched", |b| b.iter(|| watched.as_mut().poll(&mut cx)));
    let mut nested = pin!(watchdog.watch(watchdog.watch(empty())));
    group.bench_function("watched twice", |b| b.iter(|| nested.as_mut().poll(&mut cx)));
    group.bench_function("watch, one poll and drop", |b| {
        b.iter(|| pin!(watchdog.watch(empty())).poll(&mut cx));
    });
    group.finish();
}

criterion_group!(benches, calls, cancellation, context, watchdog);
criterion_main!(benches);
