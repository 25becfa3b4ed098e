//! One delivery: from the decision whether it runs to its settlement.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime};

use super::settle::settle;
use super::{Place, Worker};
use crate::call::{BlockingCall, Timer};
use crate::error::Error;
use crate::error::process::{Panic, ProcessError, Side};
use crate::error::remote::RemoteError;
use crate::process::{Codec, Request, Task, encoded_call, undecodable};
use crate::remote::engine::{Delivery, Settlement};
use crate::remote::envelope::{Envelope, Outcome};
use crate::remote::{global, task};
use crate::util::{catch, drop_quietly, panic_message};

/// The time before a task is delivered again that this program does not have.
const UNKNOWN_TASK_DELAY: Duration = Duration::from_secs(1);

/// The longest time before a retry.
const MAX_BACKOFF: Duration = Duration::from_secs(3600);

/// The shortest time between two renewals of a lease.
const SHORTEST_RENEWAL: Duration = Duration::from_millis(1);

/// Why an attempt was given up.
enum Stop {
    Cancelled,
    LeaseLost,
    Deadline,
}

pub(super) async fn run(worker: &Worker, delivery: Arc<dyn Delivery>) {
    let stats = &worker.stats;
    stats.delivered();
    let envelope = delivery.envelope();
    let settlement = match check(&*delivery) {
        Err(settlement) => settlement,
        Ok(task) => {
            // If that fails the task may be acknowledged, so it must not run.
            if envelope.at_most_once && delivery.acknowledge().await.is_err() {
                return stats.lost();
            }
            let _running = stats.running();
            let started = Instant::now();
            let attempt = attempt(worker, task, &delivery);
            #[cfg(feature = "tracing")]
            let attempt =
                tracing::Instrument::instrument(attempt, super::span::of(envelope, &*delivery));
            match attempt.await {
                Ok(outcome) => Settlement::Complete(outcome),
                Err(Stop::Cancelled) => Settlement::Complete(Outcome::failed(Error::Cancelled)),
                Err(Stop::Deadline) => {
                    let task = envelope.task.to_string();
                    let after = started.elapsed();
                    let error = RemoteError::TimedOut { task, after };
                    Settlement::Complete(Outcome::failed(error.into()))
                }
                // Another worker has the task.
                Err(Stop::LeaseLost) => return stats.lost(),
            }
        }
    };
    let settlement = judge(settlement, &*delivery);
    settle(stats, &*delivery, settlement).await;
}

/// The function, if the task is to run.
fn check(delivery: &dyn Delivery) -> Result<&'static Task, Settlement> {
    let (envelope, attempt) = (delivery.envelope(), delivery.attempt());
    let name = envelope.task.as_str();
    let fail = |error: RemoteError| Outcome::failed(error.into());
    if time_left(envelope, SystemTime::now()).is_some_and(|left| left.is_zero()) {
        let error = RemoteError::Expired { task: name.to_owned() };
        return Err(Settlement::Complete(fail(error)));
    }
    let known = task::registry().ok().and_then(|tasks| tasks.get(name));
    let Some(known) = known else {
        // Another program may have it, as a newer version that is being deployed.
        if attempt == 1 {
            return Err(Settlement::Retry { after: UNKNOWN_TASK_DELAY });
        }
        let error = RemoteError::UnknownTask { task: name.to_owned() };
        return Err(Settlement::Dead(fail(error)));
    };
    // The worker of the last attempt has not said how it ended: it has died.
    if attempt > envelope.retries.max(1).saturating_add(1) {
        let (task, attempts) = (name.to_owned(), attempt - 1);
        return Err(Settlement::Dead(fail(RemoteError::Dead { task, attempts, cause: None })));
    }
    Ok(known.task())
}

/// Runs the function while the delivery lasts.
async fn attempt(
    worker: &Worker,
    task: &'static Task,
    delivery: &Arc<dyn Delivery>,
) -> Result<Outcome, Stop> {
    let envelope = delivery.envelope();
    let mut result = pin!(call(worker, task, delivery));
    let mut cancelled = delivery.cancelled();
    let mut lost = pin!(renew_until_lost(&**delivery));
    let mut deadline = time_left(envelope, SystemTime::now()).map(Timer::new);
    poll_fn(|cx| {
        if let Poll::Ready(result) = result.as_mut().poll(cx) {
            let limit = worker.engine.limits().outcome;
            return Poll::Ready(Ok(match result {
                Ok((_, result)) if result.len() > limit => {
                    Outcome::failed(too_large(result.len(), limit))
                }
                Ok((codec, result)) => Outcome::returned(codec, result),
                Err(error) => Outcome::failed(error),
            }));
        }
        if cancelled.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(Stop::Cancelled));
        }
        if lost.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(Stop::LeaseLost));
        }
        if deadline.as_mut().is_some_and(|deadline| deadline.poll(cx).is_ready()) {
            return Poll::Ready(Err(Stop::Deadline));
        }
        Poll::Pending
    })
    .await
}

