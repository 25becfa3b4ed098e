//! What is written when the process ends: by `#[asyncify_runtime::main]`, what a dropped file has
//! accepted. The program starts itself again, as the processes that end.

use std::env;
use std::path::Path;
use std::process::Command;

const SIZE: usize = 200_000;

fn main() {
    let arguments: Vec<_> = env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--drained") => drained(),
        Some("--flushed") => futures::executor::block_on(accept(true)),
        _ => parent(),
    }
}

#[asyncify_runtime::main]
fn drained() {
    futures::executor::block_on(accept(false));
}

/// Writes to the file that the second argument names, and drops it.
async fn accept(flush: bool) {
    let path = env::args().nth(2).unwrap();
    let mut file = asyncify_fs::File::create(Path::new(&path)).await.unwrap();
    file.write_all(&vec![7; SIZE]).await.unwrap();
    if flush {
        file.flush().await.unwrap();
    }
}

fn parent() {
    for way in ["--drained", "--flushed"] {
        for _ in 0..10 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("file");
            let status = Command::new(env::current_exe().unwrap()).arg(way).arg(&path).status();
            assert!(status.unwrap().success());
            assert_eq!(std::fs::metadata(&path).unwrap().len(), SIZE as u64, "{way}");
        }
    }
    println!("accepted bytes are written before the process ends: ok");
}
