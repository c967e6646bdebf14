//! A finding and where it stands.

use std::path::PathBuf;

use crate::finding::{Fix, Rule, Severity};
use crate::source::{Source, Span};

/// A range in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path as it is shown: relative to the root of the run, with `/`.
    pub path: PathBuf,
    /// The text.
    pub source: Source,
    /// The range.
    pub span: Span,
}

/// Another place that explains a finding, such as the operation that needs a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What stands there, in a few words.
    pub label: String,
}

/// Why a finding is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The reason that is given with the suppression.
    pub reason: String,
    /// Where the suppression is written.
    pub place: Place,
}

/// What a rule reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// The severity after policy.
    pub severity: Severity,
    /// One sentence without a full stop; untrusted text in it is escaped by the writer of each format.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What is marked there, in a few words.
    pub label: String,
    /// Other places that explain it.
    pub related: Vec<Related>,
    /// What to do about it.
    pub help: Option<String>,
    /// What the finding is about, apart from its place: permission, access, operation. With the rule and the
    /// path it makes the fingerprint, so that a moved line is the same finding.
    pub subject: Vec<String>,
    /// The change that would settle it.
    pub fix: Option<Fix>,
    /// Set when a suppression takes it out of the count.
    pub suppressed: Option<Suppressed>,
}
