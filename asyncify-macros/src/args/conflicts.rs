//! Arguments that exclude each other.

use proc_macro2::Ident;

use crate::diag;
use crate::errors::Errors;

struct Conflict {
    one: &'static str,
    others: Others,
    why: &'static str,
}

enum Others {
    All,
    These(&'static [&'static str]),
}

const CONFLICTS: &[Conflict] = &[
    Conflict { one: "skip", others: Others::All, why: "a skipped method is left as it is" },
    Conflict {
        one: "in_place",
        others: Others::These(&["executor", "limit", "limiter", "timeout", "runtime", "detach"]),
        why: "`in_place` runs the body on the thread of the caller, to its end",
    },
    Conflict {
        one: "in_place",
        others: Others::These(&["lend"]),
        why: "with `in_place` nothing moves: the body gets every `&mut` as it is",
    },
    Conflict {
        one: "stream",
        others: Others::These(&["process", "remote"]),
        why: "a worker process sends one result, and no items",
    },
    Conflict {
        one: "stream",
        others: Others::These(&["in_place"]),
        why: "the iterator of a stream runs on other threads than its consumer",
    },
    Conflict {
        one: "stream",
        others: Others::These(&["timeout"]),
        why: "a stream may go on for ever; put the time limit around `next()`",
    },
    Conflict {
        one: "stream",
        others: Others::These(&["detach"]),
        why: "the items of a dropped stream have no consumer",
    },
    Conflict {
        one: "stream",
        others: Others::These(&["lend"]),
        why: "the iterator of a stream outlives the call that makes it",
    },
    Conflict {
        one: "limit",
        others: Others::These(&["limiter"]),
        why: "a call waits for one permit; `limit` makes a limiter of the function's own",
    },
    Conflict {
        one: "process",
        others: Others::These(&["executor", "runtime", "in_place"]),
        why: "the body runs in another process, on its only thread",
    },
    Conflict {
        one: "process",
        others: Others::These(&["limit", "limiter"]),
        why: "a worker runs one body at a time, so that the size of its pool is the limit",
    },
    Conflict {
        one: "process",
        others: Others::These(&["lend"]),
        why: "a worker process gets copies of the arguments, which do not come back",
    },
    Conflict {
        one: "process",
        others: Others::These(&["timeout"]),
        why: "the pool kills a worker that exceeds its time limit: `process(timeout = \"30s\")`",
    },
    Conflict {
        one: "process",
        others: Others::These(&["detach"]),
        why: "to let the worker finish, write `process(on_drop = \"detach\")`",
    },
    Conflict {
        one: "remote",
        others: Others::These(&["process", "executor", "runtime", "in_place"]),
        why: "the worker decides where the body runs: `Worker::in_processes` or `Worker::in_threads`",
    },
    Conflict {
        one: "remote",
        others: Others::These(&["limit", "limiter"]),
        why: "the workers of a queue are its limit: `Worker::concurrency`",
    },
    Conflict {
        one: "remote",
        others: Others::These(&["lend"]),
        why: "a remote worker gets copies of the arguments, which do not come back",
    },
    Conflict {
        one: "remote",
        others: Others::These(&["timeout"]),
        why: "the worker stops an attempt that exceeds its time limit: `remote(timeout = \"10m\")`",
    },
    Conflict {
        one: "remote",
        others: Others::These(&["detach"]),
        why: "to let the task go on, write `remote(on_drop = \"detach\")`",
    },
    // Within the parentheses of `remote`.
    Conflict {
        one: "at_most_once",
        others: Others::These(&["retries", "backoff"]),
        why: "the task is acknowledged before it runs, so it never runs again",
    },
];

impl Others {
    fn has(&self, key: &Ident) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.iter().any(|name| key == name),
        }
    }
}

/// Reports each pair, at the later of the two.
pub(super) fn check(seen: &[Ident], errors: &mut Errors) {
    for Conflict { one, others, why } in CONFLICTS {
        let Some(place) = seen.iter().position(|key| key == one) else { continue };
        for (position, other) in seen.iter().enumerate() {
            if position == place || !others.has(other) {
                continue;
            }
            let (earlier, later) =
                if position < place { (other, &seen[place]) } else { (&seen[place], other) };
            errors.push(diag::conflict(later, earlier, why));
        }
    }
}
