//! The list, resolved to definitions: which functions, types and crates are listed.
//!
//! A path is resolved when a function of its name is met, so that a run pays for what the project
//! uses and not for the whole list.

use std::cell::RefCell;
use std::collections::HashMap;

use ra_ap_hir::{
    Adt, Crate, Function, HasCrate as _, ItemInNs, Module, ModuleDef, Name, Trait, Type,
};
use ra_ap_ide_db::RootDatabase;

use super::types;
use crate::list::{List, Rule};

/// Where a listed rule is in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum RuleId {
    Call(usize),
    Guard(usize),
    Io(usize),
    Iterator(usize),
}

/// What a listed path without its last word names.
type Owners = Vec<ModuleDef>;

pub(super) struct Rules<'a> {
    db: &'a RootDatabase,
    pub(super) list: &'a List,
    crates: HashMap<String, Vec<Crate>>,
    calls: HashMap<&'a str, Vec<usize>>,
    guards: HashMap<&'a str, Vec<usize>>,
    offload: HashMap<&'a str, Vec<usize>>,
    spawn: HashMap<&'a str, Vec<usize>>,
    /// Calls that end in `*`.
    globs: Vec<usize>,
    io_types: HashMap<&'a str, Vec<usize>>,
    iterators: HashMap<&'a str, Vec<usize>>,
    io_traits: Vec<Trait>,
    resolved: RefCell<HashMap<String, Owners>>,
}

/// The words of a path by the last of them.
fn by_name<'a>(paths: impl Iterator<Item = &'a str>) -> HashMap<&'a str, Vec<usize>> {
    let mut map: HashMap<_, Vec<_>> = HashMap::new();
    for (index, path) in paths.enumerate() {
        map.entry(path.rsplit("::").next().unwrap_or(path)).or_default().push(index);
    }
    map
}

fn paths(rules: &[Rule]) -> impl Iterator<Item = &str> {
    rules.iter().map(|rule| rule.path.as_str())
}

pub(super) fn crate_name(db: &RootDatabase, krate: Crate) -> String {
    krate.display_name(db).map_or_else(String::new, |name| name.crate_name().to_string())
}

impl<'a> Rules<'a> {
    pub(super) fn new(db: &'a RootDatabase, list: &'a List) -> Self {
        let mut crates: HashMap<_, Vec<_>> = HashMap::new();
        for krate in Crate::all(db) {
            crates.entry(crate_name(db, krate)).or_default().push(krate);
        }
        let calls = by_name(paths(&list.calls));
        let mut rules = Self {
            db,
            list,
            crates,
            globs: calls.get("*").cloned().unwrap_or_default(),
            calls,
            guards: by_name(paths(&list.guards)),
            offload: by_name(list.offload.iter().map(String::as_str)),
            spawn: by_name(list.spawn.iter().map(String::as_str)),
            io_types: by_name(paths(&list.io_types)),
            iterators: by_name(paths(&list.iterators)),
            io_traits: Vec::new(),
            resolved: RefCell::default(),
        };
        let traits = list.io_traits.iter().flat_map(|path| rules.resolve(path));
        rules.io_traits = traits
            .filter_map(|def| match def {
                ModuleDef::Trait(def) => Some(def),
                _ => None,
            })
            .collect();
        rules
    }

