use std::borrow::Cow;
use std::sync::MutexGuard;

use asyncify_runtime::sync_to_async;

struct Words<'a>(&'a str);

#[sync_to_async]
fn option(name: Option<&str>) {
    drop(name);
}

#[sync_to_async]
fn elided(words: Words<'_>) {
    drop(words);
}

#[sync_to_async]
fn named<'a>(text: Cow<'a, str>) {
    drop(text);
}

#[sync_to_async]
fn guard(guard: MutexGuard<'_, u32>) {
    drop(guard);
}

#[sync_to_async]
fn tuple((name, size): (&std::path::Path, usize)) {
    drop((name, size));
}

#[sync_to_async]
fn slice(names: &[&str]) {
    drop(names);
}

#[sync_to_async]
fn object(read: Box<dyn Fn(u32) -> u32 + '_>) {
    drop(read);
}

#[sync_to_async]
fn mutable(buf: Option<&mut [u8]>) {
    drop(buf);
}

fn main() {}
