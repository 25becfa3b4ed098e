//! Checks the crates with their functions annotated.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::function::{self, Annotated, Form, Function};
use crate::sources::Source;
use crate::table::{Counts, Message, Table};

/// A project that depends on a copy of each crate.
pub(crate) struct Project {
    folder: PathBuf,
}

/// A crate, and the copy of it that is annotated.
pub(crate) struct Crate {
    title: String,
    folder: PathBuf,
    texts: BTreeMap<PathBuf, String>,
    /// Those that are built.
    functions: Vec<Function>,
}

/// The files of a crate as they were written.
type Files = BTreeMap<PathBuf, Annotated>;

impl Project {
    pub(crate) fn new(sources: &[Source]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus");
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut manifest = String::from(
            "[package]\nname = \"corpus\"\nedition = \"2024\"\n\n[workspace]\n\n[lib]\npath = \"lib.rs\"\n\n[dependencies]\n",
        );
        for Source { name, features, .. } in sources {
            writeln!(manifest, "{name} = {{ path = \"../{name}\", {features} }}")
                .expect("strings can be written to");
        }
        write(&folder.join("root/Cargo.toml"), &manifest);
        write(&folder.join("root/lib.rs"), "");
        // With the same versions as the workspace, nothing has to be looked up.
        fs::copy(workspace.join("Cargo.lock"), folder.join("root/Cargo.lock"))
            .expect("cargo has written a lock file");
        Self { folder }
    }

    /// Reads a crate, and copies what is not Rust.
    pub(crate) fn read(&self, source: &Source) -> Crate {
        let folder = self.folder.join(&source.name);
        let mut texts = BTreeMap::new();
        let mut pending = vec![PathBuf::new()];
        while let Some(path) = pending.pop() {
            for entry in fs::read_dir(source.folder.join(&path)).expect("a crate can be read") {
                let entry = entry.expect("a crate can be read");
                let path = path.join(entry.file_name());
                if entry.path().is_dir() {
                    pending.push(path);
                } else if path.starts_with("src") && path.extension().is_some_and(|e| e == "rs") {
                    let text = fs::read_to_string(entry.path()).expect("a crate can be read");
                    texts.insert(path, text);
                } else if path == Path::new("Cargo.toml") {
                    let text = fs::read_to_string(entry.path()).expect("a crate can be read");
                    write(&folder.join(path), with_runtime(&text));
                } else {
                    let text = fs::read(entry.path()).expect("a crate can be read");
                    write(&folder.join(path), text);
                }
            }
        }
        let functions = texts.iter().flat_map(|(file, text)| function::all(file, text)).collect();
        let title = format!("{} {}", source.name, source.version);
        Crate { title, folder, texts, functions }
    }

    /// Keeps the functions of which the compiler hears.
    pub(crate) fn find_built(&self, crates: &mut [Crate]) {
        let all: Vec<_> = crates.iter().map(|one| vec![true; one.functions.len()]).collect();
        let messages = self.check(Form::Unknown, crates, &all);
        for (one, messages) in crates.iter_mut().zip(messages) {
            let mut is_built = vec![false; one.functions.len()];
            for (number, message) in messages {
                if let (Some(number), true) = (number, message.words.contains("`corpus`")) {
                    is_built[number] = true;
                }
            }
            let mut is_built = is_built.into_iter();
            one.functions.retain(|_| is_built.next() == Some(true));
            assert!(!one.functions.is_empty(), "{} has functions that are built", one.title);
        }
    }

    /// Annotates all functions that suit the form, and takes the attribute off those that are
    /// refused, until the rest is accepted.
    pub(crate) fn annotate(&self, form: Form, crates: &[Crate]) -> Table {
        let suits =
            |one: &Crate| one.functions.iter().map(|function| function.suits(form)).collect();
        let mut annotated: Vec<Vec<bool>> = crates.iter().map(suits).collect();
        let count = |annotated: &[bool]| annotated.iter().filter(|is| **is).count();
        let mut counts: Vec<_> = crates
            .iter()
            .zip(&annotated)
            .map(|(one, annotated)| Counts::new(one.title.clone(), count(annotated)))
            .collect();
        loop {
            let mut is_clean = true;
            let checked = self.check(form, crates, &annotated);
            for (position, messages) in checked.into_iter().enumerate() {
                let mut refused = BTreeMap::<usize, Vec<Message>>::new();
                for (number, message) in messages {
                    match number.filter(|number| annotated[position][*number]) {
                        Some(number) => refused.entry(number).or_default().push(message),
                        None => counts[position].homeless(message),
                    }
                }
                for (number, messages) in refused {
                    is_clean = false;
                    annotated[position][number] = false;
                    let function = &crates[position].functions[number];
                    counts[position].refused(function, &messages);
                }
            }
            if is_clean {
                return Table { form, counts };
            }
        }
    }

