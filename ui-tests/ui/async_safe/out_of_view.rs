#![deny(deprecated)]

use asyncify_runtime::async_safe;
use std::fs::{self, File};
use std::io::{self, Read};
use std::process::Command;
use std::sync::mpsc;

#[async_safe]
async fn names_that_everybody_shortens(mut file: File, receiver: &mpsc::Receiver<u8>) -> io::Result<()> {
    fs::remove_file("a")?;
    Command::new("true").output()?;
    if let Ok(mut file) = File::open("a") {
        file.read_to_string(&mut String::new())?;
    }
    file.read_to_string(&mut String::new())?;
    receiver.recv().unwrap();
    Ok(())
}

fn main() {
    let _ = names_that_everybody_shortens;
}
