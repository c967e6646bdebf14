//! The table of the platform's error codes: what each means and what to do, in our own words.
//!
//! The codes are data (`data/platform/aadsts.yaml`), each with a source and a date. They are read when an error
//! has to be explained, and at no other time.

use serde::{Deserialize, Serialize};

const TEXT: &str = include_str!("../../data/platform/aadsts.yaml");

/// The table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Where entries come from, unless one says otherwise.
    pub source: String,
    /// When that was read.
    pub date: String,
    /// The codes.
    pub entries: Vec<Fact>,
    /// The OAuth errors, for replies whose code is not known.
    pub errors: Vec<OauthError>,
}

/// What is known of a code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Fact {
    /// The codes it is about.
    pub codes: Vec<u32>,
    /// What they mean.
    pub meaning: String,
    /// What to do.
    pub advice: String,
    /// Where it comes from, if not the table's source.
    #[serde(default)]
    pub source: Option<String>,
}

/// What is known of an OAuth error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OauthError {
    /// The error's name.
    pub error: String,
    /// What it means and what to do.
    pub fact: Fact,
}

impl Table {
    /// Returns what is known of a code.
    pub fn code(&self, code: u32) -> Option<&Fact> {
        self.entries.iter().find(|fact| fact.codes.contains(&code))
    }

    /// Returns what is known of an OAuth error.
    pub fn error(&self, name: &str) -> Option<&Fact> {
        let mut errors = self.errors.iter();
        errors
            .find(|error| error.error == name)
            .map(|error| &error.fact)
    }
}

/// Reads the table.
///
/// # Panics
/// Never: a test reads it.
#[expect(
    clippy::expect_used,
    reason = "the text is part of the program, and a test reads it"
)]
pub fn table() -> Table {
    serde_yaml::from_str(TEXT).expect("the embedded table")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_told_once_with_what_to_do() {
        let table = table();
        let mut seen = BTreeSet::new();
        for fact in &table.entries {
            assert!(!fact.codes.is_empty() && !fact.meaning.is_empty() && !fact.advice.is_empty());
            for code in &fact.codes {
                assert!(seen.insert(*code), "{code} stands twice");
            }
        }
        assert!(seen.len() >= 90, "{}", seen.len());
        for error in &table.errors {
            assert!(error.fact.codes.is_empty() && !error.fact.advice.is_empty());
        }
        assert!(table.error("invalid_client").is_some());
    }
}
