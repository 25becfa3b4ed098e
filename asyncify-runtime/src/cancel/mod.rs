//! Cancellation tokens. The functions with which a running body checks its own cancellation are in
//! `call/cancelled`.

mod guard;
mod token;

pub use self::guard::DropGuard;
pub use self::token::CancellationToken;
