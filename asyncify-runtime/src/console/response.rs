//! A response, with what keeps other sites away from it.

use std::borrow::Cow;

/// One answer, after which the connection is closed.
pub(super) struct Response {
    status: u16,
    content_type: &'static str,
    body: Cow<'static, str>,
}

/// The page has its style and its script in it, loads nothing but snapshots, and cannot be framed;
/// no other site may read or embed anything.
const HEADERS: &str = "\
    Connection: close\r\n\
    Cache-Control: no-store\r\n\
    Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; \
    script-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'\r\n\
    Cross-Origin-Resource-Policy: same-origin\r\n\
    Referrer-Policy: no-referrer\r\n\
    X-Content-Type-Options: nosniff\r\n";

impl Response {
    pub(super) fn html(body: &'static str) -> Self {
        Self { status: 200, content_type: "text/html; charset=utf-8", body: body.into() }
    }

    pub(super) fn json(body: String) -> Self {
        Self { status: 200, content_type: "application/json", body: body.into() }
    }

    pub(super) fn text(status: u16, body: &'static str) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", body: body.into() }
    }

    /// Returns the bytes to send; those to `HEAD` end with the header.
    pub(super) fn bytes(&self, is_head: bool) -> Vec<u8> {
        let Self { status, content_type, body } = self;
        let reason = match status {
            200 => "OK",
            404 => "Not Found",
            405 => "Method Not Allowed",
            421 => "Misdirected Request",
            431 => "Request Header Fields Too Large",
            503 => "Service Unavailable",
            _ => "Bad Request",
        };
        let allow = if *status == 405 { "Allow: GET, HEAD\r\n" } else { "" };
        let length = body.len();
        let mut text = format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: {content_type}\r\n\
             Content-Length: {length}\r\n{allow}{HEADERS}\r\n"
        );
        if !is_head {
            text.push_str(body);
        }
        text.into_bytes()
    }
}
