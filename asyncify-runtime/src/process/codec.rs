//! How arguments and results become bytes.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The format of arguments and results.
///
/// The default carries every serde type but nested options: `Some(None)` and `None` are the same
/// in it, and so are `Some(())` and `None`. Byte buffers are written number by number unless they
/// say that they are bytes: use `serde_bytes::ByteBuf`, or `#[serde(with = "serde_bytes")]` on a
/// field, where they are long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Codec {
    /// `MessagePack` with field names.
    MessagePack,
    /// Postcard: smaller, faster, and right for nested options; but it is positional, so types
    /// with serde's `flatten`, `untagged`, `tag` or `skip_serializing_if` fail.
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
            other => Err(format!("this program does not have the codec {other}")),
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

    /// The only value in `bytes`.
    pub(crate) fn decode<T: DeserializeOwned>(self, bytes: &[u8]) -> Result<T, String> {
        self.decoder(bytes).next()
    }

    pub(crate) fn decoder(self, bytes: &[u8]) -> Decoder<'_> {
        Decoder { codec: self, bytes }
    }
}

/// Reads values that stand one behind the other.
pub(crate) struct Decoder<'a> {
    codec: Codec,
    bytes: &'a [u8],
}

impl Decoder<'_> {
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Result<T, String> {
        match self.codec {
            Codec::MessagePack => {
                // Reads from the slice, and moves its start.
                let mut deserializer = rmp_serde::Deserializer::new(&mut self.bytes);
                T::deserialize(&mut deserializer).map_err(|error| error.to_string())
            }
            #[cfg(feature = "postcard")]
            Codec::Postcard => {
                let (value, rest) = postcard::take_from_bytes(self.bytes).map_err(|error| {
                    format!(
                        "{error} (postcard cannot read `flatten`, `untagged`, `tag` and \
                         `skip_serializing_if`)"
                    )
                })?;
                self.bytes = rest;
                Ok(value)
            }
        }
    }

    /// The bytes that were not read.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len()
    }
}
