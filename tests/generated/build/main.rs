//! Makes functions at random that compile without the attribute and meet its rules.

mod function;
mod parameter;
mod random;

use std::path::Path;
use std::{env, fs, io};

use function::{Function, Place, function};
use random::Random;

const HEAD: &str = "use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::CStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
";

/// Beside the use lines, in both modules.
const STORE: &str = "#[derive(Clone, Debug)]
pub struct Store { pub seed: u32 }
";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build");
    let seed = setting("ASYNCIFY_GENERATED_SEED", 1);
    let count =
        usize::try_from(setting("ASYNCIFY_GENERATED_COUNT", 360)).map_err(io::Error::other)?;
    let mut random = Random::new(seed);
    let third = count / 3;
    let mut make = |place, from: usize, to: usize| -> Vec<Function> {
        (from..to).map(|number| function(number, place, &mut random)).collect()
    };
    let free = make(Place::Free, 0, count - 2 * (third / 2));
    let methods = make(Place::Method, free.len(), free.len() + third / 2);
    let traits = make(Place::TraitMethod, free.len() + methods.len(), count);

    let mut text = format!("const SEED: u64 = {seed};\nconst COUNT: usize = {count};\n");
    for (module, annotated) in [("plain", false), ("annotated", true)] {
        text += &format!("mod {module} {{\nuse super::Failure;\n{HEAD}{STORE}");
        free.iter().for_each(|function| text += &function.alone(annotated));
        text += &block(annotated, "impl Store", &methods, Function::member);
        text += &block(annotated, "pub trait Lookup", &traits, Function::declaration);
        text += &block(annotated, "impl Lookup for Store", &traits, Function::member);
        text += "}\n";
    }

    text += "mod calls {\nuse super::{SEED, annotated, plain};\nuse asyncify_tests::block_on;\n";
    text += "use annotated::Lookup as _;\nuse plain::Lookup as _;\n";
    text += HEAD;
    free.iter().for_each(|function| text += &function.test(None));
    for function in methods.iter().chain(&traits) {
        text += &function.test(Some("Store { seed: 3 }"));
    }
    text += "}\n";
    let folder = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&folder).join("functions.rs"), text)
}

fn block(
    annotated: bool,
    header: &str,
    functions: &[Function],
    member: impl Fn(&Function) -> String,
) -> String {
    let attribute = if annotated { "#[asyncify_runtime::sync_to_async]\n" } else { "" };
    let members: String = functions.iter().map(member).collect();
    format!("{attribute}{header} {{\n{members}}}\n")
}

fn setting(name: &str, otherwise: u64) -> u64 {
    println!("cargo::rerun-if-env-changed={name}");
    env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}
