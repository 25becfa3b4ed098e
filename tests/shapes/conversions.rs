//! Parameters such as `impl AsRef<Path>`: callers pass borrows, the body gets an owned copy behind
//! the same trait.

use std::borrow::Borrow;
use std::ffi::{CStr, CString, OsStr};
use std::path::{Path, PathBuf};

use asyncify_runtime::{BlockingPool, sync_to_async};
use asyncify_tests::block_on;

#[sync_to_async]
fn anonymous(path: impl AsRef<Path>) -> usize {
    // Only one `AsRef` is in view, so the target is inferred.
    path.as_ref().as_os_str().len()
}

#[sync_to_async]
fn named<P: AsRef<Path>>(path: P) -> PathBuf {
    path.as_ref().to_owned()
}

#[sync_to_async]
fn two<P, Q>(from: P, mut to: Q) -> PathBuf
where
    P: AsRef<Path>,
    Q: AsRef<Path> + Send + Sync,
{
    let taken = &mut to;
    from.as_ref().join(taken.as_ref())
}

#[sync_to_async]
fn same<P: std::convert::AsRef<Path>>(from: P, to: P) -> bool {
    from.as_ref() == to.as_ref()
}

#[sync_to_async]
fn behind_a_reference<P: AsRef<Path> + ?Sized>(
    path: &P,
    text: &(impl AsRef<str> + ?Sized),
) -> usize {
    path.as_ref().as_os_str().len() + text.as_ref().len()
}

#[sync_to_async]
fn unlike_targets(
    text: impl AsRef<str>,
    bytes: impl AsRef<[u8]>,
    c: impl AsRef<CStr>,
    os: impl AsRef<OsStr>,
) -> usize {
    let (text, bytes): (&str, &[u8]) = (text.as_ref(), bytes.as_ref());
    text.len() + bytes.len() + c.as_ref().to_bytes().len() + os.as_ref().len()
}

#[sync_to_async]
fn into(path: impl Into<PathBuf>, text: impl Into<String>) -> (PathBuf, String) {
    let text = text.into();
    (path.into(), text)
}

#[sync_to_async]
fn borrowed<K: Borrow<str>>(key: K, other: impl Borrow<[u8]>) -> String {
    format!("{}{}", key.borrow(), other.borrow().len())
}

#[sync_to_async]
fn own<P: AsRef<Path> + Send + 'static>(path: P) -> P {
    path
}

#[sync_to_async]
async fn asynchronous(path: impl AsRef<Path>) -> PathBuf {
    std::future::ready(()).await;
    path.as_ref().to_owned()
}

#[sync_to_async(rename = "kept_async")]
fn kept<P: AsRef<Path>>(path: P, _: impl AsRef<str>) -> usize {
    let again: P = path;
    again.as_ref().as_os_str().len()
}

#[sync_to_async(limit = 2, executor = pool)]
fn with_options<P: AsRef<Path>>(pool: &BlockingPool, path: P) -> usize {
    let _ = pool;
    path.as_ref().as_os_str().len()
}

#[sync_to_async]
fn conditional(#[cfg(any())] never: impl AsRef<NoSuchType>, path: impl AsRef<Path>) -> bool {
    path.as_ref().is_absolute()
}

#[derive(Clone)]
struct Directory(PathBuf);

impl Directory {
    #[sync_to_async]
    fn join<P: AsRef<Path>>(&self, path: P) -> PathBuf {
        let path: P = path;
        self.0.join(path)
    }

    #[sync_to_async]
    fn open(path: impl AsRef<Path>) -> Self {
        Self(path.as_ref().to_owned())
    }
}

#[sync_to_async]
impl Directory {
    fn contains<P: AsRef<Path>, const N: usize>(&self, path: P, _: [u8; N]) -> bool {
        self.0.starts_with(path)
    }
}

#[sync_to_async]
trait Store: Clone + Send + Sync + 'static {
    fn key(&self, path: impl AsRef<Path> + Send) -> PathBuf;

    fn default_body<P: AsRef<Path> + Send>(&self, path: P) -> usize {
        path.as_ref().as_os_str().len()
    }
}

#[sync_to_async]
impl Store for Directory {
    fn key(&self, path: impl AsRef<Path> + Send) -> PathBuf {
        self.0.join(path)
    }
}

/// A type whose `AsRef` is the caller's and not `'static`.
struct Temporary<'a>(&'a str);

impl AsRef<Path> for Temporary<'_> {
    fn as_ref(&self) -> &Path {
        Path::new(self.0)
    }
}

#[test]
fn callers_pass_what_they_have() {
    let directory = String::from("a/b");
    let path: &Path = Path::new(&directory);
    block_on(async {
        assert_eq!(anonymous(path).await, 3);
        assert_eq!(anonymous(&directory).await, 3);
        assert_eq!(anonymous(&path.join("c")).await, 5);
        assert_eq!(anonymous(Temporary(&directory)).await, 3);
        assert_eq!(named(&*directory).await, path);
        assert_eq!(named::<&Path>(path).await, path);
        assert_eq!(two(path, &directory).await, path.join(path));
        assert!(same(path, path).await);
        assert_eq!(behind_a_reference(path, &*directory).await, 6);
        assert_eq!(behind_a_reference(&path.join("c"), &directory).await, 8);
        let c = CString::new("c").expect("no zero within");
        assert_eq!(unlike_targets(&directory, &[1, 2], &c, "os").await, 8);
        assert_eq!(into(path, &*directory).await, (path.to_owned(), directory.clone()));
        assert_eq!(borrowed(&*directory, vec![1]).await, "a/b1");
        assert_eq!(own("static").await, "static");
        assert_eq!(asynchronous(path).await, path);
        assert_eq!(kept_async(path, &directory).await + kept(path, &directory), 6);
        assert_eq!(with_options(asyncify_runtime::global(), &directory).await, 3);
        assert!(!conditional(path).await);
    });
}

#[test]
fn methods_convert_as_well() {
    let text = String::from("x");
    block_on(async {
        let directory = Directory::open(&text).await;
        assert_eq!(directory.join(&text).await, Path::new("x/x"));
        assert!(directory.contains(&text, [0; 2]).await);
        assert_eq!(directory.key(&text).await, Path::new("x/x"));
        assert_eq!(directory.default_body(&text).await, 1);
    });
}

#[test]
fn futures_are_send_if_the_argument_is() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let text = String::from("a");
    assert_eq!(block_on(is_send(anonymous(&text))), 1);
}
