use asyncify_runtime::sync_to_async;

#[sync_to_async(lend)]
fn fill(buffer: &mut [u8]) {
    buffer.fill(0);
}

#[sync_to_async(lend)]
fn write(to: &mut dyn std::io::Write) {
    to.flush().unwrap();
}

#[sync_to_async(lend)]
fn hold(names: Option<&mut String>) {
    drop(names);
}

async fn caller() {
    fill(&mut []).await;
    write(&mut std::io::stdout()).await;
    hold(None).await;
}

fn main() {}
