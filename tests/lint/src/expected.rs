//! Each expectation is met once, wherever the lint fires.
#![expect(missing_debug_implementations, reason = "nothing is printed")]

use core::future::ready;

use asyncify_runtime::{async_to_sync, sync_to_async};

/// Holds nothing.
#[derive(Clone, Copy)]
pub struct Db;

/// In the body of a function.
#[sync_to_async]
#[expect(unused_variables, reason = "met in the body")]
pub fn function(number: u8) -> u8 {
    1
}

/// In the function that stays.
#[sync_to_async(rename = "kept_async")]
#[expect(unused_variables, clippy::needless_pass_by_value, reason = "met by the kept one")]
pub fn kept(text: String) {}

/// In the async function that stays; its sync counterpart has a name of the same style.
#[async_to_sync(rename = "Waited")]
#[expect(non_snake_case, unused_variables, reason = "met by the kept one")]
#[must_use]
pub async fn Waits(number: u8) -> u8 {
    ready(1).await
}

impl Db {
    /// In the body of a method.
    #[sync_to_async]
    #[expect(unused_variables, reason = "met in the body")]
    pub fn body(&self, number: u8) -> u8 {
        1
    }

    /// At its signature.
    #[sync_to_async]
    #[expect(non_snake_case, reason = "met by the name")]
    pub fn Name(self) -> u8 {
        1
    }

    /// At both.
    #[sync_to_async]
    #[expect(non_snake_case, unused_variables, reason = "met by the name and in the body")]
    pub fn Both(self, number: u8) -> u8 {
        1
    }

    #[sync_to_async]
    #[expect(dead_code, reason = "nobody calls it")]
    fn unused(self) -> u8 {
        1
    }
}

/// Holds nothing either.
#[derive(Clone, Copy)]
pub struct Block;

#[sync_to_async]
impl Block {
    /// In the body.
    #[expect(unused_variables, reason = "met in the body")]
    pub fn in_block(self, number: u8) -> u8 {
        1
    }
}

/// Methods of an annotated trait.
#[sync_to_async]
pub trait Store: Clone + Send + Sync + 'static {
    /// At its signature.
    #[expect(non_snake_case, reason = "met by the name")]
    fn Declared(&self) -> u8;

    /// In a default body.
    #[expect(unused_variables, reason = "met in the body")]
    fn given(&self, number: u8) -> u8 {
        1
    }

    /// At the signature of a method with a body.
    #[expect(non_snake_case, reason = "met by the name")]
    fn Given(&self) -> u8 {
        1
    }
}

#[sync_to_async]
impl Store for Db {
    fn Declared(&self) -> u8 {
        1
    }

    #[expect(unused_variables, reason = "met in the body")]
    fn given(&self, number: u8) -> u8 {
        2
    }
}
