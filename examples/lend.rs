//! How do I call a blocking method that takes `&mut self`? With `lend`: the value moves to the pool
//! for the call, and back afterwards. Meanwhile its default takes its place.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::{env, fs, process};

use asyncify_runtime::sync_to_async;

// ANCHOR: reader
/// Reads records whose fields are separated by semicolons.
#[derive(Default)]
struct Reader {
    input: Option<BufReader<File>>,
    line: String,
    records: usize,
}

#[sync_to_async(lend)]
impl Reader {
    fn open(path: &Path) -> io::Result<Self> {
        let input = Some(BufReader::with_capacity(1 << 16, File::open(path)?));
        Ok(Self { input, ..Self::default() })
    }

    /// Reads many records at a time, since a call costs more than reading one record.
    fn read(&mut self, records: &mut Vec<Vec<String>>, most: usize) -> io::Result<usize> {
        records.clear();
        while records.len() < most && self.read_line()? {
            records.push(self.line.trim_end().split(';').map(str::to_owned).collect());
        }
        self.records += records.len();
        Ok(records.len())
    }
    // ANCHOR_END: reader

    #[sync_to_async(skip)]
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        match &mut self.input {
            Some(input) => Ok(input.read_line(&mut self.line)? > 0),
            // The default, which remains after a call that was dropped while it ran.
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let path = env::temp_dir().join(format!("asyncify-lend-{}", process::id()));
    let mut file = File::create(&path)?;
    for number in 1..=1_000 {
        writeln!(file, "{number};{};{}", number * number, number % 7)?;
    }

    let mut reader = Reader::open(&path).await?;
    let (mut records, mut sum) = (Vec::new(), 0_u64);
    while reader.read(&mut records, 300).await? > 0 {
        println!("{} records, up to {}", records.len(), records[records.len() - 1][0]);
        sum += records.iter().flat_map(|record| record[2].parse::<u64>()).sum::<u64>();
    }
    println!("{} records, {sum} in the last column", reader.records);
    fs::remove_file(&path)
}
