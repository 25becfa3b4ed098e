//! A TCP relay that a test holds and can cut.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Forwards connections to a server, until it is cut.
pub struct Relay {
    address: SocketAddr,
    open: Arc<watch::Sender<bool>>,
    accept: AbortHandle,
}

impl Relay {
    /// Forwards to `target`.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let open = Arc::new(watch::Sender::new(true));
        let accept = tokio::spawn(accept(listener, target, open.clone())).abort_handle();
        Self { address, open, accept }
    }

    /// The URL for clients.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Closes all connections; new ones are closed at once.
    pub fn cut(&self) {
        self.open.send_replace(false);
    }

    /// Forwards new connections again.
    pub fn mend(&self) {
        self.open.send_replace(true);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.accept.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, open: Arc<watch::Sender<bool>>) {
    while let Ok((client, _)) = listener.accept().await {
        let mut open = open.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                _ = open.wait_for(|open| !open) => {}
                () = forward(client, target) => {}
            }
        });
    }
}

async fn forward(mut client: TcpStream, target: SocketAddr) {
    if let Ok(mut server) = TcpStream::connect(target).await {
        let _ = server.set_nodelay(true);
        let _ = client.set_nodelay(true);
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}
