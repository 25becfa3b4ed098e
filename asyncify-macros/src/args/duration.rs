//! A length of time as a string: `"500ms"`, `"30s"`, `"1m30s"`.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote_spanned;
use syn::LitStr;

use crate::diag;
use crate::spans::located;

/// The units, with their lengths in nanoseconds.
const UNITS: [(&str, u128); 6] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Why a string is no length of time.
#[derive(Debug, PartialEq)]
enum Wrong {
    /// It is not a row of numbers with units.
    Form,
    Zero,
    /// It is longer than a `Duration` can be.
    TooLong,
}

// Input:
//     "1m30s"
//
// Output:
//     ::core::time::Duration::new(90u64, 0u32)
pub(super) fn parse(text: &LitStr, key: &Ident) -> syn::Result<TokenStream> {
    let (seconds, nanos) = read(&text.value()).map_err(|wrong| match wrong {
        Wrong::Form => diag::not_a_duration(text),
        Wrong::Zero => diag::no_time(text, key),
        Wrong::TooLong => diag::too_much_time(text, key),
    })?;
    let (seconds, nanos) = (Literal::u64_suffixed(seconds), Literal::u32_suffixed(nanos));
    let span = located(text.span());
    Ok(quote_spanned!(span=> ::core::time::Duration::new(#seconds, #nanos)))
}

/// Whole seconds, and the nanoseconds beyond them.
fn read(text: &str) -> Result<(u64, u32), Wrong> {
    let mut total = 0_u128;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(Wrong::Form);
    }
    while !rest.is_empty() {
        let (number, behind) = split(rest, |c| c.is_ascii_digit());
        let (unit, behind) = split(behind.trim_start(), |c| c.is_ascii_alphabetic());
        rest = behind.trim_start();
        let &(_, length) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(Wrong::Form)?;
        if number.is_empty() {
            return Err(Wrong::Form);
        }
        let part = number.parse::<u128>().ok().and_then(|number| number.checked_mul(length));
        total = part.and_then(|part| total.checked_add(part)).ok_or(Wrong::TooLong)?;
    }
    if total == 0 {
        return Err(Wrong::Zero);
    }
    let seconds = u64::try_from(total / NANOS_PER_SECOND).map_err(|_| Wrong::TooLong)?;
    let nanos = u32::try_from(total % NANOS_PER_SECOND).map_err(|_| Wrong::TooLong)?;
    Ok((seconds, nanos))
}

/// What `text` begins with, as long as `wanted` holds, and what is behind.
fn split(text: &str, wanted: fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !wanted(c)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::{Wrong, read};

    #[test]
    fn every_unit_counts() {
        assert_eq!(read("500ms"), Ok((0, 500_000_000)));
        assert_eq!(read("30s"), Ok((30, 0)));
        assert_eq!(read("1m30s"), Ok((90, 0)));
        assert_eq!(read("2 h 5 m"), Ok((7_500, 0)));
        assert_eq!(read("1s1us1ns"), Ok((1, 1_001)));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in ["", " ", "30", "s", "30 parsecs", "1.5s", "-1s", "1s,2s", "30S"] {
            assert_eq!(read(text), Err(Wrong::Form), "{text:?}");
        }
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        assert_eq!(read("0s"), Err(Wrong::Zero));
        assert_eq!(read("0m0s"), Err(Wrong::Zero));
        assert_eq!(read("18446744073709551615s"), Ok((u64::MAX, 0)));
        assert_eq!(read("18446744073709551616s"), Err(Wrong::TooLong));
        assert_eq!(read(&format!("{}h", u128::MAX)), Err(Wrong::TooLong));
        assert_eq!(read("999999999999999999999999999999999999999999s"), Err(Wrong::TooLong));
    }
}
