//! The pulls of a queue: which requests for tasks the server has, and how many tasks each may
//! bring.

use std::time::Duration;

use async_nats::StatusCode;
use asyncify_runtime::remote::QueueName;
use bytes::Bytes;
use serde_json::json;
use tokio::time::Instant;

/// How long the server keeps a pull.
const EXPIRES: Duration = Duration::from_secs(30);

/// How often the server says that it still has a pull.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// A pull is lost if the server is silent for this time.
const SILENCE: Duration = Duration::from_secs(12);

/// A queue that tasks are pulled from.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) name: QueueName,
    /// The subject of pulls.
    pub(crate) subject: String,
    pub(crate) lease: Duration,
    next: u64,
    pulls: Vec<Pull>,
    /// The consumer is being looked at, so nothing is pulled.
    pub(crate) is_checked: bool,
    /// The queue was empty once while this worker was listening. So it has heard of every
    /// cancellation of the tasks that it gets.
    pub(crate) was_empty: bool,
}

#[derive(Debug)]
struct Pull {
    number: u64,
    remaining: usize,
    lost_at: Instant,
}

/// What the end of a pull means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// It is over, or continues.
    Nothing,
    /// The consumer is to be looked at before the next pull.
    Check,
}

impl Queue {
    pub(crate) fn new(stream: &str, name: QueueName, lease: Duration) -> Self {
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{name}");
        Self {
            name,
            subject,
            lease,
            next: 0,
            pulls: Vec::new(),
            is_checked: false,
            was_empty: false,
        }
    }

    /// The number and the text of a pull that is due, if at most `target` tasks may be on their
    /// way.
    pub(crate) fn pull(&mut self, target: usize) -> Option<(u64, Bytes)> {
        let pulled: usize = self.pulls.iter().map(|pull| pull.remaining).sum();
        // One request for many tasks is cheaper than one for each.
        if self.is_checked || pulled > target / 2 {
            return None;
        }
        let batch = target - pulled;
        let number = self.next;
        self.next += 1;
        self.pulls.push(Pull { number, remaining: batch, lost_at: Instant::now() + SILENCE });
        let (expires, heartbeat) = (nanoseconds(EXPIRES), nanoseconds(HEARTBEAT));
        let request = json!({ "batch": batch, "expires": expires, "idle_heartbeat": heartbeat });
        Some((number, request.to_string().into()))
    }

    /// Notes a task, and how many there were behind it. It does not say which pull it belongs to:
    /// the server serves the oldest first.
    pub(crate) fn delivered(&mut self, pending: u64) {
        self.was_empty |= pending == 0;
        if let Some(pull) = self.pulls.first_mut() {
            pull.remaining -= 1;
            pull.lost_at = Instant::now() + SILENCE;
            if pull.remaining == 0 {
                self.pulls.remove(0);
            }
        }
    }

    /// Notes the status of a pull.
    pub(crate) fn ended(&mut self, number: u64, status: Option<StatusCode>) -> Event {
        let Some(index) = self.pulls.iter().position(|pull| pull.number == number) else {
            return Event::Nothing;
        };
        match status {
            Some(StatusCode::IDLE_HEARTBEAT) => {
                self.pulls[index].lost_at = Instant::now() + SILENCE;
                Event::Nothing
            }
            // It has expired.
            Some(StatusCode::TIMEOUT | StatusCode::NOT_FOUND) => {
                self.pulls.remove(index);
                Event::Nothing
            }
            // No leader, no consumer, too many pulls.
            _ => {
                self.pulls.remove(index);
                Event::Check
            }
        }
    }

    /// Forgets the pulls of which the server has said nothing for too long. Whether there were
    /// some.
    pub(crate) fn forget_lost(&mut self) -> bool {
        let (before, now) = (self.pulls.len(), Instant::now());
        self.pulls.retain(|pull| pull.lost_at > now);
        self.pulls.len() < before
    }

    /// Forgets all pulls: the server may have.
    pub(crate) fn forget_all(&mut self) {
        self.pulls.clear();
        self.was_empty = false;
    }
}

fn nanoseconds(time: Duration) -> u64 {
    time.as_secs() * 1_000_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> Queue {
        Queue::new("tasks", QueueName::new("images").unwrap(), Duration::from_secs(1))
    }

    #[test]
    fn no_more_is_pulled_than_there_is_room_for() {
        let mut queue = queue();
        let (_, request) = queue.pull(4).unwrap();
        assert!(request.starts_with(br#"{"batch":4,"#), "{request:?}");
        assert_eq!(queue.pull(4), None);
        queue.delivered(1);
        // Three are on their way, so there is no hurry.
        assert_eq!(queue.pull(4), None);
        queue.delivered(1);
        let (_, request) = queue.pull(4).unwrap();
        assert!(request.starts_with(br#"{"batch":2,"#), "{request:?}");
    }

    #[test]
    fn a_pull_that_has_expired_is_repeated() {
        let mut queue = queue();
        let (number, _) = queue.pull(1).unwrap();
        assert_eq!(queue.ended(number, Some(StatusCode::TIMEOUT)), Event::Nothing);
        assert!(queue.pull(1).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_pull_is_lost_when_the_server_is_silent() {
        let mut queue = queue();
        let (number, _) = queue.pull(1).unwrap();
        tokio::time::advance(Duration::from_secs(11)).await;
        assert_eq!(queue.ended(number, Some(StatusCode::IDLE_HEARTBEAT)), Event::Nothing);
        tokio::time::advance(Duration::from_secs(11)).await;
        assert!(!queue.forget_lost());
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(queue.forget_lost());
    }

    #[test]
    fn a_consumer_that_is_away_is_looked_at_once() {
        let mut queue = queue();
        let (number, _) = queue.pull(1).unwrap();
        let gone = Some(StatusCode::NO_RESPONDERS);
        assert_eq!(queue.ended(number, gone), Event::Check);
        assert_eq!(queue.ended(number, gone), Event::Nothing);
        queue.is_checked = true;
        assert_eq!(queue.pull(1), None);
    }
}
