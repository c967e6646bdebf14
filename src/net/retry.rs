//! When a call is worth repeating, and after how long.

use std::time::Duration;

use jiff::Timestamp;

/// Returns whether a status says that the same call may succeed later.
pub(super) const fn is_transient(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// Returns how long `Retry-After` asks to wait: a number of seconds or a date. `now` is in seconds since 1970.
/// A date that is past asks for no waiting.
pub fn retry_after(value: &str, now: i64) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds is a wait that nobody sits out.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date: Timestamp = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(value)
        .ok()?;
    let seconds = date.as_second().saturating_sub(now);
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// Returns how long to wait before the next attempt when the answer does not say: twice as long each time, and
/// up to half of that more by `chance`, so that many clients do not come back together.
pub(super) fn back_off(first: Duration, attempt: u32, chance: u8) -> Duration {
    let wait = first.saturating_mul(1 << attempt.min(6));
    let more = wait / 2 * u32::from(chance) / u32::from(u8::MAX);
    wait.saturating_add(more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(value: &str, expected: Option<u64>) {
        // 2026-11-24 12:00:00 UTC
        let now = 1_795_521_600;
        assert_eq!(
            retry_after(value, now),
            expected.map(Duration::from_secs),
            "{value}"
        );
    }

    #[test]
    fn seconds_and_dates_are_understood() {
        case("0", Some(0));
        case(" 120 ", Some(120));
        case("99999999999999999999999", Some(u64::MAX));
        case("Tue, 24 Nov 2026 12:00:30 GMT", Some(30));
        case("Tue, 24 Nov 2026 11:00:00 GMT", Some(0));
        case("", None);
        case("-1", None);
        case("soon", None);
        case("Tue, 99 Nov 2026 12:00:30 GMT", None);
    }

    #[test]
    fn waits_grow_and_stay_bounded() {
        let first = Duration::from_millis(100);
        assert_eq!(back_off(first, 0, 0), first);
        assert_eq!(back_off(first, 2, 0), first * 4);
        assert_eq!(back_off(first, 0, u8::MAX), first * 3 / 2);
        assert_eq!(back_off(first, 1000, 0), first * 64);
    }

    #[test]
    fn only_throttling_and_faults_of_the_server_are_transient() {
        for status in [429, 500, 502, 503, 504] {
            assert!(is_transient(status));
        }
        for status in [200, 302, 400, 401, 403, 404, 501] {
            assert!(!is_transient(status), "{status}");
        }
    }
}
