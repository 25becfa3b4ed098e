#![allow(dead_code)]

#[derive(Clone)]
struct Db<T>(T);

trait Store {
    async fn f(&self) -> String;
}

impl<T: Clone + Send + Sync + 'static> Store for Db<T> {
    // sync_to_async
    async fn f(&self) -> String {
        self.0.to_string()
    }
}

fn main() {}
