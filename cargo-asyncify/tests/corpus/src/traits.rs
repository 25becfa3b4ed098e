//! Dispatch.

pub mod b401_trait_method_of_a_known_type {
    pub trait Load {
        fn load(&self);
    }
    pub struct Files;
    impl Load for Files {
        fn load(&self) {
            let _ = std::fs::read("a");
        }
    }
    pub async fn case(files: Files) {
        files.load();
    }
}

pub mod b402_trait_object {
    pub trait Load {
        fn load(&self);
    }
    pub struct Files;
    impl Load for Files {
        fn load(&self) {
            let _ = std::fs::read("a");
        }
    }
    pub async fn case(files: Box<dyn Load>) {
        files.load();
    }
}

pub mod b403_generic {
    pub trait Load {
        fn load(&self);
    }
    pub struct Files;
    impl Load for Files {
        fn load(&self) {
            let _ = std::fs::read("a");
        }
    }
    pub async fn case<L: Load>(files: L) {
        files.load();
    }
}

pub mod b404_generic_helper_with_a_known_type {
    pub trait Load {
        fn load(&self);
    }
    pub struct Files;
    impl Load for Files {
        fn load(&self) {
            let _ = std::fs::read("a");
        }
    }
    fn run(load: &impl Load) {
        load.load();
    }
    pub async fn case() {
        run(&Files);
    }
}

pub mod b405_provided_method {
    pub trait Load {
        fn path(&self) -> String;
        fn load(&self) {
            let _ = std::fs::read(self.path());
        }
    }
    pub struct Files;
    impl Load for Files {
        fn path(&self) -> String {
            "a".to_owned()
        }
    }
    pub async fn case(files: Files) {
        files.load();
    }
}

pub mod b406_provided_method_that_calls_an_implemented_one {
    pub trait Load {
        fn read(&self);
        fn load(&self) {
            self.read();
        }
    }
    pub struct Files;
    impl Load for Files {
        fn read(&self) {
            let _ = std::fs::read("a");
        }
    }
    pub async fn case(files: Files) {
        files.load();
    }
}

pub mod b407_extension_trait {
    pub trait PathExt {
        fn load(&self);
    }
    impl<P: AsRef<std::path::Path>> PathExt for P {
        fn load(&self) {
            let _ = std::fs::read(self.as_ref());
        }
    }
    pub async fn case() {
        "a".load();
    }
}

pub mod b408_function_of_a_type_parameter {
    pub trait Load {
        fn load();
    }
    pub struct Files;
    impl Load for Files {
        fn load() {
            let _ = std::fs::read("a");
        }
    }
    pub async fn case<L: Load>() {
        L::load();
    }
}

pub mod b409_qualified_path {
    pub trait Load {
        fn load();
    }
    pub struct Files;
    impl Load for Files {
        fn load() {
            let _ = std::fs::read("a");
        }
    }
    pub async fn case() {
        <Files as Load>::load();
    }
}
