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

impl Finding {
    /// Returns a finding of the rule's own severity, about a place alone.
    pub fn new(
        rule: &'static Rule,
        place: Place,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            severity: rule.severity,
            message: message.into(),
            place,
            label: label.into(),
            related: Vec::new(),
            help: None,
            subject: Vec::new(),
            fix: None,
            suppressed: None,
        }
    }

    /// Says what it is about.
    #[must_use]
    pub fn about<T: Into<String>>(mut self, subject: impl IntoIterator<Item = T>) -> Self {
        self.subject = subject.into_iter().map(Into::into).collect();
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds places that explain it.
    #[must_use]
    pub fn explained(mut self, related: impl IntoIterator<Item = Related>) -> Self {
        self.related.extend(related);
        self
    }

    /// Offers a change.
    #[must_use]
    pub fn fixed_by(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }
}

/// What a run of a tool that reports findings has found: what every output format writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Sorted by path, place and rule; suppressed ones included.
    pub findings: Vec<Finding>,
    /// The rules that were looked at, in the order of their ids.
    pub rules: Vec<&'static Rule>,
    /// The files that were judged, as they are shown, sorted.
    pub files: Vec<PathBuf>,
    /// What the reader should know of the run as a whole, such as which app manifest was judged by which
    /// operations manifest.
    pub remarks: Vec<String>,
}

impl Findings {
    /// Returns the findings that count: those that no suppression takes out.
    pub fn counted(&self) -> impl Iterator<Item = &Finding> {
        let all = self.findings.iter();
        all.filter(|finding| finding.suppressed.is_none())
    }
}
