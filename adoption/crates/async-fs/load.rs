//! Files of a directory: their metadata, their bytes, their names.

use std::path::{Path, PathBuf};

use asyncify_adoption::Loads;
use futures_lite::{AsyncReadExt, StreamExt};

fn file(directory: &Path, name: &str, size: usize) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, vec![7; size]).unwrap();
    path
}

fn main() {
    let mut loads = Loads::from_args();
    let directory = loads.directory().to_owned();

    loads.load("metadata", async {
        let path = file(&directory, "small", 4 << 10);
        move |_, _| {
            let path = path.clone();
            async move { assert_eq!(async_fs::metadata(path).await.unwrap().len(), 4 << 10) }
        }
    });
    loads.load("read 4 KiB", async {
        let path = file(&directory, "small", 4 << 10);
        move |_, _| {
            let path = path.clone();
            async move { assert_eq!(async_fs::read(path).await.unwrap().len(), 4 << 10) }
        }
    });
    loads.load("read a `File` of 1 MiB", async {
        let path = file(&directory, "large", 1 << 20);
        move |_, _| {
            let path = path.clone();
            async move {
                let mut file = async_fs::File::open(path).await.unwrap();
                let mut buffer = vec![0; 16 << 10];
                let mut total = 0;
                loop {
                    match file.read(&mut buffer).await.unwrap() {
                        0 => break,
                        bytes => total += bytes,
                    }
                }
                assert_eq!(total, 1 << 20);
            }
        }
    });
    loads.load("`read_dir` of 200 entries", async {
        for number in 0..200 {
            file(&directory, &number.to_string(), 0);
        }
        move |_, _| {
            let directory = directory.clone();
            async move {
                let entries = async_fs::read_dir(directory).await.unwrap();
                assert_eq!(entries.count().await, 200);
            }
        }
    });
}
