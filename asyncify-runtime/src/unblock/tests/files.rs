//! Real files, compared with the same operations on a `std::fs::File`.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use futures::executor::block_on;
use futures::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::pattern;
use super::temporary::Temporary;
use crate::Unblock;
use crate::util::test_util::{self, Random};

#[test]
fn an_unblocked_file_behaves_like_a_file() {
    let rounds = test_util::rounds() / 200;
    let temporary = (Temporary::new(), Temporary::new());
    for seed in 0..rounds {
        let mut random = Random::new(seed);
        let (mut plain, file) = (temporary.0.create(true, b""), temporary.1.create(true, b""));
        plain.write_all(&pattern(400_000)).unwrap();
        let mut file = Unblock::new(file);
        block_on(file.write_all(&pattern(400_000))).unwrap();
        for step in 0..30 {
            let size = [10, 1_000, 50_000, 300_000][random.below(4)];
            match random.below(4) {
                0 => {
                    let (mut left, mut right) = (vec![0; size], vec![0; size]);
                    let read = read_up_to(&mut plain, &mut left);
                    let mut count = 0;
                    while count < read {
                        count += block_on(file.read(&mut right[count..])).unwrap();
                    }
                    assert!(left[..read] == right[..read], "seed {seed}, step {step}");
                }
                1 => {
                    let bytes = vec![u8::try_from(step).unwrap(); size / 10 + 1];
                    plain.write_all(&bytes).unwrap();
                    block_on(file.write_all(&bytes)).unwrap();
                }
                2 => {
                    let offset = i64::try_from(random.below(size)).unwrap() - 5;
                    let position = plain.stream_position().unwrap();
                    if position.checked_add_signed(offset).is_some() {
                        let found = block_on(file.seek(SeekFrom::Current(offset))).unwrap();
                        assert_eq!(found, plain.seek(SeekFrom::Current(offset)).unwrap());
                    }
                }
                _ => {
                    let position = SeekFrom::Start(random.below(400_000) as u64);
                    assert_eq!(
                        block_on(file.seek(position)).unwrap(),
                        plain.seek(position).unwrap()
                    );
                }
            }
        }
        let mut file = block_on(file.into_inner()).unwrap();
        assert_eq!(file.stream_position().unwrap(), plain.stream_position().unwrap());
        let read = [&temporary.0, &temporary.1].map(|file| std::fs::read(&file.0).unwrap());
        assert!(read[0] == read[1], "seed {seed}");
    }
}

/// An async `File` of a library keeps a second reference to the file, for its metadata and
/// descriptor.
#[test]
fn a_shared_file_is_written_to_at_the_logical_position() {
    let temporary = Temporary::new();
    let file = Arc::new(temporary.create(true, b"one two three"));
    let mut unblocked = Unblock::new(file.clone());
    block_on(unblocked.read_exact(&mut [0; 4])).unwrap();
    block_on(unblocked.write_all(b"2")).unwrap();
    block_on(unblocked.close()).unwrap();
    assert_eq!(std::fs::read(&temporary.0).unwrap(), b"one 2wo three");
    assert_eq!((&*file).stream_position().unwrap(), 5);
}

fn read_up_to(file: &mut File, target: &mut [u8]) -> usize {
    let mut count = 0;
    loop {
        match file.read(&mut target[count..]).unwrap() {
            0 => return count,
            more => count += more,
        }
    }
}

#[test]
fn a_shared_file_is_at_the_logical_position_when_it_is_written_to() {
    let temporary = Temporary::new();
    let mut plain = temporary.create(true, b"0123456789");
    plain.rewind().unwrap();
    let shared = Arc::new(plain);
    let mut file = Unblock::new(shared.clone());
    block_on(file.read_exact(&mut [0; 3])).unwrap();
    block_on(file.write_all(b"ab")).unwrap();
    block_on(file.flush()).unwrap();
    assert_eq!((&*shared).stream_position().unwrap(), 5);
    assert_eq!(std::fs::read(&temporary.0).unwrap(), b"012ab56789");
}
