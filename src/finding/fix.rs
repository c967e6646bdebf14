//! A change that would settle a finding.

use std::path::PathBuf;

use crate::source::Span;

/// Whether a fix may be applied without thinking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// It takes nothing away and gives nothing dangerous: `--fix`.
    Safe,
    /// It removes something, or adds a permission of tier 0 or 1: `--fix=unsafe`.
    Unsafe,
}

/// A replacement of a range of a file's text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The range in the text of the source (without a byte order mark); empty to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// A change that would settle a finding. All edits are applied or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in one line.
    pub title: String,
    /// Whether it is safe.
    pub safety: Safety,
    /// The file.
    pub file: PathBuf,
    /// The edits, sorted, without overlap.
    pub edits: Vec<Edit>,
}
