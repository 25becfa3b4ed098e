//! Objects of a local store.

use std::path::Path as Folder;
use std::sync::Arc;

use asyncify_adoption::Loads;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

fn store(directory: &Folder) -> Arc<LocalFileSystem> {
    Arc::new(LocalFileSystem::new_with_prefix(directory).unwrap())
}

fn main() {
    let mut loads = Loads::from_args();
    let directory = loads.directory().to_owned();

    for (name, size) in [("4 KiB", 4 << 10), ("1 MiB", 1 << 20)] {
        let directory = directory.clone();
        loads.load(&format!("get {name}"), async move {
            let store = store(&directory);
            store.put(&Path::from("object"), vec![7; size].into()).await.unwrap();
            move |_, _| {
                let store = store.clone();
                async move {
                    let object = store.get(&Path::from("object")).await.unwrap();
                    assert_eq!(object.bytes().await.unwrap().len(), size);
                }
            }
        });
    }
    loads.load("get 16 ranges of 4 KiB", async {
        let store = store(&directory);
        store.put(&Path::from("object"), vec![7; 1 << 20].into()).await.unwrap();
        let ranges: Arc<[_]> = (0..16).map(|part| part << 16).map(|at| at..at + 4_096).collect();
        move |_, _| {
            let (store, ranges) = (store.clone(), ranges.clone());
            async move {
                let parts = store.get_ranges(&Path::from("object"), &ranges).await.unwrap();
                assert!(parts.len() == 16 && parts.iter().all(|part| part.len() == 4_096));
            }
        }
    });
    loads.load("stream 1 MiB", async {
        let store = store(&directory);
        store.put(&Path::from("object"), vec![7; 1 << 20].into()).await.unwrap();
        move |_, _| {
            let store = store.clone();
            async move {
                let mut chunks = store.get(&Path::from("object")).await.unwrap().into_stream();
                let mut total = 0;
                while let Some(chunk) = chunks.try_next().await.unwrap() {
                    total += chunk.len();
                }
                assert_eq!(total, 1 << 20);
            }
        }
    });
    loads.load("put 4 KiB", async {
        let store = store(&directory);
        let payload = object_store::PutPayload::from(vec![7; 4 << 10]);
        move |task: usize, _| {
            let (store, payload) = (store.clone(), payload.clone());
            async move {
                store.put(&Path::from(format!("object-{task}")), payload).await.unwrap();
            }
        }
    });
    loads.load("list 2,000", async {
        for number in 0..2_000 {
            std::fs::write(directory.join(number.to_string()), "").unwrap();
        }
        let store = store(&directory);
        move |_, _| {
            let store = store.clone();
            async move { assert_eq!(store.list(None).count().await, 2_000) }
        }
    });
}
