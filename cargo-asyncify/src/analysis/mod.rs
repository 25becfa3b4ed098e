//! Finds the calls that block in async code: each function's body is walked once, the calls make a
//! graph, and what is reported is each call in async code of the workspace from which a listed call
//! is reached without leaving the thread.

mod body;
mod calls;
mod fixes;
mod graph;
mod guards;
mod node;
mod report;
mod rules;
mod startup;
mod types;
mod values;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use ra_ap_hir::{
    Adt, AssocItem, Crate, Function, Impl, Module, ModuleDef, Semantics, Trait, Type, TypeParam,
    attach_db,
};
use ra_ap_ide_db::RootDatabase;
use ra_ap_syntax::TextRange;
use ra_ap_syntax::ast::{self, HasAttrs as _};

use self::body::Body;
use self::node::{Key, Site};
use self::rules::{Rules, crate_name};
use self::types::Env;
use self::values::Use;
use crate::finding::{Counts, Finding};
use crate::list::List;
use crate::load::Project;

/// Traits of the standard library through which it calls functions of ours.
struct Known {
    drop: Option<Trait>,
    display: Option<Trait>,
    from: Option<Trait>,
    from_iterator: Option<Trait>,
    from_str: Option<Trait>,
    iterator: Option<Trait>,
    try_from: Option<Trait>,
}

impl Known {
    fn new(rules: &Rules<'_>) -> Self {
        let find = |path: &str| {
            rules.resolve(path).into_iter().find_map(|def| match def {
                ModuleDef::Trait(found) => Some(found),
                _ => None,
            })
        };
        Self {
            drop: find("core::ops::Drop"),
            display: find("core::fmt::Display"),
            from: find("core::convert::From"),
            from_iterator: find("core::iter::FromIterator"),
            from_str: find("core::str::FromStr"),
            iterator: find("core::iter::Iterator"),
            try_from: find("core::convert::TryFrom"),
        }
    }
}

/// One body of the graph.
#[derive(Default)]
struct Node {
    sites: Vec<Site>,
    /// Where the guard of a lock is held.
    held: Vec<TextRange>,
    walked: bool,
    /// Async code leads to it.
    entered: bool,
}

struct Checker<'db> {
    db: &'db RootDatabase,
    sema: Semantics<'db, RootDatabase>,
    rules: Rules<'db>,
    known: Known,
    /// Crates of the workspace.
    members: HashSet<Crate>,
    keys: RefCell<HashMap<Key<'db>, usize>>,
    nodes: RefCell<Vec<Key<'db>>>,
    callbacks: RefCell<HashMap<(Function, usize), Use>>,
    implementors: RefCell<HashMap<(Trait, Adt), Option<Impl>>>,
}

/// What a run finds.
pub(crate) struct Outcome {
    pub(crate) findings: Vec<Finding>,
    pub(crate) counts: Counts,
}

/// Analyses the packages that were asked for.
pub(crate) fn run(project: &Project, list: &List, progress: &dyn Fn(&str)) -> Outcome {
    attach_db(&project.db, || {
        let checker = Checker::new(project, list);
        let mut counts = Counts::default();
        progress("resolving");
        let roots = checker.roots();
        counts.functions = roots.len();
        let graph = checker.graph(&roots, &mut counts, progress);
        let findings = report::findings(&checker, project, &graph);
        Outcome { findings, counts }
    })
}

impl<'db> Checker<'db> {
    fn new(project: &'db Project, list: &'db List) -> Self {
        let db = &project.db;
        let rules = Rules::new(db, list);
        let known = Known::new(&rules);
        let crates = Crate::all(db).into_iter();
        let members = crates.filter(|krate| project.is_member(krate.root_file(db))).collect();
        Self {
            db,
            sema: Semantics::new(db),
            rules,
            known,
            members,
            keys: RefCell::default(),
            nodes: RefCell::default(),
            callbacks: RefCell::default(),
            implementors: RefCell::default(),
        }
    }

    fn is_member(&self, krate: Crate) -> bool {
        self.members.contains(&krate)
    }

    /// Whether bodies of a crate are walked.
    fn enters(&self, krate: Crate) -> bool {
        self.is_member(krate) || !self.rules.is_trusted(krate)
    }

    fn has_offload_attribute(&self, function: &ast::Fn) -> bool {
        function.attrs().filter_map(|attr| attr.path()).any(|path| {
            let name = path.segment().and_then(|word| word.name_ref());
            let name = name.map(|name| name.text().to_string()).unwrap_or_default();
            self.rules.list.offload_attributes.contains(&name)
        })
    }

    /// Returns the index of a body, which is walked later.
    fn node(&self, key: Key<'db>) -> usize {
        let mut keys = self.keys.borrow_mut();
        let next = keys.len();
        *keys.entry(key.clone()).or_insert_with(|| {
            self.nodes.borrow_mut().push(key);
            next
        })
    }

