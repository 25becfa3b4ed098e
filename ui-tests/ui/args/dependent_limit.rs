use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Db;

impl Db {
    const AT_ONCE: usize = 2;

    #[sync_to_async(limit = Self::AT_ONCE)]
    fn get(&self) -> u8 {
        1
    }
}

#[derive(Clone)]
struct Pool<const N: usize>;

#[sync_to_async(limit = N + 1)]
impl<const N: usize> Pool<N> {
    fn get(&self) -> usize {
        N
    }
}

#[sync_to_async(limit = size_of::<T>())]
fn sized<T: Send + 'static>(value: T) -> T {
    value
}

// A name of another's, which is the same.
mod limits {
    pub const T: usize = 2;
}

#[sync_to_async(limit = limits::T)]
fn other<T: Send + 'static>(value: T) -> T {
    value
}

async fn caller() {
    let _ = (Db.get().await, Pool::<1>.get().await, sized(1).await, other(1).await);
}

fn main() {}
