//! Where a finding is, as every format says it.

use std::path::{Component, Path};

use crate::finding::Place;
use crate::source::Position;

/// A range in a file, in lines and columns from 1; the end is one past the last character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The path with `/`; not escaped.
    pub path: String,
    /// The first character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
}

impl Located {
    /// Finds the lines and columns of a place.
    pub fn new(place: &Place) -> Self {
        Self {
            path: path_text(&place.path),
            start: place.source.position(place.span.start),
            end: place.source.position(place.span.end),
        }
    }
}

/// Returns a path with `/` on every system and without `./`.
pub(super) fn path_text(path: &Path) -> String {
    let mut text = String::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::RootDir => text.push('/'),
            other => {
                if !text.is_empty() && !text.ends_with('/') {
                    text.push('/');
                }
                text.push_str(&other.as_os_str().to_string_lossy());
            }
        }
    }
    text
}
