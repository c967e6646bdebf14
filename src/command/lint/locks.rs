//! Locks beside operations manifests, held against the plan.

use std::path::Path;

use crate::catalog::Catalog;
use crate::command::lint::base::Base;
use crate::command::lint::files::Files;
use crate::command::lock;
use crate::lint::input::{Changed, Drift, OperationsFile};
use crate::source::{Source, Span};

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
        let here = files.other(&path).ok();
        let counts = match base {
            None => here,
            Some(base) => {
                let before = base.text(&path)?;
                let text = |source: &Option<Source>| source.as_ref().map(|it| it.text().to_owned());
                if text(&before) != text(&here) {
                    moved.push(difference(&path, here, base.name(), file));
                }
                before
            }
        };
        // A manifest with mistakes is told as such; its plan is not the one that is meant.
        let Some(source) = counts.filter(|_| file.mistakes.is_empty()) else {
            continue;
        };
        let changes = match lock::difference(catalog, &file.manifest, &source) {
            Ok(difference) => difference.lines(),
            Err(error) => vec![error.to_string()],
        };
        let first = source.text().lines().next().unwrap_or_default().len();
        file.lock = Some(Drift {
            path,
            source,
            span: Span::new(0, first),
            changes,
        });
    }
    Ok(moved)
}

fn difference(path: &Path, here: Option<Source>, revision: &str, file: &OperationsFile) -> Changed {
    let what = "the lock".to_owned();
    let revision = revision.to_owned();
    match here {
        Some(source) => Changed {
            path: path.to_owned(),
            span: Span::default(),
            source,
            what,
            revision,
        },
        // A lock that is gone has no place of its own.
        None => Changed {
            path: file.path.clone(),
            span: Span::default(),
            source: file.manifest.source.clone(),
            what,
            revision,
        },
    }
}
