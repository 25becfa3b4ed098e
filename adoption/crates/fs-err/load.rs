//! Files of a directory, with errors that name them.

use asyncify_adoption::Loads;
use fs_err::tokio as fs;

fn main() {
    let mut loads = Loads::from_args();
    let directory = loads.directory().to_owned();
    let path = directory.join("file");
    std::fs::write(&path, vec![7; 4 << 10]).unwrap();

    let file = path.clone();
    loads.load("metadata", async {
        move |_, _| {
            let file = file.clone();
            async move { assert_eq!(fs::metadata(file).await.unwrap().len(), 4 << 10) }
        }
    });
    loads.load("read 4 KiB", async {
        move |_, _| {
            let path = path.clone();
            async move { assert_eq!(fs::read(path).await.unwrap().len(), 4 << 10) }
        }
    });
    let written = directory.clone();
    loads.load("write 4 KiB", async {
        move |task: usize, _| {
            let path = written.join(task.to_string());
            async move { fs::write(path, [7; 4 << 10]).await.unwrap() }
        }
    });
    loads.load("`read_dir` of 200 entries", async {
        let listed = directory.join("listed");
        std::fs::create_dir(&listed).unwrap();
        for number in 0..200 {
            std::fs::write(listed.join(number.to_string()), "").unwrap();
        }
        move |_, _| {
            let listed = listed.clone();
            async move {
                let mut entries = fs::read_dir(listed).await.unwrap();
                let mut count = 0;
                while entries.next_entry().await.unwrap().is_some() {
                    count += 1;
                }
                assert_eq!(count, 200);
            }
        }
    });
}
