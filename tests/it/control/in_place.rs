//! `in_place`: the body runs where its caller stands.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread::{self, ThreadId};

use asyncify_runtime::{asyncify, sync_to_async};
use asyncify_tests::{Gate, block_on, panic_text};

use crate::{current_thread, multi_thread};

#[sync_to_async(in_place)]
fn longest<'a>(texts: &[&'a str], found: &mut usize) -> (&'a str, ThreadId) {
    let text = texts.iter().max_by_key(|text| text.len()).expect("there are some");
    *found += 1;
    (text, thread::current().id())
}

#[test]
fn borrows_stay_borrows() {
    let (owned, mut found) = (String::from("longest"), 0);
    let (text, there) = block_on(longest(&["long", &owned], &mut found));
    assert_eq!(text.as_ptr(), owned.as_ptr());
    assert_eq!((found, there), (1, thread::current().id()));
}

#[test]
fn nothing_runs_before_the_first_poll() {
    let mut found = 0;
    drop(longest(&["text"], &mut found));
    assert_eq!(found, 0);
}

struct Store<'a> {
    words: Vec<&'a str>,
    local: Rc<()>,
}

#[sync_to_async(in_place)]
impl<'a> Store<'a> {
    fn add(&mut self, word: &'a str) -> &[&'a str] {
        self.words.push(word);
        &self.words
    }

    async fn first(&self) -> Option<&'a str> {
        std::future::ready(()).await;
        self.words.first().copied()
    }

    fn count((a, b): (usize, usize), _: Rc<()>) -> usize {
        a + b
    }

    fn into_words(self) -> (Vec<&'a str>, Rc<()>) {
        (self.words, self.local)
    }
}

#[test]
fn methods_may_borrow_from_a_type_that_cannot_move_to_a_thread() {
    let text = String::from("a b");
    let mut store = Store { words: Vec::new(), local: Rc::new(()) };
    block_on(async {
        for word in text.split(' ') {
            assert_eq!(store.add(word).await.last(), Some(&word));
        }
        assert_eq!(store.first().await, Some("a"));
        assert_eq!(Store::count((1, 2), Rc::new(())).await, 3);
        assert_eq!(store.into_words().await.0, ["a", "b"]);
    });
}

#[sync_to_async(in_place)]
trait Fill {
    fn fill(&mut self, from: &[u8]) -> usize;
}

#[sync_to_async(in_place)]
impl Fill for [u8] {
    fn fill(&mut self, from: &[u8]) -> usize {
        let count = from.len().min(self.len());
        self[..count].copy_from_slice(&from[..count]);
        count
    }
}

#[test]
fn traits_may_be_implemented_for_what_has_no_size() {
    let mut buffer = [0; 2];
    assert_eq!(block_on(Fill::fill(&mut buffer[..], b"abc")), 2);
    assert_eq!(buffer, *b"ab");
}

#[sync_to_async(in_place)]
fn wait_at(gate: &Gate) -> ThreadId {
    gate.pass();
    thread::current().id()
}

#[test]
fn other_tasks_of_a_multi_thread_runtime_run_on() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let gate = Gate::new();
    runtime.block_on(async {
        let blocked = gate.clone();
        let body = tokio::spawn(async move { wait_at(&blocked).await });
        let opener = tokio::spawn(async move { gate.open() });
        opener.await.unwrap();
        body.await.unwrap();
    });
}

#[sync_to_async(in_place)]
async fn sleepy(by: &mut u32) {
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    *by += 1;
}

#[test]
fn async_body_is_driven_on_the_runtime_around() {
    multi_thread().block_on(async {
        let mut number = 1;
        sleepy(&mut number).await;
        assert_eq!(number, 2);
        let spawned = tokio::spawn(async {
            let mut number = 2;
            sleepy(&mut number).await;
            number
        });
        assert_eq!(spawned.await.unwrap(), 3);
    });
}

#[test]
fn current_thread_runtime_is_a_clear_panic() {
    let runtime = current_thread();
    let gate = Gate::new();
    gate.open();
    let result = catch_unwind(AssertUnwindSafe(|| runtime.block_on(wait_at(&gate))));
    let payload = result.expect_err("it would stop the runtime");
    let text = panic_text(&*payload);
    assert!(text.contains("current-thread runtime") && text.contains("`in_place`"), "{text}");
    assert_eq!(gate.arrived(), 0, "the body did not run");
}

#[test]
fn in_a_body_it_holds_up_nobody() {
    let gate = Gate::new();
    gate.open();
    current_thread().block_on(async {
        let (there, body) = asyncify!({
            let there = asyncify_runtime::block_on(wait_at(&gate));
            (there, thread::current().id())
        })
        .await;
        assert_eq!(there, body);
    });
}

#[test]
fn panic_goes_on() {
    #[sync_to_async(in_place)]
    fn fail() {
        panic!("expected");
    }
    let payload = catch_unwind(|| block_on(fail())).unwrap_err();
    assert_eq!(panic_text(&*payload), "expected");
}

#[test]
fn future_holds_its_arguments() {
    let mut found = 0;
    let size = size_of_val(&longest(&[], &mut found));
    assert!(size <= 3 * size_of::<usize>() + 32, "{size}");
}
