//! What blocks: the file `blocking-calls.toml`, made ready for look-ups.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::format::{self, Table, Value};

/// The file, read once for all attributes of a crate.
pub(super) fn get() -> &'static List {
    static LIST: OnceLock<List> = OnceLock::new();
    LIST.get_or_init(|| List::read(include_str!("../../blocking-calls.toml")))
}

/// Why calls block, and what to write instead.
#[derive(Debug, PartialEq)]
pub(super) struct Group {
    pub(super) why: &'static str,
    pub(super) instead: &'static str,
    /// Whether the wrapped call is proposed.
    pub(super) wraps: bool,
}

/// How a path is listed.
#[derive(Clone, Copy)]
pub(super) enum Listed {
    Call(&'static Group),
    Guard(&'static Group),
}

/// What a short form of a path stands for, unless it could be several.
type Shortened = HashMap<&'static str, Option<&'static str>>;

#[derive(Default)]
pub(super) struct List {
    paths: HashMap<&'static str, Listed>,
    names: HashMap<&'static str, &'static Group>,
    /// A word of everything that blocks: code without any of them need not be parsed.
    words: HashSet<&'static str>,
    /// The last two words of each path in the file, as in `fs::read`, and the path.
    ends: Shortened,
    /// The types that have listed methods, by their names.
    types: Shortened,
    /// Whatever a `use` of everything may bring in: paths in the file and all that lead to them.
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
        // Lives as long as the process, which is one compilation.
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
            // Everything has a `new`: the type's name is what tells.
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

    /// Says whether a word could be the name of a call in the file, by another name or not: what
    /// brings in the other name has the word as well.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// Looks a method up whose name is enough.
    pub(super) fn name(&self, method: &str) -> Option<&'static Group> {
        self.names.get(method).copied()
    }

    /// The path that everybody shortens to this end, such as `fs::read`.
    pub(super) fn by_end(&self, end: &str) -> Option<&'static str> {
        self.ends.get(end).copied().flatten()
    }

    /// The path of a type of this name.
    pub(super) fn type_by_name(&self, name: &str) -> Option<&'static str> {
        self.types.get(name).copied().flatten()
    }

    /// Says whether something in the file has this path, or one that begins with it.
    pub(super) fn knows(&self, path: &str) -> bool {
        self.known.contains(path)
    }

    /// The type that a call returns.
    pub(super) fn returned(&self, ty: &str, method: &str) -> Option<&'static str> {
        let get = |method: &str| self.returns.get(format!("{ty}::{method}").as_str()).copied();
        get(method).or_else(|| get("*"))
    }

    pub(super) fn is_wrapper(&self, path: &str) -> bool {
        self.wrappers.contains(&path)
    }

    /// The name under which the file has a path.
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

/// Of several paths with the same short form, the one of the standard library is meant.
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