    /// Walks a body; an error if it cannot be analysed.
    fn walk(&self, key: &Key<'db>) -> thread::Result<Option<Body<'_, 'db>>> {
        let walk = || match key {
            Key::Function(function, env) => Body::of_function(self, *function, env.clone()),
            Key::Static(item) => Body::of_static(self, *item),
        };
        // The crates of rust-analyzer panic on some code; the rest is still analysed.
        catch_unwind(AssertUnwindSafe(walk))
    }

    /// Returns the impl of a trait for a type, or for what it dereferences to.
    fn implementor(&self, trait_: Trait, ty: &Type<'db>) -> Option<Impl> {
        ty.autoderef(self.db).filter_map(|ty| types::adt_of(&ty)).find_map(|adt| {
            let key = (trait_, adt);
            if let Some(known) = self.implementors.borrow().get(&key) {
                return *known;
            }
            let impls = Impl::all_for_trait(self.db, trait_).into_iter();
            let found =
                impls.filter(|def| types::adt_of(&def.self_ty(self.db)) == Some(adt)).find(|def| {
                    def.module(self.db).krate(self.db) != trait_.module(self.db).krate(self.db)
                        || self.enters(trait_.module(self.db).krate(self.db))
                });
            self.implementors.borrow_mut().insert(key, found);
            found
        })
    }

    /// Returns the methods that a type of ours has from a trait.
    fn own_methods(&self, trait_: Trait, ty: &Type<'db>) -> Vec<Function> {
        let mut found = Vec::new();
        ty.walk(self.db, |part| {
            let own =
                part.as_adt().is_some_and(|adt| self.enters(adt.module(self.db).krate(self.db)));
            if own && let Some(def) = self.implementor(trait_, &part) {
                found.extend(types::functions(self.db, def));
            }
        });
        found
    }

    /// Returns the `drop` of a type and of its fields.
    fn drops(&self, ty: &Type<'db>) -> Vec<Function> {
        let mut found = Vec::new();
        self.add_drops(ty, 3, &mut found);
        found
    }

    fn add_drops(&self, ty: &Type<'db>, depth: usize, found: &mut Vec<Function>) {
        let Some(adt) = ty.as_adt() else { return };
        if !self.enters(adt.module(self.db).krate(self.db)) {
            return;
        }
        if let Some(def) = self.known.drop.and_then(|drop| self.implementor(drop, ty)) {
            for function in types::functions(self.db, def) {
                if !found.contains(&function) {
                    found.push(function);
                }
            }
        }
        if depth > 0 {
            for (_, field) in ty.fields(self.db) {
                self.add_drops(&field, depth - 1, found);
            }
        }
    }

    /// Whether what a function does may depend on the type of a parameter: it is one of ours, or
    /// one on which I/O waits, or it is read from or written to.
    fn matters(&self, param: TypeParam, ty: &Type<'db>) -> bool {
        let bounds = param.trait_bounds(self.db);
        let mut matters = bounds.into_iter().any(|bound| self.rules.is_io_trait(bound));
        ty.walk(self.db, |part| {
            matters |= part.as_adt().is_some_and(|adt| {
                self.is_member(adt.module(self.db).krate(self.db))
                    || self.rules.io_type(adt).is_some()
            });
        });
        // Types grow without end where a function calls itself with a larger one.
        let mut size = 0;
        ty.walk(self.db, |_| size += 1);
        matters && size < 12
    }

    fn is_lazy_method(&self, function: Function) -> bool {
        let def = types::impl_of(self.db, function);
        def.is_some_and(|def| types::is_lazy(self.db, &def.self_ty(self.db)))
    }

    /// Returns the functions of the workspace.
    fn roots(&self) -> Vec<Function> {
        let mut members: Vec<_> = self.members.iter().copied().collect();
        members.sort_by_key(|krate| (crate_name(self.db, *krate), krate.root_file(self.db)));
        let mut found = Vec::new();
        for module in members.into_iter().flat_map(|krate| krate.modules(self.db)) {
            self.add_functions(module, &mut found);
        }
        found
    }

    fn add_functions(&self, module: Module, found: &mut Vec<Function>) {
        let db = self.db;
        let mut add = |items: Vec<AssocItem>| {
            found.extend(items.into_iter().filter_map(|item| match item {
                AssocItem::Function(function) => Some(function),
                _ => None,
            }));
        };
        for def in module.impl_defs(db) {
            add(def.items(db));
        }
        let declarations = module.declarations(db);
        for def in &declarations {
            if let ModuleDef::Trait(def) = def {
                add(def.items(db));
            }
        }
        found.extend(declarations.into_iter().filter_map(|def| match def {
            ModuleDef::Function(function) => Some(function),
            _ => None,
        }));
    }

    fn root_key(function: Function) -> Key<'db> {
        Key::Function(function, Env::new())
    }
}
