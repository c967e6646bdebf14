//! The last day of a suppression, as both the policy and comments write it.

use jiff::civil::Date;

/// Reads a day such as `2027-01-31`.
///
/// # Errors
/// When it is written otherwise, or the calendar has no such day: the end of a sentence that begins with what
/// was written.
pub fn day(text: &str) -> Result<Date, &'static str> {
    let is_written = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !is_written {
        return Err("is not written as `YYYY-MM-DD`");
    }
    text.parse().map_err(|_| "is no day of the calendar")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_one_way_and_exists() {
        assert_eq!(day("2027-01-31").unwrap().to_string(), "2027-01-31");
        assert!(day("2028-02-29").is_ok());
        for text in [
            "2026-02-31",
            "2027-02-29",
            "2027-13-01",
            "2027-00-10",
            "0000-00-00",
        ] {
            assert_eq!(day(text), Err("is no day of the calendar"), "{text}");
        }
        for text in [
            "",
            "soon",
            "2027-1-31",
            "20270131",
            "31.01.2027",
            "2027-01-31T00:00",
            "+027-01-31",
            "２027-01-3",
        ] {
            assert_eq!(day(text), Err("is not written as `YYYY-MM-DD`"), "{text}");
        }
    }
}
