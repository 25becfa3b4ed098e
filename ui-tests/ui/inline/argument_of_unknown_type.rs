use asyncify_runtime::asyncify;

fn connect(port: u16) -> u16 {
    port
}

fn any<T: Default + Send + 'static>(_: T) {}

async fn caller() {
    let port = Default::default();
    asyncify!(connect(port)).await;
}

async fn generic_call() {
    asyncify!(any(8_u8.into())).await;
}

fn main() {}
