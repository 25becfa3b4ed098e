//! The times of stored messages, as the server writes them: RFC 3339, in UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Parses a time, without its fraction of a second. `None` if it is not one since 1970.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let time = time.split('.').next()?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    // The year begins in March here, so that the leap day is its last.
    let (year, month) =
        if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    let days = (year * 365 + leap_days + (153 * month + 2) / 5 + day.checked_sub(1)?)
        .checked_sub(DAYS_TO_1970)?;
    Some(UNIX_EPOCH + Duration::from_secs(((days * 24 + hour) * 60 + minute) * 60 + second))
}

/// From the 1st of March of the year 0.
const DAYS_TO_1970: u64 = 719_468;

fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let numbers: Result<Vec<u64>, _> =
        text.split(separator).map(|word| word.parse::<u32>().map(u64::from)).collect();
    numbers.ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_server_are_read() {
        let seconds = |text| parse(text)?.duration_since(UNIX_EPOCH).ok().map(|t| t.as_secs());
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2000-02-29T12:00:00.123456789Z"), Some(951_825_600));
        assert_eq!(seconds("2026-11-21T21:29:03.1Z"), Some(1_795_296_543));
        for bad in
            ["", "Z", "2026-11-21", "2026-11-21T21:29Z", "x-11-21T21:29:03Z", "2026-00-00T0:0:0"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(seconds("0000-01-01T00:00:00Z"), None);
    }
}
