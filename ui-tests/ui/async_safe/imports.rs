#![deny(deprecated)]

use asyncify_runtime::async_safe;

#[async_safe]
mod imports {
    use std as standard;
    use std::{fs::*, net, net::TcpStream as Stream, thread::{self as threads}};
    use threads::sleep;

    pub async fn all() -> std::io::Result<()> {
        remove_file("by a glob")?;
        Stream::connect("by another name")?;
        net::TcpStream::connect("by a module")?;
        standard::fs::remove_dir("by the name of a crate")?;
        sleep(std::time::Duration::MAX);
        {
            use std::fs::remove_dir as sleep;
            sleep("by the innermost name")
        }
    }
}

fn main() {
    drop(imports::all());
}
