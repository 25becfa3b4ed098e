//! The table of mistakes, and the templates that make a program of each.
//!
//! The table is `parity/mistakes/*.txt`. An entry is a heading, `# name`, and the function with the
//! mistake, written as a method, with the items around it:
//!
//! ```text
//! # wrong_tail
//! async fn f(&self, n: u8) -> u8 {
//!     n.to_string()
//! }
//! ```
//!
//! - The function is the first `async fn` but `caller`. An entry without one is about [`FUNCTION`].
//! - All [`Template`]s get the entry, or those that the heading names: `# name: functions,
//!   methods`.
//! - Lines under the heading fill other [`SLOTS`] of the templates: `trait has: type Value;`. A
//!   value of several lines stands below its key, indented.
//! - An entry with a [`MARK`] of its own is a program without a template.
//! - The program of a name that starts with `quiet_` has no message at all.

use std::collections::BTreeMap;

use crate::source::{Case, MARK};

const TABLE: [&str; 6] = [
    include_str!("../../parity/mistakes/borrows.txt"),
    include_str!("../../parity/mistakes/callers.txt"),
    include_str!("../../parity/mistakes/lints.txt"),
    include_str!("../../parity/mistakes/names.txt"),
    include_str!("../../parity/mistakes/traits.txt"),
    include_str!("../../parity/mistakes/types.txt"),
];

/// What a template takes from an entry beside its code, each with a default.
const SLOTS: [&str; 7] = ["crate", "db", "declared", "impl", "impl has", "trait", "trait has"];

const FUNCTION: &str = "async fn f(&self, n: u8) -> u8 {\n    n\n}";

/// Where the function with the mistake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Template {
    Function,
    Method,
    /// A method in the `impl` of a trait.
    Implementation,
    /// A method with a body in a trait.
    Provided,
}

struct Mistake {
    name: &'static str,
    templates: Vec<Template>,
    slots: BTreeMap<&'static str, String>,
    /// What is before the function, the function, and what is behind it.
    code: [String; 3],
}

/// The programs of one template, sorted by name.
pub(crate) fn cases(template: Template) -> Vec<Case> {
    let mut cases = BTreeMap::new();
    for entry in TABLE.iter().flat_map(|text| text.trim_start_matches("# ").split("\n# ")) {
        let mistake = Mistake::parse(entry);
        if mistake.templates.contains(&template) {
            let case = Case::new(template, mistake.name, mistake.program(template));
            let other = cases.insert(mistake.name, case);
            assert!(other.is_none(), "two entries of {} are `{}`", template.name(), mistake.name);
        }
    }
    cases.into_values().collect()
}

impl Template {
    const ALL: [Self; 4] = [Self::Function, Self::Method, Self::Implementation, Self::Provided];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Function => "functions",
            Self::Method => "methods",
            Self::Implementation => "implementations",
            Self::Provided => "provided",
        }
    }

    fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|template| template.name() == name);
        found.unwrap_or_else(|| panic!("there is no template `{name}`"))
    }
}

impl Mistake {
    fn parse(entry: &'static str) -> Self {
        let mut lines = entry.trim_end().lines().peekable();
        let heading = lines.next().expect("an entry has a heading");
        let (name, templates) = match heading.split_once(": ") {
            Some((name, names)) => (name, names.split(", ").map(Template::named).collect()),
            None => (heading, Template::ALL.to_vec()),
        };
        let mut slots = BTreeMap::new();
        while let Some((slot, value)) = lines.peek().and_then(|line| slot(line)) {
            assert!(SLOTS.contains(&slot), "{name}: there is no slot `{slot}`");
            lines.next();
            let mut value = value.trim().to_owned();
            while let Some(line) = lines.next_if(|line| line.starts_with("    ") || line.is_empty())
            {
                value = value + line.strip_prefix("    ").unwrap_or(line) + "\n";
            }
            slots.insert(slot, value.trim_end().to_owned());
        }
        let code = lines.collect::<Vec<_>>().join("\n");
        Self { name, templates, slots, code: parts(&code) }
    }

