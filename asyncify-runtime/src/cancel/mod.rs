//! Cancellation tokens. The functions with which a running body checks its own cancellation are in
//! `call/cancelled`.

mod guard;
mod held;
mod token;

pub use self::guard::DropGuard;
pub(crate) use self::held::HeldToken;
pub use self::token::CancellationToken;
