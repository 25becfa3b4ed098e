use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Cell<T>(T);

#[sync_to_async]
impl<T: Send + Sync + 'static> Cell<T> {
    fn lacks_clone(&self) {}
}

#[derive(Clone)]
struct Local<T>(T);

#[sync_to_async]
impl<T: Clone + Sync + 'static> Local<T> {
    fn lacks_send(self) {}

    fn shared(&self) {}
}

#[derive(Clone)]
struct Borrowing<T>(T);

#[sync_to_async]
impl<T: Clone + Send + Sync> Borrowing<T> {
    fn may_borrow(self) {}
}

// The type itself is not generic.
struct Plain;

trait Store<T> {
    fn get(&self, key: T) -> impl Future<Output = ()> + Send;
}

#[sync_to_async]
impl<T: Send + 'static> Store<T> for Plain {
    fn get(&self, key: T) {
        drop(key);
    }
}

fn main() {}
