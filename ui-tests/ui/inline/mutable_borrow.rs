use asyncify_runtime::asyncify;

fn fill(buf: &mut Vec<u8>, byte: u8) {
    buf.push(byte);
}

async fn caller(mut buf: Vec<u8>) {
    asyncify!(fill(&mut buf, 8)).await;
}

fn main() {}
