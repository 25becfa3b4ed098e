#![allow(dead_code, unused)]
use asyncify_runtime::async_safe;

#[async_safe]
pub mod cases {
    use std::fs::{self, File, read_to_string as slurp};
    use std::io::{self, BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream, ToSocketAddrs};
    use std::path::Path;
    use std::process::Command;
    use std::sync::{Mutex, mpsc};
    use std::thread;
    use std::time::Duration;
    async fn pause() {}

    pub async fn case_01_sleep_whole_path() {
        std::thread::sleep(Duration::ZERO);
    }
    pub async fn case_02_sleep_by_module() {
        thread::sleep(Duration::ZERO);
    }
    pub async fn case_03_sleep_by_function() {
        use std::thread::sleep;
        sleep(Duration::ZERO);
    }
    pub async fn case_04_sleep_by_glob() {
        use std::thread::*;
        sleep(Duration::ZERO);
    }
    pub async fn case_05_fs_function() {
        let _ = fs::read("a");
    }
    pub async fn case_06_fs_renamed_function() {
        let _ = slurp("a");
    }
    pub async fn case_07_file_open() {
        let _ = File::open("a");
    }
    pub async fn case_08_file_read(mut file: File) {
        let _ = file.read_to_string(&mut String::new());
    }
    pub async fn case_09_path_exists(path: &Path) -> bool {
        path.exists()
    }
    pub async fn case_10_connect() {
        let _ = TcpStream::connect("a:1");
    }
    pub async fn case_11_accept(listener: TcpListener) {
        let _ = listener.accept();
    }
    pub async fn case_12_resolve() {
        let _ = ("a", 1).to_socket_addrs();
    }
    pub async fn case_13_stream_read(stream: TcpStream) {
        let _ = BufReader::new(stream).read_line(&mut String::new());
    }
    pub async fn case_14_command_output() {
        let _ = Command::new("a").arg("b").output();
    }
    pub async fn case_15_child_wait() -> io::Result<()> {
        let mut child = Command::new("a").spawn()?;
        child.wait()?;
        Ok(())
    }
    pub async fn case_16_stdin() {
        let _ = io::stdin().read_line(&mut String::new());
    }
    pub async fn case_17_mpsc_recv(receiver: mpsc::Receiver<u8>) {
        let _ = receiver.recv();
    }
    pub async fn case_18_join() {
        let _ = thread::spawn(|| ()).join();
    }
    pub async fn case_19_block_on() {
        futures::executor::block_on(pause());
    }
    pub async fn case_20_handle_block_on() {
        tokio::runtime::Handle::current().block_on(pause());
    }
    pub async fn case_21_blocking_recv(mut receiver: tokio::sync::mpsc::Receiver<u8>) {
        receiver.blocking_recv();
    }
    pub async fn case_22_guard_over_await(mutex: &Mutex<u8>) {
        let guard = mutex.lock().unwrap();
        pause().await;
        drop(guard);
    }
    pub fn case_23_async_block() -> impl Future<Output = ()> {
        async { thread::sleep(Duration::ZERO) }
    }
    pub async fn case_24_adapter(names: &[&str]) -> usize {
        names.iter().filter(|name| fs::metadata(name).is_ok()).count()
    }
    pub async fn case_25_macro_argument() {
        println!("{:?}", fs::read("a"));
    }
    pub struct Inbox {
        receiver: mpsc::Receiver<u8>,
    }
    impl Inbox {
        pub async fn case_26_field(&self) {
            let _ = self.receiver.recv();
        }
    }
    pub async fn case_27_through_a_function() {
        helper()
    }
    fn helper() {
        thread::sleep(Duration::ZERO);
    }
    pub async fn case_28_generic(mut reader: impl Read) {
        let _ = reader.read(&mut [0]);
    }

    pub async fn right_01_asyncify() {
        let _ = asyncify_runtime::asyncify!(fs::read("a")).await;
    }
    pub async fn right_02_spawn_blocking() {
        let _ = tokio::task::spawn_blocking(|| fs::read("a")).await;
    }
    pub async fn right_03_thread() {
        thread::spawn(|| thread::sleep(Duration::ZERO));
    }
    pub async fn right_04_nested_fn() {
        fn size() -> usize {
            fs::read("a").unwrap().len()
        }
        let _ = size;
    }
    pub fn right_05_sync_fn() {
        thread::sleep(Duration::ZERO);
    }
    pub async fn right_06_shadowed() {
        mod thread {
            pub fn sleep() {}
        }
        thread::sleep();
    }
    pub async fn right_07_tokio_fs() {
        use tokio::fs;
        let _ = fs::read("a").await;
    }
    pub async fn right_08_guard_dropped(mutex: &Mutex<u8>) {
        let guard = mutex.lock().unwrap();
        drop(guard);
        pause().await;
    }
    #[asyncify_runtime::sync_to_async]
    pub async fn right_09_annotated() {
        thread::sleep(Duration::ZERO);
    }
    pub async fn right_10_block_in_place() {
        tokio::task::block_in_place(|| thread::sleep(Duration::ZERO));
    }
    pub async fn right_11_unblocked(mutex: &Mutex<u8>) {
        *mutex.lock().unwrap() += 1;
        pause().await;
    }
}
