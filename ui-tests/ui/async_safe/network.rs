#![deny(deprecated)]

use asyncify_runtime::async_safe;

#[async_safe]
mod network {
    use std::io::{self, BufRead, BufReader};
    use std::net::{TcpListener, TcpStream, ToSocketAddrs};

    pub async fn ask(host: &str) -> io::Result<String> {
        let address = (host, 80).to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
        let stream = TcpStream::connect(address)?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        Ok(line)
    }

    pub async fn answer(listener: &TcpListener) -> io::Result<u8> {
        let (stream, _) = listener.accept()?;
        let mut byte = [0];
        stream.peek(&mut byte)?;
        Ok(byte[0])
    }
}

fn main() {
    drop(network::ask(""));
    drop(network::answer(&std::net::TcpListener::bind("").unwrap()));
}