    /// What the compiler says about each crate, with the function in which it is.
    fn check(
        &self,
        form: Form,
        crates: &[Crate],
        annotated: &[Vec<bool>],
    ) -> Vec<Vec<(Option<usize>, Message)>> {
        let files: Vec<Files> = crates
            .iter()
            .zip(annotated)
            .map(|(one, annotated)| one.write_annotated(form, annotated))
            .collect();
        let root = self.folder.join("root");
        let output = Command::new(env!("CARGO"))
            .args(["check", "--message-format=json", "--offline", "--keep-going"])
            .current_dir(&root)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("CARGO_INCREMENTAL", "0")
            // As where they are dependencies: their own lints are not the question.
            .env("RUSTFLAGS", "--cap-lints=allow")
            .output()
            .expect("cargo can be run");
        let mut found: Vec<Vec<_>> = crates.iter().map(|_| Vec::new()).collect();
        let lines = String::from_utf8(output.stdout).expect("cargo prints UTF-8");
        let mut is_any = output.status.success();
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).expect("cargo prints JSON");
            let (message, manifest) = (&line["message"], line["manifest_path"].as_str());
            if message["level"] != "error" || message["spans"].as_array().is_none_or(Vec::is_empty)
            {
                continue;
            }
            let of_crate =
                |one: &Crate| manifest.is_some_and(|path| Path::new(path).starts_with(&one.folder));
            let position = crates.iter().position(of_crate).unwrap_or_else(|| panic!("{line}"));
            is_any = true;
            let one = &crates[position];
            found[position].push(one.located(message, &root, &files[position]));
        }
        assert!(is_any, "{}", String::from_utf8_lossy(&output.stderr));
        found
    }
}

impl Crate {
    fn write_annotated(&self, form: Form, annotated: &[bool]) -> Files {
        let mut files = Files::new();
        for (file, text) in &self.texts {
            let functions: Vec<_> = self
                .functions
                .iter()
                .enumerate()
                .filter(|(_, function)| function.file == *file)
                .map(|(number, function)| (number, function, annotated[number]))
                .collect();
            let annotated = function::annotated(text, form, &functions);
            let path = self.folder.join(file);
            write(&path, &annotated.text);
            files.insert(path, annotated);
        }
        files
    }

    /// The function in which all of an error lies.
    fn located(&self, message: &Value, root: &Path, files: &Files) -> (Option<usize>, Message) {
        let spans = message["spans"].as_array().expect("an error has spans");
        let mut owners = Vec::new();
        let mut place = String::new();
        let mut at_attribute = false;
        let mut bytes = Vec::new();
        for mut span in spans.iter().filter(|span| span["is_primary"] == true) {
            let file = loop {
                let file = root.join(span["file_name"].as_str().expect("a span is in a file"));
                match &span["expansion"]["span"] {
                    Value::Null => break file,
                    _ if file.starts_with(&self.folder) => break file,
                    outer => span = outer,
                }
            };
            let start = span["byte_start"].as_u64().and_then(|at| usize::try_from(at).ok());
            let start = start.expect("a span has a start");
            let annotated = files.get(&file);
            let owner = annotated.and_then(|file| {
                let mut places = file.places.iter();
                places.find(|(_, range)| range.contains(&start)).map(|(number, _)| *number)
            });
            at_attribute |= annotated.is_some_and(|file| {
                file.attributes.iter().any(|attribute| attribute.contains(&start))
            });
            owners.push(owner);
            bytes.push((file.clone(), start, span["byte_end"].as_u64()));
            let file = file.strip_prefix(&self.folder).unwrap_or(&file).display().to_string();
            place = format!("{file}:{}", span["line_start"]);
        }
        let owner = owners.first().copied().flatten();
        let owner = owner.filter(|_| owners.iter().all(|other| *other == owner));
        let message = Message {
            code: message["code"]["code"].as_str().map(str::to_owned),
            words: message["message"].as_str().unwrap_or_default().to_owned(),
            rendered: message["rendered"].as_str().unwrap_or_default().to_owned(),
            place,
            bytes,
            at_attribute,
        };
        (owner, message)
    }
}

/// The manifest of a crate, which then depends on the runtime too.
fn with_runtime(manifest: &str) -> String {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../asyncify-runtime");
    format!(
        "{manifest}\n[dependencies.asyncify-runtime]\npath = '{}'\nfeatures = [\"in_place\"]\n",
        runtime.display(),
    )
}

/// Writes a file whose content is another one.
fn write(path: &Path, content: impl AsRef<[u8]>) {
    if fs::read(path).is_ok_and(|found| found == content.as_ref()) {
        return;
    }
    let folder = path.parent().expect("a file is in a folder");
    fs::create_dir_all(folder).expect("the folder for tests' own files can be written to");
    fs::write(path, content).expect("the folder for tests' own files can be written to");
}
