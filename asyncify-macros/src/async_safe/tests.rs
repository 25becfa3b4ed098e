//! What needs no compiler, or crates that are not here: the list and what is written from it, and
//! calls of the ecosystem's crates.

#![allow(clippy::needless_pass_by_value, reason = "`quote!` gives values")]

use std::collections::HashSet;
use std::fmt::Write;

use expect_test::{Expect, expect, expect_file};
use proc_macro2::TokenStream;
use quote::quote;

use super::format::{self, Value};
use super::list;
use super::options::Options;
use super::walk::Walk;
use crate::errors::Errors;

const FILE: &str = include_str!("../../blocking-calls.toml");

/// Which calls are found in a module: the first line of each message.
#[track_caller]
fn check(items: TokenStream, expect: &Expect) {
    let mut errors = Errors::default();
    let options = Options::parse(quote!(deny), &mut errors);
    assert!(errors.is_empty(), "{}", errors.to_tokens());
    let mut walk = Walk::new(list::get(), options);
    walk.item(&mut syn::parse2(quote!(mod module { #items })).unwrap());
    let mut found = String::new();
    for finding in walk.found().beside {
        let message = finding.error.to_string();
        writeln!(found, "{}", message.lines().next().unwrap()).unwrap();
    }
    expect.assert_eq(&found);
}

#[test]
fn new_is_looked_at_where_its_type_is_named() {
    let blocks = |constructor: TokenStream| {
        let module = quote! {
            mod clients {
                use reqwest::blocking::Client;
                async fn connect() { #constructor; }
            }
        };
        super::async_safe(quote!(deny), module).to_string().contains("blocks every task")
    };
    assert!(blocks(quote!(Client::new())));
    assert!(!blocks(quote!(Vec::new())));
    assert!(list::get().has_word("Client") && !list::get().has_word("new"));
}

#[test]
fn file_is_read_to_the_last_line() {
    let tables = format::parse(FILE);
    let here = ["group", "returns", "aliases", "wrappers"];
    // Those of `cargo asyncify`, which reads the file with a parser of its own.
    let of_checker = ["async", "io", "iterate", "offload", "spawn", "trust"];
    let mut read = 0;
    for table in &tables {
        assert!(here.contains(&table.name) || of_checker.contains(&table.name), "{}", table.name);
        for (key, value) in &table.rows {
            match value {
                Value::List(list) => read += 2 + list.len(),
                Value::Text(text) => {
                    assert!(!text.is_empty(), "{key}");
                    read += 1;
                }
            }
        }
    }
    let written = FILE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    assert_eq!(read + tables.len(), written.count());
}

#[test]
fn groups_say_why_and_list_each_path_once() {
    let mut seen = HashSet::new();
    for table in format::parse(FILE).iter().filter(|table| table.name == "group") {
        assert!(!table.text("kind").is_empty() && !table.text("why").is_empty());
        for (key, value) in &table.rows {
            let Value::List(paths) = value else { continue };
            assert!(["calls", "by_trait", "names", "guards", "typed"].contains(key), "{key}");
            for path in paths {
                assert_eq!(path.contains("::"), *key != "names", "{path}");
                assert!(seen.insert(*path), "{path} is listed twice");
            }
        }
    }
}

/// `disallowed-methods` takes the paths of functions and of types' own methods, and not those of
/// methods that a type has from a trait.
#[test]
fn clippy_toml_is_written_from_the_list() {
    let mut text = String::from(
        "# Calls that block, for a crate that is async throughout: put these lines into its\n\
         # `clippy.toml`, and `disallowed_methods` of clippy reports each call in sync and in async\n\
         # code. Written from `blocking-calls.toml` by a test of `asyncify-macros`.\n\
         \n\
         disallowed-methods = [\n",
    );
    for table in format::parse(FILE).iter().filter(|table| table.name == "group") {
        let why = table.text("why");
        for path in table.list("calls") {
            writeln!(text, "    {{ path = \"{path}\", reason = \"{why}\" }},").unwrap();
        }
    }
    text += "]\n";
    expect_file!["../../../asyncify-runtime/docs/blocking-calls.clippy.toml"].assert_eq(&text);
}

#[test]
fn clients_are_found_through_their_builders() {
    check(
        quote! {
            use reqwest::blocking::{self, Client};
            async fn fetch(client: &Client) -> Result<String, reqwest::Error> {
                let page = blocking::get("http://a")?;
                client.post("http://b").body(page.text()?).send()?.text()
            }
            async fn short() -> Result<(), ureq::Error> {
                ureq::get("http://a").header("a", "b").call()?;
                let agent = ureq::agent();
                agent.put("http://a").send("b")?;
                Ok(())
            }
            async fn right(client: &reqwest::Client) -> Result<String, reqwest::Error> {
                client.get("http://a").send().await?.text().await
            }
        },
        &expect![[r#"
            `reqwest::blocking::get` blocks every task of this thread
            `reqwest::blocking::Response::text` blocks every task of this thread
            `reqwest::blocking::RequestBuilder::send` blocks every task of this thread
            `reqwest::blocking::Response::text` blocks every task of this thread
            `ureq::RequestBuilder::call` blocks every task of this thread
            `ureq::RequestBuilder::send` blocks every task of this thread
        "#]],
    );
}

#[test]
fn channels_and_locks_of_other_crates_are_found() {
    check(
        quote! {
            use crossbeam::channel;
            use flume::Receiver;
            use parking_lot::{Mutex, RwLock};
            async fn pause() {}
            async fn made_here() {
                let (sender, receiver) = channel::unbounded::<u8>();
                sender.send(8).unwrap();
                receiver.recv().unwrap();
            }
            async fn passed_in(receiver: Receiver<u8>, others: tokio::sync::mpsc::Receiver<u8>) {
                receiver.recv_async().await.unwrap();
                receiver.recv().unwrap();
                others.recv().await.unwrap();
                others.blocking_recv();
            }
            async fn guards(a: &Mutex<u8>, b: &RwLock<u8>, c: &tokio::sync::Mutex<u8>) {
                let c = c.lock().await;
                {
                    let a = a.lock();
                    pause().await;
                }
                let b = b.write();
                drop(b);
                pause().await;
            }
        },
        &expect![[r#"
            `crossbeam_channel::Sender::send` blocks every task of this thread
            `crossbeam_channel::Receiver::recv` blocks every task of this thread
            `flume::Receiver::recv` blocks every task of this thread
            `tokio::sync::mpsc::Receiver::blocking_recv` blocks every task of this thread
            guard of `parking_lot::Mutex::lock` is held over an await
        "#]],
    );
}

#[test]
fn every_block_on_is_found() {
    check(
        quote! {
            use futures::executor::block_on;
            use tokio::runtime::{Handle, Runtime};
            async fn nested(runtime: &Runtime) {
                block_on(async {});
                futures_lite::future::block_on(async {});
                pollster::block_on(async {});
                pollster::FutureExt::block_on(async {});
                runtime.block_on(async {});
                Handle::current().block_on(async {});
                runtime.handle().block_on(async {});
            }
        },
        &expect![[r#"
            `futures_executor::block_on` blocks every task of this thread
            `futures_lite::future::block_on` blocks every task of this thread
            `pollster::block_on` blocks every task of this thread
            `pollster::FutureExt::block_on` blocks every task of this thread
            `tokio::runtime::Runtime::block_on` blocks every task of this thread
            `tokio::runtime::Handle::block_on` blocks every task of this thread
            `tokio::runtime::Handle::block_on` blocks every task of this thread
        "#]],
    );
}

#[test]
fn arms_of_select_are_looked_into() {
    check(
        quote! {
            async fn choose(mut events: Events) {
                tokio::select! {
                    biased;
                    Some(event) = events.next(), if event.is_new() => std::fs::write("a", event).unwrap(),
                    _ = pause() => {
                        std::thread::sleep(SECOND);
                    }
                    else => std::process::Command::new("a").status().unwrap(),
                }
                tokio::join!(async { std::thread::park() }, pause());
                unknown! { std::thread::sleep }
                quote!(fn later() { std::thread::sleep() });
            }
        },
        &expect![[r#"
            `std::fs::write` blocks every task of this thread
            `std::thread::sleep` blocks every task of this thread
            `std::process::Command::status` blocks every task of this thread
            `std::thread::park` blocks every task of this thread
        "#]],
    );
}

#[test]
fn types_are_followed_through_what_wraps_them() {
    check(
        quote! {
            use std::io::{BufRead, BufReader};
            use std::fs::File;
            use std::sync::{Arc, Barrier, Mutex};
            struct Log {
                lines: Option<BufReader<Arc<File>>>,
            }
            impl Log {
                async fn next(&mut self) {
                    self.lines.as_mut().unwrap().read_line(&mut line).unwrap();
                }
            }
            async fn meet(barrier: Arc<Barrier>) {
                let own = barrier.clone();
                own.wait();
            }
            async fn first(path: &str) -> io::Result<()> {
                match File::open(path) {
                    Ok(mut file) => file.write_all(b"a")?,
                    Err(error) => return Err(error),
                }
                let Ok(mut file) = File::open(path) else { return };
                file.flush()
            }
        },
        &expect![[r#"
            `std::fs::File::read_line` blocks every task of this thread
            `std::sync::Barrier::wait` blocks every task of this thread
            `std::fs::File::open` blocks every task of this thread
            `std::fs::File::write_all` blocks every task of this thread
            `std::fs::File::open` blocks every task of this thread
            `std::fs::File::flush` blocks every task of this thread
        "#]],
    );
}

#[test]
fn attribute_of_its_own_takes_the_place_of_the_outer_one() {
    check(
        quote! {
            #[async_safe(allow(std::thread))]
            async fn own() {
                std::thread::park();
            }
            impl Store {
                #[asyncify_runtime::async_safe]
                async fn own(&self) {
                    std::thread::park();
                }
                async fn outer(&self) {
                    std::thread::park();
                }
            }
        },
        &expect![[r#"
            `std::thread::park` blocks every task of this thread
        "#]],
    );
}

#[test]
fn reads_of_something_unseen_are_no_locks() {
    check(
        quote! {
            async fn answer(socket: WebSocket) {
                let message = socket.read().unwrap();
                handle(&message).await;
                let guard = STATE.lock().unwrap();
                handle(&guard).await;
            }
        },
        &expect![[r#"
            guard of `std::sync::Mutex::lock` is held over an await
        "#]],
    );
}

/// Each of them could bring in the names by which the others are written.
#[test]
fn many_globs_are_tried_once_each() {
    let globs = (0..200).map(|number| quote::format_ident!("module_{number}"));
    check(
        quote! {
            use std::fs;
            use fs::*;
            #(use #globs::*;)*
            async fn save() {
                write("a", "b");
            }
        },
        &expect![[r#"
            `std::fs::write` blocks every task of this thread
        "#]],
    );
}

#[test]
fn what_is_right_is_emitted_as_it_is_written() {
    let items = [
        quote!(
            async fn read() {
                tokio::fs::read("a").await;
            }
        ),
        quote!(
            fn read() {
                std::fs::read("a");
            }
        ),
        quote!(
            struct Unrelated;
        ),
        quote!(async fn not_finished() { let a = ; }),
    ];
    for item in items {
        let emitted = super::async_safe(TokenStream::new(), item.clone()).to_string();
        assert!(emitted.starts_with(&item.to_string()), "{emitted}");
    }
}

#[test]
fn warning_stands_in_the_function_with_the_call() {
    let item = quote! {
        impl Store {
            fn right() {}
            #[allow(deprecated)]
            async fn wrong() {
                #![inner]
                std::thread::park();
            }
        }
    };
    let file = syn::parse2(super::async_safe(TokenStream::new(), item)).unwrap();
    expect![[r#"
        impl Store {
            fn right() {}
            #[allow(deprecated)]
            async fn wrong() {
                #![inner]
                const _: () = {
                    #[deprecated = "`std::thread::park` blocks every task of this thread\nnote: it puts the whole thread to sleep\nhelp: await a timer of the runtime, or wrap it: `asyncify!(std::thread::park()).await`"]
                    macro_rules! blocking_call {
                        () => {};
                    }
                    blocking_call! {}
                };
                std::thread::park();
            }
        }
    "#]].assert_eq(&prettyplease::unparse(&file));
}
