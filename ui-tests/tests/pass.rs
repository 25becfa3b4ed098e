//! What the attribute keeps of a function, and what its future is: right programs, which compile.

#[path = "../pass/async_safe.rs"]
mod async_safe;
#[path = "../pass/output.rs"]
mod output;
#[path = "../pass/send.rs"]
mod send;
#[path = "../pass/signature.rs"]
mod signature;
#[path = "../pass/size.rs"]
mod size;
