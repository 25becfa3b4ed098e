//! Reads the list that the macro `async_safe` and the clippy file are made from, too.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use super::{Cause, List, Replacement, Rule};

const FILE: &str = include_str!("../../blocking-calls.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
    io: Vec<Io>,
    iterate: Vec<Iterate>,
    offload: Offload,
    spawn: Spawn,
    trust: Trust,
    /// The async function of the same arguments, by the path of the blocking one.
    r#async: BTreeMap<String, String>,
    #[serde(rename = "aliases")]
    _aliases: BTreeMap<String, String>,
    #[serde(rename = "returns")]
    _returns: BTreeMap<String, String>,
    #[serde(rename = "wrappers")]
    _wrappers: toml::Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    kind: String,
    why: String,
    #[serde(default)]
    instead: String,
    #[serde(default = "yes")]
    wraps: String,
    /// "io": only where an argument is of a type that `io` lists.
    #[serde(default)]
    only: String,
    /// "may": the call waits in some states only.
    #[serde(default)]
    certainty: String,
    #[serde(default)]
    calls: Vec<String>,
    #[serde(default)]
    typed: Vec<String>,
    #[serde(default, rename = "by_trait")]
    _by_trait: Vec<String>,
    #[serde(default, rename = "names")]
    _names: Vec<String>,
    #[serde(default)]
    guards: Vec<String>,
}

fn yes() -> String {
    "yes".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Io {
    kind: String,
    why: String,
    traits: Vec<String>,
    types: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Iterate {
    kind: String,
    why: String,
    types: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offload {
    calls: Vec<String>,
    macros: Vec<String>,
    attributes: Vec<String>,
    crates: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spawn {
    calls: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trust {
    crates: Vec<String>,
}

pub(super) fn read(list: &mut List) -> Result<()> {
    let file: File = toml::from_str(FILE).context("the list of blocking calls")?;
    for group in file.group {
        let cause = list.add_cause(Cause {
            kind: group.kind,
            why: group.why,
            instead: group.instead,
            wraps: group.wraps != "no",
            only_io: group.only == "io",
            may: group.certainty == "may",
        });
        let rule = |path: String| {
            let replacement = file.r#async.get(&path).map(|text| Replacement::parse(text));
            Rule { path, cause, replacement }
        };
        list.calls.extend(group.calls.into_iter().chain(group.typed).map(rule));
        list.guards.extend(group.guards.into_iter().map(rule));
    }
    for io in file.io {
        let cause = plain_cause(list, io.kind, io.why);
        list.io_traits.extend(io.traits);
        list.io_types.extend(io.types.into_iter().map(|path| plain_rule(path, cause)));
    }
    for iterate in file.iterate {
        let cause = plain_cause(list, iterate.kind, iterate.why);
        list.iterators.extend(iterate.types.into_iter().map(|path| plain_rule(path, cause)));
    }
    list.io_traits.sort();
    list.io_traits.dedup();
    list.offload = file.offload.calls;
    list.offload_macros = file.offload.macros;
    list.offload_attributes = file.offload.attributes;
    list.offload_crates = file.offload.crates;
    list.spawn = file.spawn.calls;
    list.trust = file.trust.crates;
    Ok(())
}

fn plain_cause(list: &mut List, kind: String, why: String) -> usize {
    list.add_cause(Cause { kind, why, wraps: true, ..Cause::default() })
}

fn plain_rule(path: String, cause: usize) -> Rule {
    Rule { path, cause, replacement: None }
}
