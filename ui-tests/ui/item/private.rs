mod files {
    use asyncify_runtime::sync_to_async;

    pub struct Db;

    #[sync_to_async]
    fn read(path: String) -> String {
        path
    }

    impl Db {
        #[sync_to_async]
        fn get(self) -> u32 {
            8
        }
    }
}

async fn caller() {
    files::read(String::new()).await;
    files::Db.get().await;
}

fn main() {}
