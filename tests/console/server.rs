//! The console's server answers browsers, and is not impressed by other clients.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use asyncify_runtime::console::Console;
use asyncify_runtime::observe::Registry;
use asyncify_runtime::{BlockingPool, Limiter, Watchdog, sync_to_async};
use asyncify_tests::{FOREVER, Gate, block_on, in_time};
use serde_json::Value;

fn console() -> Console {
    Console::bind(&Registry::new(), "localhost:0").unwrap()
}

fn connect(address: SocketAddr) -> TcpStream {
    let connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(FOREVER)).unwrap();
    connection
}

/// Sends bytes, and returns the whole response.
fn send(address: SocketAddr, bytes: &[u8]) -> String {
    let mut connection = connect(address);
    connection.write_all(bytes).unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).unwrap();
    response
}

fn get(address: SocketAddr, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let response = send(address, request.as_bytes());
    let (header, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(header.starts_with("HTTP/1.1 200 OK\r\n"), "{header}");
    assert!(header.contains(&format!("Content-Length: {}\r\n", body.len())), "{header}");
    body.to_owned()
}

fn snapshot(console: &Console) -> Value {
    serde_json::from_str(&get(console.local_addr(), "/snapshot.json")).unwrap()
}

#[track_caller]
fn assert_status(response: &str, status: &str) {
    assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{response}");
}

#[test]
fn page_and_snapshot_are_served() {
    let console = console();
    let page = get(console.local_addr(), "/?anything");
    assert!(page.starts_with("<!doctype html>"), "{page}");
    for outside in ["http://", "https://", "src=", "@import"] {
        assert!(!page.contains(outside), "the page needs {outside}");
    }
    assert_eq!(snapshot(&console)["pid"], std::process::id());
    let missing = format!("GET /other HTTP/1.1\r\nHost: {}\r\n\r\n", console.local_addr());
    assert_status(&send(console.local_addr(), missing.as_bytes()), "404");
    let head = send(console.local_addr(), b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_status(&head, "200");
    assert!(head.ends_with("\r\n\r\n"), "{head}");
}

#[sync_to_async(executor = pool)]
fn pass(pool: &BlockingPool, gate: Gate) {
    let _ = pool;
    gate.pass();
}

#[test]
fn snapshot_has_pools_limiters_threads_and_functions() {
    const NAME: &str = "server::pass";
    let pool = BlockingPool::builder().name("seen").max_threads(1).build().unwrap();
    let limiter = Limiter::new(3);
    let registry = Registry::new();
    registry.pool("disk", &pool).limiter("api", &limiter);
    let console = Console::bind(&registry, "127.0.0.1:0").unwrap();
    let _permit = limiter.try_acquire().unwrap();

    let gate = Gate::new();
    let mut call = Box::pin(pass(&pool, gate.clone()));
    assert!(asyncify_tests::poll_once(&mut call).is_pending());
    let queued = pool.spawn(|| ());
    gate.wait_for(1);
    let found = snapshot(&console);
    let disk = &found["pools"][0];
    assert_eq!(disk["name"], "disk");
    assert_eq!((&disk["running"], &disk["queued"]), (&1.into(), &1.into()), "{disk}");
    assert_eq!(found["limiters"][0]["in_use"], 1, "{found}");
    let is_pass = |row: &&Value| row["function"] == NAME;
    let running = found["threads"].as_array().unwrap().iter().find(is_pass).unwrap();
    assert!(running["name"].as_str().unwrap().contains("seen"), "{running}");
    assert!(running["running_for"].as_f64().unwrap() > 0.0, "{running}");

    gate.open();
    block_on(call);
    block_on(queued).unwrap();
    let found = snapshot(&console);
    let is_pass = |row: &&Value| row["name"] == NAME;
    let function = found["functions"].as_array().unwrap().iter().find(is_pass).unwrap();
    assert_eq!(function["calls"], 1, "{function}");
    assert!(function["location"].as_str().unwrap().contains("server.rs:"), "{function}");
    assert!(function["run"].as_f64().unwrap() > 0.0, "{function}");
}

#[test]
fn stall_is_listed_during_and_after_it() {
    let (reported, is_reported) = mpsc::channel();
    let (ended, has_ended) = mpsc::channel();
    let watchdog = Watchdog::builder()
        .threshold(Duration::from_millis(20))
        .on_stall(move |_| reported.send(()).unwrap())
        .on_stall_over(move |_| ended.send(()).unwrap())
        .build();
    let console = console();
    let stall = || {
        let found = snapshot(&console);
        let stalls = found["stalls"].as_array().unwrap();
        let of_test: Vec<_> = stalls.iter().filter(|stall| stall["name"] == "stuck").collect();
        assert_eq!(of_test.len(), 1, "{found}");
        of_test[0].clone()
    };
    let stuck = watchdog.watch(async {
        is_reported.recv_timeout(FOREVER).unwrap();
        assert_eq!(stall()["is_over"], false);
    });
    block_on(stuck.named("stuck"));
    has_ended.recv_timeout(FOREVER).unwrap();
    let stall = stall();
    assert_eq!(stall["is_over"], true, "{stall}");
    assert!(stall["duration"].as_f64().unwrap() >= 0.02, "{stall}");
}

/// A console can be kept anywhere.
#[test]
fn console_may_cross_threads() {
    fn assert_send_and_sync<T: Send + Sync + 'static>(value: T) -> T {
        value
    }
    let console = assert_send_and_sync(console());
    let closed = in_time("a drop elsewhere", || thread::spawn(move || drop(console)).join());
    assert!(closed.is_ok());
}

#[test]
fn other_addresses_need_to_be_allowed() {
    let error = Console::bind(&Registry::new(), "0.0.0.0:0").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("`allow_remote`"), "{error}");
    let console = Console::builder(&Registry::new()).allow_remote().bind("0.0.0.0:0").unwrap();
    assert!(console.local_addr().ip().is_unspecified());
    let address = (Ipv4Addr::LOCALHOST, console.local_addr().port()).into();
    get(address, "/");
}

