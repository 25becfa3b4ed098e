//! ToSocketAddrs: resolves names with the resolver of the system. The arguments are the names.

use std::io;
use std::net::{IpAddr, ToSocketAddrs};

use asyncify_runtime::{Error, Phase, sync_to_async};
use futures::future::join_all;

/// At most 16 threads wait for the resolver. The system gives up after ten seconds or more, and the
/// caller after five.
#[sync_to_async(limit = 16, timeout = "5s")]
fn resolve(host: &str) -> io::Result<Vec<IpAddr>> {
    let mut found: Vec<_> = (host, 0).to_socket_addrs()?.map(|address| address.ip()).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

#[tokio::main]
async fn main() {
    let hosts: Vec<_> = std::env::args().skip(1).collect();
    let results = join_all(hosts.iter().map(|host| resolve(host))).await;
    for (host, result) in hosts.iter().zip(results) {
        match result {
            Ok(addresses) => println!("{host}: {addresses:?}"),
            Err(error) => println!("{host}: {}", reason(&error)),
        }
    }
}

/// A time-out arrives within the `io::Error`.
fn reason(error: &io::Error) -> String {
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(Error::TimedOut { phase: Phase::Queue, .. }) => "the resolver is busy".to_owned(),
        Some(Error::TimedOut { phase: Phase::Run, .. }) => "the resolver is slow".to_owned(),
        _ => format!("unknown ({:?})", error.kind()),
    }
}
