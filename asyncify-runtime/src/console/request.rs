//! Parses a request, and checks to which host it was sent.
//!
//! A page of another site can let its own name point to the loopback address, and would then be
//! allowed to read the responses (DNS rebinding). Its requests name that site as their host. So
//! only addresses, `localhost` and names that the program allows are accepted.

use std::net::IpAddr;

use super::response::Response;

/// The most bytes of a request. Browsers send less than one kilobyte.
pub(super) const MAX_SIZE: usize = 8 * 1024;
const MAX_HEADERS: usize = 64;

/// A request for a page.
#[derive(Debug, PartialEq)]
pub(super) struct Request<'a> {
    pub(super) is_head: bool,
    pub(super) path: &'a str,
    /// The host, without the port.
    host: &'a str,
}

pub(super) enum Parsed<'a> {
    Request(Request<'a>),
    Refused(Response),
    Incomplete,
}

pub(super) fn parse(bytes: &[u8]) -> Parsed<'_> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Parsed::Incomplete,
        Err(httparse::Error::TooManyHeaders) => {
            return Parsed::Refused(Response::text(431, "the request has too many headers\n"));
        }
        Err(_) => return Parsed::Refused(Response::text(400, "this is not an HTTP request\n")),
    }
    let is_head = match request.method {
        Some("GET") => false,
        Some("HEAD") => true,
        _ => return Parsed::Refused(Response::text(405, "only GET and HEAD are allowed\n")),
    };
    let target = request.path.unwrap_or_default();
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    let mut hosts =
        request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("host"));
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => std::str::from_utf8(host.value).ok().and_then(without_port),
        _ => None,
    };
    let Some(host) = host else {
        return Parsed::Refused(Response::text(400, "the request needs one Host header\n"));
    };
    Parsed::Request(Request { is_head, path, host })
}

/// Returns the name or address of a `Host` header; an address of IPv6 without its brackets.
fn without_port(host: &str) -> Option<&str> {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = host.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        return (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(address);
    }
    match host.split_once(':') {
        None => Some(host),
        Some((host, port)) => is_port(port).then_some(host),
    }
}

impl Request<'_> {
    /// Returns whether the request was sent to an address, to `localhost`, or to an allowed name.
    pub(super) fn is_for(&self, allowed: &[String]) -> bool {
        let is = |name: &str| self.host.eq_ignore_ascii_case(name);
        self.host.parse::<IpAddr>().is_ok()
            || is("localhost")
            || allowed.iter().any(|name| is(name))
    }
}

#[cfg(all(test, not(any(asyncify_loom, asyncify_shuttle))))]
mod tests {
    use super::*;

    fn status(bytes: &[u8]) -> Option<u16> {
        match parse(bytes) {
            Parsed::Refused(response) => {
                let text = String::from_utf8(response.bytes(false)).unwrap();
                Some(text.split(' ').nth(1).unwrap().parse().unwrap())
            }
            _ => None,
        }
    }

    fn is_accepted(host: &str) -> bool {
        let text = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        match parse(text.as_bytes()) {
            Parsed::Request(request) => request.is_for(&["console.internal".to_owned()]),
            _ => false,
        }
    }

    #[test]
    fn query_and_port_are_cut_off() {
        let bytes = b"HEAD /snapshot.json?t=1 HTTP/1.1\r\nhost: [::1]:8080\r\n\r\n";
        let Parsed::Request(request) = parse(bytes) else { panic!("a request") };
        assert_eq!(request, Request { is_head: true, path: "/snapshot.json", host: "::1" });
    }

    #[test]
    fn every_prefix_is_incomplete() {
        let bytes = b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";
        for end in 0..bytes.len() {
            assert!(matches!(parse(&bytes[..end]), Parsed::Incomplete), "{end}");
        }
        assert!(matches!(parse(bytes), Parsed::Request(_)));
    }

    #[test]
    fn only_addresses_localhost_and_allowed_names_are_hosts() {
        for host in
            ["127.0.0.1:80", "localhost", "LOCALHOST:1", "[::1]", "10.0.0.7", "Console.Internal"]
        {
            assert!(is_accepted(host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "",
            "::1",
            "[::1]x",
            "a:b",
        ] {
            assert!(!is_accepted(host), "{host}");
        }
    }

    #[test]
    fn bad_requests_are_refused() {
        assert_eq!(status(b"\x16\x03\x01\x02\x00\x01"), Some(400));
        assert_eq!(status(b"GET / HTTP/1.1\r\n\r\n"), Some(400));
        assert_eq!(status(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), Some(400));
        assert_eq!(status(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"), Some(405));
        let mut many = b"GET / HTTP/1.1\r\nHost: localhost\r\n".to_vec();
        (0..MAX_HEADERS).for_each(|_| many.extend(b"A: b\r\n"));
        assert_eq!(status(&many), Some(431));
    }
}
