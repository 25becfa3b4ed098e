//! How do I call a blocking function of a library, without a wrapper of my own? Put `asyncify!`
//! around the call: the arguments are evaluated here, and the call runs on the pool.

use std::error::Error;
use std::net::{SocketAddr, ToSocketAddrs};
use std::process::{Command, Output};
use std::{env, fs, io, process};

use asyncify_runtime::{asyncify, cpu};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // A call. `&path` is copied for it, so `path` can still be used.
    let path = env::temp_dir().join(format!("asyncify-inline-{}", process::id()));
    asyncify!(fs::write(&path, "written on the pool")).await?;
    println!("file: {}", asyncify!(fs::read_to_string(&path)).await?);

    // A method call. The system's resolver has no async interface.
    let addresses = asyncify!("localhost:80".to_socket_addrs()).await?;
    println!("localhost: {} addresses", addresses.filter(SocketAddr::is_ipv4).count());

    // A block, which runs on the pool; `?` leaves the block.
    let child: io::Result<Output> = asyncify!({
        let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Command::new(program).arg("--version").output()
    })
    .await;
    println!("child: {}", String::from_utf8_lossy(&child?.stdout).trim_end());

    // A closure, on the pool with one thread per core; started now and awaited later.
    let sum = asyncify!(|| (1..=1_000_000_u64).sum::<u64>()).executor(cpu()).spawn();
    asyncify!(fs::remove_file(&path)).await?;
    println!("sum: {}", sum.await?);
    Ok(())
}
