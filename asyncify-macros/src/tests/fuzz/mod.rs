//! Random and mutated input never makes a macro panic or hang, and never costs the user an item.
//!
//! A short run with a fixed seed. For more, or to see a failure again:
//!
//! ```text
//! ASYNCIFY_FUZZ_CASES=1000000 ASYNCIFY_FUZZ_SEED=7 cargo test -p asyncify-macros fuzz
//! ```
//!
//! libFuzzer's targets in `fuzz/` make their input by the same files and check the same.

mod check;
mod corpus;
mod generate;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{env, fs, thread};

use proc_macro2::TokenStream;
use quote::quote;

use self::check::check;
use self::generate::{Case, Macro, Source};
use crate::args::Direction;

/// Longer than any expansion takes, on the slowest machine.
const HANGS: Duration = Duration::from_secs(60);

fn expand(case: &Case) -> TokenStream {
    let Case { called, args, item } = case;
    let (args, item) = (args.clone(), item.clone());
    match called {
        Macro::ToAsync => crate::attribute(Direction::ToAsync, args, item),
        Macro::ToSync => crate::attribute(Direction::ToSync, args, item),
        Macro::Main => crate::main_attribute(args, item),
        Macro::Inline => crate::inline::asyncify(quote!(@ asyncify_runtime; #item)),
    }
}

fn setting(name: &str, otherwise: u64) -> u64 {
    let text = env::var(name).ok();
    text.map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

/// How many cases; for those that take longer, `share` of them.
fn cases(share: u64) -> u64 {
    setting("ASYNCIFY_FUZZ_CASES", 6_000) / share
}

/// splitmix64: random enough, and the same every time.
struct Random(u64);

impl Random {
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    /// Enough for the choices of one case.
    fn bytes(&mut self) -> Vec<u8> {
        (0..32).flat_map(|_| self.word().to_le_bytes()).collect()
    }
}

/// Checks all that `make` gives, each within a limit of time, and shows the one that fails.
fn run(what: &str, make: impl FnOnce(Random, &mut dyn FnMut(Case)) + Send + 'static) {
    let seed = setting("ASYNCIFY_FUZZ_SEED", 1);
    let (sender, done) = mpsc::channel();
    let worker = thread::spawn(move || {
        let mut count = 0_u64;
        make(Random(seed), &mut |case| {
            let text = format!("{:?}: #[({})] {}", case.called, case.args, case.item);
            let _ = sender.send(text.clone());
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| check(&case, expand))) {
                eprintln!("case {count} of seed {seed}: {text}");
                resume_unwind(payload);
            }
            count += 1;
        });
        count
    });
    let mut last = String::new();
    loop {
        match done.recv_timeout(HANGS) {
            Ok(case) => last = case,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("hangs, seed {seed}: {last}"),
        }
    }
    let count = worker.join().unwrap_or_else(|payload| resume_unwind(payload));
    eprintln!("{what}: {count} cases, seed {seed}");
}

#[test]
fn made_items_are_kept() {
    run("made", |mut random, check| {
        for _ in 0..cases(1) {
            check(generate::case(&mut Source::new(&random.bytes())));
        }
    });
}

#[test]
fn signatures_of_others_are_kept() {
    run("signatures", |mut random, check| {
        let signatures: Vec<_> = corpus::signatures().collect();
        assert!(signatures.len() >= 300, "a corpus worth its name");
        for round in 0..cases(1) / 500 {
            for item in &signatures {
                let bytes = if round == 0 { Vec::new() } else { random.bytes() };
                check(generate::annotate(item.clone(), &mut Source::new(&bytes)));
            }
        }
    });
}

#[test]
fn items_of_other_crates_are_kept() {
    let files = corpus::sources();
    if files.is_empty() {
        eprintln!("skipped: cargo's registry has none of the crates");
        return;
    }
    run("sources", move |mut random, check| {
        // Some files of all crates, other ones with another seed.
        for _ in 0..cases(200) {
            let at = usize::try_from(random.word() % files.len() as u64).expect("an index");
            let tokens = fs::read_to_string(&files[at]).ok().and_then(|text| text.parse().ok());
            let mut items = Vec::new();
            corpus::items(tokens.unwrap_or_default(), &mut items);
            for item in items {
                // A tenth of them as they are.
                let bytes = if random.word() % 10 == 0 { Vec::new() } else { random.bytes() };
                check(generate::annotate(item, &mut Source::new(&bytes)));
            }
        }
    });
}
