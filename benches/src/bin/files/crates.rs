//! The same work by each crate. Each task does `rounds` of it.

use futures::future::{BoxFuture, FutureExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The size of the reads and writes of a large file.
pub(crate) const STEP: usize = 64 << 10;
pub(crate) const SMALL: usize = 4 << 10;

/// What one task does.
#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) folder: Arc<Path>,
    pub(crate) task: usize,
    pub(crate) rounds: usize,
    /// The size of its files, or the number of their entries.
    pub(crate) size: usize,
}

impl Job {
    /// The file that all tasks read.
    pub(crate) fn shared(&self) -> PathBuf {
        self.folder.join("shared")
    }

    /// The file that this task writes.
    pub(crate) fn own(&self) -> PathBuf {
        self.folder.join(format!("own-{}", self.task))
    }

    /// A position of the file for a read of `SMALL` bytes, different in each round.
    fn position(&self, round: usize) -> u64 {
        let number = (self.task * 7_919 + round).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((number >> 20) % (self.size / SMALL) * SMALL) as u64
    }
}

pub(crate) type Work = fn(Job) -> BoxFuture<'static, ()>;

/// The work of one crate, by row.
pub(crate) struct Crate {
    pub(crate) name: &'static str,
    pub(crate) metadata: Work,
    pub(crate) open: Work,
    pub(crate) metadata_of_file: Work,
    pub(crate) read: Work,
    pub(crate) write: Work,
    pub(crate) entries: Work,
    pub(crate) read_large: Work,
    pub(crate) write_large: Work,
    pub(crate) random: Work,
}

const WORKS: &str = "the file can be used";

/// Work that is the same but for the names of the crates.
macro_rules! work {
    ($name:ident, $fs:path, $($traits:ident)::+) => {
        mod $name {
            use super::{Job, SMALL, STEP, WORKS};
            use $fs as fs;
            #[allow(unused_imports, reason = "the work of one crate needs fewer")]
            use $($traits)::+::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

            pub(super) async fn metadata(job: Job) {
                let path = job.shared();
                for _ in 0..job.rounds {
                    assert_eq!(fs::metadata(&path).await.expect(WORKS).len(), job.size as u64);
                }
            }

            pub(super) async fn open(job: Job) {
                let path = job.shared();
                for _ in 0..job.rounds {
                    drop(fs::File::open(&path).await.expect(WORKS));
                }
            }

            pub(super) async fn metadata_of_file(job: Job) {
                let file = fs::File::open(job.shared()).await.expect(WORKS);
                for _ in 0..job.rounds {
                    assert_eq!(file.metadata().await.expect(WORKS).len(), job.size as u64);
                }
            }

            pub(super) async fn read(job: Job) {
                let path = job.shared();
                for _ in 0..job.rounds {
                    assert_eq!(fs::read(&path).await.expect(WORKS).len(), job.size);
                }
            }

            pub(super) async fn write(job: Job) {
                let (path, content) = (job.own(), vec![7; job.size]);
                for _ in 0..job.rounds {
                    fs::write(&path, &content).await.expect(WORKS);
                }
            }

            pub(super) async fn read_large(job: Job) {
                let (path, mut buffer) = (job.shared(), vec![0; STEP]);
                for _ in 0..job.rounds {
                    let mut file = fs::File::open(&path).await.expect(WORKS);
                    let mut left = job.size;
                    loop {
                        match file.read(&mut buffer).await.expect(WORKS) {
                            0 => break,
                            count => left -= count,
                        }
                    }
                    assert_eq!(left, 0);
                }
            }

            /// Overwrites a file: to extend one would measure the file system.
            pub(super) async fn write_large(job: Job) {
                let (path, buffer) = (job.own(), vec![7; STEP]);
                for _ in 0..job.rounds {
                    let mut options = fs::OpenOptions::new();
                    let mut file = options.write(true).create(true).open(&path).await.expect(WORKS);
                    for _ in 0..job.size / STEP {
                        file.write_all(&buffer).await.expect(WORKS);
                    }
                    file.flush().await.expect(WORKS);
                }
            }

            #[allow(dead_code, reason = "ours reads at a position")]
            pub(super) async fn random(job: Job) {
                let mut file = fs::File::open(job.shared()).await.expect(WORKS);
                let mut buffer = [0; SMALL];
                for round in 0..job.rounds {
                    let position = std::io::SeekFrom::Start(job.position(round));
                    file.seek(position).await.expect(WORKS);
                    file.read_exact(&mut buffer).await.expect(WORKS);
                }
            }
        }
    };
}

work!(ours, asyncify_fs, tokio::io);
work!(of_tokio, tokio::fs, tokio::io);
work!(of_async_fs, async_fs, futures);

macro_rules! crate_of {
    ($label:literal, $name:ident, $entries:path, $random:path) => {
        Crate {
            name: $label,
            metadata: |job| $name::metadata(job).boxed(),
            open: |job| $name::open(job).boxed(),
            metadata_of_file: |job| $name::metadata_of_file(job).boxed(),
            read: |job| $name::read(job).boxed(),
            write: |job| $name::write(job).boxed(),
            entries: |job| $entries(job).boxed(),
            read_large: |job| $name::read_large(job).boxed(),
            write_large: |job| $name::write_large(job).boxed(),
            random: |job| $random(job).boxed(),
        }
    };
}

