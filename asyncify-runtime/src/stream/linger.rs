//! When a consumer that waits is woken.
//!
//! To wake a consumer takes the time of several cheap items, on both threads. So the consumer may
//! *linger*: items gather in the channel, and it is woken for all of them at once.
//!
//! # Protocol
//!
//! 1. A consumer that finds no item registers its waker together with a [`WakeUp`]. If that is
//!    `NextItem`, the producer wakes it with the next item.
//! 2. If it is `Lingering`, the producer looks at the clock at the first item, the second, the
//!    fourth, and so on, and wakes the consumer if twice as many items would take longer than
//!    [`LINGER`]. It also wakes the consumer when the channel is half full, and whenever it stops:
//!    at the end, when the channel is full, and when the return of the iterator is requested.
//! 3. A consumer that registers as `Lingering` then arms a timer of [`TIMEOUT`], or finds one that
//!    is armed, before its poll returns. When the timer fires while there is no item, the consumer
//!    registers again, with `NextItem`.
//!
//! No item is stranded: let the channel have an item and the consumer wait. If the consumer
//! registered with `NextItem`, after the last item was received, the lock orders the item's `send`
//! after the registration, and it has woken the consumer. If it lingers, its timer is armed, or has
//! fired and woken it; both polls and sends take the lock, so the poll that follows finds the item.
//! This does not depend on what the producer does after the `send`: its iterator may block for
//! ever. So an item is received at most a [`TIMEOUT`] later than it would be without lingering,
//! even when the iterator blocks unexpectedly.
//!
//! That is still long for a producer that waits for its consumer after each item. A consumer whose
//! timer had to deliver the items, or that was woken for a single item, does not linger for the
//! next waits: first one, then two, four, and so on.

use std::pin::Pin;
use std::task::Context;
use std::time::{Duration, Instant};

#[cfg(not(all(test, asyncify_loom)))]
use futures_timer::Delay;

#[cfg(all(test, asyncify_loom))]
use super::models::Delay;
use crate::util::catch;
use crate::util::proxy_waker::ProxyWaker;
use crate::util::spin::Adaptive;

/// For how long a consumer lingers while the producer makes items: many times as long as a wake-up
/// takes, and short for a consumer. It is half of `LEAD_TIME`, so that half of a channel holds
/// about the items of that time.
const LINGER: Duration = Duration::from_millis(1);
/// When the timer of a lingering consumer fires: long enough that a steady producer comes first.
const TIMEOUT: Duration = Duration::from_millis(2);
const _: () = assert!(LINGER.as_nanos() < TIMEOUT.as_nanos());
/// The waits at the start of a stream without lingering: its first items may be all that it has.
/// Models decide for themselves.
pub(super) const FIRST_WAITS: u32 = if cfg!(all(test, asyncify_loom)) { u32::MAX } else { 2 };
/// The most waits without lingering after one that did not pay.
const MAX_SKIPPED: u32 = 256;

/// When the producer wakes the consumer that waits.
#[derive(Clone, Copy)]
pub(super) enum WakeUp {
    /// With the next item.
    NextItem,
    /// When there are enough items.
    Lingering {
        since: Instant,
        /// The number of items at which the producer looks at the clock.
        check_at: usize,
    },
}

/// How a wait has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum WaitEnd {
    /// The producer woke the consumer, for this number of items.
    Woken(usize),
    /// The consumer was polled for another reason, such as its timer, after it had lingered too
    /// long.
    TimedOut,
    /// The consumer did not linger, or was polled early.
    Other,
}

impl WakeUp {
    /// The consumer registers. A wait that has begun goes on.
    pub(super) fn begin_wait(&mut self, lingers: bool) {
        match self {
            _ if !lingers => *self = Self::NextItem,
            Self::NextItem => *self = Self::Lingering { since: Instant::now(), check_at: 1 },
            Self::Lingering { .. } => {}
        }
    }

    /// Returns whether to wake the consumer for this number of items. `half` is what fills half of
    /// the channel.
    pub(super) fn is_due(&mut self, items: usize, half: usize) -> bool {
        let Self::Lingering { since, check_at } = self else { return true };
        if items < *check_at {
            return false;
        }
        *check_at = (items * 2).min(half);
        items >= half || is_over(*since, LINGER / 2)
    }

    /// The consumer receives items. `woken`: the producer has woken it.
    pub(super) fn end_wait(&mut self, items: usize, woken: bool) -> WaitEnd {
        match std::mem::replace(self, Self::NextItem) {
            Self::Lingering { .. } if woken => WaitEnd::Woken(items),
            Self::Lingering { since, .. } if is_over(since, LINGER) => WaitEnd::TimedOut,
            _ => WaitEnd::Other,
        }
    }
}

/// Whether so much time has passed. None passes in a model.
fn is_over(since: Instant, time: Duration) -> bool {
    !cfg!(all(test, asyncify_loom)) && since.elapsed() >= time
}

/// The consumer's decision whether to linger, and its timer.
pub(super) struct Linger {
    timer: Option<Timer>,
    adaptive: Adaptive,
    wait: Wait,
}

/// The current wait of a consumer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// It has not begun.
    Undecided,
    Lingers {
        /// The timer was armed, or found to be.
        armed: bool,
    },
    /// The next item ends it.
    ForNextItem,
}

impl Linger {
    /// Does not linger for the first `waits`.
    pub(super) fn after(waits: u32) -> Self {
        Self { timer: None, adaptive: Adaptive::new(waits, MAX_SKIPPED), wait: Wait::Undecided }
    }

