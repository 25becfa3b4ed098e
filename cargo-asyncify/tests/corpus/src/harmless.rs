//! What looks like a call that blocks.

pub mod n101_async_namesake {
    pub async fn case() {
        let _ = tokio::fs::read("a").await;
    }
}

pub mod n102_module_of_our_own {
    mod fs {
        pub fn read(_: &str) {}
    }
    pub async fn case() {
        fs::read("a");
    }
}

pub mod n103_use_in_the_function {
    pub async fn case() {
        use tokio::fs;
        let _ = fs::read("a").await;
    }
}

pub mod n104_method_of_our_own {
    pub struct Inbox;
    impl Inbox {
        fn recv(&self) {}
    }
    pub async fn case(inbox: Inbox) {
        inbox.recv();
    }
}

pub mod n105_read_of_a_cursor {
    use std::io::{Cursor, Read};
    pub async fn case(mut cursor: Cursor<Vec<u8>>) {
        let _ = cursor.read_to_end(&mut Vec::new());
    }
}

pub mod n106_write_to_a_vector {
    use std::io::Write;
    pub async fn case(mut bytes: Vec<u8>) {
        let _ = write!(bytes, "{}", 1);
    }
}

pub mod n107_generic_helper_with_a_slice {
    use std::io::Read;
    fn parse<R: Read>(mut reader: R) {
        let _ = reader.read(&mut [0]);
    }
    pub async fn case(bytes: &[u8]) {
        parse(bytes);
    }
}

pub mod n108_copy_in_memory {
    pub async fn case(mut from: &[u8], mut to: Vec<u8>) {
        let _ = std::io::copy(&mut from, &mut to);
    }
}

pub mod n109_async_read {
    use tokio::io::AsyncReadExt;
    pub async fn case(mut file: tokio::fs::File) {
        let _ = file.read_to_end(&mut Vec::new()).await;
    }
}

pub mod n110_future_that_sync_code_makes {
    fn make() -> impl Future {
        async {}
    }
    pub async fn case() {
        make().await;
    }
}

pub mod n111_try_receive {
    pub async fn case(receiver: std::sync::mpsc::Receiver<u8>) {
        let _ = receiver.try_recv();
    }
}

pub mod n112_path_in_memory {
    pub async fn case(path: &std::path::Path) -> bool {
        path.join("a").is_absolute() && path.file_name().is_some()
    }
}

pub mod n113_sleep_of_the_runtime {
    pub async fn case() {
        tokio::time::sleep(std::time::Duration::ZERO).await;
    }
}

pub mod n114_known_harmless_impl {
    pub trait Load {
        fn load(&self);
    }
    pub struct Files;
    impl Load for Files {
        fn load(&self) {
            let _ = std::fs::read("a");
        }
    }
    pub struct Memory;
    impl Load for Memory {
        fn load(&self) {}
    }
    pub async fn case(memory: Memory) {
        memory.load();
    }
}

pub mod n115_generic_helper_with_the_harmless_impl {
    pub trait Load {
        fn load(&self);
    }
    pub struct Files;
    impl Load for Files {
        fn load(&self) {
            let _ = std::fs::read("a");
        }
    }
    pub struct Memory;
    impl Load for Memory {
        fn load(&self) {}
    }
    fn run(load: &impl Load) {
        load.load();
    }
    pub async fn case() {
        run(&Memory);
    }
}

pub mod n116_drop_of_something_moved_away {
    pub struct Worker;
    impl Drop for Worker {
        fn drop(&mut self) {
            let _ = std::fs::remove_file("a");
        }
    }
    pub async fn case() -> Worker {
        let worker = Worker;
        worker
    }
}

pub mod n117_iterator_that_is_not_run {
    pub async fn case(paths: Vec<String>) -> usize {
        paths.iter().map(|path| path.len()).count()
    }
}

pub mod n118_channel_of_the_runtime {
    pub async fn case(mut receiver: tokio::sync::mpsc::Receiver<u8>) {
        while let Some(_) = receiver.recv().await {}
    }
}

pub mod n119_command_of_another_kind {
    pub struct Command;
    impl Command {
        fn output(&self) {}
        fn status(&self) {}
    }
    pub async fn case(command: Command) {
        command.output();
        command.status();
    }
}

pub mod n120_string_that_is_parsed {
    pub async fn case() -> u8 {
        "1".parse().unwrap()
    }
}

pub mod n121_join_of_paths_and_strings {
    pub async fn case(parts: Vec<String>) -> String {
        parts.join("/")
    }
}

pub mod n122_lazy_static_in_memory {
    use std::sync::LazyLock;
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| vec!["a"]);
    pub async fn case() -> usize {
        NAMES.len()
    }
}

pub mod n123_drop_of_something_that_a_method_takes {
    pub struct Worker;
    impl Drop for Worker {
        fn drop(&mut self) {
            let _ = std::fs::remove_file("a");
        }
    }
    impl Worker {
        fn keep(self) {
            std::mem::forget(self);
        }
    }
    pub async fn case() {
        let worker = Worker;
        worker.keep();
    }
}

pub mod n124_closure_that_is_kept_in_a_field {
    pub struct Loader<F> {
        pub load: F,
    }
    pub async fn case() -> Loader<fn() -> Vec<u8>> {
        Loader { load: || std::fs::read("a").unwrap() }
    }
}

pub mod n125_time_limit_of_zero {
    use std::time::Duration;
    pub async fn case(receiver: std::sync::mpsc::Receiver<u8>) {
        std::thread::sleep(Duration::ZERO);
        std::thread::park_timeout(Duration::new(0, 0));
        let _ = receiver.recv_timeout(Duration::from_millis(0));
    }
}

pub mod n126_function_that_spawns {
    fn start() {
        tokio::spawn(crate::context::b112_in_a_loop::case());
    }
    pub async fn case() {
        start();
    }
}