/// Ours is the first.
pub(crate) const CRATES: [Crate; 3] = [
    crate_of!("asyncify-fs", ours, entries_of_ours, read_at),
    crate_of!("tokio::fs", of_tokio, entries_of_tokio, of_tokio::random),
    crate_of!("async-fs", of_async_fs, entries_of_async_fs, of_async_fs::random),
];

async fn entries_of_ours(job: Job) {
    for _ in 0..job.rounds {
        let mut entries = asyncify_fs::read_dir(&job.folder).await.expect(WORKS);
        let mut count = 0;
        while let Some(entry) = entries.next_entry().await.expect(WORKS) {
            count += usize::from(!entry.file_name().is_empty());
        }
        assert_eq!(count, job.size);
    }
}

async fn entries_of_tokio(job: Job) {
    for _ in 0..job.rounds {
        let mut entries = tokio::fs::read_dir(&job.folder).await.expect(WORKS);
        let mut count = 0;
        while let Some(entry) = entries.next_entry().await.expect(WORKS) {
            count += usize::from(!entry.file_name().is_empty());
        }
        assert_eq!(count, job.size);
    }
}

async fn entries_of_async_fs(job: Job) {
    use futures::TryStreamExt;
    for _ in 0..job.rounds {
        let mut entries = async_fs::read_dir(&job.folder).await.expect(WORKS);
        let mut count = 0;
        while let Some(entry) = entries.try_next().await.expect(WORKS) {
            count += usize::from(!entry.file_name().is_empty());
        }
        assert_eq!(count, job.size);
    }
}

async fn read_at(job: Job) {
    let file = asyncify_fs::File::open(job.shared()).await.expect(WORKS);
    let mut buffer = [0; SMALL];
    for round in 0..job.rounds {
        file.read_exact_at(&mut buffer, job.position(round)).await.expect(WORKS);
    }
}

/// The same by `std`, on a thread for each task.
pub(crate) mod of_std {
    use super::{Job, STEP, WORKS};
    use std::fs::{self, File};
    use std::io::{Read, Write};

    pub(crate) type Work = fn(&Job);

    pub(crate) fn metadata(job: &Job) {
        let path = job.shared();
        for _ in 0..job.rounds {
            assert_eq!(fs::metadata(&path).expect(WORKS).len(), job.size as u64);
        }
    }

    pub(crate) fn open(job: &Job) {
        let path = job.shared();
        for _ in 0..job.rounds {
            drop(File::open(&path).expect(WORKS));
        }
    }

    pub(crate) fn metadata_of_file(job: &Job) {
        let file = File::open(job.shared()).expect(WORKS);
        for _ in 0..job.rounds {
            assert_eq!(file.metadata().expect(WORKS).len(), job.size as u64);
        }
    }

    pub(crate) fn read(job: &Job) {
        let path = job.shared();
        for _ in 0..job.rounds {
            assert_eq!(fs::read(&path).expect(WORKS).len(), job.size);
        }
    }

    pub(crate) fn write(job: &Job) {
        let (path, content) = (job.own(), vec![7; job.size]);
        for _ in 0..job.rounds {
            fs::write(&path, &content).expect(WORKS);
        }
    }

    pub(crate) fn entries(job: &Job) {
        for _ in 0..job.rounds {
            let entries = fs::read_dir(&job.folder).expect(WORKS);
            let names =
                entries.filter(|entry| !entry.as_ref().expect(WORKS).file_name().is_empty());
            assert_eq!(names.count(), job.size);
        }
    }

    pub(crate) fn read_large(job: &Job) {
        let (path, mut buffer) = (job.shared(), vec![0; STEP]);
        for _ in 0..job.rounds {
            let mut file = File::open(&path).expect(WORKS);
            let mut left = job.size;
            loop {
                match file.read(&mut buffer).expect(WORKS) {
                    0 => break,
                    count => left -= count,
                }
            }
            assert_eq!(left, 0);
        }
    }

    pub(crate) fn write_large(job: &Job) {
        let (path, buffer) = (job.own(), vec![7; STEP]);
        for _ in 0..job.rounds {
            let mut options = fs::OpenOptions::new();
            let mut file =
                options.write(true).create(true).truncate(false).open(&path).expect(WORKS);
            for _ in 0..job.size / STEP {
                file.write_all(&buffer).expect(WORKS);
            }
        }
    }

    #[cfg(unix)]
    pub(crate) fn random(job: &Job) {
        use std::os::unix::fs::FileExt;
        let file = File::open(job.shared()).expect(WORKS);
        let mut buffer = [0; super::SMALL];
        for round in 0..job.rounds {
            file.read_exact_at(&mut buffer, job.position(round)).expect(WORKS);
        }
    }
}
