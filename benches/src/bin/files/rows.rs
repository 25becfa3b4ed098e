//! The rows: a piece of work, its size, and how many tasks do it at a time.

use crate::crates::{Crate, Job, SMALL, Work, of_std};
use std::fs;
use std::io;
use std::path::Path;

/// What is in the folder before the work begins.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Content {
    /// A file of this size.
    File,
    /// So many empty files.
    Entries,
}

pub(crate) struct Row {
    /// The group by which it is selected.
    pub(crate) group: &'static str,
    pub(crate) title: &'static str,
    pub(crate) width: usize,
    pub(crate) size: usize,
    /// The rounds of all tasks together.
    pub(crate) rounds: usize,
    pub(crate) content: Content,
    pub(crate) work: fn(&Crate) -> Work,
    pub(crate) of_std: of_std::Work,
}

const MIB: usize = 1 << 20;

/// The rows of both numbers of tasks.
pub(crate) fn all() -> Vec<Row> {
    use Content::{Entries, File};

    let mut rows = Vec::new();
    let mut add = |group, title, size, rounds: [usize; 2], content, work, of_std| {
        for (width, rounds) in [1, 64].into_iter().zip(rounds) {
            if rounds > 0 {
                rows.push(Row { group, title, width, size, rounds, content, work, of_std });
            }
        }
    };
    let small = [10_000, 40_000];
    add(
        "small",
        "`metadata`",
        SMALL,
        small,
        File,
        |of| of.metadata,
        of_std::metadata as of_std::Work,
    );
    add("small", "`File::open`", SMALL, small, File, |of| of.open, of_std::open);
    let of_file = |of: &Crate| of.metadata_of_file;
    add("small", "`File::metadata`", SMALL, small, File, of_file, of_std::metadata_of_file);
    add("small", "`read` of 4 KiB", SMALL, small, File, |of| of.read, of_std::read);
    add("small", "`write` of 4 KiB", SMALL, [2_000, 20_000], File, |of| of.write, of_std::write);
    for (title, size, rounds) in [
        ("`read_dir`, 10 entries", 10, [2_000, 10_000]),
        ("`read_dir`, 1,000 entries", 1_000, [50, 192]),
        ("`read_dir`, 100,000 entries", 100_000, [1, 0]),
    ] {
        add("directories", title, size, rounds, Entries, |of| of.entries, of_std::entries);
    }
    for (group, read, write, size, rounds) in [
        ("medium", "1 MiB read", "1 MiB written over", MIB, [500, 1_024]),
        ("large", "64 MiB read", "64 MiB written over", 64 * MIB, [10, 64]),
        ("large", "1 GiB read", "1 GiB written over", 1024 * MIB, [1, 0]),
    ] {
        add(group, read, size, rounds, File, |of| of.read_large, of_std::read_large);
        // 64 files of 64 MiB are more than the page cache should write back.
        let rounds = if size > MIB { [rounds[0], 0] } else { rounds };
        add(group, write, size, rounds, File, |of| of.write_large, of_std::write_large);
    }
    let random = "4 KiB at a position of 256 MiB";
    // Few: after each seek, one of the crates reads up to 8 MiB ahead.
    add("random", random, 256 * MIB, [2_000, 6_400], File, |of| of.random, of_std::random);
    rows
}

impl Row {
    /// Makes what the work needs.
    pub(crate) fn prepare(&self, folder: &Path) -> io::Result<()> {
        match self.content {
            Content::File => {
                let part = vec![7; self.size.min(MIB)];
                let mut file = fs::File::create(folder.join("shared"))?;
                for _ in 0..self.size / part.len() {
                    io::Write::write_all(&mut file, &part)?;
                }
                Ok(())
            }
            Content::Entries => {
                (0..self.size).try_for_each(|number| fs::write(folder.join(number.to_string()), ""))
            }
        }
    }

    /// The jobs of the tasks, for this part of the work, and how many rounds these are.
    pub(crate) fn jobs(&self, folder: &Path, part: usize) -> (Vec<Job>, usize) {
        let rounds = (self.rounds / self.width / part).max(1);
        let jobs = (0..self.width)
            .map(|task| Job { folder: folder.into(), task, rounds, size: self.size })
            .collect();
        (jobs, rounds * self.width)
    }
}
