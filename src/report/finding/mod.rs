//! Findings in the formats of people, pipelines and code scanning: one file per format.
//!
//! [`Findings`](crate::finding::Findings) go in, text comes out. Each writer escapes for its own language, as
//! messages, paths and labels hold what somebody under review wrote. Nothing here changes a severity, leaves
//! a finding out without telling, or knows a rule.

pub mod azure_devops;
pub mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod sarif;

mod located;
mod snippet;
mod tally;

#[cfg(test)]
mod tests;

pub use located::Located;
pub use tally::Tally;
