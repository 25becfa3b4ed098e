//! The command as a user runs it.

mod bad_input;
// Of the tests of the main workspace, which ask rust-analyzer, too.
#[path = "../../../tests/ide/client.rs"]
mod client;
mod corpus;
mod editor;
mod expand;
mod fix;
mod labels;
mod output;
mod project;
mod real;
mod settings;
