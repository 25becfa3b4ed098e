//! Every public future and stream, each pending until its stage is released.

use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::time::Duration;

use asyncify_runtime::{
    BlockingCall, DedicatedThread, Shutdown, TaskGroup, ThreadBound, Unblock, Watchdog,
    scope_executor, scope_thread, sync_to_async,
};
use futures::stream::{BoxStream, once};
use futures::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, Stream, StreamExt};

use super::world::{Stage, Value, drop_value};

/// A future or stream under test. A future is a stream of one item.
pub(super) type Subject = BoxStream<'static, ()>;

/// A public future or stream, with one row for each event that concerns it.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) uses: &'static [Uses],
    pub(super) make: fn(&Arc<Stage>) -> Subject,
}

/// The user code, besides wakers and hooks, that a future calls.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Uses {
    Body,
    Iterator,
    Executor,
}

use Uses::{Body, Executor, Iterator as Items};

macro_rules! kinds {
    ($($name:literal, [$($uses:ident),*], |$stage:ident| $make:expr;)*) => {
        pub(super) const KINDS: &[Kind] = &[$(Kind {
            name: $name,
            uses: &[$($uses),*],
            make: |$stage| $make,
        }),*];
    };
}

fn future<F: Future<Output: 'static> + Send + 'static>(future: F) -> Subject {
    once(async move { drop_value(future.await) }).boxed()
}

fn stream<S: Stream<Item: 'static> + Send + 'static>(stream: S) -> Subject {
    stream.map(drop_value).boxed()
}

const LONG: Duration = Duration::from_secs(3600);

