use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Words<'a>(&'a str);

#[sync_to_async]
impl Words<'_> {
    fn count(&self) -> usize {
        self.0.len()
    }
}

impl Words<'_> {
    #[sync_to_async]
    fn into_count(self) -> usize {
        self.0.len()
    }
}

fn main() {}
