//! A tree of directories: the paths of all entries, and of those that a filter leaves.

use async_walkdir::{Filtering, WalkDir};
use asyncify_adoption::Loads;
use futures_lite::StreamExt;

fn main() {
    let mut loads = Loads::from_args();
    let root = loads.directory().to_owned();
    for directory in 0..20 {
        let directory = root.join(directory.to_string());
        std::fs::create_dir(&directory).unwrap();
        for file in 0..20 {
            std::fs::write(directory.join(file.to_string()), "").unwrap();
        }
    }

    let tree = root.clone();
    loads.load("20 directories of 20 files", async {
        move |_, _| {
            let entries = WalkDir::new(&tree);
            async move { assert_eq!(entries.count().await, 420) }
        }
    });
    loads.load("the same, directories only", async {
        move |_, _| {
            let entries = WalkDir::new(&root).filter(|entry| async move {
                match entry.file_type().await {
                    Ok(file_type) if file_type.is_dir() => Filtering::Continue,
                    _ => Filtering::Ignore,
                }
            });
            async move { assert_eq!(entries.count().await, 20) }
        }
    });
}
