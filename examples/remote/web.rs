//! As much of HTTP as the example needs: a server that answers uploads, and a client.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::decoder;

/// The longest upload, which is checked before memory is taken for it.
const MAX_UPLOAD: usize = 1 << 20;

pub(crate) async fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        let (connection, _) = listener.accept().await?;
        tokio::spawn(handle(connection));
    }
}

/// The handler: awaits a task that may run on another machine, as it would await anything else.
async fn handle(connection: TcpStream) -> io::Result<()> {
    let mut connection = BufReader::new(connection);
    let upload = read_message(&mut connection).await?;
    let answer = decoder::answer(&upload).await;
    write_message(&mut connection, "HTTP/1.1 200 OK", answer.as_bytes()).await
}

pub(crate) async fn post(address: SocketAddr, body: &[u8]) -> io::Result<String> {
    let mut connection = BufReader::new(TcpStream::connect(address).await?);
    write_message(&mut connection, "POST /uploads HTTP/1.1", body).await?;
    let answer = read_message(&mut connection).await?;
    String::from_utf8(answer).map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

async fn write_message(
    connection: &mut BufReader<TcpStream>,
    first_line: &str,
    body: &[u8],
) -> io::Result<()> {
    let head = format!("{first_line}\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", body.len());
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(body).await?;
    connection.flush().await
}

/// The body of a request or a response.
async fn read_message(connection: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if connection.take(1 << 13).read_line(&mut line).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap_or(usize::MAX),
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    if length > MAX_UPLOAD {
        return Err(io::Error::new(ErrorKind::InvalidData, "the body is too long"));
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).await?;
    Ok(body)
}
