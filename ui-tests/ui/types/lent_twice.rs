use asyncify_runtime::sync_to_async;

#[sync_to_async(lend)]
fn push(list: &mut Vec<u8>, byte: u8) {
    list.push(byte);
}

async fn caller() {
    let mut list = Vec::new();
    let first = push(&mut list, 1);
    let second = push(&mut list, 2);
    first.await;
    second.await;
}

fn main() {}
