//! `Unblock<File>` compared with `std::fs::File`, under random scripts that proptest makes and
//! shrinks.
//!
//! A model is a plain file on which each completed operation of the `Unblock` is repeated. A
//! dropped operation may or may not have taken place: the run then continues with a model of either
//! case, and discards models that contradict later results. At least one model must remain.

use std::fs::File;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::pin::{Pin, pin};
use std::task::Poll;

use futures::{AsyncBufRead, AsyncRead, AsyncSeek, AsyncWrite, FutureExt};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::manual::Manual;
use super::pattern;
use super::temporary::Temporary;
use super::world::World;
use crate::{BlockingPool, Unblock};

#[derive(Clone, Debug)]
struct Script {
    /// The length of the file at the start.
    length: usize,
    capacity: usize,
    /// Whether jobs read ahead from the first byte on.
    ahead: bool,
    /// If not, each write fails.
    writable: bool,
    steps: Vec<Step>,
    end: End,
}

#[derive(Clone, Debug)]
enum Step {
    /// Polls an operation until it is ready, or a number of times, and then drops it.
    Do(Action, Option<usize>),
    /// Fills the queue.
    Fill,
    /// Runs a job.
    Run,
}

#[derive(Clone, Debug)]
enum Action {
    Read(Vec<usize>),
    /// Fills the buffer, optionally tries to write a byte, and consumes a number of bytes.
    Consume(usize, bool),
    Write(Vec<usize>),
    Seek(SeekFrom),
    Flush,
    Close,
    /// Asks the file for its own position.
    Position,
    /// Moves the file and asks for its position, at the same time.
    Together(u64),
}

#[derive(Clone, Debug)]
enum End {
    Drop,
    IntoInner(Option<usize>),
}

fn scripts() -> impl Strategy<Value = Script> {
    let polls = || prop_oneof![3 => Just(None), 2 => (0_usize..4).prop_map(Some)];
    let slices = || prop_oneof![3 => vec(0_usize..30, 1), 1 => vec(0_usize..10, 0..4)];
    let position = prop_oneof![
        // Some positions come more than once.
        2 => Just(SeekFrom::Start(0)),
        2 => (0_i64..2).prop_map(SeekFrom::Current),
        2 => (0_u64..80).prop_map(SeekFrom::Start),
        1 => Just(SeekFrom::Start(u64::MAX)),
        4 => (-40_i64..40).prop_map(SeekFrom::Current),
        1 => Just(SeekFrom::Current(i64::MIN)),
        2 => (-80_i64..10).prop_map(SeekFrom::End),
    ];
    let action = prop_oneof![
        6 => slices().prop_map(Action::Read),
        2 => (0_usize..10, any::<bool>()).prop_map(|(count, writes)| Action::Consume(count, writes)),
        6 => slices().prop_map(Action::Write),
        5 => position.prop_map(Action::Seek),
        1 => Just(Action::Flush),
        1 => Just(Action::Close),
        1 => Just(Action::Position),
        1 => (0_u64..80).prop_map(Action::Together),
    ];
    let step = prop_oneof![
        8 => (action, polls()).prop_map(|(action, polls)| Step::Do(action, polls)),
        1 => Just(Step::Fill),
        3 => Just(Step::Run),
    ];
    let end = prop_oneof![1 => Just(End::Drop), 1 => polls().prop_map(End::IntoInner)];
    let capacity = prop_oneof![1 => 1_usize..4, 3 => 4_usize..40];
    let writable = prop_oneof![7 => Just(true), 1 => Just(false)];
    (0_usize..64, capacity, any::<bool>(), writable, vec(step, 0..14), end).prop_map(
        |(length, capacity, ahead, writable, steps, end)| Script {
            length,
            capacity,
            ahead,
            writable,
            steps,
            end,
        },
    )
}

/// A possible state of the file.
struct Model {
    file: File,
    temporary: Temporary,
}

impl Model {
    fn new(content: &[u8]) -> Self {
        let temporary = Temporary::new();
        Self { file: temporary.create(true, content), temporary }
    }

    fn content(&self) -> Vec<u8> {
        std::fs::read(&self.temporary.0).unwrap()
    }

    fn position(&mut self) -> u64 {
        self.file.stream_position().unwrap()
    }

    /// Reads, and returns whether the result is `bytes`; no bytes mean the end.
    fn reads(&mut self, bytes: &[u8]) -> bool {
        let mut next = vec![0; bytes.len().max(1)];
        match self.file.read(&mut next).unwrap() {
            0 => bytes.is_empty(),
            count => count == bytes.len() && next == bytes,
        }
    }

    /// Seeks, and returns whether the result is the same.
    fn seeks(&mut self, position: SeekFrom, found: &io::Result<u64>) -> bool {
        match (self.file.seek(position), found) {
            (Ok(left), Ok(right)) => left == *right,
            (Err(left), Err(right)) => left.kind() == right.kind(),
            _ => false,
        }
    }

