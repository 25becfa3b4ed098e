//! image: thumbnails of a directory of pictures, one for each core at a time. The arguments are the
//! directory and that of the thumbnails.

use std::fs;
use std::path::{Path, PathBuf};

use asyncify_runtime::{asyncify, cpu};
use futures::StreamExt;
use image::{ImageReader, Limits};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Decodes, scales and encodes: all of it computes.
fn thumbnail(source: &Path, target: &Path) -> Result<(u32, u32), image::ImageError> {
    let mut reader = ImageReader::open(source)?.with_guessed_format()?;
    let mut limits = Limits::default();
    // A small file may claim to be a huge picture.
    limits.max_alloc = Some(64 << 20);
    reader.limits(limits);
    let small = reader.decode()?.thumbnail(64, 64);
    small.save(target)?;
    Ok((small.width(), small.height()))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut directories = std::env::args_os().skip(1).map(PathBuf::from);
    let source = directories.next().ok_or("which directory?")?;
    let target = directories.next().ok_or("where to?")?;
    asyncify!(fs::create_dir_all(&target)).await?;

    let mut pictures = asyncify!(fs::read_dir(&source))
        .await?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    pictures.sort();
    // In order. `map_unordered` returns each as soon as it is done.
    let mut thumbnails = cpu().map(pictures, move |picture| {
        let name = picture.file_name().unwrap_or_default().to_owned();
        let result = thumbnail(&picture, &target.join(&name));
        (name, result)
    });
    while let Some((name, result)) = thumbnails.next().await {
        match result {
            Ok((width, height)) => println!("{}: {width} x {height}", name.display()),
            Err(error) => println!("{}: {error}", name.display()),
        }
    }
    Ok(())
}
