use asyncify_runtime::{BlockingStream, sync_to_async};

#[sync_to_async(stream)]
fn numbers(upto: &mut u8) -> impl Iterator<Item = u8> {
    0..*upto
}

fn caller(mut upto: u8) -> BlockingStream<u8> {
    numbers(&mut upto)
}

fn main() {}
