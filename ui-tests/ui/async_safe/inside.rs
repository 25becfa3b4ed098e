#![deny(deprecated)]

use asyncify_runtime::async_safe;

#[async_safe]
mod inside {
    use std::fs;

    pub fn of_a_sync_function() -> impl Future<Output = bool> {
        async { fs::remove_file("in an async block").is_ok() }
    }

    pub async fn of_an_adapter(names: &[&str]) -> usize {
        names.iter().filter(|name| fs::remove_file(name).is_ok()).count()
    }

    pub fn of_a_closure() -> impl AsyncFn() {
        async || drop(fs::remove_file("in an async closure"))
    }

    pub async fn of_a_macro() {
        println!("{:?}", fs::remove_file("in the arguments of a macro"));
    }

    pub trait Named {
        fn name(&self) -> &str;
        #[allow(async_fn_in_trait)]
        async fn remove(&self) -> std::io::Result<()> {
            fs::remove_file(self.name())
        }
    }
}

fn main() {
    drop(inside::of_a_sync_function());
    drop(inside::of_an_adapter(&[]));
    drop(inside::of_a_closure());
    drop(inside::of_a_macro());
}