    pub(super) fn rule(&self, id: RuleId) -> &'a Rule {
        match id {
            RuleId::Call(index) => &self.list.calls[index],
            RuleId::Guard(index) => &self.list.guards[index],
            RuleId::Io(index) => &self.list.io_types[index],
            RuleId::Iterator(index) => &self.list.iterators[index],
        }
    }

    /// Returns the rule of a function that blocks or locks.
    pub(super) fn of_function(&self, function: Function) -> Option<RuleId> {
        let name = function.name(self.db);
        let name = name.as_str();
        let listed = |map: &HashMap<&str, Vec<usize>>, rules: &[Rule]| {
            let indices = map.get(name)?;
            indices.iter().copied().find(|index| self.is(function, &rules[*index].path))
        };
        listed(&self.calls, &self.list.calls)
            .or_else(|| {
                let rules = &self.list.calls;
                self.globs.iter().copied().find(|index| self.is(function, &rules[*index].path))
            })
            .map(RuleId::Call)
            .or_else(|| listed(&self.guards, &self.list.guards).map(RuleId::Guard))
    }

    /// Returns whether the closures that a function is given run off the event loop.
    pub(super) fn offloads(&self, function: Function) -> bool {
        let krate = crate_name(self.db, function.krate(self.db));
        if self.list.offload_crates.contains(&krate) {
            return true;
        }
        self.is_one_of(function, &self.offload, &self.list.offload)
    }

    /// Returns whether a function gives a future to an executor, which polls it.
    pub(super) fn spawns(&self, function: Function) -> bool {
        self.is_one_of(function, &self.spawn, &self.list.spawn)
    }

    fn is_one_of(
        &self,
        function: Function,
        by_name: &HashMap<&str, Vec<usize>>,
        paths: &[String],
    ) -> bool {
        let name = function.name(self.db);
        let mut indices = by_name.get(name.as_str()).into_iter().flatten();
        indices.any(|index| self.is(function, &paths[*index]))
    }

    /// Returns whether a function finds the runtime of the thread, if it has one.
    pub(super) fn finds_runtime(&self, function: Function) -> bool {
        function.name(self.db).as_str() == "try_current"
            && self.is(function, "tokio::runtime::Handle::try_current")
    }

    pub(super) fn is_trusted(&self, krate: Crate) -> bool {
        krate.is_builtin(self.db) || self.list.trust.contains(&crate_name(self.db, krate))
    }

    pub(super) fn is_io_trait(&self, trait_: Trait) -> bool {
        self.io_traits.contains(&trait_)
    }

    /// Returns whether a function is a method of an I/O trait, and waits.
    pub(super) fn is_io_method(&self, function: Function) -> bool {
        let Some(trait_) = types::trait_of(self.db, function) else { return false };
        // Those only wrap the receiver, or look at what is in memory.
        let harmless = ["by_ref", "take", "chain", "buffer", "consume", "is_write_vectored"];
        self.is_io_trait(trait_) && !harmless.contains(&function.name(self.db).as_str())
    }

    /// Returns the I/O type that a type is.
    pub(super) fn io_type(&self, adt: Adt) -> Option<RuleId> {
        self.find_type(adt, &self.io_types, &self.list.io_types).map(RuleId::Io)
    }

    pub(super) fn iterator(&self, adt: Adt) -> Option<RuleId> {
        self.find_type(adt, &self.iterators, &self.list.iterators).map(RuleId::Iterator)
    }

    fn find_type(
        &self,
        adt: Adt,
        map: &HashMap<&str, Vec<usize>>,
        rules: &[Rule],
    ) -> Option<usize> {
        let indices = map.get(adt.name(self.db).as_str())?;
        let named = |index: &usize| {
            self.resolve(&rules[*index].path).iter().any(|def| match def {
                ModuleDef::Adt(def) => *def == adt,
                _ => false,
            })
        };
        indices.iter().copied().find(named)
    }

    /// Returns whether a function has this path: defined there, exported there, or a method of the
    /// type or trait there.
    fn is(&self, function: Function, path: &str) -> bool {
        let Some((owner, name)) = path.rsplit_once("::") else { return false };
        let db = self.db;
        if name == "*" {
            let module = function.module(db);
            let container = types::container(db, function);
            return self.resolve(owner).into_iter().any(|def| match def {
                ModuleDef::Module(def) => module.path_to_root(db).contains(&def),
                _ => container.contains(&def),
            });
        }
        let container = types::container(db, function);
        if container.is_empty() {
            let defined = |def| matches!(def, ModuleDef::Function(def) if def == function);
            self.resolve(path).into_iter().any(defined)
        } else {
            self.resolve(owner).iter().any(|def| container.contains(def))
        }
    }

    /// Returns what a path names, in each version of its crate.
    pub(super) fn resolve(&self, path: &str) -> Owners {
        if let Some(known) = self.resolved.borrow().get(path) {
            return known.clone();
        }
        let (krate, rest) = path.split_once("::").unwrap_or((path, ""));
        let crates = self.crates.get(krate).map_or(&[][..], Vec::as_slice);
        let found: Owners = crates
            .iter()
            .flat_map(|krate| self.resolve_in(krate.root_module(self.db), rest))
            .collect();
        self.resolved.borrow_mut().insert(path.to_owned(), found.clone());
        found
    }

    fn resolve_in(&self, root: Module, rest: &str) -> Owners {
        if rest.is_empty() {
            return vec![root.into()];
        }
        let names = rest.split("::").map(Name::new_root);
        let items = root.resolve_mod_path(self.db, names).into_iter().flatten();
        items
            .filter_map(|item| match item {
                ItemInNs::Types(def) | ItemInNs::Values(def) => Some(def),
                ItemInNs::Macros(_) => None,
            })
            .map(|def| match def {
                // `parking_lot::Mutex` is one of `lock_api::Mutex`.
                ModuleDef::TypeAlias(alias) => {
                    let adt = alias.ty(self.db).as_adt();
                    adt.map_or(def, ModuleDef::Adt)
                }
                def => def,
            })
            .collect()
    }

    /// Returns a rule for I/O of a type that is not known.
    pub(super) fn any_io(&self) -> Option<RuleId> {
        (!self.list.io_types.is_empty()).then_some(RuleId::Io(0))
    }

    /// Returns the rule of a method that locks.
    pub(super) fn guard_of(&self, function: Function) -> Option<RuleId> {
        match self.of_function(function)? {
            guard @ RuleId::Guard(_) => Some(guard),
            _ => None,
        }
    }

    /// Returns the first type that a type mentions and that waits when it is iterated.
    pub(super) fn iterates(&self, ty: &Type<'_>) -> Option<RuleId> {
        let mut found = None;
        ty.walk(self.db, |part| {
            if found.is_none() {
                found = part.as_adt().and_then(|adt| self.iterator(adt));
            }
        });
        found
    }
}
