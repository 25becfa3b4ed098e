//! I/O traits on types that are known.

pub mod b501_read_of_a_file {
    use std::io::Read;
    pub async fn case(mut file: std::fs::File) {
        let _ = file.read_to_string(&mut String::new());
    }
}

pub mod b502_write_to_a_file {
    use std::io::Write;
    pub async fn case(mut file: std::fs::File) {
        let _ = file.write_all(b"a");
    }
}

pub mod b503_buffered_reader {
    use std::io::{BufRead, BufReader};
    pub async fn case(file: std::fs::File) {
        let _ = BufReader::new(file).read_line(&mut String::new());
    }
}

pub mod b504_lines {
    use std::io::{BufRead, BufReader};
    pub async fn case(file: std::fs::File) {
        for _line in BufReader::new(file).lines() {}
    }
}

pub mod b505_seek {
    use std::io::{Seek, SeekFrom};
    pub async fn case(mut file: std::fs::File) {
        let _ = file.seek(SeekFrom::Start(0));
    }
}

pub mod b506_writeln {
    use std::io::Write;
    pub async fn case(mut file: std::fs::File) {
        let _ = writeln!(file, "{}", 1);
    }
}

pub mod b507_copy {
    pub async fn case(mut from: std::fs::File, mut to: Vec<u8>) {
        let _ = std::io::copy(&mut from, &mut to);
    }
}

pub mod b508_socket {
    use std::io::Read;
    pub async fn case(mut stream: std::net::TcpStream) {
        let _ = stream.read(&mut [0]);
    }
}

pub mod b509_standard_input {
    pub async fn case() {
        let _ = std::io::stdin().read_line(&mut String::new());
    }
}

pub mod b510_reader_of_our_own {
    use std::io::{self, Read};
    pub struct Counted {
        file: std::fs::File,
    }
    impl Read for Counted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.file.read(buffer)
        }
    }
    pub async fn case(mut counted: Counted) {
        let _ = counted.read_to_end(&mut Vec::new());
    }
}

pub mod b511_generic_helper_with_a_file {
    use std::io::Read;
    fn parse<R: Read>(mut reader: R) {
        let _ = reader.read(&mut [0]);
    }
    pub async fn case(file: std::fs::File) {
        parse(file);
    }
}

pub mod b512_generic_helper_of_a_dependency {
    pub async fn case(file: std::fs::File) {
        let _ = dependency::parse(file);
    }
}

pub mod b513_trait_object {
    use std::io::Read;
    pub async fn case(mut reader: Box<dyn Read + Send>) {
        let _ = reader.read(&mut [0]);
    }
}

pub mod b514_generic_reader {
    use std::io::Read;
    pub async fn case<R: Read>(mut reader: R) {
        let _ = reader.read(&mut [0]);
    }
}

pub mod b515_field_of_a_generic_type {
    use std::io::Read;
    pub struct Decoder<R> {
        reader: R,
    }
    impl<R: Read> Decoder<R> {
        fn next(&mut self) {
            let _ = self.reader.read(&mut [0]);
        }
    }
    pub async fn case(mut decoder: Decoder<std::fs::File>) {
        decoder.next();
    }
}

pub mod b516_trait_method_as_a_function {
    use std::io::Read;
    pub async fn case(mut file: std::fs::File) {
        let _ = Read::read(&mut file, &mut [0]);
    }
}

pub mod b517_directory_entries {
    pub async fn case(entries: std::fs::ReadDir) {
        for _entry in entries {}
    }
}

pub mod b518_channel_in_a_for_loop {
    pub async fn case(receiver: std::sync::mpsc::Receiver<u8>) {
        for _message in receiver {}
    }
}

pub mod b519_directory_tree {
    pub async fn case() -> usize {
        walkdir::WalkDir::new("a").into_iter().count()
    }
}

pub mod b520_json_from_a_file {
    pub async fn case(file: std::fs::File) {
        let _: serde_json::Value = serde_json::from_reader(file).unwrap();
    }
}