/// The codec and the encoded result of the function. Dropping the future stops it, if that is
/// possible.
async fn call(
    worker: &Worker,
    task: &'static Task,
    delivery: &Arc<dyn Delivery>,
) -> Result<(u8, Vec<u8>), Error> {
    let envelope = delivery.envelope();
    let started = Instant::now();
    let timed_out = || {
        let (task, after) = (envelope.task.to_string(), started.elapsed());
        Error::from(RemoteError::TimedOut { task, after })
    };
    match &worker.place {
        Place::Processes(pool) => {
            let arguments = (envelope.codec, &envelope.arguments[..]);
            let headers = envelope.headers().cloned();
            match encoded_call(task, pool, arguments, headers, envelope.timeout).await {
                Ok(payload) => Ok((payload.codec, payload.bytes().to_vec())),
                Err(Error::Process(ProcessError::TimedOut { .. })) => Err(timed_out()),
                Err(error) => Err(error),
            }
        }
        Place::Threads(pool) => {
            let body = {
                let delivery = delivery.clone();
                move || run_here(task, delivery.envelope())
            };
            let mut call = BlockingCall::new(body);
            if let Some(pool) = pool {
                call = call.executor(pool);
            }
            match call.timeout(envelope.timeout.unwrap_or(Duration::MAX)).await {
                Ok(result) => result.map_err(Error::from).map(|bytes| (envelope.codec, bytes)),
                Err(Error::TimedOut { .. }) => Err(timed_out()),
                Err(error) => Err(error),
            }
        }
    }
}

/// Runs the function on this thread.
fn run_here(task: &'static Task, envelope: &Envelope) -> Result<Vec<u8>, ProcessError> {
    let codec = Codec::from_byte(envelope.codec).map_err(undecodable)?;
    let mut result = None;
    let entered = catch(|| {
        envelope.context.enter_headers(global::carrier(), &mut || {
            result = Some(task.run(&mut Request::new(&envelope.arguments, codec, 0)));
        });
    });
    if let Err(payload) = entered {
        let message = panic_message(&*payload);
        drop_quietly(payload);
        return Err(ProcessError::Panicked(Panic { message, location: None, backtrace: None }));
    }
    let result = result.unwrap_or_else(|| {
        let message = Some("the carrier has not called the function".to_owned());
        Err(ProcessError::Panicked(Panic { message, location: None, backtrace: None }))
    });
    result.map(crate::process::Answer::into_result)
}

async fn renew_until_lost(delivery: &dyn Delivery) {
    loop {
        let mut timer = Timer::new((delivery.lease() / 3).max(SHORTEST_RENEWAL));
        poll_fn(|cx| timer.poll(cx)).await;
        // While the engine cannot be reached the function continues: its result may still be
        // stored.
        if let Err(Error::Remote(RemoteError::LeaseLost)) = delivery.progress().await {
            return;
        }
    }
}

/// Turns a failure that may pass into a retry, or into a dead letter after the last one.
fn judge(settlement: Settlement, delivery: &dyn Delivery) -> Settlement {
    let (envelope, attempt) = (delivery.envelope(), delivery.attempt());
    let Settlement::Complete(outcome) = &settlement else { return settlement };
    let Some(error) = outcome.error().filter(|error| may_pass(error)) else { return settlement };
    let is_expired = time_left(envelope, SystemTime::now()).is_some_and(|left| left.is_zero());
    if envelope.at_most_once || is_expired {
        return settlement;
    }
    if attempt <= envelope.retries {
        let after = backoff(envelope.backoff, attempt);
        return Settlement::Retry { after };
    }
    let task = envelope.task.to_string();
    let error = RemoteError::Dead { task, attempts: attempt, cause: Some(Box::new(error.clone())) };
    Settlement::Dead(Outcome::failed(error.into()))
}

/// Whether another attempt may end otherwise.
fn may_pass(error: &Error) -> bool {
    match error {
        Error::Process(error) => !matches!(
            error,
            ProcessError::Encode { .. }
                | ProcessError::Decode { .. }
                | ProcessError::TooLarge { .. }
                | ProcessError::Panicked(_)
        ),
        Error::Remote(error) => matches!(error, RemoteError::TimedOut { .. }),
        other => matches!(other, Error::Rejected | Error::ShutDown | Error::NoThread),
    }
}

fn backoff(first: Duration, attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(20);
    first.saturating_mul(1 << doublings).min(MAX_BACKOFF)
}

/// The time until the deadline; zero if it has passed.
fn time_left(envelope: &Envelope, now: SystemTime) -> Option<Duration> {
    envelope.deadline.map(|deadline| deadline.duration_since(now).unwrap_or_default())
}

/// The error of a result that is longer than the engine can store.
fn too_large(bytes: usize, limit: usize) -> Error {
    let (bytes, limit) = (bytes as u64, limit as u64);
    RemoteError::TooLarge { side: Side::Worker, bytes, limit }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_to_an_hour() {
        let second = Duration::from_secs(1);
        assert_eq!([1, 2, 3].map(|attempt| backoff(second, attempt).as_secs()), [1, 2, 4]);
        assert_eq!(backoff(second, u32::MAX), MAX_BACKOFF);
        assert_eq!(backoff(Duration::MAX, 2), MAX_BACKOFF);
    }
}
