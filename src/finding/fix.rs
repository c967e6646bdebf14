//! A change that would settle a finding.

use std::path::PathBuf;

use crate::source::Span;

/// Whether a fix may be applied without thinking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// It takes nothing away and gives nothing that is not known to be below tier 1: `--fix`.
    Safe,
    /// It removes something, or gives a permission of tier 0 or 1 or of no known tier: `--fix=unsafe`.
    Unsafe,
}

/// Whether a place in the text has room for several insertions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// Nothing else may be put there.
    #[default]
    Own,
    /// Each insertion is an item of one list and brings its own separator, so that they can follow each other.
    Shared,
}

/// A replacement of a range of a file's text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The range in the text of the source (without a byte order mark); empty to insert.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
    /// Whether others may insert at the same place.
    pub room: Room,
}

impl Edit {
    /// Returns a replacement that has its place for itself.
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self {
            span,
            text: text.into(),
            room: Room::Own,
        }
    }

    /// Returns an insertion of an item with its separator.
    pub fn item(at: usize, text: impl Into<String>) -> Self {
        Self {
            room: Room::Shared,
            ..Self::new(Span::new(at, at), text)
        }
    }
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
