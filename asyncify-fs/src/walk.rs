//! The entries of a directory and of all directories in it.

use std::fmt;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use walkdir::WalkDir;

use crate::batches::Batches;

/// Returns a stream of the entries of a directory and of all directories in it, by the crate
/// `walkdir`.
///
/// The first item is the directory itself. Symbolic links are not followed. An error is that of one
/// entry or directory; the stream continues after it. The path is read when the stream is polled
/// first.
///
/// Use [`walk_with`] for the options of `walkdir`: sorted, following links, to a depth.
///
/// # Examples
///
/// ```
/// use futures::StreamExt;
///
/// # futures::executor::block_on(async {
/// let mut sources = asyncify_fs::walk("src");
/// while let Some(entry) = sources.next().await {
///     println!("{}", entry?.path().display());
/// }
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub fn walk(root: impl AsRef<Path>) -> Walk {
    walk_with(WalkDir::new(root))
}

/// Returns the stream of [`walk`], with the options of `walkdir`.
///
/// # Examples
///
/// ```
/// use futures::TryStreamExt;
/// use walkdir::WalkDir;
///
/// # futures::executor::block_on(async {
/// let sorted = WalkDir::new("src").sort_by_file_name().max_depth(1);
/// let entries: Vec<_> = asyncify_fs::walk_with(sorted).try_collect().await?;
/// assert_eq!(entries[0].path(), std::path::Path::new("src"));
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub fn walk_with(options: WalkDir) -> Walk {
    Walk(State::Unstarted(Some(Box::new(options))))
}

/// A stream of the entries of a directory and of all directories in it, from [`walk`].
///
/// Entries are read in batches, the next one while this one is consumed.
#[must_use = "streams do nothing unless polled"]
pub struct Walk(State);

enum State {
    Unstarted(Option<Box<WalkDir>>),
    Started(Batches<Entries>),
}

impl Stream for Walk {
    type Item = io::Result<walkdir::DirEntry>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut self.0 {
                State::Started(batches) => return batches.poll_next(cx),
                State::Unstarted(options) => {
                    let Some(options) = options.take() else { return Poll::Ready(None) };
                    let entries = move || Entries(options.into_iter());
                    self.0 = State::Started(Batches::start(entries));
                }
            }
        }
    }
}

// The iterator is never pinned.
impl Unpin for Walk {}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk").finish_non_exhaustive()
    }
}

/// The blocking iterator.
struct Entries(walkdir::IntoIter);

impl Iterator for Entries {
    type Item = io::Result<walkdir::DirEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|entry| entry.map_err(Into::into))
    }
}
