//! A live page of what this process runs (feature `console`).
//!
//! A [`Console`] serves one page over HTTP, on the loopback interface: the pools, limiters, groups
//! and worker processes of a [`Registry`], what each thread runs at this moment, the functions that
//! took most time, and the stalls that a [watchdog](crate#overview) has found. The page refreshes
//! itself every second. It needs nothing from another server, and it answers while the async
//! runtime is blocked.
//!
//! ```
//! use asyncify_runtime::BlockingPool;
//! use asyncify_runtime::console::Console;
//! use asyncify_runtime::observe::Registry;
//!
//! let disk = BlockingPool::builder().name("disk").max_threads(4).build()?;
//! let registry = Registry::new();
//! registry.pool("disk", &disk);
//!
//! let console = Console::bind(&registry, "127.0.0.1:0")?;
//! println!("http://{}/", console.local_addr()); // open until the console is dropped
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Pages
//!
//! `GET /` is the page, and `GET /snapshot.json` the data that it shows, as JSON: times are in
//! seconds, and sizes in bytes. Fields may be added in any release.
//!
//! # What is measured
//!
//! The lists of pools, limiters, groups and processes are the [metrics](crate::observe) of the
//! registry. Threads and functions are those of the whole process, measured from the first
//! console's start to the drop of the last: calls on any executor, and calls in worker processes. A
//! function is named by its path, or by the path of the function that contains the closure, and by
//! the source location of the call. The time until its body starts is its *wait*, including that
//! for a permit of a limiter; that of the body is its *run time*. Functions with `in_place` are not
//! measured, since they are not sent anywhere. The jobs of streams, maps and readers have names in
//! this crate.
//!
//! # Costs
//!
//! Without a console, a call costs one more read of a flag. With one, it also costs an allocation,
//! three reads of the clock and two uncontended locks. Each thread remembers up to 512 functions.
//! The server uses one thread that sleeps, and one for each connection, of which there are at most
//! 32.
//!
//! # Security
//!
//! The page is read-only, but it tells names of functions, files and threads to everybody who can
//! connect; there is no password. So a console accepts loopback addresses only, unless it
//! [allows](ConsoleBuilder::allow_remote) others. Requests whose `Host` is neither an address nor
//! `localhost` are refused, because other sites could otherwise read the page through the user's
//! browser (DNS rebinding); a name of your own has to be [allowed](ConsoleBuilder::allow_host).

mod request;
mod response;
mod server;
mod snapshot;

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::time::Instant;

use self::request::Request;
use self::response::Response;
use self::server::Server;
use crate::observe::Registry;
use crate::task::profile::Observation;

const PAGE: &str = include_str!("page.html");

/// Serves a live page of what this process runs, until it is dropped.
///
/// The drop closes all connections, and waits for the threads of the server.
///
/// The module's [page](self) has an example.
#[must_use = "the console is closed when it is dropped"]
pub struct Console {
    server: Server,
}

impl Console {
    /// Opens a console at a loopback address. Port 0 stands for one that is free, which
    /// [`local_addr`](Self::local_addr) returns.
    ///
    /// # Errors
    ///
    /// If the address is not a loopback address, if it cannot be bound, or if no thread can be
    /// started.
    pub fn bind(registry: &Registry, address: impl ToSocketAddrs) -> io::Result<Self> {
        Self::builder(registry).bind(address)
    }

    /// Returns a builder for a console that other machines can reach.
    pub fn builder(registry: &Registry) -> ConsoleBuilder {
        ConsoleBuilder { registry: registry.clone(), remote: false, hosts: Vec::new() }
    }

    /// Returns the address at which the console can be reached.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.server.address()
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("local_addr", &self.local_addr()).finish_non_exhaustive()
    }
}

/// Configures a [`Console`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `bind`"]
pub struct ConsoleBuilder {
    registry: Registry,
    remote: bool,
    hosts: Vec<String>,
}

impl ConsoleBuilder {
    /// Allows addresses other than loopback addresses, such as `0.0.0.0`.
    ///
    /// Everybody who can connect to the address can read the page; the connection is not encrypted.
    pub fn allow_remote(mut self) -> Self {
        self.remote = true;
        self
    }

    /// Accepts requests to this name, for instance one that a reverse proxy passes on. Addresses
    /// and `localhost` are accepted always.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// Opens the console.
    ///
    /// # Errors
    ///
    /// If the address is not a loopback address and others are not [allowed](Self::allow_remote),
    /// if it cannot be bound, or if no thread can be started.
    pub fn bind(self, address: impl ToSocketAddrs) -> io::Result<Console> {
        let Self { registry, remote, hosts } = self;
        let addresses: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
        let outside = addresses.iter().find(|address| !address.ip().is_loopback());
        if let (Some(address), false) = (outside, remote) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "{} is not a loopback address: call `allow_remote` if other machines may read what \
                     this program runs",
                    address.ip()
                ),
            ));
        }
        let listener = TcpListener::bind(&addresses[..])?;
        let observation = Observation::start();
        let opened = Instant::now();
        let handler = move |request: &Request<'_>| {
            if !request.is_for(&hosts) {
                return Response::text(421, "the console does not serve this host\n");
            }
            match request.path {
                "/" => Response::html(PAGE),
                "/snapshot.json" => {
                    Response::json(snapshot::take(&registry, &observation, opened).to_string())
                }
                _ => Response::text(404, "there is no such page\n"),
            }
        };
        Ok(Console { server: Server::start(listener, Box::new(handler))? })
    }
}
