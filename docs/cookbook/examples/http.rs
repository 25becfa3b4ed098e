//! reqwest::blocking: a blocking client, as inside of a library that you cannot change. The
//! argument is the address of a server.

use std::time::Duration;

use asyncify_runtime::sync_to_async;
use reqwest::blocking::Client;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A clone of the client is a handle to the same connections.
#[derive(Clone)]
struct Api {
    client: Client,
    base: String,
}

#[sync_to_async(limit = 8)]
impl Api {
    /// The client blocks where it is built and used, so all of that happens in bodies.
    fn new(base: &str) -> Result<Self, Failure> {
        let client = Client::builder().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { client, base: base.to_owned() })
    }

    fn get(&self, path: &str) -> Result<String, Failure> {
        let response = self.client.get(format!("{}{path}", self.base)).send()?;
        Ok(response.error_for_status()?.text()?)
    }

    /// The last clone joins the client's thread, so it is dropped in a body as well.
    fn close(self) {}
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let base = std::env::args().nth(1).ok_or("which server?")?;
    let api = Api::new(&base).await?;
    let (hello, missing) = tokio::join!(api.get("/hello"), api.get("/missing"));
    println!("hello: {}", hello?);
    println!("missing: {}", if missing.is_err() { "an error" } else { "no error" });
    api.close().await;
    Ok(())
}