    /// Copies the model, and seeks in the copy.
    fn after_seek(&mut self, position: SeekFrom) -> Self {
        let mut other = Self::new(&self.content());
        other.file.seek(SeekFrom::Start(self.position())).unwrap();
        _ = other.file.seek(position);
        other
    }
}

struct Run<'a> {
    world: &'a mut World,
    file: Unblock<File>,
    models: Vec<Model>,
    /// A write was accepted that fails, and its error was not reported yet.
    fails: bool,
    writable: bool,
}

type Checked = Result<(), TestCaseError>;

impl Run<'_> {
    fn step(&mut self, number: usize, step: &Step) -> Checked {
        match step {
            Step::Fill => self.world.fill(),
            Step::Run => self.world.run(),
            Step::Do(action, polls) => self.act(number, action, *polls)?,
        }
        Ok(())
    }

    fn act(&mut self, number: usize, action: &Action, polls: Option<usize>) -> Checked {
        let Self { world, file, .. } = self;
        match action {
            Action::Read(sizes) => {
                let mut targets: Vec<_> = sizes.iter().map(|size| vec![0; *size]).collect();
                let read = world.poll(polls, |cx| match &mut targets[..] {
                    [target] => Pin::new(&mut *file).poll_read(cx, target),
                    targets => {
                        let mut slices: Vec<_> =
                            targets.iter_mut().map(|target| IoSliceMut::new(target)).collect();
                        Pin::new(&mut *file).poll_read_vectored(cx, &mut slices)
                    }
                });
                let Some(count) = read else { return Ok(()) };
                let count = count.map_err(|error| TestCaseError::fail(error.to_string()))?;
                let bytes = targets.concat();
                if !bytes.is_empty() {
                    self.keep("a read", |model| model.reads(&bytes[..count]))?;
                }
            }
            Action::Consume(count, writes) => {
                let looked = world.poll(polls, |cx| {
                    Pin::new(&mut *file).poll_fill_buf(cx).map(|bytes| bytes.map(<[u8]>::to_vec))
                });
                let Some(bytes) = looked else { return Ok(()) };
                let bytes = bytes.map_err(|error| TestCaseError::fail(error.to_string()))?;
                if *writes {
                    let written = Manual::poll(|cx| Pin::new(&mut *file).poll_write(cx, &[200]));
                    if let Poll::Ready(written) = written {
                        return self.written(&[200], written);
                    }
                }
                let count = bytes.len().min(*count);
                Pin::new(file).consume(count);
                let end = SeekFrom::Current(i64::try_from(count).unwrap());
                self.keep("filling the buffer", |model| {
                    let position = SeekFrom::Start(model.position());
                    let same = model.reads(&bytes);
                    model.file.seek(position).and_then(|_| model.file.seek(end)).unwrap();
                    same
                })?;
            }
            Action::Write(sizes) => {
                // Bytes that tell which write they come from.
                let byte = 100 + u8::try_from(number).unwrap();
                let parts: Vec<_> = sizes.iter().map(|size| vec![byte; *size]).collect();
                let written = world.poll(polls, |cx| match &parts[..] {
                    [bytes] => Pin::new(&mut *file).poll_write(cx, bytes),
                    parts => {
                        let slices: Vec<_> = parts.iter().map(|part| IoSlice::new(part)).collect();
                        Pin::new(&mut *file).poll_write_vectored(cx, &slices)
                    }
                });
                if let Some(written) = written {
                    self.written(&parts.concat(), written)?;
                }
            }
            Action::Seek(position) => {
                let found = world.poll(polls, |cx| Pin::new(&mut *file).poll_seek(cx, *position));
                match found {
                    Some(Err(error)) if self.fails && error.kind() != ErrorKind::InvalidInput => {
                        self.fails = false;
                    }
                    Some(found) => {
                        prop_assert!(!self.fails, "a seek hides the error of a write");
                        self.keep("a seek", |model| model.seeks(*position, &found))?;
                    }
                    None if polls == Some(0) => {}
                    None => self.may_have_sought(*position),
                }
            }
            Action::Flush => {
                let flushed = world.poll(polls, |cx| Pin::new(&mut *file).poll_flush(cx));
                self.reported(flushed)?;
            }
            Action::Close => {
                let closed = world.poll(polls, |cx| Pin::new(&mut *file).poll_close(cx));
                self.reported(closed)?;
            }
            Action::Position => {
                let found = {
                    let mut with = pin!(file.with(|file| file.stream_position().unwrap()));
                    world.poll(polls, |cx| with.as_mut().poll(cx))
                };
                if let Some(Ok(found)) = found {
                    self.keep("the file itself", |model| model.position() == found)?;
                }
                self.reported(found.map(|found| found.map(drop)))?;
            }
            Action::Together(position) => self.together(SeekFrom::Start(*position), polls)?,
        }
        Ok(())
    }

    /// Moves the file and asks for its position, at the same time.
    fn together(&mut self, position: SeekFrom, polls: Option<usize>) -> Checked {
        let Self { world, file, .. } = self;
        let (mut sought, mut found) = (None, None);
        {
            let mut seeks = pin!(file.with(move |file| file.seek(position)).fuse());
            let mut finds = pin!(file.with(|file| file.stream_position().unwrap()).fuse());
            world.poll(polls, |cx| {
                if let Poll::Ready(result) = seeks.as_mut().poll(cx) {
                    sought = Some(result);
                }
                if let Poll::Ready(result) = finds.as_mut().poll(cx) {
                    found = Some(result);
                }
                if sought.is_some() && found.is_some() { Poll::Ready(()) } else { Poll::Pending }
            });
        }
        match sought {
            Some(Ok(sought)) => self.keep("a seek", |model| model.seeks(position, &sought))?,
            Some(Err(error)) => self.reported(Some(Err(error)))?,
            None if polls == Some(0) => {}
            None => self.may_have_sought(position),
        }
        if let Some(Ok(found)) = found {
            self.keep("the file itself", |model| model.position() == found)?;
        }
        self.reported(found.map(|found| found.map(drop)))
    }

    /// Checks the result of a write.
    fn written(&mut self, bytes: &[u8], written: io::Result<usize>) -> Checked {
        match written {
            Err(error) => self.reported(Some(Err(error))),
            Ok(count) => {
                prop_assert_eq!(count == 0, bytes.is_empty());
                if self.writable {
                    return self
                        .keep("a write", |model| model.file.write_all(&bytes[..count]).is_ok());
                }
                self.fails |= count > 0;
                Ok(())
            }
        }
    }

    /// Checks the result of an operation that reports the error of an earlier write.
    fn reported(&mut self, result: Option<io::Result<()>>) -> Checked {
        if let Some(result) = result {
            prop_assert_eq!(result.is_err(), self.fails, "{:?}", result);
            self.fails = false;
        }
        Ok(())
    }

    /// Discards the models that contradict a result.
    fn keep(&mut self, what: &str, mut fits: impl FnMut(&mut Model) -> bool) -> Checked {
        self.models.retain_mut(|model| fits(model));
        prop_assert!(!self.models.is_empty(), "{} contradicts every model", what);
        Ok(())
    }

    /// Adds models of the case that a dropped operation has moved the file.
    fn may_have_sought(&mut self, position: SeekFrom) {
        let others = self.models.iter_mut().map(|model| model.after_seek(position));
        let others: Vec<_> = others.collect();
        self.models.extend(others);
        self.merge();
    }

    /// Discards models that are equal to another.
    fn merge(&mut self) {
        let mut seen = Vec::new();
        self.models.retain_mut(|model| {
            let state = (model.position(), model.content());
            let new = !seen.contains(&state);
            seen.push(state);
            new
        });
    }

    fn end(self, path: &Path, end: &End) -> Checked {
        let Self { world, file, mut models, mut fails, .. } = self;
        let mut back = None;
        match end {
            End::Drop => drop(file),
            End::IntoInner(polls) => {
                let mut inner = pin!(file.into_inner());
                back = world.poll(*polls, |cx| inner.as_mut().poll(cx));
            }
        }
        match back {
            Some(Ok(mut file)) => {
                prop_assert!(!fails, "the error of a write was not reported");
                let position = file.stream_position()?;
                models.retain_mut(|model| model.position() == position);
                prop_assert!(!models.is_empty(), "the position at the end contradicts every model");
            }
            Some(Err(error)) => {
                prop_assert!(std::mem::take(&mut fails), "{error}");
                prop_assert!(error.into_parts().1.is_some());
            }
            None => {}
        }
        world.run_all();
        let content = std::fs::read(path)?;
        let fits = models.iter().any(|model| model.content() == content);
        prop_assert!(fits, "the content at the end contradicts every model: {:?}", content);
        Ok(())
    }
}

fn run(world: &mut World, script: &Script) -> Checked {
    let temporary = Temporary::new();
    let content = pattern(script.length);
    let file = temporary.create(script.writable, &content);
    let mut run = Run {
        file: world.unblock(file, script.capacity, script.ahead),
        world,
        models: vec![Model::new(&content)],
        fails: false,
        writable: script.writable,
    };
    for (number, step) in script.steps.iter().enumerate() {
        run.step(number, step)?;
    }
    run.end(&temporary.0, &script.end)
}

fn run_scripts(cases: u32, world: impl Fn() -> World) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, random)
        .run(&scripts(), |script| run(&mut world(), &script))
        .unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn an_unblocked_file_behaves_like_a_file_whatever_is_dropped() {
    run_scripts(10_000, || World::Manual(Manual::new(2)));
}

#[test]
fn an_unblocked_file_behaves_like_a_file_on_a_full_pool() {
    let pool = BlockingPool::builder().max_threads(1).queue_capacity(1).build().unwrap();
    run_scripts(2_000, || World::Pool(pool.clone(), None));
}
