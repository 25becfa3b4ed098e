//! What one expansion costs, by the size of the signature and by the size of the body. The macro
//! runs here outside of the compiler, on the tokens that `proc-macro2` then makes itself.
//!
//! `cargo run --release -p asyncify-expansion`

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use asyncify_expansion::{async_safe, sync_to_async};
use proc_macro2::TokenStream;

/// What one expansion may cost.
const TARGET: Duration = Duration::from_micros(100);

fn main() {
    println!("| function | per expansion | per parameter | target | met |");
    println!("| --- | --- | --- | --- | --- |");
    row("a usual one", "limit = 8", &function(2, 10), None, true);
    for parameters in [1, 2, 4, 8, 16, 32, 64, 128] {
        let name = format!("{parameters} borrowed parameters");
        row(&name, "", &function(parameters, 10), Some(parameters), parameters <= 8);
    }
    for statements in [0, 100, 1_000, 10_000] {
        let name = format!("{statements} statements");
        row(&name, "", &function(2, statements), None, statements <= 100);
    }
    println!("\n| `async_safe`, on a function of | per expansion |\n| --- | --- |");
    for statements in [10, 100] {
        let blocking =
            function(2, statements).replace("Ok(Vec::new())", "std::fs::read(argument_0)");
        // Without a word of the list the code is not parsed.
        let silent = function(2, statements).replace("call", "made");
        for (what, item) in
            [("naming nothing of the list", silent), ("with a call of the list", blocking)]
        {
            let took = measure(async_safe, &lex(""), &lex(&item));
            println!("| {statements} statements, {what} | {} |", micros(took));
        }
    }
}

fn row(what: &str, args: &str, item: &str, parameters: Option<u32>, bounded: bool) {
    let took = measure(sync_to_async, &lex(args), &lex(item));
    let each = parameters.map_or_else(String::new, |count| micros(took / count));
    let (target, met) = match (bounded, took < TARGET) {
        (true, true) => ("under 100 us", "yes"),
        (true, false) => ("under 100 us", "**no**"),
        (false, _) => ("", ""),
    };
    println!("| {what} | {} | {each} | {target} | {met} |", micros(took));
}

fn micros(time: Duration) -> String {
    format!("{:.1} us", time.as_secs_f64() * 1e6)
}

/// A function of so many parameters, half of them borrowed, and so many statements.
fn function(parameters: u32, statements: u32) -> String {
    let mut text = "/// Documented.\n#[inline] pub fn measured<T: Clone>(".to_owned();
    for number in 0..parameters {
        let ty = if number % 2 == 0 { "&Path" } else { "Option<Vec<String>>" };
        let _ = write!(text, "argument_{number}: {ty}, ");
    }
    text += ") -> Result<Vec<u8>, std::io::Error> where T: Send + 'static {\n";
    for number in 0..statements {
        let _ = writeln!(text, "    let value_{number} = call(argument_0, &[{number}])?;");
    }
    text + "    Ok(Vec::new())\n}"
}

/// # Panics
///
/// On a text that is not made of tokens.
fn lex(text: &str) -> TokenStream {
    text.parse().expect("whole tokens")
}

type Attribute = fn(TokenStream, TokenStream) -> TokenStream;

/// The median of many.
fn measure(attribute: Attribute, args: &TokenStream, item: &TokenStream) -> Duration {
    let mut times: Vec<_> = (0..301)
        .map(|_| {
            let (args, item) = (args.clone(), item.clone());
            let start = Instant::now();
            let output = black_box(attribute(args, item));
            let took = start.elapsed();
            // The compiler has its own way to take it, and so it is not counted.
            drop(output);
            took
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}
