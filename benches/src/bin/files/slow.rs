//! The memory of readers whose consumers take 2 MiB at once, and are slow from then on.

use crate::crates::STEP;
use asyncify_benches::runtime::Runtime;
use asyncify_benches::{alloc, markdown, measure};
use futures::future::join_all;
use futures::{AsyncRead, AsyncReadExt, FutureExt};
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::compat::TokioAsyncReadCompatExt;

#[global_allocator]
static ALLOCATOR: alloc::Counting = alloc::Counting;

const CLIENTS: usize = 100;
const SIZE: usize = 64 << 20;
const BURST: usize = 2 << 20;
const PAUSES: usize = 10;
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) fn table(runtime: &Runtime, folder: &Path) -> io::Result<String> {
    let path = folder.join("shared");
    std::fs::write(&path, vec![7; SIZE])?;
    let rows = [
        ("asyncify-fs", held(runtime, &path, |file| asyncify_fs::File::from(file).compat())),
        ("tokio::fs", held(runtime, &path, |file| tokio::fs::File::from(file).compat())),
        ("async-fs", held(runtime, &path, async_fs::File::from)),
    ];
    let rows = rows.map(|(name, bytes)| [name.to_owned(), format!("{:.1}", bytes / 1e6)]);
    Ok(markdown::table(&["100 slow readers of 64 MiB", "most heap, MB"], rows))
}

fn held<R>(runtime: &Runtime, path: &Path, reader: fn(std::fs::File) -> R) -> f64
where
    R: AsyncRead + Send + Unpin + 'static,
{
    let path = path.to_owned();
    let counter = alloc::count();
    let most = runtime.run(async move {
        let open = || std::fs::File::open(&path).expect("the file can be read");
        let clients = (0..CLIENTS).map(|_| tokio::spawn(client(reader(open()))));
        let mut clients = join_all(clients);
        let mut most = 0;
        while (&mut clients).now_or_never().is_none() {
            most = most.max(alloc::so_far().map_or(0, |counts| counts.live));
            sleep(PAUSE / 10).await;
        }
        most
    });
    _ = counter.stop();
    measure::count(usize::try_from(most).unwrap_or_default())
}

async fn client(mut reader: impl AsyncRead + Unpin) {
    let mut target = vec![0; STEP];
    for _ in 0..BURST / STEP {
        reader.read_exact(&mut target).await.expect("the file can be read");
    }
    for _ in 0..PAUSES {
        sleep(PAUSE).await;
        reader.read_exact(&mut target).await.expect("the file can be read");
    }
}