    fn slot<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        self.slots.get(name).map_or(default, String::as_str)
    }

    fn program(&self, template: Template) -> String {
        let [_, function, behind] = &self.code;
        let blocks = if function.contains(MARK) { function.clone() } else { self.blocks(template) };
        let main = if behind.contains("fn main()") { "" } else { "fn main() {}" };
        let attributes = self.slot("crate", "#![allow(dead_code)]");
        let program = paragraphs(&[attributes, &blocks, behind, main]) + "\n";
        match template {
            Template::Function => ["&self, ", "&self", "Db."]
                .into_iter()
                .fold(program, |program, receiver| program.replace(receiver, "")),
            _ => program,
        }
    }

    /// The templates: the function, and what is before it.
    fn blocks(&self, template: Template) -> String {
        let [before, function, _] = &self.code;
        let marked = format!("{MARK}\n{function}");
        let db = format!("#[derive(Clone)]\n{}", self.slot("db", "struct Db;"));
        let (trait_has, impl_has) = (self.slot("trait has", ""), self.slot("impl has", ""));
        let trait_of = |default, item| block(self.slot("trait", default), &[trait_has, item]);
        let impl_of = |item| block(self.slot("impl", "impl Store for Db"), &[impl_has, item]);
        match template {
            Template::Function => paragraphs(&[before, &marked]),
            Template::Method => paragraphs(&[&db, before, &block("impl Db", &[&marked])]),
            Template::Implementation => {
                let declared = signature(function) + ";";
                let declaring = trait_of("trait Store", self.slot("declared", &declared));
                paragraphs(&[&db, &declaring, before, &impl_of(&marked)])
            }
            Template::Provided => {
                let providing = trait_of("trait Store: Clone + Send + Sync + 'static", &marked);
                paragraphs(&[&db, before, &providing, &impl_of("")])
            }
        }
    }
}

/// `trait has: type Value;`, but not a line of Rust.
fn slot(line: &str) -> Option<(&str, &str)> {
    let (slot, value) = line.split_once(':')?;
    let is_slot = slot.chars().all(|letter| letter.is_ascii_lowercase() || letter == ' ');
    (is_slot && !value.starts_with(':')).then_some((slot, value))
}

/// What is before the function, the function, and what is behind it.
fn parts(code: &str) -> [String; 3] {
    if code.contains(MARK) {
        return [String::new(), code.to_owned(), String::new()];
    }
    let has_function = |paragraph: &str| {
        let mut lines = paragraph.lines().map(|line| line.trim_start_matches("pub "));
        lines.any(|line| line.starts_with("async ") && !line.starts_with("async fn caller"))
    };
    let all: Vec<_> = code.split("\n\n").collect();
    match all.iter().position(|paragraph| has_function(paragraph)) {
        Some(function) => {
            [&all[..function], &all[function..=function], &all[function + 1..]].map(paragraphs)
        }
        None => [String::new(), FUNCTION.to_owned(), code.to_owned()],
    }
}

/// The function without its attributes and its body.
fn signature(function: &str) -> String {
    let lines: Vec<_> = function.lines().skip_while(|line| line.starts_with("#[")).collect();
    let function = lines.join("\n");
    function.split('{').next().unwrap_or_default().trim_end().to_owned()
}

/// Those that are not empty, a blank line between each two.
fn paragraphs(parts: &[&str]) -> String {
    let parts: Vec<_> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

fn block(header: &str, items: &[&str]) -> String {
    let items = paragraphs(items);
    if items.is_empty() {
        return format!("{header} {{}}");
    }
    let indent = |line: &str| if line.is_empty() { String::new() } else { format!("    {line}") };
    let items: Vec<_> = items.lines().map(indent).collect();
    format!("{header} {{\n{}\n}}", items.join("\n"))
}

#[test]
fn entries_become_a_program_of_each_template() {
    let entry = "case\ntrait has: type Value;\nimpl has:\n    type Value = u8;\nstruct Pair;\n\n\
                 async fn f(&self, n: u8) -> u8 {\n    n\n}\n\nasync fn caller() {\n    Db.f(1).await;\n}\n";
    let mistake = Mistake::parse(entry);
    expect_test::expect![[r"
        #![allow(dead_code)]

        struct Pair;

        // sync_to_async
        async fn f(n: u8) -> u8 {
            n
        }

        async fn caller() {
            f(1).await;
        }

        fn main() {}
    "]]
    .assert_eq(&mistake.program(Template::Function));
    expect_test::expect![[r"
        #![allow(dead_code)]

        #[derive(Clone)]
        struct Db;

        trait Store {
            type Value;

            async fn f(&self, n: u8) -> u8;
        }

        struct Pair;

        impl Store for Db {
            type Value = u8;

            // sync_to_async
            async fn f(&self, n: u8) -> u8 {
                n
            }
        }

        async fn caller() {
            Db.f(1).await;
        }

        fn main() {}
    "]]
    .assert_eq(&mistake.program(Template::Implementation));
}
