//! Starts the server: `cargo run -p asyncify-server -- [--spawned] [--console] [ADDRESS]
//! [DIRECTORY]`. With `--console`, it shows in the browser what its threads do.

use std::env;
use std::error::Error;
use std::path::PathBuf;

use asyncify_runtime::console::Console;
use asyncify_server::{Annotated, Database, Metrics, Spawned, serve};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let mut has = |option: &str| {
        let index = arguments.iter().position(|argument| argument == option);
        index.map(|index| arguments.remove(index)).is_some()
    };
    let (is_spawned, has_console) = (has("--spawned"), has("--console"));
    let mut arguments = arguments.into_iter();
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let directory = arguments.next().map_or_else(env::temp_dir, PathBuf::from);

    let database = Database::open(&directory)?;
    let metrics = Metrics::install(&database)?;
    // Open until the end of `main`.
    let console =
        has_console.then(|| Console::bind(metrics.registry(), "127.0.0.1:0")).transpose()?;
    if let Some(console) = &console {
        println!("console at http://{}/", console.local_addr());
    }
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    let stop = async {
        // Without the signal, the server would have to be killed.
        tokio::signal::ctrl_c().await.expect("the signal can be waited for");
    };
    if is_spawned {
        serve(listener, Spawned::new(database.clone()), Some(metrics), stop).await?;
    } else {
        serve(listener, Annotated(database.clone()), Some(metrics), stop).await?;
    }
    database.close().await;
    Ok(())
}
