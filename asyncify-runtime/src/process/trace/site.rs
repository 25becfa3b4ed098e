//! Statics for the spans and events of other processes.
//!
//! One for each place in their source, leaked, as `tracing` wants them for ever. A worker is the
//! same program, so that it has no more such places than this one; one that makes up others is not
//! believed for long.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use tracing::callsite::{self, Callsite, Identifier};
use tracing::field::{Field, FieldSet, ValueSet};
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata};

use super::value::Fields;
use crate::process::locked;
use crate::sync::Mutex;

/// How many there may be.
const MOST: usize = 4096;

/// How many fields a span or event may have; the rest is left out.
const MOST_FIELDS: usize = 32;

type Text = Cow<'static, str>;

/// What a static says, as it can leave a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Place {
    is_span: bool,
    name: Text,
    target: Text,
    /// From 1, an error, to 5, a trace.
    level: u8,
    module: Option<Text>,
    file: Option<Text>,
    line: Option<u32>,
    fields: Vec<Text>,
}

impl Place {
    pub(super) fn of(metadata: &'static Metadata<'static>) -> Self {
        Self {
            is_span: metadata.is_span(),
            name: metadata.name().into(),
            target: metadata.target().into(),
            level: level_to_byte(*metadata.level()),
            module: metadata.module_path().map(Cow::Borrowed),
            file: metadata.file().map(Cow::Borrowed),
            line: metadata.line(),
            fields: metadata.fields().iter().map(|field| field.name().into()).collect(),
        }
    }

    /// An event of our own.
    pub(super) fn warning(fields: [&'static str; 2]) -> Self {
        Self {
            is_span: false,
            name: "worker".into(),
            target: "asyncify_runtime::process".into(),
            level: level_to_byte(Level::WARN),
            module: None,
            file: None,
            line: None,
            fields: fields.map(Cow::Borrowed).to_vec(),
        }
    }

    pub(super) fn add_field(&mut self, name: &'static str) {
        self.fields.push(name.into());
    }

    /// The static for it; `None` where there are too many.
    pub(super) fn metadata(&self) -> Option<&'static Metadata<'static>> {
        static SITES: OnceLock<Mutex<HashMap<Place, &'static Site>>> = OnceLock::new();
        let mut sites = locked(SITES.get_or_init(Mutex::default));
        if let Some(site) = sites.get(self) {
            return Some(site.metadata());
        }
        if sites.len() == MOST {
            return None;
        }
        let site = Site::leak(self);
        sites.insert(self.clone(), site);
        // Subscribers look at it.
        drop(sites);
        callsite::register(site);
        Some(site.metadata())
    }
}

/// A static that was made at run time.
struct Site(OnceLock<Metadata<'static>>);

impl Site {
    fn leak(place: &Place) -> &'static Self {
        let site: &'static Self = Box::leak(Box::new(Self(OnceLock::new())));
        let names = place.fields.iter().take(MOST_FIELDS).map(leak).collect::<Vec<_>>();
        let fields = FieldSet::new(names.leak(), Identifier(site));
        let kind = if place.is_span { Kind::SPAN } else { Kind::EVENT };
        site.0.get_or_init(|| {
            Metadata::new(
                leak(&place.name),
                leak(&place.target),
                level_from_byte(place.level),
                place.file.as_ref().map(leak),
                place.line,
                place.module.as_ref().map(leak),
                fields,
                kind,
            )
        });
        site
    }

    fn metadata(&'static self) -> &'static Metadata<'static> {
        self.0.get().expect("set where it was made")
    }
}

impl Callsite for Site {
    /// Every subscriber is asked each time.
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        self.0.get().expect("set where it was made")
    }
}

fn leak(text: &Text) -> &'static str {
    match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => text.clone().leak(),
    }
}

/// Calls `use_them` with those of the fields that the metadata knows.
pub(super) fn with_values<R>(
    metadata: &'static Metadata<'static>,
    fields: &Fields,
    use_them: impl FnOnce(&ValueSet<'_>) -> R,
) -> R {
    let set = metadata.fields();
    let known: Vec<(Field, Box<dyn tracing::Value + '_>)> = fields
        .iter()
        .filter_map(|(name, value)| Some((set.field(&**name)?, value.as_tracing())))
        .take(MOST_FIELDS)
        .collect();
    let Some((any, _)) = known.first() else { return use_them(&set.value_set(&[])) };
    // A set of values has a length that the compiler knows.
    let mut values: [(&Field, Option<&dyn tracing::Value>); MOST_FIELDS] =
        [(any, None); MOST_FIELDS];
    for (place, (field, value)) in values.iter_mut().zip(&known) {
        *place = (field, Some(&**value));
    }
    use_them(&set.value_set(&values))
}

pub(super) fn level_to_byte(level: Level) -> u8 {
    match level {
        Level::ERROR => 1,
        Level::WARN => 2,
        Level::INFO => 3,
        Level::DEBUG => 4,
        Level::TRACE => 5,
    }
}

fn level_from_byte(level: u8) -> Level {
    match level {
        0 | 1 => Level::ERROR,
        2 => Level::WARN,
        3 => Level::INFO,
        4 => Level::DEBUG,
        _ => Level::TRACE,
    }
}
