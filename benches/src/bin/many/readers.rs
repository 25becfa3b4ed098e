//! Readers of files that are in the page cache: small and large files, alone and 64 at a time, and
//! the memory of readers whose consumer is slow.

use crate::files::{Temporary, read, read_tokio};
use crate::{Bench, each};
use asyncify_benches::slow_readers::{SIZE, held};
use asyncify_benches::turns::{Sample, take};
use asyncify_benches::{alloc, markdown, measure, system};
use asyncify_runtime::{Unblock, asyncify};
use futures::future::{BoxFuture, FutureExt, join_all};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio_util::compat::TokioAsyncReadCompatExt;

#[global_allocator]
static ALLOCATOR: alloc::Counting = alloc::Counting;

/// How many files are read at a time, and how many of them there are in a sample.
struct Shape {
    name: &'static str,
    size: usize,
    width: usize,
    files: usize,
}

const SMALL: [Shape; 2] = [
    Shape { name: "4 KiB", size: 4 << 10, width: 1, files: 5_000 },
    Shape { name: "4 KiB", size: 4 << 10, width: 64, files: 20_000 },
];
const LARGE: [Shape; 4] = [
    Shape { name: "1 MiB", size: 1 << 20, width: 1, files: 500 },
    Shape { name: "1 MiB", size: 1 << 20, width: 64, files: 1_024 },
    Shape { name: "64 MiB", size: 64 << 20, width: 1, files: 10 },
    Shape { name: "64 MiB", size: 64 << 20, width: 64, files: 64 },
];

/// Reads a whole file, of so many bytes.
type ReadFile = fn(PathBuf, usize) -> BoxFuture<'static, ()>;

const OURS: (&str, ReadFile) = ("`Unblock<File>`", |path, size| {
    async move { read(Unblock::new(open(&path)), size).await }.boxed()
});
const OF_TOKIO: (&str, ReadFile) = ("`tokio::fs::File`", |path, size| {
    async move { read_tokio(open(&path).into(), size).await }.boxed()
});
const THEIRS: (&str, ReadFile) = ("`blocking::Unblock<File>`", |path, size| {
    async move { read(blocking::Unblock::new(open(&path)), size).await }.boxed()
});
const OUR_CALL: (&str, ReadFile) = ("`asyncify!(std::fs::read(..))`", |path, size| {
    async move { check(asyncify!(std::fs::read(path)).await, size) }.boxed()
});
const CALL_OF_TOKIO: (&str, ReadFile) = ("`tokio::fs::read`", |path, size| {
    async move { check(tokio::fs::read(path).await, size) }.boxed()
});

fn check(content: io::Result<Vec<u8>>, size: usize) {
    assert_eq!(content.expect("the file can be read").len(), size);
}

fn open(path: &Path) -> File {
    File::open(path).expect("the file can be read")
}

pub(crate) fn tables(bench: &Bench) -> io::Result<String> {
    let mut text = Vec::new();
    for shape in SMALL {
        text.push(files(bench, &shape, [OURS, OF_TOKIO, THEIRS, OUR_CALL, CALL_OF_TOKIO])?);
    }
    for shape in LARGE {
        text.push(files(bench, &shape, [OURS, OF_TOKIO, THEIRS])?);
    }
    text.push(slow(bench)?);
    Ok(text.join("\n"))
}

/// A table of time and CPU time of each file.
fn files<const N: usize>(
    bench: &Bench,
    shape: &Shape,
    ways: [(&'static str, ReadFile); N],
) -> io::Result<String> {
    let temporary = Temporary::new();
    std::fs::write(&temporary.0, vec![7; shape.size])?;
    let mut cpu = [const { Vec::new() }; N];
    let mut of_cpu = cpu.iter_mut();
    let ways = ways.map(|(name, reader)| {
        let cpu = of_cpu.next().expect("there are as many");
        (name, sample(bench, &temporary.0, shape, reader, cpu))
    });
    let ways = take(bench.scale.samples, ways);
    let first = ways[0].median();
    let rows = ways.iter().zip(&cpu).map(|(way, used)| {
        let (time, used) = (way.median(), measure::median(used));
        let [ratio, time, used] = [time / first, time / 1e3, used / 1e3];
        [way.name.to_owned(), format!("{time:.1}"), format!("{ratio:.2}x"), format!("{used:.1}")]
    });
    let title = format!("files of {}, {} at a time", shape.name, shape.width);
    Ok(markdown::table(&[&title, "us", "relative time", "CPU, us"], rows))
}

fn sample<'a>(
    bench: &'a Bench,
    path: &'a Path,
    shape: &Shape,
    reader: ReadFile,
    cpu: &'a mut Vec<f64>,
) -> Sample<'a> {
    let Shape { size, width, files, .. } = *shape;
    let rounds = (files / width / bench.scale.part).max(1);
    Box::new(move || {
        let path = path.to_owned();
        let (start, used) = (Instant::now(), system::process_cpu());
        bench.runtime.run(async move {
            let tasks = (0..width).map(|_| {
                let path = path.clone();
                tokio::spawn(async move {
                    for _ in 0..rounds {
                        reader(path.clone(), size).await;
                    }
                })
            });
            join_all(tasks).await.into_iter().for_each(|read| read.expect("no panic"));
        });
        let time = start.elapsed();
        let used = used.zip(system::process_cpu()).map(|(start, end)| end.saturating_sub(start));
        cpu.push(each(used.unwrap_or_default(), width * rounds));
        each(time, width * rounds)
    })
}

/// The most heap that readers hold whose consumers first take 2 MiB and are slow then.
fn slow(bench: &Bench) -> io::Result<String> {
    let temporary = Temporary::new();
    std::fs::write(&temporary.0, vec![7; SIZE])?;
    let path = &temporary.0;
    let rows = [
        (OURS.0, held(&bench.runtime, path, Unblock::new)),
        (OF_TOKIO.0, held(&bench.runtime, path, |file| tokio::fs::File::from(file).compat())),
        (THEIRS.0, held(&bench.runtime, path, blocking::Unblock::new)),
    ];
    let rows = rows.map(|(name, bytes)| [name.to_owned(), format!("{:.1}", bytes / 1e6)]);
    Ok(markdown::table(&["100 slow readers of 64 MiB", "most heap, MB"], rows))
}