    /// Returns whether the consumer lingers if it has to wait.
    pub(super) fn lingers(&mut self) -> bool {
        if self.wait == Wait::Undecided {
            let lingers = self.adaptive.should_spin();
            self.wait = if lingers { Wait::Lingers { armed: false } } else { Wait::ForNextItem };
        }
        self.wait != Wait::ForNextItem
    }

    /// Arms the timer if the consumer lingers, and returns `true`. Returns `false` if the timer has
    /// fired: then the consumer no longer lingers, and must register again.
    pub(super) fn arm(&mut self, cx: &Context<'_>) -> bool {
        let Wait::Lingers { armed } = &mut self.wait else { return true };
        let timer = self.timer.get_or_insert_with(Timer::new);
        let mut fired = timer.has_fired(cx);
        if fired && !*armed {
            // During an earlier wait.
            timer.delay.reset(TIMEOUT);
            fired = timer.has_fired(cx);
        }
        *armed = true;
        if fired {
            self.wait = Wait::ForNextItem;
            self.adaptive.miss();
        }
        !fired
    }

    /// Learns from the end of a wait.
    pub(super) fn end_wait(&mut self, end: WaitEnd) {
        self.wait = Wait::Undecided;
        match end {
            WaitEnd::Woken(2..) => self.adaptive.hit(),
            WaitEnd::Woken(_) | WaitEnd::TimedOut => self.adaptive.miss(),
            WaitEnd::Other => {}
        }
    }
}

/// A timer that wakes the consumer.
struct Timer {
    delay: Delay,
    /// A waker that panics would end the thread of `futures-timer`.
    proxy: ProxyWaker,
}

impl Timer {
    fn new() -> Self {
        Self { delay: Delay::new(TIMEOUT), proxy: ProxyWaker::new() }
    }

    /// Returns whether the timer has fired; otherwise it is armed, and wakes the task of `cx`.
    fn has_fired(&mut self, cx: &Context<'_>) -> bool {
        // It panics if the system has refused the thread of all timers.
        catch(|| Pin::new(&mut self.delay).poll(&mut self.proxy.context(cx)).is_ready())
            .unwrap_or(true)
    }
}

#[cfg(all(test, not(asyncify_loom)))]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn long_ago() -> Instant {
        Instant::now().checked_sub(2 * LINGER).expect("the system has run for longer")
    }

    /// The numbers of items, up to half of a channel of 32, at which the consumer is woken.
    fn due(since: Instant) -> Vec<usize> {
        let mut wake_up = WakeUp::Lingering { since, check_at: 1 };
        (1..=16).filter(|items| wake_up.is_due(*items, 16)).collect()
    }

    #[test]
    fn quick_items_gather_until_the_channel_is_half_full() {
        assert_eq!(due(Instant::now() + HOUR), [16]);
    }

    #[test]
    fn slow_items_wake_the_consumer_whenever_the_clock_is_read() {
        assert_eq!(due(long_ago()), [1, 2, 4, 8, 16]);
    }

    #[test]
    fn a_consumer_that_does_not_linger_is_woken_by_each_item() {
        let mut wake_up = WakeUp::NextItem;
        wake_up.begin_wait(false);
        assert!((1..=16).all(|items| wake_up.is_due(items, 16)));
    }

    #[test]
    fn a_wait_goes_on_when_the_consumer_is_polled_again() {
        let begun = long_ago();
        let mut wake_up = WakeUp::Lingering { since: begun, check_at: 4 };
        wake_up.begin_wait(true);
        assert!(matches!(wake_up, WakeUp::Lingering { since, check_at: 4 } if since == begun));
        assert_eq!(wake_up.end_wait(1, false), WaitEnd::TimedOut);
        wake_up.begin_wait(true);
        assert_eq!(wake_up.end_wait(3, true), WaitEnd::Woken(3));
        assert_eq!(wake_up.end_wait(3, true), WaitEnd::Other);
    }

    #[test]
    fn waits_that_bring_few_items_are_followed_by_more_and_more_without_lingering() {
        let mut linger = Linger::after(1);
        let mut lingers = Vec::new();
        for _ in 0..10 {
            lingers.push(linger.lingers());
            assert_eq!(linger.lingers(), lingers[lingers.len() - 1], "one decision for each wait");
            let end = if linger.lingers() { WaitEnd::TimedOut } else { WaitEnd::Other };
            linger.end_wait(end);
        }
        let lingered: Vec<_> = (0..10).filter(|wait| lingers[*wait]).collect();
        assert_eq!(lingered, [1, 3, 6]);
        linger.adaptive = Adaptive::new(0, MAX_SKIPPED);
        for _ in 0..10 {
            assert!(linger.lingers());
            linger.end_wait(WaitEnd::Woken(2));
        }
    }

    #[test]
    fn a_timer_that_has_fired_ends_the_lingering() {
        let mut linger = Linger::after(0);
        let armed = |linger: &mut Linger| {
            assert!(linger.lingers());
            futures::executor::block_on(std::future::poll_fn(|cx| {
                if linger.arm(cx) { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
            }));
            assert!(!linger.lingers());
        };
        armed(&mut linger);
        // In a later wait, it is armed again.
        linger.end_wait(WaitEnd::Other);
        assert!(!linger.lingers());
        linger.end_wait(WaitEnd::Other);
        armed(&mut linger);
    }
}
