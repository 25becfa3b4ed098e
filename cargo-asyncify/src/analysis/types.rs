//! Questions about functions and types.

use ra_ap_hir::{
    Adt, Function, HasContainer as _, HasCrate as _, Impl, ItemContainer, ModuleDef, Trait, Type,
    TypeParam,
};
use ra_ap_ide_db::RootDatabase;

use super::rules::{RuleId, Rules, crate_name};

/// Concrete types of a function's type parameters, as one caller has them.
pub(super) type Env<'db> = Vec<(TypeParam, Type<'db>)>;

/// Returns the types and traits that a function is a method of.
pub(super) fn container(db: &RootDatabase, function: Function) -> Vec<ModuleDef> {
    match function.container(db) {
        ItemContainer::Trait(def) => vec![def.into()],
        ItemContainer::Impl(def) => {
            let adt = adt_of(&def.self_ty(db)).map(ModuleDef::from);
            adt.into_iter().chain(def.trait_(db).map(ModuleDef::from)).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the trait that a function is a method of, declared or implemented.
pub(super) fn trait_of(db: &RootDatabase, function: Function) -> Option<Trait> {
    match function.container(db) {
        ItemContainer::Trait(def) => Some(def),
        ItemContainer::Impl(def) => def.trait_(db),
        _ => None,
    }
}

pub(super) fn impl_of(db: &RootDatabase, function: Function) -> Option<Impl> {
    match function.container(db) {
        ItemContainer::Impl(def) => Some(def),
        _ => None,
    }
}

pub(super) fn adt_of(ty: &Type<'_>) -> Option<Adt> {
    ty.strip_references().as_adt()
}

/// Returns the path by which a function is shown, such as `store::Store::load`.
pub(super) fn path(db: &RootDatabase, function: Function) -> String {
    let krate = function.krate(db);
    let edition = krate.edition(db);
    let mut words = vec![crate_name(db, krate)];
    words.extend(
        function.module(db).path_segments(db).map(|name| name.display(db, edition).to_string()),
    );
    match function.container(db) {
        ItemContainer::Trait(def) => words.push(def.name(db).as_str().to_owned()),
        ItemContainer::Impl(def) => {
            words.extend(adt_of(&def.self_ty(db)).map(|adt| adt.name(db).as_str().to_owned()));
        }
        _ => {}
    }
    words.push(function.name(db).as_str().to_owned());
    words.join("::")
}

/// Returns whether a function is polled: it takes a `Context`.
pub(super) fn is_poll(db: &RootDatabase, function: Function) -> bool {
    function.params_without_self(db).iter().any(|param| {
        adt_of(param.ty()).is_some_and(|adt| {
            adt.name(db).as_str() == "Context"
                && crate_name(db, adt.krate(db)) == "core"
                && adt.module(db).name(db).is_some_and(|name| {
                    // Defined in the private module `wake`.
                    matches!(name.as_str(), "wake" | "task")
                })
        })
    })
}

/// Whether a type mentions one on which I/O waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mention {
    Yes(RuleId),
    /// It mentions a type parameter, a trait object or an unknown type.
    Unknown,
    No,
}

pub(super) fn mention<'db>(
    db: &'db RootDatabase,
    rules: &Rules<'_>,
    env: &Env<'db>,
    ty: &Type<'db>,
) -> Mention {
    let mut found = Mention::No;
    ty.walk(db, |part| {
        if matches!(found, Mention::Yes(_)) {
            return;
        }
        if let Some(rule) = part.as_adt().and_then(|adt| rules.io_type(adt)) {
            found = Mention::Yes(rule);
        } else if let Some(known) = lookup(db, env, &part) {
            match mention(db, rules, &Env::new(), known) {
                Mention::No => {}
                better => found = better,
            }
        } else if part.as_type_param(db).is_some() || part.as_dyn_trait().is_some() {
            found = Mention::Unknown;
        }
    });
    found
}

/// Returns the concrete type of a type parameter.
pub(super) fn lookup<'a, 'db>(
    db: &'db RootDatabase,
    env: &'a Env<'db>,
    ty: &Type<'db>,
) -> Option<&'a Type<'db>> {
    let param = ty.as_type_param(db)?;
    env.iter().find(|(known, _)| *known == param).map(|(_, ty)| ty)
}

/// Adds the type parameters of a declared type, with what they are in the actual one.
pub(super) fn bind<'db>(
    db: &'db RootDatabase,
    env: &mut Env<'db>,
    outer: &Env<'db>,
    declared: &Type<'db>,
    actual: &Type<'db>,
) {
    let (declared, actual) = (declared.strip_references(), actual.strip_references());
    if let Some(param) = declared.as_type_param(db) {
        let actual = lookup(db, outer, &actual).unwrap_or(&actual).clone();
        if !actual.is_unknown()
            && actual.as_type_param(db).is_none()
            && !env.iter().any(|(known, _)| *known == param)
        {
            env.push((param, actual));
        }
        return;
    }
    if declared.as_adt().is_some() && declared.as_adt() == actual.as_adt() || declared.is_tuple() {
        for (declared, actual) in declared.type_arguments().zip(actual.type_arguments()) {
            bind(db, env, outer, &declared, &actual);
        }
    }
}

pub(super) fn functions(db: &RootDatabase, def: Impl) -> impl Iterator<Item = Function> {
    def.items(db).into_iter().filter_map(|item| match item {
        ra_ap_hir::AssocItem::Function(function) => Some(function),
        _ => None,
    })
}

/// Whether a type runs an initializer when it is first used.
pub(super) fn is_lazy(db: &RootDatabase, ty: &Type<'_>) -> bool {
    ty.as_adt().is_some_and(|adt| {
        matches!(adt.name(db).as_str(), "LazyLock" | "LazyCell" | "Lazy" | "OnceLock" | "OnceCell")
    })
}
