//! The table of checks.

mod form;
mod inline;
mod limits;
mod names;
mod program;
mod types;

use crate::check::{Ask, Check, Place};
use crate::forms::{FORMS, INLINE, PROGRAM, TYPES};
use crate::project::File;
pub(crate) use limits::LIMITS;

/// All checks of what has marks.
pub(crate) fn checks() -> Vec<Check> {
    let mut checks: Vec<_> = FORMS.iter().flat_map(form::checks).collect();
    checks.extend(FORMS.iter().flat_map(names::checks));
    checks.extend(types::checks(&TYPES));
    checks.extend(inline::checks(&INLINE));
    checks.extend(program::checks(&PROGRAM));
    checks
}

/// Files that are only to be without an error.
pub(crate) fn no_errors(files: &[File]) -> Vec<Check> {
    files.iter().map(|file| Check::new(file, "no error", Ask::IsClean)).collect()
}

/// A hover says all of this.
fn says<T: Into<String>>(place: Place, texts: impl IntoIterator<Item = T>) -> Ask {
    Ask::Says(place, texts.into_iter().map(Into::into).collect())
}

fn completes(names: &[&'static str]) -> Ask {
    Ask::Completes(names.to_vec())
}

fn hints(place: Place, ty: &str) -> Ask {
    Ask::Hints(place, format!(": {ty}"))
}
