use asyncify_runtime::asyncify;

fn consume(bytes: Vec<u8>) -> usize {
    bytes.len()
}

async fn caller(bytes: Vec<u8>, names: Vec<String>) -> usize {
    let size = asyncify!(consume(bytes)).await + bytes.len();
    size + asyncify!({ names.len() }).await + names.len()
}

fn main() {}
