//! Listed calls, by each way in which they can be written.

pub mod b001_whole_path {
    pub async fn case() {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}

pub mod b002_module {
    use std::{thread, time::Duration};
    pub async fn case() {
        thread::sleep(Duration::from_secs(1));
    }
}

pub mod b003_function {
    use std::{thread::sleep, time::Duration};
    pub async fn case() {
        sleep(Duration::from_secs(1));
    }
}

pub mod b004_renamed_function {
    use std::fs::read_to_string as slurp;
    pub async fn case() {
        let _ = slurp("a");
    }
}

pub mod b005_renamed_module {
    use std::fs as files;
    pub async fn case() {
        let _ = files::metadata("a");
    }
}

pub mod b006_glob {
    use std::fs::*;
    pub async fn case() {
        let _ = remove_file("a");
    }
}

pub mod b007_reexport {
    mod system {
        pub use std::fs::write;
    }
    pub async fn case() {
        let _ = system::write("a", "b");
    }
}

pub mod b008_use_in_the_function {
    pub async fn case() {
        use std::fs::copy;
        let _ = copy("a", "b");
    }
}

pub mod b009_associated_function {
    use std::fs::File;
    pub async fn case() {
        let _ = File::open("a");
    }
}

pub mod b010_type_alias {
    type Handle = std::fs::File;
    pub async fn case() {
        let _ = Handle::create("a");
    }
}

pub mod b011_method_of_path {
    use std::path::Path;
    pub async fn case(path: &Path) -> bool {
        path.exists()
    }
}

pub mod b012_method_through_deref {
    use std::path::PathBuf;
    pub async fn case(path: PathBuf) -> bool {
        path.is_dir()
    }
}

pub mod b013_method_through_two_derefs {
    use std::{path::PathBuf, sync::Arc};
    pub async fn case(path: Arc<PathBuf>) {
        let _ = path.canonicalize();
    }
}

pub mod b014_method_as_function {
    use std::path::Path;
    pub async fn case(path: &Path) {
        let _ = Path::metadata(path);
    }
}

pub mod b015_builder {
    use std::fs::OpenOptions;
    pub async fn case() {
        let _ = OpenOptions::new().read(true).write(true).open("a");
    }
}

pub mod b016_command {
    use std::process::Command;
    pub async fn case() {
        let _ = Command::new("a").arg("b").output();
    }
}

pub mod b017_child {
    use std::process::Child;
    pub async fn case(mut child: Child) {
        let _ = child.wait();
    }
}

pub mod b018_connect {
    use std::net::TcpStream;
    pub async fn case() {
        let _ = TcpStream::connect("a:1");
    }
}

pub mod b019_accept {
    use std::net::TcpListener;
    pub async fn case(listener: TcpListener) {
        let _ = listener.accept();
    }
}

pub mod b020_resolve {
    use std::net::ToSocketAddrs;
    pub async fn case() {
        let _ = ("a", 1).to_socket_addrs();
    }
}

pub mod b021_receive {
    use std::sync::mpsc::Receiver;
    pub async fn case(receiver: Receiver<u8>) {
        let _ = receiver.recv();
    }
}

pub mod b022_join {
    use std::thread::JoinHandle;
    pub async fn case(handle: JoinHandle<()>) {
        let _ = handle.join();
    }
}

pub mod b023_field {
    use std::sync::mpsc::Receiver;
    pub struct Inbox {
        receiver: Receiver<u8>,
    }
    impl Inbox {
        pub async fn case(&self) {
            let _ = self.receiver.recv();
        }
    }
}

pub mod b024_block_on {
    pub async fn case() {
        futures::executor::block_on(async {});
    }
}

pub mod b025_handle_block_on {
    pub async fn case() {
        tokio::runtime::Handle::current().block_on(async {});
    }
}

pub mod b026_blocking_receive {
    pub async fn case(mut receiver: tokio::sync::mpsc::Receiver<u8>) {
        let _ = receiver.blocking_recv();
    }
}

pub mod b027_other_crate {
    pub async fn case() {
        let _ = fs_err::read("a");
    }
}

pub mod b028_crossbeam {
    pub async fn case(receiver: crossbeam_channel::Receiver<u8>) {
        let _ = receiver.recv();
    }
}

pub mod b029_flume {
    pub async fn case(receiver: flume::Receiver<u8>) {
        let _ = receiver.recv();
    }
}

pub mod b030_condition_variable {
    use std::sync::{Condvar, Mutex};
    pub async fn case(lock: &Mutex<bool>, condition: &Condvar) {
        let guard = condition.wait(lock.lock().unwrap());
        drop(guard);
    }
}

pub mod b031_alias_of_another_crate {
    pub async fn case(lock: &parking_lot::Mutex<bool>, condition: &parking_lot::Condvar) {
        condition.wait(&mut lock.lock());
    }
}

pub mod b032_temporary_file {
    pub async fn case() {
        let _ = tempfile::tempfile();
    }
}

pub mod b033_rayon {
    pub async fn case() {
        rayon::join(|| (), || ());
    }
}

pub mod b034_in_an_argument {
    pub async fn case() -> usize {
        usize::max(std::fs::read("a").unwrap().len(), 1)
    }
}

pub mod b035_after_a_question_mark {
    pub async fn case() -> std::io::Result<String> {
        let text = std::fs::read_to_string("a")?.trim().to_owned();
        Ok(text)
    }
}

pub mod b036_sleep_of_a_computed_time {
    use std::time::Duration;
    fn backoff(attempt: u32) -> Duration {
        Duration::from_secs(1) * attempt
    }
    pub async fn case() {
        std::thread::sleep(backoff(0));
    }
}

pub mod b037_block_on_as_a_method_of_the_future {
    use pollster::FutureExt;
    pub async fn case() {
        async {}.block_on();
    }
}
