//! Cancellation tokens. What a running body sees of its own cancellation is in `call/cancelled`.

mod guard;
mod token;

pub use self::guard::DropGuard;
pub use self::token::CancellationToken;
