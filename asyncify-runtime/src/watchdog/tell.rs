//! Reports, on the keeper's thread and with no lock held.

use super::handle::Config;
use super::stall::Stall;
use crate::util::{catch, drop_quietly};

#[derive(Debug)]
pub(super) enum News {
    Stuck(Stall),
    Over(Stall),
}

pub(super) fn tell(news: News) {
    let stall = match news {
        News::Stuck(mut stall) => {
            stall.look_closer();
            stall
        }
        News::Over(stall) => stall,
    };
    // The hook has told of a panic; the thread looks on.
    let heard = catch(|| stall.task().listener.hear(&stall)).unwrap_or_else(|payload| {
        drop_quietly(payload);
        true
    });
    let Config { on_stall, on_stall_over, .. } = stall.watchdog();
    let callback = if stall.is_over() { on_stall_over } else { on_stall };
    if let Some(callback) = callback {
        if let Err(payload) = catch(|| callback(&stall)) {
            drop_quietly(payload);
        }
    } else if !heard && on_stall.is_none() && on_stall_over.is_none() {
        // Somebody has to hear of it.
        eprintln!("asyncify watchdog: {stall}");
    }
    drop_quietly(stall);
}

#[cfg(not(feature = "tracing"))]
pub(super) use self::silent::Listener;
#[cfg(feature = "tracing")]
pub(super) use self::tracing::Listener;

#[cfg(feature = "tracing")]
mod tracing {
    use tracing::subscriber::NoSubscriber;
    use tracing::{Dispatch, Span, dispatcher};

    use super::Stall;

    /// The dispatcher and the span of a task, as they were at its first watched poll.
    pub(in super::super) struct Listener(Option<(Dispatch, Span)>);

    impl Listener {
        pub(in super::super) fn current() -> Self {
            let dispatcher = subscriber();
            // Not inside `get_default`, where there is no current span.
            Self(dispatcher.map(|dispatcher| (dispatcher, Span::current())))
        }

        /// `false`: nobody listens.
        pub(in super::super) fn hear(&self, stall: &Stall) -> bool {
            if let Some((dispatcher, span)) = &self.0 {
                dispatcher::with_default(dispatcher, || span.in_scope(|| event(stall)));
                return true;
            }
            // A subscriber of the whole process may have come since. Without one the event is not
            // even touched: `tracing` would remember that nobody is interested in it.
            let somebody = subscriber().is_some();
            if somebody {
                event(stall);
            }
            somebody
        }
    }

    impl Drop for Listener {
        /// Closes the span where its dispatcher is current, as the spans of calls are.
        fn drop(&mut self) {
            if let Some((dispatcher, span)) = self.0.take() {
                dispatcher::with_default(&dispatcher, || drop(span));
            }
        }
    }

    fn subscriber() -> Option<Dispatch> {
        dispatcher::get_default(|dispatcher| {
            (!dispatcher.is::<NoSubscriber>()).then(|| dispatcher.clone())
        })
    }

    fn event(stall: &Stall) {
        let location = stall.location();
        tracing::warn!(
            target: "asyncify_runtime::watchdog",
            {
                task.name = stall.name(),
                loc.file = location.file(),
                loc.line = location.line(),
                loc.col = location.column(),
                thread.name = stall.thread_name(),
                thread.id = stall.thread_id(),
                length = ?stall.length(),
                over = stall.is_over(),
                activity = stall.activity(),
            },
            "{stall}"
        );
    }
}

#[cfg(not(feature = "tracing"))]
mod silent {
    /// Nobody listens.
    pub(in super::super) struct Listener;

    impl Listener {
        pub(in super::super) fn current() -> Self {
            Self
        }

        #[allow(clippy::unused_self, reason = "with the feature `tracing` it is used")]
        pub(in super::super) fn hear(&self, _: &super::Stall) -> bool {
            false
        }
    }
}
