//! A serial line: questions to a device, one at a time. The argument is the port, such as
//! /dev/ttyUSB0.

use std::io::{self, BufRead, BufReader, Write};
use std::time::Duration;

use asyncify_runtime::{DedicatedThread, ThreadBound};
use futures::future::try_join_all;
use serialport::SerialPort;

type Failure = Box<dyn std::error::Error + Send + Sync>;

type Port = BufReader<Box<dyn SerialPort>>;

/// One question and its answer. Between the two, nobody else may use the line.
fn ask(port: &mut Port, question: &str) -> io::Result<String> {
    writeln!(port.get_mut(), "{question}")?;
    let mut answer = String::new();
    port.read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let path = std::env::args().nth(1).ok_or("which port?")?;
    // Calls run in order, on one thread.
    let thread = DedicatedThread::new("serial")?;
    let port = ThreadBound::new(&thread, move || {
        // A read that takes longer returns an error, so the thread is never lost.
        let port = serialport::new(path, 115_200).timeout(Duration::from_secs(10)).open()?;
        Ok::<_, serialport::Error>(Port::new(port))
    });
    let port = port.await?;

    let questions = ["voltage", "current", "name"];
    let answers = questions.map(|question| port.call(move |port| ask(port, question)));
    for (question, answer) in questions.iter().zip(try_join_all(answers).await?) {
        println!("{question}: {answer}");
    }
    Ok(())
}
