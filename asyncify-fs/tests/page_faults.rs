//! Writing files of 1 MiB reuses buffers. Runs without the test harness, whose threads would cause
//! page faults.

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: only Linux counts page faults in /proc");
}

#[cfg(target_os = "linux")]
fn main() {
    use asyncify_fs::OpenOptions;
    use futures::executor::block_on;

    /// Returns the number of minor page faults of the process.
    fn faults() -> u64 {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        // The name of the program, in parentheses, may contain spaces.
        let fields = stat.rsplit(')').next().unwrap();
        fields.split_whitespace().nth(7).unwrap().parse().unwrap()
    }

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for size in [64 << 10, 8 << 10, 10_000] {
        let chunk = vec![7; size];
        let write = || {
            block_on(async {
                let mut file =
                    OpenOptions::new().write(true).create(true).open(&path).await.unwrap();
                for _ in 0..(1 << 20) / size {
                    file.write_all(&chunk).await.unwrap();
                }
                file.flush().await.unwrap();
            });
        };
        for _ in 0..10 {
            write();
        }
        let before = faults();
        for _ in 0..100 {
            write();
        }
        // A buffer of 1 MiB has 256 pages.
        let each = (faults() - before) / 100;
        assert!(each < 16, "{each} page faults for each file, by {size} bytes at a time");
    }
}
