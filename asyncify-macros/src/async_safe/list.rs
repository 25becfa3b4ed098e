//! The calls that block: the file `blocking-calls.toml`, prepared for look-ups.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::format::{self, Table, Value};

/// The file, read once for all attributes of a crate.
pub(super) fn get() -> &'static List {
    static LIST: OnceLock<List> = OnceLock::new();
    LIST.get_or_init(|| List::read(include_str!("../../blocking-calls.toml")))
}

/// Why some calls block, and the alternative.
#[derive(Debug, PartialEq)]
pub(super) struct Group {
    pub(super) why: &'static str,
    pub(super) instead: &'static str,
    /// Whether the wrapped call is suggested.
    pub(super) wraps: bool,
}

/// How a path is listed.
#[derive(Clone, Copy)]
pub(super) enum Listed {
    Call(&'static Group),
    Guard(&'static Group),
}

/// The path that a short form of it means, unless there are several.
type Shortened = HashMap<&'static str, Option<&'static str>>;

#[derive(Default)]
pub(super) struct List {
    paths: HashMap<&'static str, Listed>,
    names: HashMap<&'static str, &'static Group>,
    /// One word of each blocking call: code without any of them is not parsed.
    words: HashSet<&'static str>,
    /// Paths in the file by their last two words, such as `fs::read`.
    ends: Shortened,
    /// Types with listed methods, by name.
    types: Shortened,
    /// The paths that a glob import may bring into scope: those in the file and their prefixes.
    known: HashSet<&'static str>,
    returns: HashMap<&'static str, &'static str>,
    aliases: Vec<(&'static str, &'static str)>,
    wrappers: Vec<&'static str>,
}

impl List {
    fn read(text: &'static str) -> Self {
        let mut list = Self::default();
        for table in format::parse(text) {
            match table.name {
                "group" => list.add(&table),
                "returns" => list.returns.extend(texts(&table)),
                "aliases" => list.aliases.extend(texts(&table)),
                "wrappers" => list.wrappers.extend(table.list("types")),
                _ => {}
            }
        }
        let paths = list.paths.keys().chain(list.returns.keys()).chain(&list.wrappers);
        let paths: Vec<_> =
            paths.chain(list.aliases.iter().map(|(name, _)| name)).copied().collect();
        for path in paths {
            list.know(path);
        }
        list
    }

    fn add(&mut self, table: &Table<'static>) {
        // Leaked: the process is one compilation.
        let group: &'static Group = Box::leak(Box::new(Group {
            why: table.text("why"),
            instead: table.text("instead"),
            wraps: table.text("wraps") != "no",
        }));
        for path in table.list("calls").iter().chain(table.list("by_trait")) {
            self.paths.insert(path, Listed::Call(group));
        }
        for path in table.list("guards") {
            self.paths.insert(path, Listed::Guard(group));
        }
        self.names.extend(table.list("names").iter().map(|name| (*name, group)));
        let lists = ["calls", "by_trait", "names", "guards"].map(|key| table.list(key));
        let words = lists.iter().copied().flatten();
        self.words.extend(words.filter_map(|path| {
            let mut ends = path.rsplit("::");
            // Every type may have a `new`, so the type's name decides.
            ends.next().and_then(|last| if last == "new" { ends.next() } else { Some(last) })
        }));
    }

    fn know(&mut self, path: &'static str) {
        let starts: Vec<usize> = path.match_indices("::").map(|(position, _)| position).collect();
        self.known.insert(path);
        self.known.extend(starts.iter().map(|end| &path[..*end]));
        if let Some(name) = starts.last().map(|last| &path[last + 2..]) {
            if name.starts_with(char::is_uppercase) {
                shorten(&mut self.types, name, path);
            }
        }
        if let [.., before, last] = starts[..] {
            shorten(&mut self.ends, &path[before + 2..], path);
            let name = &path[before + 2..last];
            if name.starts_with(char::is_uppercase) {
                shorten(&mut self.types, name, &path[..last]);
            }
        }
    }

    pub(super) fn path(&self, path: &str) -> Option<Listed> {
        self.paths.get(path).copied()
    }

    /// Returns whether a word could name a listed call, renamed or not: the `use` of a renamed one
    /// has the word as well.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// Returns a method that is listed by its name alone.
    pub(super) fn name(&self, method: &str) -> Option<&'static Group> {
        self.names.get(method).copied()
    }

    /// Returns the path that is usually shortened to these words, such as `fs::read`.
    pub(super) fn by_end(&self, end: &str) -> Option<&'static str> {
        self.ends.get(end).copied().flatten()
    }

    /// Returns the path of the type of this name.
    pub(super) fn type_by_name(&self, name: &str) -> Option<&'static str> {
        self.types.get(name).copied().flatten()
    }

    /// Returns whether a listed path is this one, or begins with it.
    pub(super) fn knows(&self, path: &str) -> bool {
        self.known.contains(path)
    }

    /// Returns the type that a call returns.
    pub(super) fn returned(&self, ty: &str, method: &str) -> Option<&'static str> {
        let get = |method: &str| self.returns.get(format!("{ty}::{method}").as_str()).copied();
        get(method).or_else(|| get("*"))
    }

    pub(super) fn is_wrapper(&self, path: &str) -> bool {
        self.wrappers.contains(&path)
    }

    /// Returns the path under which the file lists another path.
    pub(super) fn canonical(&self, path: String) -> String {
        for (alias, meant) in &self.aliases {
            if let Some(rest) = path.strip_prefix(alias) {
                if rest.is_empty() || rest.starts_with("::") {
                    return format!("{meant}{rest}");
                }
            }
        }
        path
    }
}

/// Of several paths with the same short form, that of the standard library wins.
fn shorten(short: &mut Shortened, form: &'static str, path: &'static str) {
    let meant = short.entry(form).or_insert(Some(path));
    let is_std = |path: &str| path.starts_with("std::");
    match *meant {
        Some(known) if known == path || is_std(known) && !is_std(path) => {}
        Some(known) if is_std(known) || !is_std(path) => *meant = None,
        _ => *meant = is_std(path).then_some(path),
    }
}

fn texts<'a>(table: &Table<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    table.rows.iter().filter_map(|(key, value)| match value {
        Value::Text(text) => Some((*key, *text)),
        Value::List(_) => None,
    })
}
