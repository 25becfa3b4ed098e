#![deny(deprecated)]

use asyncify_runtime::async_safe;

#[async_safe]
mod files {
    use std::fs::{self, File, read_to_string as slurp};
    use std::io::{self, Read, Write as _};
    use std::path::Path;

    pub async fn functions(path: &Path) -> io::Result<String> {
        if path.exists() {
            fs::remove_file(path)?;
        }
        std::fs::write(path, "text")?;
        slurp(path.with_extension("bak"))
    }

    pub async fn methods(path: &str) -> io::Result<String> {
        let mut file = File::options().read(true).open(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        io::BufWriter::new(File::create(path)?).write_all(b"text")?;
        Ok(text)
    }
}

fn main() {
    drop(files::functions("".as_ref()));
    drop(files::methods(""));
}
