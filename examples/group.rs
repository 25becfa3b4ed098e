//! How do I run several blocking calls at once, take the results as they arrive, and cancel the
//! rest at the first error?

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use asyncify_runtime::{TaskGroup, sync_to_async};

#[sync_to_async]
fn resolve(host: &str) -> io::Result<SocketAddr> {
    (host, 80).to_socket_addrs()?.next().ok_or_else(|| io::ErrorKind::NotFound.into())
}

#[sync_to_async]
fn size(file: &str) -> io::Result<u64> {
    Ok(std::fs::metadata(file)?.len())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // ANCHOR: next
    // Results as they arrive, each with the number of its child.
    let hosts = ["localhost", "127.0.0.1", "::1"];
    let mut group = TaskGroup::new();
    for host in hosts {
        group.spawn_future(resolve(host));
    }
    let mut found = BTreeMap::new();
    while let Some((number, address)) = group.join_next().await {
        found.insert(hosts[number], address??.ip());
    }
    // ANCHOR_END: next
    println!("127.0.0.1 is {}", found["127.0.0.1"]);

    // ANCHOR: try
    // All results in order, or the first error.
    let directory = env!("CARGO_MANIFEST_DIR");
    let mut sizes = TaskGroup::new();
    for name in ["Cargo.toml", "group.rs", "missing"] {
        let path = format!("{directory}/{name}");
        sizes.spawn_future(async move { size(&path).await });
    }
    match sizes.try_join_all().await {
        Ok(sizes) => println!("{} bytes", sizes.iter().sum::<u64>()),
        Err(error) => println!("one is {}", error.kind()),
    }
    // ANCHOR_END: try

    // ANCHOR: scope
    // No child outlives the scope, so what they share can be unwrapped afterwards.
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    TaskGroup::new()
        .scope(async |group| {
            for number in 0..3 {
                let lines = lines.clone();
                group.spawn(move || lines.lock().expect("no panic").push(number));
            }
        })
        .await;
    // ANCHOR_END: scope
    let lines = std::sync::Arc::into_inner(lines).expect("the children have ended");
    println!("{} children", lines.into_inner().expect("no panic").len());
    Ok(())
}
