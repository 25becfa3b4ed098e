//! The command as a user runs it.

mod bad_input;
mod corpus;
mod fix;
mod output;
mod project;
mod real;
mod settings;
