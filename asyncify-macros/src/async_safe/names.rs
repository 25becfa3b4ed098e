//! Name resolution: the `use` declarations, items and variables in scope.
//!
//! The macro sees only the item that it is on. A name from outside is a [`Meaning::Guess`]: it
//! counts if it is written in its usual form, and if its value is used in a way that no future can
//! be.

use std::collections::{HashMap, HashSet};

use syn::{Ident, Item, Path, UseTree};

use super::list::List;

/// What a path means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    /// The path from its crate; for an item of the user's crate, the path as written.
    Sure(String),
    /// A probable meaning, which nothing in scope confirms.
    Guess(String),
}

impl Meaning {
    pub(super) fn path(&self) -> &str {
        match self {
            Self::Sure(path) | Self::Guess(path) => path,
        }
    }

    /// A method of this type.
    pub(super) fn method(&self, name: &str) -> Self {
        match self {
            Self::Sure(ty) => Self::Sure(format!("{ty}::{name}")),
            Self::Guess(ty) => Self::Guess(format!("{ty}::{name}")),
        }
    }

    pub(super) fn is_sure(&self) -> bool {
        matches!(self, Self::Sure(_))
    }
}

/// The scopes around a position, the innermost last.
pub(super) struct Names {
    scopes: Vec<Scope>,
    list: &'static List,
}

struct Scope {
    kind: ScopeKind,
    bound: HashMap<String, Bound>,
    /// The paths of glob imports.
    globs: Vec<Vec<String>>,
    /// Variables, with their types if known.
    variables: HashMap<String, Option<Meaning>>,
    /// Variables that are references.
    references: HashSet<String>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum ScopeKind {
    /// Nothing of the enclosing scopes is in scope.
    Module,
    /// No variable of the enclosing scopes is in scope.
    Function,
    Block,
}

enum Bound {
    /// Another name of this path.
    Use(Vec<String>),
    /// An item of the user.
    Item,
}

/// The longest chain of `use` declarations that is followed; endless ones do not compile.
const LONGEST_CHAIN: usize = 8;

impl Names {
    pub(super) fn new(list: &'static List) -> Self {
        Self { scopes: Vec::new(), list }
    }

    pub(super) fn enter<'a>(&mut self, kind: ScopeKind, items: impl Iterator<Item = &'a Item>) {
        let mut scope = Scope {
            kind,
            bound: HashMap::new(),
            globs: Vec::new(),
            variables: HashMap::new(),
            references: HashSet::new(),
        };
        for item in items {
            scope.declare(item);
        }
        self.scopes.push(scope);
    }

    pub(super) fn leave(&mut self) {
        self.scopes.pop();
    }

