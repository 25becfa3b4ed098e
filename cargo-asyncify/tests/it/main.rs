//! The command as a user runs it.

mod bad_input;
mod corpus;
mod expand;
mod fix;
mod labels;
mod output;
mod project;
mod real;
mod settings;
