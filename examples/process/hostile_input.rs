//! How do I run a C library on untrusted uploads? Unpacks good, broken and malicious bzip2 files
//! with libbz2, in worker processes that may take 256 MiB and 2 seconds each, beside a task that
//! ticks every millisecond; and prints the result for each file.
//!
//!     cargo run -p asyncify-process-examples --example hostile_input

use std::io::{self, Read, Write};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use asyncify_runtime::process::{Crash, OomHint, Pool, ProcessError};
use asyncify_runtime::{Error, Shutdown, sync_to_async};
use bzip2::Compression;
use bzip2::read::MultiBzDecoder;
use bzip2::write::BzEncoder;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

// ANCHOR: sandbox
static SANDBOX: LazyLock<Pool> = LazyLock::new(|| {
    let pool =
        Pool::builder().name("unpack").memory_limit(256 << 20).timeout(Duration::from_secs(2));
    pool.build().expect("`main` has called `init`")
});
// ANCHOR_END: sandbox

/// What can go wrong with an upload: the file, or the worker that read it.
#[derive(Debug, Serialize, Deserialize)]
enum UploadError {
    Invalid(String),
    Worker(Error),
}

impl From<Error> for UploadError {
    fn from(error: Error) -> Self {
        Self::Worker(error)
    }
}

impl From<io::Error> for UploadError {
    fn from(error: io::Error) -> Self {
        Self::Invalid(error.to_string())
    }
}

// ANCHOR: unpack
/// Unpacks a file into memory, however large that gets.
#[sync_to_async(process(pool = &SANDBOX))]
fn unpack(file: &ByteBuf) -> Result<ByteBuf, UploadError> {
    let mut decoder = MultiBzDecoder::new(&file[..]);
    let (mut content, mut piece) = (Vec::new(), [0; 1 << 13]);
    loop {
        match decoder.read(&mut piece)? {
            0 => return Ok(ByteBuf::from(content)),
            // Aborts if there is no more memory, as most code in Rust and C does.
            read => content.extend_from_slice(&piece[..read]),
        }
    }
}
// ANCHOR_END: unpack

/// Only counts the bytes of the content, however many there are.
#[sync_to_async(process(pool = &SANDBOX))]
fn measure(file: &ByteBuf) -> Result<u64, UploadError> {
    Ok(io::copy(&mut MultiBzDecoder::new(&file[..]), &mut io::sink())?)
}

fn pack(content: &[u8]) -> Vec<u8> {
    let mut encoder = BzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).and_then(|()| encoder.finish()).expect("a `Vec` takes everything")
}

struct Upload {
    name: &'static str,
    file: ByteBuf,
    unpacks: bool,
}

fn uploads() -> Vec<Upload> {
    let text: Vec<u8> =
        (0..200_000_u32).flat_map(|n| (n % 1000).to_string().into_bytes()).collect();
    let good = pack(&text);
    let changed = |place: usize| {
        let mut file = good.clone();
        file[place] ^= 0x55;
        file
    };
    // Some 40 bytes for each 16 MiB.
    let zeros = pack(&vec![0; 16 << 20]);
    let upload = |name, file, unpacks| Upload { name, file: ByteBuf::from(file), unpacks };
    vec![
        upload("a good file", good.clone(), true),
        upload("an empty file", Vec::new(), true),
        upload("no bzip2 file at all", b"GIF89a, or so it says".to_vec(), true),
        upload("cut off in the middle", good[..good.len() / 2].to_vec(), true),
        upload("a changed header", changed(6), true),
        upload("a changed block", changed(good.len() / 3), true),
        upload("a changed checksum", changed(good.len() - 3), true),
        upload("a bomb of 16 GiB, unpacked", zeros.repeat(1 << 10), true),
        upload("a bomb of 1 TiB, measured", zeros.repeat(1 << 16), false),
        upload("the good file again", good, true),
    ]
}

async fn outcome(upload: Upload) -> (&'static str, Duration, String) {
    let began = Instant::now();
    let Upload { name, file, unpacks } = upload;
    let result = if unpacks {
        unpack(&file).await.map(|content| content.len() as u64)
    } else {
        measure(&file).await
    };
    let text = match result {
        Ok(length) => format!("{length} bytes"),
        Err(UploadError::Invalid(error)) => format!("refused: {error}"),
        Err(UploadError::Worker(Error::Process(ProcessError::TimedOut { .. }))) => {
            "killed: it took too long".to_owned()
        }
        Err(UploadError::Worker(Error::Process(ProcessError::Crashed(crash)))) => died(&crash),
        Err(UploadError::Worker(other)) => format!("failed: {other}"),
    };
    (name, began.elapsed(), text)
}

fn died(crash: &Crash) -> String {
    match (crash.oom, crash.signal) {
        (OomHint::No, Some(signal)) => format!("died: signal {signal}"),
        (OomHint::No, None) => "died".to_owned(),
        _ => "died: it took too much memory".to_owned(),
    }
}

/// Ticks every millisecond for ever, and records how late each tick is.
async fn tick(worst: &std::cell::Cell<Duration>) {
    let mut last = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(1)).await;
        worst.set(worst.get().max(last.elapsed().saturating_sub(Duration::from_millis(1))));
        last = Instant::now();
    }
}

#[asyncify_runtime::main]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let uploads = uploads();
    let worst = std::cell::Cell::new(Duration::ZERO);
    let outcomes = tokio::select! {
        outcomes = join_all(uploads.into_iter().map(outcome)) => outcomes,
        () = tick(&worst) => unreachable!("it never ends"),
    };
    println!("{:<28} {:>9}  outcome", "file", "after");
    for (name, took, outcome) in outcomes {
        println!("{name:<28} {:>6} ms  {outcome}", took.as_millis());
    }
    let metrics = SANDBOX.metrics();
    println!(
        "{} workers started: {} crashed, {} were killed; the event loop was late by {:?} at most",
        metrics.spawned,
        metrics.ended.crashed,
        metrics.ended.timed_out,
        worst.get(),
    );
    SANDBOX.shutdown(Shutdown::Drain).await;
}
