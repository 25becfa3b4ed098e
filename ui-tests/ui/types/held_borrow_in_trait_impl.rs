use asyncify_runtime::sync_to_async;

trait Store {
    fn get(&self, key: Option<&str>) -> impl Future<Output = ()> + Send;
    fn log(&self, to: &(dyn std::fmt::Debug + Sync)) -> impl Future<Output = ()> + Send;
}

#[derive(Clone)]
struct Db;

#[sync_to_async]
impl Store for Db {
    fn get(&self, key: Option<&str>) {
        drop(key);
    }

    fn log(&self, to: &(dyn std::fmt::Debug + Sync)) {
        println!("{to:?}");
    }
}

fn main() {}
