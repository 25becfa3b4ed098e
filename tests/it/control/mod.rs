//! What a call can be told, by the attribute or inline: limits, time-outs, tokens, scopes, contexts
//! and the way back.

mod arguments;
mod boxed;
mod drops;
mod hooks;
mod in_place;
mod lend;
mod limits;
mod on_drop;
mod scopes;
mod spans;
mod timeouts;
mod to_sync;
mod tokens;
mod waits;
