#![deny(deprecated)]

use asyncify_runtime::async_safe;

#[async_safe]
async fn run() -> std::io::Result<()> {
    use std::process::Command;

    Command::new("true").arg("--help").status()?;
    let output = Command::new("false").output()?;
    println!("{}", output.status);
    let mut child = Command::new("cat").spawn()?;
    child.wait()?;
    Ok(())
}

fn main() {
    drop(run());
}