kinds! {
    "BlockingCall", [Body, Executor], |stage| {
        let (body, executor) = (stage.body(), stage.executor());
        future(async move { BlockingCall::new(body).executor(&executor).await })
    };
    "BlockingCall, async body", [Body, Executor], |stage| {
        let (body, executor, token) = (stage.body(), stage.executor(), stage.token.clone());
        let body = move || async move {
            token.cancelled().await;
            body()
        };
        future(async move { BlockingCall::from_async::<(), _, _>(body).executor(&executor).await })
    };
    "BlockingCall, detached", [Body, Executor], |stage| {
        let (body, executor) = (stage.body(), stage.executor());
        future(async move { BlockingCall::new(body).executor(&executor).detach().await })
    };
    "BlockingCall, spawned on drop", [Body, Executor], |stage| {
        let (body, executor) = (stage.body(), stage.executor());
        future(async move { BlockingCall::new(body).executor(&executor).spawn_on_drop().await })
    };
    "BlockingCall, async body, joined on drop", [Body, Executor], |stage| {
        let (body, executor, token) = (stage.body(), stage.executor(), stage.token.clone());
        let body = move || async move {
            token.cancelled().await;
            body()
        };
        future(async move {
            BlockingCall::from_async::<(), _, _>(body).executor(&executor).join_on_drop().await
        })
    };
    "BlockingCall, waiting for a permit", [Body, Executor], |stage| {
        let (body, executor, limiter) = (stage.body(), stage.executor(), stage.exhausted_limiter());
        future(async move { BlockingCall::new(body).executor(&executor).limiter(&limiter).await })
    };
    "BlockingCall, waiting for room in the queue", [Body], |stage| {
        let (body, pool) = (stage.body(), stage.full_pool());
        future(async move { BlockingCall::new(body).executor(&pool).await })
    };
    "TimedCall", [Body, Executor], |stage| {
        let (body, executor) = (stage.body(), stage.executor());
        future(async move { BlockingCall::new(body).executor(&executor).timeout(LONG).await })
    };
    "JoinHandle", [Body], |stage| future(stage.pool().spawn(stage.body()));
    "JoinHandle, waiting for a permit", [Body], |stage| {
        let limiter = stage.exhausted_limiter();
        future(BlockingCall::new(stage.body()).executor(&stage.pool()).limiter(&limiter).spawn())
    };
    "Limiter::acquire", [], |stage| future(stage.exhausted_limiter().acquire());
    "BlockingPool::reserve", [], |stage| {
        let pool = stage.full_pool();
        future(async move { pool.reserve().await })
    };
    "BlockingPool::wait_idle", [Body], |stage| {
        let (pool, body) = (stage.pool(), stage.body());
        future(async move {
            let call = pool.spawn(body);
            pool.wait_idle().await;
            call.await
        })
    };
    "BlockingPool::shutdown", [Body], |stage| {
        let pool = stage.own_pool();
        let call = pool.spawn(stage.body());
        future(async move {
            pool.shutdown(Shutdown::Drain).await;
            call.await
        })
    };
    "CancellationToken::cancelled", [], |stage| {
        let token = stage.token.clone();
        future(async move { token.cancelled().await })
    };
    "CancellationToken::cancelled, of a child", [], |stage| {
        let token = stage.token.child_token();
        future(async move { token.cancelled().await })
    };
    "TaskGroup::join_next", [Body, Executor], |stage| {
        let mut group = TaskGroup::with_executor(stage.executor());
        group.spawn(stage.body());
        group.spawn(stage.body());
        future(async move { while group.join_next().await.is_some() {} })
    };
    "TaskGroup::join_all", [Body, Executor], |stage| {
        let mut group = TaskGroup::with_executor(stage.executor());
        group.spawn(stage.body());
        group.spawn(stage.body());
        future(async move { group.join_all().await.into_iter().for_each(drop_value) })
    };
    "TaskGroup::join_all of futures", [Body, Executor], |stage| {
        let mut group = TaskGroup::new();
        for _ in 0..2 {
            let (body, executor) = (stage.body(), stage.executor());
            group.spawn_future(async move { BlockingCall::new(body).executor(&executor).await });
        }
        future(async move { group.join_all().await.into_iter().for_each(drop_value) })
    };
    "TaskGroup::try_join_all", [Body, Executor], |stage| {
        let mut group = TaskGroup::with_executor(stage.executor());
        let (body, token) = (stage.body(), stage.token.clone());
        group.spawn(move || Ok::<_, Value>(body()));
        let error = stage.body();
        group.spawn(move || Err(error()));
        group.spawn_future(async move {
            token.cancelled().await;
            std::future::pending().await
        });
        future(async move { drop_value(group.try_join_all().await.map(|values| values.into_iter().for_each(drop_value))) })
    };
    "TaskGroup::scope", [Body, Executor], |stage| {
        let (group, body, other) = (TaskGroup::with_executor(stage.executor()), stage.body(), stage.body());
        future(group.scope(async move |group| {
            group.spawn(body);
            group.spawn(other);
            drop_value(group.join_next().await);
        }))
    };
    "Map", [Body, Items], |stage| {
        let mut body = Some(stage.body());
        let first = std::sync::Mutex::new(body.take());
        stream(stage.pool().map(stage.items(), move |item| {
            let first = first.lock().unwrap().take();
            (first.map(|body| body()), item)
        }))
    };
    "Map, unordered", [Items], |stage| stream(stage.pool().map_unordered(stage.items(), |item| item));
    "BlockingStream", [Items, Executor], |stage| {
        #[sync_to_async(stream, executor = executor)]
        fn items(executor: &Arc<dyn asyncify_runtime::Executor>, stage: Arc<Stage>) -> impl Iterator<Item = Value> {
            let _ = executor;
            stage.items()
        }
        stream(items(&stage.executor(), stage.clone()))
    };
    "Unblock, an iterator", [Items, Executor], |stage| {
        stream(Unblock::with_executor(stage.executor(), stage.items()))
    };
    "Unblock::read", [Executor], |stage| {
        let mut reader = Unblock::with_executor(stage.executor(), Reads(stage.items()));
        future(async move { reader.read_to_end(&mut Vec::new()).await })
    };
    "Unblock::seek", [Executor], |stage| {
        let mut reader = Unblock::with_executor(stage.executor(), Reads(stage.items()));
        future(async move { reader.seek(SeekFrom::End(0)).await })
    };
    "Unblock::flush", [Executor], |stage| {
        let mut writer = Unblock::with_executor(stage.executor(), Writes(stage.items()));
        future(async move {
            writer.write_all(b"bytes").await?;
            writer.flush().await
        })
    };
    "Unblock::with", [Body, Executor], |stage| {
        let (value, body) = (Unblock::with_executor(stage.executor(), Cursor::new(vec![0])), stage.body());
        future(async move { value.with(move |_| body()).await })
    };
    "Unblock::into_inner", [Body, Executor], |stage| {
        let mut writer = Unblock::with_executor(stage.executor(), Writes(stage.items()));
        future(async move {
            writer.write_all(b"bytes").await?;
            writer.into_inner().await.map(drop).map_err(std::io::Error::from)
        })
    };
    "ThreadBound::new", [Body], |stage| {
        let (thread, body) = (DedicatedThread::new("bound").unwrap(), stage.body());
        future(async move { ThreadBound::new(&thread, move || Ok::<_, Value>(body())).await })
    };
    "ThreadBound::call", [Body], |stage| {
        let (bound, body) = (stage.bound(), stage.body());
        future(async move { bound.call(move |_| body()).await })
    };
    "ThreadBound::close", [Body], |stage| {
        let (thread, body) = (DedicatedThread::new("bound").unwrap(), stage.body());
        future(async move {
            if let Ok(bound) = ThreadBound::new(&thread, move || Ok::<_, ()>(body())).await {
                bound.close().await;
            }
        })
    };
    "ThreadBoundPool::checkout", [], |stage| {
        let values = stage.checkouts();
        future(async move { values.checkout().await })
    };
    "ThreadBoundPool::call", [Body], |stage| {
        let (values, body) = (stage.checkouts(), stage.body());
        future(async move { values.call(move |_| body()).await })
    };
    "ScopeExecutor", [Body, Executor], |stage| {
        let (body, executor) = (stage.body(), stage.executor());
        future(scope_executor(executor, async move { BlockingCall::new(body).await }))
    };
    "scope_thread", [Body], |stage| {
        let body = stage.body();
        future(scope_thread(async move { BlockingCall::new(body).await }))
    };
    "Watched", [Body, Executor], |stage| {
        let (body, executor) = (stage.body(), stage.executor());
        future(Watchdog::new().watch(async move { BlockingCall::new(body).executor(&executor).await }))
    };
}

/// A reader that waits for the release, and then is at its end.
struct Reads<I>(I);

impl<I: Iterator> Read for Reads<I> {
    fn read(&mut self, _buffer: &mut [u8]) -> std::io::Result<usize> {
        drop_value(self.0.next());
        Ok(0)
    }
}

impl<I: Iterator> Seek for Reads<I> {
    fn seek(&mut self, _to: SeekFrom) -> std::io::Result<u64> {
        drop_value(self.0.next());
        Ok(0)
    }
}

/// A writer that waits for the release.
struct Writes<I>(I);

impl<I: Iterator> Write for Writes<I> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        drop_value(self.0.next());
        Ok(buffer.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
