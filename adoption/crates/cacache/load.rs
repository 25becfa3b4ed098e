//! A cache of files with 4 KiB.

use asyncify_adoption::Loads;

fn main() {
    let mut loads = Loads::from_args();
    let cache = loads.directory().to_owned();

    let read = cache.clone();
    loads.load("read 4 KiB", async move {
        for number in 0..64 {
            cacache::write(&read, number.to_string(), [number; 4 << 10]).await.unwrap();
        }
        move |task: usize, number: usize| {
            let cache = read.clone();
            async move {
                let key = ((task + number) % 64).to_string();
                assert_eq!(cacache::read(cache, key).await.unwrap().len(), 4 << 10);
            }
        }
    });
    loads.load("write 4 KiB", async {
        move |task: usize, number: usize| {
            let cache = cache.clone();
            async move {
                let mut data = [7; 4 << 10];
                data[..8].copy_from_slice(&number.to_le_bytes());
                // A key for each: the index of a key grows with its writes.
                cacache::write(cache, format!("{task}-{number}"), data).await.unwrap();
            }
        }
    });
}
