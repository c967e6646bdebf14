//! The clock: the only place that asks what day it is.

use jiff::Timestamp;
use jiff::civil::Date;

/// A day that is none.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{written}` is no day")]
#[diagnostic(
    code(graphgrant::clock::day),
    help("write it as YYYY-MM-DD, such as 2027-01-31")
)]
pub(super) struct NoDay {
    written: String,
}

/// Returns the day that is asked for, else today's in UTC: the same for everybody who looks at a report.
pub(super) fn today(wish: Option<&str>) -> Result<Date, NoDay> {
    let written = wish.map_or_else(|| Timestamp::now().to_string(), str::to_owned);
    let day = written.get(..10).and_then(|day| day.parse().ok());
    let is_day = |wish: &str| wish.len() == 10;
    day.filter(|_| wish.is_none_or(is_day))
        .ok_or_else(|| NoDay {
            written: crate::source::escape::shown(&written),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_counts_and_must_be_a_day() {
        assert_eq!(today(Some("2026-11-24")).unwrap().to_string(), "2026-11-24");
        for wrong in ["", "soon", "2026-11-31", "2026-11-24T00:00:00Z"] {
            assert!(today(Some(wrong)).is_err(), "{wrong}");
        }
        assert!(today(None).is_ok());
    }
}
