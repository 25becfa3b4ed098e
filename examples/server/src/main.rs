//! Starts the server: `cargo run -p asyncify-server -- [--spawned] [ADDRESS] [DIRECTORY]`.

use std::env;
use std::error::Error;
use std::path::PathBuf;

use asyncify_server::{Annotated, Database, Metrics, Spawned, serve};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let is_spawned = arguments.first().is_some_and(|first| first == "--spawned");
    if is_spawned {
        arguments.remove(0);
    }
    let mut arguments = arguments.into_iter();
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let directory = arguments.next().map_or_else(env::temp_dir, PathBuf::from);

    let database = Database::open(&directory)?;
    let metrics = Some(Metrics::install(&database)?);
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    let stop = async {
        // Without the signal, the server would have to be killed.
        tokio::signal::ctrl_c().await.expect("the signal can be waited for");
    };
    if is_spawned {
        serve(listener, Spawned::new(database.clone()), metrics, stop).await?;
    } else {
        serve(listener, Annotated(database.clone()), metrics, stop).await?;
    }
    database.close().await;
    Ok(())
}
