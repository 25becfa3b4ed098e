//! A program that uses `tokio::fs` compiles with one line changed, without a warning, and does the
//! same.

#![cfg(unix)]
#![deny(warnings)]

/// The same program for two crates.
macro_rules! program {
    ($name:ident, $($fs:tt)*) => {
        mod $name {
            use $($fs)* as fs;
            use std::io::SeekFrom;
            use std::os::fd::{AsFd, AsRawFd};
            use std::path::Path;
            use tokio::io::{
                self, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufReader,
                BufWriter,
            };

            async fn count(mut reader: impl AsyncRead + Unpin) -> io::Result<u64> {
                io::copy(&mut reader, &mut io::sink()).await
            }

            async fn log(file: &mut fs::File, line: &str) -> io::Result<usize> {
                file.write_all(line.as_bytes()).await?;
                let written = file.write(b"\n").await?;
                file.flush().await.map(|()| written)
            }

            struct Store {
                file: fs::File,
                options: fs::OpenOptions,
            }

            pub(super) async fn run(folder: &Path) -> io::Result<Vec<String>> {
                let mut seen = Vec::new();
                fs::DirBuilder::new().recursive(true).mode(0o755).create(folder.join("a/b")).await?;
                let path = folder.join("a/file");
                fs::write(&path, "first\nsecond\nthird\n").await?;
                let mut options = fs::OpenOptions::new();
                options.read(true).write(true);
                let mut store = Store { file: options.open(&path).await?, options };
                let file = &mut store.file;
                let mut head = [0; 3];
                // tokio's trait returns a number, which a method without it does not.
                let number: usize = file.read_exact(&mut head).await?;
                seen.push(format!("{number} {head:?}"));
                seen.push(file.seek(SeekFrom::End(0)).await?.to_string());
                seen.push(log(file, "fourth").await?.to_string());
                file.write_u16(0x4142).await?;
                file.shutdown().await?;
                file.rewind().await?;
                let mut lines = BufReader::new(file.try_clone().await?).lines();
                while let Some(line) = lines.next_line().await? {
                    seen.push(line);
                }
                file.set_len(6).await?;
                file.sync_all().await?;
                file.sync_data().await?;
                file.set_permissions(file.metadata().await?.permissions()).await?;
                file.set_times(fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH)).await?;
                assert_eq!(file.as_fd().as_raw_fd(), file.as_raw_fd());
                file.set_max_buf_size(file.max_buf_size() / 2);
                seen.push(count(store.options.open(&path).await?).await?.to_string());
                seen.push(count(fs::File::open(&path).await?.take(2)).await?.to_string());
                let mut writer = BufWriter::new(fs::File::create(folder.join("a/new")).await?);
                writer.write_all(b"buffered").await?;
                writer.flush().await?;
                let mut text = String::new();
                let file: fs::File = std::fs::File::open(folder.join("a/new"))?.into();
                file.take(100).read_to_string(&mut text).await?;
                seen.push(text);
                let (mut read, mut write) =
                    io::split(fs::File::options().read(true).append(true).open(&path).await?);
                write.write_all(b"!").await?;
                write.flush().await?;
                let mut rest = Vec::new();
                read.read_to_end(&mut rest).await?;
                seen.push(format!("{rest:?}"));
                let spawned = tokio::spawn(async move {
                    fs::rename(&path, path.with_extension("moved")).await?;
                    fs::metadata(path.with_extension("moved")).await
                });
                seen.push(spawned.await.unwrap()?.len().to_string());
                let mut entries = fs::read_dir(folder.join("a")).await?;
                let mut names = Vec::new();
                while let Some(entry) = entries.next_entry().await? {
                    let is_file = entry.file_type().await?.is_file();
                    names.push(format!("{:?} {is_file}", entry.file_name()));
                }
                names.sort();
                seen.append(&mut names);
                let std = fs::File::open(folder.join("a/new")).await?.into_std().await;
                seen.push(fs::File::from_std(std).try_into_std().is_ok().to_string());
                fs::remove_dir_all(folder.join("a")).await?;
                seen.push(fs::try_exists(folder.join("a")).await?.to_string());
                Ok(seen)
            }
        }
    };
}

program!(of_tokio, tokio::fs);
program!(ours, asyncify_fs);

#[tokio::test]
async fn a_program_with_one_line_changed_does_the_same() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let expected = of_tokio::run(folders[0].path()).await.unwrap();
    assert_eq!(ours::run(folders[1].path()).await.unwrap(), expected);
    assert!(expected.len() > 15);
}
