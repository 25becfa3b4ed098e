//! Files of 1 MiB are written without new memory for each. Without the harness, whose threads would
//! use memory, too.

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: only Linux tells how many pages a process got");
}

#[cfg(target_os = "linux")]
fn main() {
    use asyncify_fs::OpenOptions;
    use futures::executor::block_on;

    /// Returns how many pages the process has got.
    fn faults() -> u64 {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        // The name of the program, in parentheses, may contain spaces.
        let fields = stat.rsplit(')').next().unwrap();
        fields.split_whitespace().nth(7).unwrap().parse().unwrap()
    }

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let chunk = vec![7; 64 << 10];
    let write = || {
        block_on(async {
            let mut file = OpenOptions::new().write(true).create(true).open(&path).await.unwrap();
            for _ in 0..16 {
                file.write_all(&chunk).await.unwrap();
            }
            file.flush().await.unwrap();
        });
    };
    write();
    let before = faults();
    for _ in 0..100 {
        write();
    }
    // A buffer of 1 MiB has 256 pages.
    let each = (faults() - before) / 100;
    assert!(each < 16, "{each} pages for each file");
}
