//! A small HTTP server: one thread accepts connections, and each connection has a thread of its own
//! for its one request.
//!
//! The default features of this crate bring no async runtime, and the console must answer while
//! that of the program is blocked; hence threads. `httparse` parses the requests. Everything else
//! is limited: the number of connections, the size of a request, and the time that a connection may
//! take.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, PoisonError};
use std::thread::{self, JoinHandle, Scope};
use std::time::{Duration, Instant};

use super::request::{self, MAX_SIZE, Parsed};
use super::response::Response;
use crate::sync::{Mutex, MutexGuard};

/// The most connections at a time; others are closed with the status 503. A browser opens a few
/// ahead of its requests.
const MAX_CONNECTIONS: usize = 32;
/// How long a connection may take for its request, and then for the response.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// How long a client that sends more than its request is read, so that the system does not discard
/// the response.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_READS: usize = 32;
/// The wait after an error of `accept`: usually there are too many open files.
const RETRY: Duration = Duration::from_millis(100);

/// Answers a request.
pub(super) type Handler = dyn Fn(&request::Request<'_>) -> Response + Send + Sync;

/// Serves until it is dropped. The drop waits until its threads have ended.
pub(super) struct Server {
    address: SocketAddr,
    open: Arc<Open>,
    thread: Option<JoinHandle<()>>,
}

/// The open connections, or `None` if the server was dropped.
struct Open(Mutex<Option<HashMap<u64, TcpStream>>>);

impl Server {
    pub(super) fn start(listener: TcpListener, handler: Box<Handler>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let open = Arc::new(Open(Mutex::new(Some(HashMap::new()))));
        let shared = open.clone();
        let thread = thread::Builder::new()
            .name("asyncify-console".to_owned())
            .spawn(move || thread::scope(|scope| accept(scope, &listener, &shared, &*handler)))?;
        Ok(Self { address, open, thread: Some(thread) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for connection in self.open.close().into_values() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        let Some(thread) = self.thread.take() else { return };
        thread.thread().unpark();
        // A connection wakes the thread in `accept`. If none can be made, for instance because
        // there are too many open files, the thread ends with the next one that can.
        let woken = TcpStream::connect_timeout(&reachable(self.address), TIME_LIMIT);
        if woken.is_ok() || thread.is_finished() {
            let _ = thread.join();
        }
    }
}

/// An address at which a listener can be reached from its own machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

impl Open {
    fn lock(&self) -> MutexGuard<'_, Option<HashMap<u64, TcpStream>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) -> HashMap<u64, TcpStream> {
        self.lock().take().unwrap_or_default()
    }

    fn is_closed(&self) -> bool {
        self.lock().is_none()
    }

    /// Adds a connection. Returns `false` if there are too many, or if the server was dropped.
    fn add(&self, id: u64, connection: &TcpStream) -> bool {
        let Ok(connection) = connection.try_clone() else { return false };
        match &mut *self.lock() {
            Some(open) if open.len() < MAX_CONNECTIONS => open.insert(id, connection).is_none(),
            _ => false,
        }
    }

    fn remove(&self, id: u64) {
        let removed = self.lock().as_mut().and_then(|open| open.remove(&id));
        drop(removed);
    }
}

/// Accepts connections until the server is dropped; then the scope waits for their threads.
fn accept<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    listener: &TcpListener,
    open: &'env Open,
    handler: &'env Handler,
) {
    for id in 0.. {
        let accepted = listener.accept();
        if open.is_closed() {
            return;
        }
        let Ok((connection, _)) = accepted else {
            thread::park_timeout(RETRY);
            continue;
        };
        if !open.add(id, &connection) {
            refuse(connection);
            continue;
        }
        let thread = thread::Builder::new().name("asyncify-console".to_owned());
        let spawned = thread.spawn_scoped(scope, move || {
            // An error is that of a client that has gone away.
            let _ = serve(&connection, handler);
            open.remove(id);
        });
        if spawned.is_err() {
            open.remove(id);
        }
    }
}

/// Tells a client that there are too many, without waiting for it.
fn refuse(mut connection: TcpStream) {
    if connection.set_nonblocking(true).is_ok() {
        let _ = connection.write(&Response::text(503, "too many connections\n").bytes(false));
    }
}

/// Reads one request and answers it.
fn serve(mut connection: &TcpStream, handler: &Handler) -> io::Result<()> {
    let mut buffer = [0; MAX_SIZE];
    let mut length = 0;
    let deadline = Instant::now() + TIME_LIMIT;
    let bytes = loop {
        match request::parse(&buffer[..length]) {
            Parsed::Request(request) => {
                break handler(&request).bytes(request.is_head);
            }
            Parsed::Refused(response) => break response.bytes(false),
            Parsed::Incomplete if length == MAX_SIZE => {
                break Response::text(431, "the request is too large\n").bytes(false);
            }
            Parsed::Incomplete => {}
        }
        connection.set_read_timeout(Some(left(deadline)?))?;
        match connection.read(&mut buffer[length..]) {
            Ok(0) => return Ok(()),
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    };
    write_all(connection, &bytes, Instant::now() + TIME_LIMIT)?;
    connection.shutdown(Shutdown::Write)?;
    let deadline = Instant::now() + LINGER;
    for _ in 0..LINGER_READS {
        connection.set_read_timeout(Some(left(deadline)?))?;
        if connection.read(&mut buffer)? == 0 {
            break;
        }
    }
    Ok(())
}

fn write_all(mut connection: &TcpStream, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
    while !bytes.is_empty() {
        connection.set_write_timeout(Some(left(deadline)?))?;
        match connection.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Returns the time that is left, which is not zero.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}
