//! Closures and functions as values.

pub mod b301_closure_argument {
    pub async fn case(paths: Vec<String>) {
        paths.iter().for_each(|path| drop(std::fs::read(path)));
    }
}

pub mod b302_function_as_an_argument {
    pub async fn case(paths: Vec<String>) {
        let _: Vec<_> = paths.iter().map(std::fs::read_to_string).collect();
    }
}

pub mod b303_own_function_as_an_argument {
    fn load(path: &String) {
        let _ = std::fs::read(path);
    }
    pub async fn case(paths: Vec<String>) {
        paths.iter().for_each(load);
    }
}

pub mod b304_closure_in_a_variable {
    pub async fn case() {
        let load = || std::fs::read("a");
        let _ = load();
    }
}

pub mod b305_function_in_a_variable {
    pub async fn case() {
        let load = std::fs::remove_file::<&str>;
        let _ = load("a");
    }
}

pub mod b306_closure_that_is_passed_on {
    fn with(work: impl Fn()) {
        inner(work);
    }
    fn inner(work: impl Fn()) {
        work();
    }
    pub async fn case() {
        with(|| drop(std::fs::read("a")));
    }
}

pub mod b307_closure_of_a_dependency {
    pub async fn case() {
        dependency::with(|| std::fs::read("a")).unwrap();
    }
}

pub mod b308_unwrap_or_else {
    pub async fn case(text: Option<Vec<u8>>) -> Vec<u8> {
        text.unwrap_or_else(|| std::fs::read("a").unwrap())
    }
}

pub mod b309_method_of_a_path_as_an_argument {
    use std::path::PathBuf;
    pub async fn case(paths: Vec<PathBuf>) -> usize {
        paths.iter().filter(|path| path.is_file()).count()
    }
}

pub mod b310_boxed_closure {
    pub async fn case() {
        let load: Box<dyn Fn()> = Box::new(|| drop(std::fs::read("a")));
        load();
    }
}

pub mod b311_closure_that_is_called_at_once {
    pub async fn case() {
        (|| std::fs::read("a"))().unwrap();
    }
}

pub mod b312_function_pointer_parameter {
    fn twice(load: fn(&'static str) -> std::io::Result<()>) {
        let _ = load("a");
        let _ = load("b");
    }
    fn remove(path: &'static str) -> std::io::Result<()> {
        std::fs::remove_file(path)
    }
    pub async fn case() {
        twice(remove);
    }
}

pub mod b313_callback_that_is_kept {
    pub async fn case(hooks: &mut dependency::Hooks) {
        hooks.add(|| drop(std::fs::read("a")));
    }
}

pub mod b314_function_in_a_field {
    pub struct Loader {
        load: fn() -> Vec<u8>,
    }
    fn load() -> Vec<u8> {
        std::fs::read("a").unwrap()
    }
    pub async fn case() -> Vec<u8> {
        let loader = Loader { load };
        (loader.load)()
    }
}

pub mod b315_closure_in_a_field {
    pub struct Loader {
        pub load: Box<dyn Fn() -> Vec<u8>>,
    }
    pub async fn case() -> Loader {
        Loader { load: Box::new(|| std::fs::read("a").unwrap()) }
    }
}

pub mod b316_callback_that_is_called_or_moved_to_a_thread {
    fn run(short: bool, work: impl FnOnce() + Send + 'static) {
        if short {
            work();
        } else {
            std::thread::spawn(work);
        }
    }
    pub async fn case() {
        run(true, || drop(std::fs::read("a")));
    }
}
