//! The joiner's short look for a result that is about to be there.

/// What a look found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    /// The result is there.
    Result,
    /// It is not; park.
    Nothing,
    /// Looking pays so well that other tasks should have their turn: wake yourself and return.
    TurnOver,
}

/// Looks for a result for about as long as parking would cost.
pub(crate) fn look(mut ready: impl FnMut() -> bool) -> Found {
    if ready() { Found::Result } else { Found::Nothing }
}
