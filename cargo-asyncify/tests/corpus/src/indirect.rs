//! Calls that block through others.

pub mod b201_sync_function {
    pub async fn case() {
        load();
    }
    fn load() {
        let _ = std::fs::read("a");
    }
}

pub mod b202_three_functions {
    pub async fn case() {
        first();
    }
    fn first() {
        second();
    }
    fn second() {
        third();
    }
    fn third() {
        let _ = std::fs::read("a");
    }
}

pub mod b203_method {
    pub struct Config;
    impl Config {
        fn load(&self) {
            let _ = std::fs::read("a");
        }
    }
    pub async fn case(config: &Config) {
        config.load();
    }
}

pub mod b204_associated_function {
    pub struct Config;
    impl Config {
        fn load() -> Self {
            let _ = std::fs::read("a");
            Self
        }
    }
    pub async fn case() {
        Config::load();
    }
}

pub mod b205_recursion {
    pub async fn case() {
        walk(3);
    }
    fn walk(depth: usize) {
        if depth > 0 {
            walk(depth - 1);
        }
        let _ = std::fs::read_dir("a");
    }
}

pub mod b206_mutual_recursion {
    pub async fn case() {
        even(3);
    }
    fn even(depth: usize) {
        odd(depth - 1);
    }
    fn odd(depth: usize) {
        if depth == 1 {
            let _ = std::fs::read("a");
        }
        even(depth - 1);
    }
}

pub mod b207_dependency {
    pub async fn case() {
        let _ = dependency::load("a".as_ref());
    }
}

pub mod b208_async_function_of_a_dependency {
    pub async fn case() {
        let _ = dependency::load_async("a".as_ref()).await;
    }
}

pub mod b209_future_of_a_dependency {
    pub async fn case() {
        let _ = dependency::load_future("a".as_ref()).await;
    }
}

pub mod b210_drop {
    pub struct Worker(Option<std::thread::JoinHandle<()>>);
    impl Drop for Worker {
        fn drop(&mut self) {
            let _ = self.0.take().unwrap().join();
        }
    }
    pub async fn case() {
        let _worker = Worker(None);
    }
}

pub mod b211_drop_of_a_field {
    pub struct Log;
    impl Drop for Log {
        fn drop(&mut self) {
            let _ = std::fs::write("a", "b");
        }
    }
    pub struct Server {
        log: Log,
    }
    fn server() -> Server {
        Server { log: Log }
    }
    pub async fn case() {
        let server = server();
    }
}

pub mod b212_lazy_static {
    use std::sync::LazyLock;
    static CONFIG: LazyLock<Vec<u8>> = LazyLock::new(|| std::fs::read("a").unwrap());
    pub async fn case() -> usize {
        CONFIG.len()
    }
}

pub mod b213_operator {
    use std::ops::Add;
    pub struct Size(u64);
    impl Add for Size {
        type Output = Self;
        fn add(self, _: Self) -> Self {
            Self(std::fs::metadata("a").unwrap().len())
        }
    }
    pub async fn case(left: Size, right: Size) -> Size {
        left + right
    }
}

pub mod b214_index {
    use std::ops::Index;
    pub struct Directory;
    impl Index<&str> for Directory {
        type Output = u8;
        fn index(&self, name: &str) -> &u8 {
            std::fs::read(name).unwrap();
            &0
        }
    }
    pub async fn case(directory: Directory) -> u8 {
        directory["a"]
    }
}

pub mod b215_deref {
    use std::ops::Deref;
    pub struct Cached;
    impl Deref for Cached {
        type Target = u8;
        fn deref(&self) -> &u8 {
            std::fs::read("a").unwrap();
            &0
        }
    }
    pub async fn case(cached: Cached) -> u8 {
        *cached
    }
}

pub mod b216_iterator_of_our_own {
    pub struct Files;
    impl Iterator for Files {
        type Item = Vec<u8>;
        fn next(&mut self) -> Option<Vec<u8>> {
            std::fs::read("a").ok()
        }
    }
    pub async fn case() {
        for _file in Files {}
    }
}

pub mod b217_iterator_through_adapters {
    pub struct Files;
    impl Iterator for Files {
        type Item = Vec<u8>;
        fn next(&mut self) -> Option<Vec<u8>> {
            std::fs::read("a").ok()
        }
    }
    pub async fn case() -> usize {
        Files.map(|file| file.len()).filter(|length| *length > 1).count()
    }
}

pub mod b218_from {
    pub struct Text(String);
    impl From<&str> for Text {
        fn from(path: &str) -> Self {
            Self(std::fs::read_to_string(path).unwrap())
        }
    }
    pub async fn case() -> Text {
        "a".into()
    }
}

pub mod b219_from_str {
    use std::str::FromStr;
    pub struct Config(String);
    impl FromStr for Config {
        type Err = std::io::Error;
        fn from_str(path: &str) -> Result<Self, std::io::Error> {
            std::fs::read_to_string(path).map(Self)
        }
    }
    pub async fn case() {
        let _ = "a".parse::<Config>();
    }
}

pub mod b220_constructor_by_default {
    pub struct Config(Vec<u8>);
    impl Default for Config {
        fn default() -> Self {
            Self(std::fs::read("a").unwrap())
        }
    }
    pub async fn case() {
        let _ = Config::default();
    }
}
