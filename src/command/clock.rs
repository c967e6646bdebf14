//! The clock: the only file that looks at it. Analysis is given the time.

/// Returns the seconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "commands pass the time in; this is where they get it"
)]
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    // A clock before 1970 is no clock; every token is then not valid yet, which is told.
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
