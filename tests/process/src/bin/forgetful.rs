//! A program that does not call `process::init`: it must get an error, and start nothing.

use asyncify_process_tests::outside;
use asyncify_runtime::process::{Pool, ProcessError, global};
use asyncify_runtime::{Error, sync_to_async};

#[sync_to_async(process)]
fn number() -> Result<u8, Error> {
    Ok(1)
}

fn main() {
    let forgotten = Error::Process(ProcessError::NotInitialised);
    assert_eq!(futures::executor::block_on(number()), Err(forgotten.clone()));
    assert_eq!(Pool::builder().name("forgetful").min_idle(1).build().unwrap_err(), forgotten);
    assert_eq!(global().unwrap_err(), forgotten);
    assert_eq!(outside::children(std::process::id()), [0_u32; 0]);
    println!("{forgotten}");
}
