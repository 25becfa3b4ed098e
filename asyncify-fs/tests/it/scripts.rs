//! Random operations on a `File` and on a `std::fs::File`, compared after each.

use crate::{file_with, pattern};
use asyncify_fs::File;
use futures::executor::block_on;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

/// Numbers that are the same for the same seed (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((number ^ (number >> 31)) % end as u64).unwrap()
    }

    fn offset(&mut self) -> i64 {
        i64::try_from(self.below(10_000)).unwrap()
    }

    /// A size as programs have them: a few bytes, pages, and more than a buffer.
    fn size(&mut self) -> usize {
        let end = [20, 5_000, 70_000, 300_000][self.below(4)];
        1 + self.below(end)
    }
}

#[test]
fn a_file_behaves_as_that_of_std() {
    let seeds = std::env::var("ASYNCIFY_FS_SEEDS").map_or(12, |count| count.parse().unwrap());
    // In memory, where the system has no reads without waiting, and on a disk, where it may have.
    let shared = std::path::Path::new("/dev/shm");
    for seed in 0..seeds {
        let (folder, path) = file_with(&pattern(400_000));
        let in_memory = if shared.is_dir() && seed % 2 == 0 {
            tempfile::tempdir_in(shared).unwrap()
        } else {
            tempfile::tempdir().unwrap()
        };
        let other = in_memory.path().join("other");
        std::fs::copy(&path, &other).unwrap();
        script(seed, &path, &other);
        drop(folder);
    }
}

fn script(seed: u64, path: &std::path::Path, other: &std::path::Path) {
    let mut random = Random(seed);
    let append = random.below(4) == 0;
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(!append).append(append);
    let mut plain = options.open(path).unwrap();
    block_on(async {
        let mut file = asyncify_fs::OpenOptions::from(options).open(other).await.unwrap();
        if random.below(2) == 0 {
            file.set_max_buf_size(500 + random.below(100_000));
        }
        for step in 0..60 {
            let context = || format!("seed {seed}, step {step}");
            match random.below(11) {
                0..=2 => {
                    let (mut left, mut right) = (vec![0; random.size()], Vec::new());
                    let mut count = 0;
                    while count < left.len() {
                        match plain.read(&mut left[count..]).unwrap() {
                            0 => break,
                            more => count += more,
                        }
                    }
                    right.resize(count, 0);
                    file.read_exact(&mut right).await.unwrap();
                    assert!(left[..count] == right, "{}", context());
                }
                3..=4 => {
                    let bytes = vec![step; random.size()];
                    plain.write_all(&bytes).unwrap();
                    file.write_all(&bytes).await.unwrap();
                }
                5 | 6 => {
                    let position = match random.below(3) {
                        0 => SeekFrom::Start(random.below(500_000) as u64),
                        1 => SeekFrom::Current(random.offset() - 5_000),
                        _ => SeekFrom::End(random.offset() - 9_000),
                    };
                    let (left, right) = (plain.seek(position), file.seek(position).await);
                    assert_eq!(left.ok(), right.ok(), "{}", context());
                }
                7 => {
                    let (mut left, mut right) = (Vec::new(), Vec::new());
                    plain.read_to_end(&mut left).unwrap();
                    file.read_to_end(&mut right).await.unwrap();
                    assert!(left == right, "{}", context());
                }
                8 => {
                    let size = random.below(500_000) as u64;
                    plain.set_len(size).unwrap();
                    file.set_len(size).await.unwrap();
                    assert_eq!(file.metadata().await.unwrap().len(), size, "{}", context());
                }
                9 => {
                    file.flush().await.unwrap();
                    let (mut left, position) =
                        (vec![0; random.size()], random.below(400_000) as u64);
                    let mut right = left.clone();
                    if plain.read_exact_at(&mut left, position).is_ok() {
                        file.read_exact_at(&mut right, position).await.unwrap();
                        assert!(left == right, "{}", context());
                    } else {
                        file.read_exact_at(&mut right, position).await.unwrap_err();
                    }
                }
                _ => {
                    let std = file.into_std().await;
                    file = File::from_std(std);
                }
            }
        }
        let mut std = file.into_std().await;
        assert_eq!(std.stream_position().unwrap(), plain.stream_position().unwrap(), "seed {seed}");
    });
    assert!(std::fs::read(path).unwrap() == std::fs::read(other).unwrap(), "seed {seed}");
}
