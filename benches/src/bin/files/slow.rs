//! The memory of slow readers.

use asyncify_benches::runtime::Runtime;
use asyncify_benches::slow_readers::{SIZE, held};
use asyncify_benches::{alloc, markdown};
use std::io;
use std::path::Path;
use tokio_util::compat::TokioAsyncReadCompatExt;

#[global_allocator]
static ALLOCATOR: alloc::Counting = alloc::Counting;

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