    /// Declares a variable, from here to the end of its scope.
    pub(super) fn bind(&mut self, name: &Ident, ty: Option<Meaning>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.references.remove(&name.to_string());
            scope.variables.insert(name.to_string(), ty);
        }
    }

    /// Records that a variable of this scope is a reference.
    pub(super) fn refers(&mut self, name: &Ident) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.references.insert(name.to_string());
        }
    }

    /// Returns whether a name is that of a variable that is known to be a reference.
    pub(super) fn is_reference(&self, name: &Ident) -> bool {
        let name = name.to_string();
        let scope = self.scopes.iter().rev().find(|scope| scope.variables.contains_key(&name));
        scope.is_some_and(|scope| scope.references.contains(&name))
    }

    /// Returns whether a name is that of a variable.
    pub(super) fn is_variable(&self, name: &Ident) -> bool {
        self.variable(name).is_some()
    }

    /// Returns the type of a variable, if it is known.
    pub(super) fn type_of(&self, name: &Ident) -> Option<&Meaning> {
        self.variable(name)?.as_ref()
    }

    fn variable(&self, name: &Ident) -> Option<&Option<Meaning>> {
        let name = name.to_string();
        for scope in self.scopes.iter().rev() {
            if let Some(ty) = scope.variables.get(&name) {
                return Some(ty);
            }
            if scope.kind != ScopeKind::Block {
                break;
            }
        }
        None
    }

    pub(super) fn meaning(&self, path: &Path) -> Meaning {
        let words: Vec<String> = path.segments.iter().map(|word| word.ident.to_string()).collect();
        if path.leading_colon.is_some() {
            return Meaning::Sure(self.list.canonical(words.join("::")));
        }
        self.resolve(&words, self.scopes.len(), LONGEST_CHAIN)
    }

    fn resolve(&self, words: &[String], within: usize, chain: usize) -> Meaning {
        let Some((first, rest)) = words.split_first() else { return Meaning::Guess(String::new()) };
        let sure = |words: &[String]| Meaning::Sure(self.list.canonical(words.join("::")));
        if chain == 0 || matches!(first.as_str(), "crate" | "self" | "super" | "Self") {
            return sure(words);
        }
        for (depth, scope) in self.scopes[..within].iter().enumerate().rev() {
            match scope.bound.get(first) {
                // The other declarations of the scope may name what a declaration imports.
                Some(Bound::Use(target)) if target.first() == Some(first) => {
                    return sure(&[target, rest].concat());
                }
                Some(Bound::Use(target)) => {
                    return self.resolve(&[target, rest].concat(), depth + 1, chain - 1);
                }
                Some(Bound::Item) => return sure(words),
                None => {}
            }
            for glob in &scope.globs {
                if glob.first() == Some(first) {
                    continue;
                }
                // Not through other globs, which would be tried in every order.
                let place = self.resolve(glob, depth + 1, 1.min(chain - 1));
                if self.list.knows(&self.list.canonical(format!("{}::{first}", place.path()))) {
                    return sure(&[&[place.path().to_owned()], words].concat());
                }
            }
            if scope.kind == ScopeKind::Module {
                break;
            }
        }
        if self.list.knows(first) {
            return sure(words);
        }
        self.guess(words)
    }

    fn guess(&self, words: &[String]) -> Meaning {
        let written = words.join("::");
        let by_type = |ty: &String| self.list.type_by_name(ty).map(str::to_owned);
        let meant = match words {
            [.., ty] if ty.starts_with(char::is_uppercase) => by_type(ty),
            [.., ty, name] => {
                let listed = self.list.by_end(&format!("{ty}::{name}")).map(str::to_owned);
                // Other items of a listed type, such as `File::options`.
                listed.or_else(|| Some(format!("{}::{name}", by_type(ty)?)))
            }
            _ => None,
        };
        let is_end = |path: &String| path.ends_with(&format!("::{written}"));
        Meaning::Guess(self.list.canonical(meant.filter(is_end).unwrap_or(written)))
    }
}

impl Scope {
    fn declare(&mut self, item: &Item) {
        let name = match item {
            Item::Use(line) => {
                // `use ::std::fs` and `use std::fs` are the same unless there is an item named
                // `std`.
                return self.bring_in(&line.tree, &mut Vec::new());
            }
            Item::Const(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Fn(item) => &item.sig.ident,
            Item::Mod(item) => &item.ident,
            Item::Static(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Union(item) => &item.ident,
            _ => return,
        };
        self.bound.insert(name.to_string(), Bound::Item);
    }

    fn bring_in(&mut self, tree: &UseTree, path: &mut Vec<String>) {
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.bring_in(&part.tree, path);
                path.pop();
            }
            UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = path.last() {
                    self.bound.insert(last.clone(), Bound::Use(path.clone()));
                }
            }
            UseTree::Name(name) => self.bind_use(&name.ident, &name.ident, path),
            UseTree::Rename(renamed) if renamed.ident == "self" => {
                self.bound.insert(renamed.rename.to_string(), Bound::Use(path.clone()));
            }
            UseTree::Rename(renamed) => self.bind_use(&renamed.rename, &renamed.ident, path),
            UseTree::Glob(_) => self.globs.push(path.clone()),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.bring_in(tree, path);
                }
            }
        }
    }

    fn bind_use(&mut self, name: &Ident, meant: &Ident, path: &[String]) {
        let mut target = path.to_vec();
        target.push(meant.to_string());
        self.bound.insert(name.to_string(), Bound::Use(target));
    }
}
