//! The names of tasks, queues and namespaces, and the ids of calls: checked, so that an engine can
//! use them in subjects, keys and paths.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::error::remote::{NameKind, RemoteError};
use crate::sync::unmodelled::{AtomicU64, Ordering};

/// What is wrong with a name, or `None`.
fn fault(name: &str, kind: NameKind) -> Option<&'static str> {
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return Some("it is empty");
    }
    if bytes.len() > kind.max_length() {
        return Some("it is too long");
    }
    let dots = matches!(kind, NameKind::Task);
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => {}
            b':' if dots => {}
            b'.' if dots => {
                let is_last = index + 1 == bytes.len();
                if index == 0 || is_last || bytes[index + 1] == b'.' {
                    return Some("it has a dot without a word on each side");
                }
            }
            _ if dots => {
                return Some("it may have only ASCII letters, digits and `_`, `-`, `.`, `:`");
            }
            _ => return Some("it may have only ASCII letters, digits and `_`, `-`"),
        }
    }
    None
}

macro_rules! names {
    ($($(#[doc = $doc:literal])* $Name:ident: $kind:expr;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $Name(Box<str>);

        impl $Name {
            /// Checks the name.
            ///
            /// # Errors
            ///
            /// [`RemoteError::Name`] says what is wrong with it.
            pub fn new(name: impl Into<String>) -> Result<Self, Error> {
                let name = name.into();
                match fault(&name, $kind) {
                    None => Ok(Self(name.into_boxed_str())),
                    Some(fault) => Err(RemoteError::name($kind, &name, fault).into()),
                }
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $Name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $Name {
            type Err = Error;

            fn from_str(name: &str) -> Result<Self, Error> {
                Self::new(name)
            }
        }

        impl TryFrom<String> for $Name {
            type Error = Error;

            fn try_from(name: String) -> Result<Self, Error> {
                Self::new(name)
            }
        }

        impl From<$Name> for String {
            fn from(name: $Name) -> Self {
                name.0.into()
            }
        }
    )*};
}

names! {
    /// The name of a task, such as `thumbnail.v1`: at most 200 ASCII letters, digits, `_`, `-`,
    /// `:`, and dots between words.
    TaskName: NameKind::Task;
    /// The name of a queue: at most 64 ASCII letters, digits, `_` and `-`.
    QueueName: NameKind::Queue;
    /// The id of one task: at most 128 ASCII letters, digits, `_` and `-`.
    ///
    /// An engine accepts an id once: what is submitted again with the same id is the same task.
    TaskId: NameKind::Id;
    /// The name that separates programs which share an engine: at most 64 ASCII letters, digits,
    /// `_` and `-`.
    Namespace: NameKind::Namespace;
}

impl TaskId {
    /// A new id, of 128 random bits.
    #[must_use]
    pub fn random() -> Self {
        static KEYS: LazyLock<[RandomState; 2]> =
            LazyLock::new(|| [RandomState::new(), RandomState::new()]);
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // Relaxed: the numbers need only differ.
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // The keys are random numbers of the system, and differ. A fork has the same ones, and
        // another process id.
        let number = (std::process::id(), number);
        let [high, low] = KEYS.each_ref().map(|keys| keys.hash_one(number));
        Self(format!("{high:016x}{low:016x}").into_boxed_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_be_patterns_or_paths_are_refused() {
        for name in ["", "a b", "a\n", "a*", ">", "a/b", "ä", "a\0", "$JS"] {
            assert!(TaskName::new(name).is_err(), "{name:?}");
            assert!(QueueName::new(name).is_err(), "{name:?}");
            assert!(TaskId::new(name).is_err(), "{name:?}");
        }
        for name in [".a", "a.", "a..b", "."] {
            assert!(TaskName::new(name).is_err(), "{name:?}");
        }
        assert!(QueueName::new("a.b").is_err() && TaskId::new("a.b").is_err());
        assert!(TaskName::new("shop::thumbnail.v1").is_ok());
    }

    #[test]
    fn an_error_says_what_was_to_have_the_name() {
        let error = |kind: Result<(), Error>| kind.unwrap_err().to_string();
        let reason = "it may have only ASCII letters, digits and `_`, `-`";
        let queue = format!("\"a b\" cannot be the name of a queue: {reason}");
        assert_eq!(error(QueueName::new("a b").map(drop)), queue);
        let namespace = format!("\"a b\" cannot be the name of a namespace: {reason}");
        assert_eq!(error(Namespace::new("a b").map(drop)), namespace);
    }

    #[test]
    fn names_have_a_length() {
        assert!(QueueName::new("q".repeat(64)).is_ok() && QueueName::new("q".repeat(65)).is_err());
        assert!(TaskName::new("t".repeat(200)).is_ok() && TaskName::new("t".repeat(201)).is_err());
        assert!(TaskId::new("i".repeat(128)).is_ok() && TaskId::new("i".repeat(129)).is_err());
    }

    #[test]
    fn random_ids_are_ids_and_differ() {
        let ids: std::collections::HashSet<_> = (0..100).map(|_| TaskId::random()).collect();
        assert_eq!(ids.len(), 100);
        assert!(ids.iter().all(|id| TaskId::new(id.as_str()).is_ok()));
    }

    #[test]
    fn names_from_elsewhere_are_checked() {
        let bytes = rmp_serde::to_vec("a*").expect("text");
        assert!(rmp_serde::from_slice::<QueueName>(&bytes).is_err());
    }
}
