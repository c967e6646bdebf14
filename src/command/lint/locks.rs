//! Locks beside operations manifests, held against the plan.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::command::lint::base::{Base, BaseError};
use crate::command::lint::files::Files;
use crate::command::lock;
use crate::lint::input::{Changed, Drift, How, OperationsFile};
use crate::lock::compare;
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

/// Finds what has become of the lock beside each manifest; with a base also how it differs
/// from that of the base. A manifest that moved has its lock from where it stood: `origins` has that place.
pub(super) fn read(
    catalog: &Catalog,
    files: &Files,
    base: Option<&Base>,
    origins: &BTreeMap<PathBuf, PathBuf>,
    operations: &mut [OperationsFile],
) -> miette::Result<Vec<Changed>> {
    let mut moved = Vec::new();
    for file in operations {
        let path = file.path.with_extension("lock");
        let here = here(files, &path);
        let counts = match base {
            None => here,
            Some(base) => {
                let origin = origins.get(&file.path).unwrap_or(&file.path);
                let before = before(base, &origin.with_extension("lock"))?;
                if !is_same(&before, &here) {
                    moved.push(difference(&path, &before, &here, base.name(), file));
                }
                // The lock of a change is right when it says the plan of the change. To drop it is no way out.
                if here == Found::Nothing { before } else { here }
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

fn difference(
    path: &Path,
    before: &Found,
    here: &Found,
    revision: &str,
    file: &OperationsFile,
) -> Changed {
    let changed = |path: &Path, source: &Source, how: How| Changed {
        path: path.to_owned(),
        span: Span::default(),
        source: source.clone(),
        what: "the lock".to_owned(),
        how,
        revision: revision.to_owned(),
    };
    // A lock that is gone, or no text, has no place of its own.
    match (before, here) {
        (_, Found::Nothing) => changed(&file.path, &file.manifest.source, How::Went),
        (_, Found::Odd(_)) => changed(&file.path, &file.manifest.source, How::Spoiled),
        (Found::Nothing, Found::Text(source)) => changed(path, source, How::Came),
        (Found::Odd(_), Found::Text(source)) => changed(path, source, How::Differs),
        (Found::Text(before), Found::Text(source)) => {
            let both = read_lock(before).ok().zip(read_lock(source).ok());
            let lines = both.map(|(before, here)| compare(&before, &here).lines());
            changed(path, source, lines.map_or(How::Differs, How::Plans))
        }
    }
}
