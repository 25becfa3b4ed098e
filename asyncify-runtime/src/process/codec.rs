//! The encoding of arguments and results.

use rmp_serde::decode::ReadRefReader;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

/// The format of arguments and results.
///
/// `MessagePack` supports every serde type except nested options: it does not distinguish
/// `Some(None)` or `Some(())` from `None`. A `Vec<u8>` is encoded number by number: if it is long,
/// use `serde_bytes::ByteBuf`, or `#[serde(with = "serde_bytes")]` on a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Codec {
    /// `MessagePack` with field names.
    MessagePack,
    /// Postcard: smaller and faster, with nested options. It does not name fields, so types with
    /// serde's `flatten`, `untagged`, `tag` or `skip_serializing_if` fail.
    #[cfg(feature = "postcard")]
    Postcard,
}

impl Codec {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::MessagePack => 0,
            #[cfg(feature = "postcard")]
            Self::Postcard => 1,
        }
    }

    pub(crate) fn from_byte(byte: u8) -> Result<Self, String> {
        match byte {
            0 => Ok(Self::MessagePack),
            #[cfg(feature = "postcard")]
            1 => Ok(Self::Postcard),
            other => Err(format!("unknown codec {other}")),
        }
    }

    /// Appends `value` to `bytes`.
    pub(crate) fn encode<T: ?Sized + Serialize>(
        self,
        value: &T,
        bytes: &mut Vec<u8>,
    ) -> Result<(), String> {
        match self {
            Self::MessagePack => {
                rmp_serde::encode::write_named(bytes, &value).map_err(|error| error.to_string())
            }
            #[cfg(feature = "postcard")]
            Self::Postcard => {
                let start = std::mem::take(bytes);
                *bytes = postcard::to_extend(&value, start).map_err(|error| error.to_string())?;
                Ok(())
            }
        }
    }

    /// Decodes the first value in `bytes`.
    pub(crate) fn decode<T: DeserializeOwned>(self, bytes: &[u8]) -> Result<T, String> {
        self.decoder(bytes).next()
    }

    pub(crate) fn decoder(self, bytes: &[u8]) -> Decoder<'_> {
        match self {
            Self::MessagePack => {
                Decoder::MessagePack(rmp_serde::Deserializer::from_read_ref(bytes))
            }
            #[cfg(feature = "postcard")]
            Self::Postcard => Decoder::Postcard(bytes),
        }
    }
}

/// Decodes consecutive values.
pub(crate) enum Decoder<'a> {
    /// The reader of slices copies long byte buffers only once.
    MessagePack(rmp_serde::Deserializer<ReadRefReader<'a, [u8]>>),
    #[cfg(feature = "postcard")]
    Postcard(&'a [u8]),
}

impl Decoder<'_> {
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Result<T, String> {
        match self {
            Self::MessagePack(deserializer) => {
                T::deserialize(deserializer).map_err(|error| error.to_string())
            }
            #[cfg(feature = "postcard")]
            Self::Postcard(bytes) => {
                let (value, rest) = postcard::take_from_bytes(bytes).map_err(|error| {
                    format!(
                        "{error} (postcard cannot read `flatten`, `untagged`, `tag` and \
                         `skip_serializing_if`)"
                    )
                })?;
                *bytes = rest;
                Ok(value)
            }
        }
    }

    /// Whether nothing is left.
    pub(crate) fn is_at_end(&mut self) -> bool {
        match self {
            Self::MessagePack(deserializer) => IgnoredAny::deserialize(deserializer).is_err(),
            #[cfg(feature = "postcard")]
            Self::Postcard(bytes) => bytes.is_empty(),
        }
    }
}
