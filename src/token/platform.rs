//! The tables of `data/platform`: facts of the platform that are part of the program.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A table with where its entries come from, and when that was read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table<T> {
    #[expect(dead_code, reason = "for the reader of the data")]
    source: String,
    #[expect(dead_code, reason = "for the reader of the data")]
    date: String,
    entries: Vec<T>,
}

/// Returns the entries of a table's text.
///
/// # Panics
/// When the text is no such table: tests read each that is embedded.
#[expect(
    clippy::expect_used,
    reason = "the texts are part of the program, and tests read them"
)]
pub fn entries<T: DeserializeOwned>(text: &str) -> Vec<T> {
    let table: Table<T> = serde_yaml::from_str(text).expect("the embedded table");
    table.entries
}
