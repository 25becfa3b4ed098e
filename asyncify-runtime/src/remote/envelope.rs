//! What an engine stores: tasks and outcomes.
//!
//! Both are encoded as a head, which is `MessagePack` with field names, and a body, which is the
//! arguments or the result in the function's own codec:
//!
//! ```text
//! layout u8 | length of the head u32, little endian | head | body
//! ```
//!
//! A field that a reader does not know is skipped, and one that it misses has its default, so older
//! and newer programs understand each other.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::names::{QueueName, TaskId, TaskName};
use crate::error::Error;
use crate::error::remote::RemoteError;
use crate::process::{Codec, Context};

/// The version of the encoding.
const LAYOUT: u8 = 1;

/// The layout and the length.
const PREFIX: usize = 5;

/// A task: which function to run with which arguments, and how.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Envelope {
    /// The id of the task.
    pub id: TaskId,
    /// The function.
    pub task: TaskName,
    /// The queue.
    pub queue: QueueName,
    /// When the outcome is of no use any more. A worker does not start the task after it, and stops
    /// it at it; clocks of callers and workers are assumed to agree.
    #[serde(default)]
    pub deadline: Option<SystemTime>,
    /// How long one attempt may run.
    #[serde(default)]
    pub timeout: Option<Duration>,
    /// How many attempts may follow the first.
    #[serde(default)]
    pub retries: u32,
    /// The time before the second attempt; it doubles with each further one.
    #[serde(default)]
    pub backoff: Duration,
    /// Whether the task is acknowledged before it runs, so that it never runs twice and may be
    /// lost.
    #[serde(default)]
    pub at_most_once: bool,
    /// Whether only the caller that waits in [`call`](super::Engine::call) knows the id, which is
    /// random. When it has the outcome, or waits no more, the engine may forget both.
    #[serde(default)]
    pub anonymous: bool,
    #[serde(default)]
    pub(crate) codec: u8,
    #[serde(default)]
    pub(crate) context: Context,
    /// The encoded arguments.
    #[serde(skip)]
    pub arguments: Vec<u8>,
}

impl Envelope {
    /// A task with the default options: no deadline, no time-out, no retries.
    ///
    /// `arguments` are encoded with [`Codec::MessagePack`], one after the other.
    #[must_use]
    pub fn new(id: TaskId, task: TaskName, queue: QueueName, arguments: Vec<u8>) -> Self {
        Self {
            id,
            task,
            queue,
            deadline: None,
            timeout: None,
            retries: 0,
            backoff: Duration::ZERO,
            at_most_once: false,
            anonymous: false,
            codec: Codec::MessagePack.byte(),
            context: Context::default(),
            arguments,
        }
    }

    /// A copy for the record of a task that is done.
    pub(crate) fn without_arguments(&self) -> Self {
        let Self { id, task, queue, .. } = self;
        let mut head = Self::new(id.clone(), task.clone(), queue.clone(), Vec::new());
        head.anonymous = self.anonymous;
        head
    }

    /// The context of the caller that its [carrier](crate::carrier) has written.
    #[must_use]
    pub fn headers(&self) -> Option<&HashMap<String, String>> {
        self.context.headers()
    }

    /// The W3C `traceparent` in the [headers](Self::headers).
    #[must_use]
    pub fn traceparent(&self) -> Option<&str> {
        self.headers()?.get("traceparent").map(String::as_str)
    }

    /// Encodes it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self, &self.arguments)
    }

    /// Decodes it. The input is not trusted.
    ///
    /// # Errors
    ///
    /// [`RemoteError::Layout`] if another version has written it, and [`RemoteError::Protocol`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let (mut envelope, arguments) = decode::<Self>(bytes)?;
        envelope.arguments = arguments.to_vec();
        Ok(envelope)
    }
}

impl std::fmt::Debug for Envelope {
    /// Without arguments and headers, which may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, task, queue, deadline, timeout, retries, backoff, at_most_once, .. } = self;
        f.debug_struct("Envelope")
            .field("id", id)
            .field("task", task)
            .field("queue", queue)
            .field("deadline", deadline)
            .field("timeout", timeout)
            .field("retries", retries)
            .field("backoff", backoff)
            .field("at_most_once", at_most_once)
            .field("arguments", &format_args!("{} bytes", self.arguments.len()))
            .finish_non_exhaustive()
    }
}

/// How a task has ended.
#[derive(Clone)]
pub struct Outcome {
    head: Head,
    result: Vec<u8>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Head {
    #[serde(default)]
    codec: u8,
    /// The function has no result.
    #[serde(default)]
    error: Option<Error>,
}

impl Outcome {
    /// The function has returned, a value or its own error.
    pub(crate) fn returned(codec: u8, result: Vec<u8>) -> Self {
        Self { head: Head { codec, error: None }, result }
    }

    /// The function has not returned.
    #[must_use]
    pub fn failed(error: Error) -> Self {
        Self { head: Head { codec: 0, error: Some(error) }, result: Vec::new() }
    }

    /// Why the function has not returned; `None` if it has.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.head.error.as_ref()
    }