#[test]
fn other_hosts_are_refused() {
    let request = |host: &str| format!("GET /snapshot.json HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let console = console();
    let address = console.local_addr();
    let rebound = request(&format!("evil.example:{}", address.port()));
    assert_status(&send(address, rebound.as_bytes()), "421");
    assert_status(&send(address, request("LocalHost").as_bytes()), "200");

    let builder = Console::builder(&Registry::new()).allow_host("console.internal");
    let console = builder.bind("127.0.0.1:0").unwrap();
    let named = request("console.internal");
    assert_status(&send(console.local_addr(), named.as_bytes()), "200");
    assert_status(&send(console.local_addr(), rebound.as_bytes()), "421");
}

#[test]
fn garbage_and_huge_requests_are_refused() {
    let console = console();
    let address = console.local_addr();
    assert_status(&send(address, b"\x16\x03\x01\x00\xa5 not for you\r\n\r\n"), "400");
    let post = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\nbody";
    assert_status(&send(address, post), "405");
    let mut huge = b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: ".to_vec();
    huge.resize(8 * 1024, b'x');
    assert_status(&send(address, &huge), "431");
    // One that never ends is cut off.
    let mut endless = connect(address);
    let ended = (0..1 << 16).find(|_| endless.write_all(&[b'x'; 1024]).is_err());
    assert!(ended.is_some(), "64 MiB were accepted");
    get(address, "/");
}

#[test]
fn slow_clients_are_cut_off_and_do_not_hold_up_others() {
    let console = console();
    let address = console.local_addr();
    let mut slow: Vec<_> = (0..8).map(|_| connect(address)).collect();
    for connection in &mut slow {
        connection.write_all(b"GET / HTTP/1.1\r\nHo").unwrap();
    }
    get(address, "/");
    let is_open = |connection: &TcpStream| {
        connection.set_nonblocking(true).unwrap();
        let peeked = connection.peek(&mut [0]);
        connection.set_nonblocking(false).unwrap();
        matches!(peeked, Err(error) if error.kind() == ErrorKind::WouldBlock)
    };
    assert!(slow.iter().any(is_open), "the page came behind the slow clients");
    for mut connection in slow {
        // The server closes it: an end, or a reset.
        let mut buffer = Vec::new();
        let read = connection.read_to_end(&mut buffer);
        assert!(!matches!(&read, Err(error) if error.kind() == ErrorKind::WouldBlock), "{read:?}");
        assert!(buffer.is_empty());
    }
}

#[test]
fn too_many_connections_are_refused() {
    let console = console();
    let address = console.local_addr();
    let connections: Vec<_> = (0..200).map(|_| connect(address)).collect();
    let mut refused = 0;
    for mut connection in &connections {
        let mut response = String::new();
        // Those that are served are cut off in the end, as they send nothing.
        if connection.read_to_string(&mut response).is_ok() && !response.is_empty() {
            assert_status(&response, "503");
            refused += 1;
        }
    }
    assert!(refused > 0);
    drop(connections);
    get(address, "/");
}

#[test]
fn drop_closes_all_connections_and_waits_for_the_threads() {
    let console = console();
    let address = console.local_addr();
    let mut idle = connect(address);
    get(address, "/");
    let (dropped, is_dropped) = mpsc::channel();
    in_time("the drop of a console", || drop(console));
    thread::spawn(move || dropped.send(idle.read(&mut [0])).unwrap());
    // An end, or a reset.
    assert!(matches!(is_dropped.recv_timeout(FOREVER).unwrap(), Ok(0) | Err(_)));
    let refused = TcpStream::connect(address);
    assert!(refused.is_err(), "the address is free again");
}

#[test]
fn client_that_does_not_read_does_not_keep_the_console_open() {
    let console = console();
    let mut deaf = connect(console.local_addr());
    deaf.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    deaf.shutdown(Shutdown::Write).unwrap();
    in_time("the drop of a console", || drop(console));
}
