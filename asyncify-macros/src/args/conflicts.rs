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
        one: "limit",
        others: Others::These(&["limiter"]),
        why: "a call waits for one permit; `limit` makes a limiter of the function's own",
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
