//! A program with two functions of one name.

use asyncify_runtime::remote::{Local, RemoteError, Worker};
use asyncify_runtime::{Error, sync_to_async};

mod old {
    use super::*;

    #[sync_to_async(remote(name = "scale.v1"))]
    pub(crate) fn scale(width: u32) -> Result<u32, Error> {
        Ok(width)
    }
}

#[sync_to_async(remote(name = "scale.v1"))]
fn scale(width: u32) -> Result<u32, Error> {
    Ok(2 * width)
}

#[test]
fn its_worker_does_not_start() {
    let worker = Worker::new(Local::new());
    let served = futures::executor::block_on(worker.serve());
    let Err(Error::Remote(RemoteError::SameName { task, .. })) = &served else {
        panic!("{served:?}")
    };
    assert_eq!(task, "scale.v1");
    drop((old::scale(1), scale(1)));
}
