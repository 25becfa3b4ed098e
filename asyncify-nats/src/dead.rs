//! Dead letters: tasks that have failed for good.
//!
//! The payload is the encoded outcome, with its length before it, and the task as it was queued.

use std::time::{SystemTime, UNIX_EPOCH};

use async_nats::HeaderMap;
use asyncify_runtime::Error;
use asyncify_runtime::remote::{Envelope, Outcome};
use bytes::Bytes;

use crate::link::Link;
use crate::nats::DEAD_OUTCOME;
use crate::outcomes::bounded;

pub(crate) const ATTEMPTS: &str = "Asyncify-Attempts";
pub(crate) const FAILED_AT: &str = "Asyncify-Failed-At";

/// Stores a task as a dead letter. To store it again is safe.
pub(crate) async fn store(
    link: &Link,
    envelope: &Envelope,
    outcome: &Outcome,
    attempts: u32,
) -> Result<(), Error> {
    let subject = link.namespace.dead_letter(&envelope.queue, &envelope.id);
    store_encoded(link, &subject, &envelope.encode(), outcome, attempts).await
}

pub(crate) async fn store_encoded(
    link: &Link,
    subject: &str,
    task: &[u8],
    outcome: &Outcome,
    attempts: u32,
) -> Result<(), Error> {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut headers = HeaderMap::new();
    headers.insert(ATTEMPTS, attempts.to_string().as_str());
    headers.insert(FAILED_AT, at.as_millis().to_string().as_str());
    let payload = encode(&bounded(outcome, DEAD_OUTCOME), task);
    link.store(subject, &headers, &payload)
        .await?
        .map(|_| ())
        .map_err(crate::link::ApiError::into_error)
}

fn encode(outcome: &[u8], task: &[u8]) -> Bytes {
    let length = u32::try_from(outcome.len()).expect("an error of a few lines");
    [&length.to_le_bytes()[..], outcome, task].concat().into()
}

/// The outcome and the task; `None` if the payload is not one of a dead letter.
pub(crate) fn decode(payload: &[u8]) -> Option<(Result<Outcome, Error>, &[u8])> {
    let (length, rest) = payload.split_first_chunk::<4>()?;
    let (outcome, task) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    Some((Outcome::decode(outcome), task))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_survive_encoding_and_bad_ones_are_refused() {
        let outcome = Outcome::failed(Error::Cancelled);
        let payload = encode(&outcome.encode(), b"task");
        let (found, task) = decode(&payload).unwrap();
        assert_eq!((found.unwrap().error(), task), (Some(&Error::Cancelled), &b"task"[..]));
        assert!(decode(&payload[..3]).is_none());
        assert!(decode(&[255, 255, 255, 255, 0]).is_none());
    }
}
