//! Locks beside operations manifests, held against the plan.

use std::path::Path;

use crate::catalog::Catalog;
use crate::command::lint::base::{Base, BaseError};
use crate::command::lint::files::Files;
use crate::command::lock;
use crate::lint::input::{Changed, Drift, OperationsFile};
use crate::lock::read::lock as read_lock;
use crate::source::git::GitError;
use crate::source::{Source, Span, walk};

/// What stands where a lock belongs.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    Text(Source),
    /// Something that is no text, and why: as the end of a sentence.
    Odd(String),
}

/// Finds what has become of the lock beside each manifest; with a base the lock of the base counts.
pub(super) fn read(
    catalog: &Catalog,
    files: &Files,
    base: Option<&Base>,
    operations: &mut [OperationsFile],
) -> miette::Result<Vec<Changed>> {
    let mut moved = Vec::new();
    for file in operations {
        let path = file.path.with_extension("lock");
        let here = here(files, &path);
        let counts = match base {
            None => here,
            Some(base) => {
                let before = before(base, &path)?;
                if !is_same(&before, &here) {
                    moved.push(difference(&path, here, base.name(), file));
                }
                before
            }
        };
        // A manifest with mistakes is told as such; its plan is not the one that is meant.
        if !file.mistakes.is_empty() {
            continue;
        }
        file.lock = match counts {
            Found::Nothing => None,
            Found::Text(source) => Some(drift(catalog, &path, source, file)),
            Found::Odd(why) => Some(Drift {
                source: Source::new(path.to_string_lossy(), ""),
                path,
                span: Span::default(),
                changes: Vec::new(),
                unreadable: Some(why),
            }),
        };
    }
    Ok(moved)
}

fn here(files: &Files, path: &Path) -> Found {
    if !walk::is_there(path) {
        return Found::Nothing;
    }
    match files.other(path) {
        Ok(source) => Found::Text(source),
        Err((why, _)) => Found::Odd(why),
    }
}

/// What the base has; nothing odd that was committed once ends runs.
fn before(base: &Base, path: &Path) -> Result<Found, GitError> {
    match base.text(path) {
        Ok(None) => Ok(Found::Nothing),
        Ok(Some(text)) => Ok(Found::Text(text)),
        Err(BaseError::Read(error)) => Ok(Found::Odd(format!("cannot be read: {error}"))),
        Err(BaseError::Git(error @ (GitError::NotAFile { .. } | GitError::TooLarge { .. }))) => {
            Ok(Found::Odd(format!("cannot be read: {error}")))
        }
        Err(BaseError::Git(error)) => Err(error),
    }
}

/// Whether two say the same. What is odd in both is told as such.
fn is_same(before: &Found, here: &Found) -> bool {
    match (before, here) {
        (Found::Text(before), Found::Text(here)) => before.text() == here.text(),
        (Found::Nothing, Found::Nothing) | (Found::Odd(_), Found::Odd(_)) => true,
        _ => false,
    }
}

fn drift(catalog: &Catalog, path: &Path, source: Source, file: &OperationsFile) -> Drift {
    let first = source.text().lines().next().unwrap_or_default().len();
    let (span, changes, unreadable) = match read_lock(&source) {
        Err(error) => (error.span(), Vec::new(), Some(error.to_string())),
        Ok(before) => {
            let span = Span::new(0, first);
            match lock::difference(catalog, &file.manifest, &before) {
                Ok(difference) => (span, difference.lines(), None),
                Err(error) => (span, Vec::new(), Some(error.to_string())),
            }
        }
    };
    Drift {
        path: path.to_owned(),
        source,
        span,
        changes,
        unreadable,
    }
}

fn difference(path: &Path, here: Found, revision: &str, file: &OperationsFile) -> Changed {
    let what = "the lock".to_owned();
    let revision = revision.to_owned();
    match here {
        Found::Text(source) => Changed {
            path: path.to_owned(),
            span: Span::default(),
            source,
            what,
            revision,
        },
        // A lock that is gone, or no text, has no place of its own.
        Found::Nothing | Found::Odd(_) => Changed {
            path: file.path.clone(),
            span: Span::default(),
            source: file.manifest.source.clone(),
            what,
            revision,
        },
    }
}
