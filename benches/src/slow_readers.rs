//! The memory of readers whose consumers take 2 MiB at once, and are slow from then on.
//!
//! A program that uses this counts its allocations: [`alloc::Counting`] is its allocator.

use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use futures::{AsyncRead, AsyncReadExt, FutureExt};
use tokio::time::sleep;

use crate::runtime::Runtime;
use crate::{alloc, measure};

const CLIENTS: usize = 100;
/// The size of the file.
pub const SIZE: usize = 64 << 20;
const STEP: usize = 64 << 10;
/// What a client takes at once, before it becomes slow.
const BURST: usize = 2 << 20;
const PAUSES: usize = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// Returns the most heap that the readers hold, of one file of [`SIZE`].
pub fn held<R>(runtime: &Runtime, path: &Path, reader: fn(std::fs::File) -> R) -> f64
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
