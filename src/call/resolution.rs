//! The verdict on a call.

use super::candidates::nearest;
use super::index::Index;
use super::rewrite::Rewrite;
use super::search::readings;
use crate::catalog::model::{Method, PathId};
use crate::path::Url;

/// How a call matched its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchKind {
    /// As written; normal form (case, keys, empty parentheses) is no change.
    Exact,
    /// After changes, which the resolution lists.
    Rewritten,
}

/// What a call means in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// A listed operation.
    Matched {
        /// The path.
        path: PathId,
        /// What was changed to find it, in the order of the call.
        rewrites: Vec<Rewrite>,
        /// Whether anything was changed.
        kind: MatchKind,
        /// Whether the path's application permissions may answer this call. Never for `/me`, which has no
        /// meaning without a user, nor where `/me` and `/users/{id}` answer for each other.
        carries_application: bool,
    },
    /// A listed path that does not list the method.
    MethodUnknown {
        /// The path.
        path: PathId,
        /// What was changed to find it, in the order of the call.
        rewrites: Vec<Rewrite>,
        /// As for a match.
        carries_application: bool,
        /// The path of a more doubtful reading that lists the method: a hint, no answer.
        alternative: Option<PathId>,
    },
    /// No listed path.
    Unknown {
        /// The nearest paths, best first, at most five.
        candidates: Vec<PathId>,
    },
}

/// Finds the catalog path that a call means.
///
/// The reading with the fewest doubtful changes wins; among readings of equal doubt one that lists the
/// method, then the one closest to the spelling, then the one with more words and fewer ids.
pub fn resolve(index: &dyn Index, method: Method, url: &Url) -> Resolution {
    let (best, with_method) = readings(index, method, url);
    let Some(best) = best else {
        return Resolution::Unknown {
            candidates: nearest(index, method, url),
        };
    };
    let is_twin = best.rewrites.iter().any(|rewrite| rewrite.kind.is_twin());
    let carries_application = !is_twin && !url.is_me();
    if best.has_method {
        let kind = if best.rewrites.is_empty() {
            MatchKind::Exact
        } else {
            MatchKind::Rewritten
        };
        Resolution::Matched {
            path: best.path,
            rewrites: best.rewrites,
            kind,
            carries_application,
        }
    } else {
        Resolution::MethodUnknown {
            path: best.path,
            rewrites: best.rewrites,
            carries_application,
            alternative: with_method.map(|reading| reading.path),
        }
    }
}
