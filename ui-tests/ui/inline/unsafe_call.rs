use asyncify_runtime::asyncify;

unsafe fn raw(address: usize) -> u8 {
    address as u8
}

async fn caller() {
    asyncify!(raw(0)).await;
}

fn main() {}
