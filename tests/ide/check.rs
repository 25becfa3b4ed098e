//! One question to the server, and what must be in the answer.

use std::fmt;

use serde_json::{Value, json};

use crate::project::{File, Project};
use crate::source::{insert, marked, position, word, word_range};

/// A question about a file, with what was typed into it.
pub(crate) struct Check {
    file: File,
    /// What is wanted, in a few words.
    name: String,
    /// Texts typed behind the first mark of a name; the last one may hold the cursor.
    typed: Vec<(&'static str, String)>,
    ask: Ask,
}

/// What is asked, and the answer.
pub(crate) enum Ask {
    /// At the cursor, these names are offered.
    Completes(Vec<&'static str>),
    /// At the cursor, these names are offered, and no other.
    Offers(Vec<&'static str>),
    /// At the cursor, none of these names is offered.
    Withholds(Vec<&'static str>),
    /// At the cursor, no name is offered that only the expansion has.
    HidesOurs,
    /// A hover says all of this.
    Says(Place, Vec<String>),
    /// A hover at the cursor says this.
    Explains(&'static str),
    /// A hint behind the word.
    Hints(Place, String),
    /// From here to the first place of a mark.
    Defines(Place, &'static str),
    /// From here to all places of the mark.
    Refers(Place),
    /// A rename changes all places of the mark, and each once.
    Renames(Place),
    /// There is no error.
    IsClean,
    /// There is an error that says this.
    Reports(&'static str),
    /// There is one error, and it says this.
    ReportsOnly(&'static str),
}

/// Begins what a hover says of names, or of keywords, that are not the user's.
const FOREIGN: [&str; 6] = [
    "```rust\nasyncify_runtime",
    "__sync_to_async",
    "__SyncToAsync",
    "```rust\nasync\n",
    "```rust\nlet\n",
    "```rust\nmove\n",
];

/// A mark, and which of those of its name.
#[derive(Clone, Copy)]
pub(crate) struct Place(pub(crate) &'static str, pub(crate) usize);

impl Check {
    pub(crate) fn new(file: &File, name: &str, ask: Ask) -> Self {
        Self { file: file.clone(), name: name.to_owned(), typed: Vec::new(), ask }
    }

    /// Types a text behind a mark. The cursor in it is `$0`.
    pub(crate) fn typed(mut self, mark: &'static str, text: &str) -> Self {
        self.typed.push((mark, text.to_owned()));
        self
    }

    /// Asks; an error says what was wrong with the answer.
    pub(crate) fn run(&self, project: &mut Project) -> Result<(), String> {
        let mut source = self.file.text.to_string();
        let mut cursor = None;
        for (mark, text) in &self.typed {
            (source, cursor) = insert(&source, mark, text);
        }
        project.show(&self.file.path, &source);
        let result = Asked { check: self, project, source, cursor }.run();
        if !self.typed.is_empty() {
            project.show(&self.file.path, &self.file.text);
        }
        result
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.file.path.trim_start_matches("src/").trim_end_matches(".rs");
        write!(f, "{path}: {}", self.name)
    }
}

struct Asked<'a> {
    check: &'a Check,
    project: &'a mut Project,
    source: String,
    cursor: Option<usize>,
}

impl Asked<'_> {
    fn run(&mut self) -> Result<(), String> {
        match &self.check.ask {
            Ask::Completes(names) => self.completes(names),
            Ask::Offers(names) => {
                let (mut offered, mut names) = (self.offered(), names.clone());
                offered.sort_unstable();
                names.sort_unstable();
                if offered == names { Ok(()) } else { Err(some_of(&offered)) }
            }
            Ask::Withholds(names) => {
                let mut offered = self.offered();
                offered.retain(|name| names.contains(&&**name));
                if offered.is_empty() { Ok(()) } else { Err(some_of(&offered)) }
            }
            Ask::HidesOurs => {
                let ours: Vec<_> =
                    self.offered().into_iter().filter(|name| name.starts_with("__")).collect();
                if ours.is_empty() { Ok(()) } else { Err(format!("{ours:?} are offered")) }
            }
            Ask::Says(place, texts) => self.says(*place, texts),
            Ask::Explains(text) => {
                let position = position(&self.source, self.cursor());
                let answer = self.ask("hover", json!({ "position": position }));
                // Wherever its lines end.
                let said =
                    answer["contents"]["value"].as_str().unwrap_or_default().replace('\n', " ");
                if said.contains(text) { Ok(()) } else { Err(format!("no {text:?} in {said:?}")) }
            }
            Ask::Hints(place, text) => self.hints(*place, text),
            Ask::Defines(place, target) => {
                let found = self.ask_at(*place, "definition", json!({}));
                let found = self.ranges(found.as_array().map_or(&[], Vec::as_slice))?;
                same(&found, &self.expected(target)[..1])
            }
            Ask::Refers(place) => {
                let context = json!({ "context": { "includeDeclaration": true } });
                let found = self.ask_at(*place, "references", context);
                let found = self.ranges(found.as_array().map_or(&[], Vec::as_slice))?;
                same(&found, &self.expected(place.0))
            }
            Ask::Renames(place) => {
                let found = self.ask_at(*place, "rename", json!({ "newName": "renamed" }));
                if found["refused"].is_string() {
                    return Err(format!("refused: {}", found["refused"]));
                }
                let uri = self.project.uri(&self.check.file.path);
                let found = match found["changes"].as_object() {
                    Some(changes) if changes.len() == 1 => changes[&uri].as_array().cloned(),
                    _ => found["documentChanges"][0]["edits"].as_array().cloned(),
                };
                same(&self.ranges(&found.unwrap_or_default())?, &self.expected(place.0))
            }
            Ask::IsClean => {
                let errors = self.errors()?;
                if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
            }
            Ask::Reports(text) => {
                let errors = self.errors()?;
                let is_told = errors.iter().any(|error| error.contains(text));
                if is_told { Ok(()) } else { Err(format!("no {text:?} in {errors:?}")) }
            }
            Ask::ReportsOnly(text) => match &self.errors()?[..] {
                [error] if error.contains(text) => Ok(()),
                errors => Err(format!("{text:?} is wanted, found {errors:?}")),
            },
        }
    }

    /// The names that completion offers at the cursor.
    fn offered(&mut self) -> Vec<String> {
        let position = position(&self.source, self.cursor());
        let answer = self.ask("completion", json!({ "position": position }));
        let items = answer["items"].as_array().or(answer.as_array()).cloned().unwrap_or_default();
        items
            .iter()
            .filter_map(|item| item["label"].as_str())
            .map(|name| word(name).to_owned())
            .collect()
    }

    fn completes(&mut self, names: &[&str]) -> Result<(), String> {
        let offered = self.offered();
        let missing: Vec<_> =
            names.iter().filter(|name| !offered.iter().any(|found| found == *name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(format!("{missing:?} not there, {}", some_of(&offered)))
    }

    fn says(&mut self, place: Place, texts: &[String]) -> Result<(), String> {
        let answer = self.ask_at(place, "hover", json!({}));
        let said = answer["contents"]["value"].as_str().unwrap_or_default();
        match texts.iter().find(|text| !said.contains(text.as_str())) {
            Some(text) => Err(format!("no {text:?} in {said:?}")),
            None if FOREIGN.iter().any(|text| said.contains(text)) => {
                Err(format!("more than wanted in {said:?}"))
            }
            None => Ok(()),
        }
    }

    fn hints(&mut self, place: Place, text: &str) -> Result<(), String> {
        let end = position(&self.source, self.source.len());
        let whole = json!({ "start": { "line": 0, "character": 0 }, "end": end });
        let answer = self.ask("inlayHint", json!({ "range": whole }));
        let place = word_range(&self.source, self.offset(place))["end"].clone();
        let hints: Vec<_> = answer
            .as_array()
            .into_iter()
            .flatten()
            .filter(|hint| hint["position"] == place)
            .map(|hint| label(&hint["label"]))
            .collect();
        if hints == [text] { Ok(()) } else { Err(format!("{text:?} is wanted, found {hints:?}")) }
    }

    /// The errors in the file.
    fn errors(&mut self) -> Result<Vec<String>, String> {
        let answer = self.ask("diagnostic", json!({}));
        let Some(items) = answer["items"].as_array() else {
            return Err(format!("no diagnostics but {answer}"));
        };
        let errors = items.iter().filter(|item| item["severity"] == 1);
        Ok(errors
            .map(|item| format!("{} at {}", item["message"], item["range"]["start"]))
            .collect())
    }

    fn cursor(&self) -> usize {
        self.cursor.expect("the typed text has a cursor")
    }

    fn offset(&self, Place(mark, number): Place) -> usize {
        marked(&self.source, mark)[number]
    }

    fn ask(&mut self, request: &str, params: Value) -> Value {
        self.project.ask(&self.check.file.path, request, params)
    }

    fn ask_at(&mut self, place: Place, request: &str, mut params: Value) -> Value {
        params["position"] = position(&self.source, self.offset(place) + 1);
        self.ask(request, params)
    }

    /// The places of all the words with a mark.
    fn expected(&self, mark: &str) -> Vec<Value> {
        let places = marked(&self.source, mark);
        places.into_iter().map(|offset| word_range(&self.source, offset)).collect()
    }

    /// The places in an answer, all of them in this module.
    fn ranges(&self, found: &[Value]) -> Result<Vec<Value>, String> {
        let uri = self.project.uri(&self.check.file.path);
        found
            .iter()
            .map(|found| {
                let elsewhere = [&found["uri"], &found["targetUri"]]
                    .into_iter()
                    .find(|uri_found| uri_found.is_string() && **uri_found != uri);
                match elsewhere {
                    Some(elsewhere) => Err(format!("a place in {elsewhere}")),
                    None if found["targetSelectionRange"].is_object() => {
                        Ok(found["targetSelectionRange"].clone())
                    }
                    None => Ok(found["range"].clone()),
                }
            })
            .collect()
    }
}

/// Compares places in any order.
fn same(found: &[Value], expected: &[Value]) -> Result<(), String> {
    let sorted = |places: &[Value]| {
        let mut places: Vec<_> = places
            .iter()
            .map(|place| {
                let number = |value: &Value| value.as_u64().map(|number| number + 1);
                (
                    number(&place["start"]["line"]),
                    number(&place["start"]["character"]),
                    number(&place["end"]["character"]),
                )
            })
            .collect();
        places.sort_unstable();
        places
    };
    let (found, expected) = (sorted(found), sorted(expected));
    if found == expected {
        return Ok(());
    }
    Err(format!("{expected:?} are wanted, found {found:?}"))
}

/// Says what was offered; not all of it, where it is much.
fn some_of(offered: &[String]) -> String {
    let (count, some) = (offered.len(), &offered[..offered.len().min(20)]);
    format!("{count} are offered, as {some:?}")
}

/// The text of a hint, which may come in parts.
fn label(label: &Value) -> String {
    match label {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["value"].as_str()).collect(),
        _ => String::new(),
    }
}
