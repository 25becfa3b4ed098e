//! What a call can be told: limits, time-outs, tokens, scopes, contexts and the way back.

mod drops;
mod hooks;
mod limits;
mod scopes;
mod spans;
mod timeouts;
mod tokens;
mod waits;