    /// The codec of the encoded result, and the result; or why there is none.
    pub(crate) fn into_result(self) -> Result<(u8, Vec<u8>), Error> {
        match self.head.error {
            None => Ok((self.head.codec, self.result)),
            Some(error) => Err(error),
        }
    }

    /// The size of the encoded result.
    #[must_use]
    pub fn result_len(&self) -> usize {
        self.result.len()
    }

    /// Encodes it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(&self.head, &self.result)
    }

    /// Decodes it. The input is not trusted.
    ///
    /// # Errors
    ///
    /// As [`Envelope::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let (head, result) = decode::<Head>(bytes)?;
        Ok(Self { head, result: result.to_vec() })
    }
}

impl std::fmt::Debug for Outcome {
    /// Without the result, which may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.head.error {
            None => write!(f, "Outcome::Returned({} bytes)", self.result.len()),
            Some(error) => write!(f, "Outcome::Failed({error:?})"),
        }
    }
}

/// A task that has failed for good, and is kept to be looked at and replayed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DeadLetter {
    /// The task.
    pub envelope: Envelope,
    /// Why.
    pub error: Error,
    /// How often it was delivered.
    pub attempts: u32,
    /// When it has failed.
    pub at: SystemTime,
}

impl DeadLetter {
    /// A dead letter of now.
    #[must_use]
    pub fn new(envelope: Envelope, error: Error, attempts: u32, at: SystemTime) -> Self {
        Self { envelope, error, attempts, at }
    }
}

fn encode(head: &impl Serialize, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![LAYOUT, 0, 0, 0, 0];
    bytes.reserve(256 + body.len());
    rmp_serde::encode::write_named(&mut bytes, head).expect("plain fields");
    let length = u32::try_from(bytes.len() - PREFIX).expect("a head of a few fields");
    bytes[1..PREFIX].copy_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), Error> {
    let protocol = |detail: String| Error::from(RemoteError::Protocol { detail });
    let too_short = || protocol("a message is shorter than its length says".to_owned());
    let (&layout, rest) = bytes.split_first().ok_or_else(too_short)?;
    if layout != LAYOUT {
        let (expected, found) = (LAYOUT.to_string(), layout.to_string());
        return Err(RemoteError::Layout { expected, found }.into());
    }
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(too_short)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (head, body) = rest.split_at_checked(length).ok_or_else(too_short)?;
    let head = rmp_serde::from_slice(head)
        .map_err(|error| protocol(format!("a message cannot be read: {error}")))?;
    Ok((head, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Envelope {
        let name = "thumbnail.v1".parse().expect("a name");
        let queue = "images".parse().expect("a queue");
        let mut envelope = Envelope::new(TaskId::random(), name, queue, vec![1, 2, 3]);
        envelope.deadline = Some(SystemTime::UNIX_EPOCH + Duration::from_millis(1_234_567));
        envelope.timeout = Some(Duration::from_millis(1500));
        envelope.retries = 3;
        envelope.backoff = Duration::from_secs(2);
        envelope
    }

    #[test]
    fn envelopes_survive_encoding() {
        let before = envelope();
        let after = Envelope::decode(&before.encode()).expect("it was just encoded");
        assert_eq!(format!("{before:?}"), format!("{after:?}"));
        assert_eq!(before.arguments, after.arguments);
    }

    #[test]
    fn outcomes_survive_encoding() {
        let outcome = Outcome::decode(&Outcome::returned(0, vec![7; 9]).encode()).expect("encoded");
        assert_eq!(outcome.into_result().expect("a result"), (0, vec![7; 9]));
        let failed = Outcome::failed(Error::Cancelled).encode();
        assert_eq!(Outcome::decode(&failed).expect("encoded").error(), Some(&Error::Cancelled));
    }

    #[test]
    fn unknown_fields_are_skipped_and_missing_ones_have_defaults() {
        #[derive(Serialize)]
        struct Newer {
            id: &'static str,
            task: &'static str,
            queue: &'static str,
            priority: u8,
        }
        let head = Newer { id: "1", task: "t", queue: "q", priority: 9 };
        let envelope = Envelope::decode(&encode(&head, &[5])).expect("the fields that it needs");
        assert_eq!((envelope.id.as_str(), envelope.retries), ("1", 0));
        assert_eq!(envelope.arguments, [5]);
    }

    #[test]
    fn bad_input_is_an_error() {
        let good = envelope().encode();
        for length in 0..good.len() - 3 {
            assert!(Envelope::decode(&good[..length]).is_err(), "{length} bytes");
        }
        let mut newer = good.clone();
        newer[0] = 2;
        let error = Envelope::decode(&newer).expect_err("another layout");
        assert!(matches!(error, Error::Remote(RemoteError::Layout { .. })), "{error}");
        let mut long = good;
        long[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(Envelope::decode(&long).is_err());
    }

    #[test]
    fn arguments_are_not_printed() {
        let text = format!("{:?}", envelope());
        assert!(text.contains("3 bytes") && !text.contains("[1, 2, 3]"), "{text}");
    }
}
