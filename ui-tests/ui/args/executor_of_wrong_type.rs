use asyncify_runtime::sync_to_async;

#[sync_to_async(executor = 8)]
fn literal() {}

#[sync_to_async(executor = asyncify_runtime::Inline)]
fn not_borrowed() {}

struct Thread;

#[sync_to_async(executor = &Thread)]
fn no_executor() {}

fn main() {}
