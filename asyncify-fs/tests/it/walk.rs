//! Trees of directories.

use asyncify_fs::{walk, walk_with};
use futures::executor::block_on;
use futures::{StreamExt, TryStreamExt};
use std::collections::BTreeSet;
use walkdir::WalkDir;

#[test]
fn a_walk_visits_what_walkdir_visits() {
    let folder = tempfile::tempdir().unwrap();
    for directory in 0..30 {
        let path = folder.path().join(format!("{directory}/deep/deeper"));
        std::fs::create_dir_all(&path).unwrap();
        for file in 0..100 {
            std::fs::write(path.join(file.to_string()), "").unwrap();
        }
    }
    let expected: BTreeSet<_> =
        WalkDir::new(folder.path()).into_iter().map(|entry| entry.unwrap().into_path()).collect();
    let visited: Vec<_> =
        block_on(walk(folder.path()).map_ok(walkdir::DirEntry::into_path).try_collect()).unwrap();
    assert_eq!(visited.len(), 1 + 30 * 103);
    assert_eq!(visited.into_iter().collect::<BTreeSet<_>>(), expected);
    let top: Vec<_> =
        block_on(walk_with(WalkDir::new(folder.path()).max_depth(1)).try_collect()).unwrap();
    assert_eq!(top.len(), 31);
}

#[test]
fn a_root_that_does_not_exist_is_one_error() {
    let mut entries = walk("/does/not/exist");
    let error = block_on(entries.next()).unwrap().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    assert!(block_on(entries.next()).is_none());
}
