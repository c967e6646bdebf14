//! What the base revision says (`--policy-from`): the catalog, policies, suppressions and locks that count.

use std::path::Path;

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::command::Context;
use crate::source::Source;
use crate::source::git::{GitError, Repository, Revision};
use crate::source::read::{self, ReadError};

/// A revision that has been reviewed.
#[derive(Debug)]
pub(super) struct Base {
    repository: Repository,
    revision: Revision,
}

impl Base {
    /// Opens the repository of the folder of the run at a revision.
    pub(super) fn open(revision: &str) -> Result<Self, GitError> {
        let repository = Repository::open(Path::new("."))?;
        let revision = repository.resolve(revision)?;
        Ok(Self {
            repository,
            revision,
        })
    }

    /// Returns the revision as it was asked for.
    pub(super) fn name(&self) -> &str {
        self.revision.name()
    }

    /// Returns the text of a file; `None` when the revision has none, or the path lies outside.
    pub(super) fn text(&self, path: &Path) -> Result<Option<Source>, BaseError> {
        let Some(bytes) = self.bytes(path)? else {
            return Ok(None);
        };
        Ok(Some(read::decode(path.to_string_lossy(), bytes)?))
    }

    /// Returns the bytes of a file.
    pub(super) fn bytes(&self, path: &Path) -> Result<Option<Vec<u8>>, GitError> {
        match self.repository.read(&self.revision, path) {
            Err(GitError::Outside { .. }) => Ok(None),
            other => other,
        }
    }
}

/// A file of the base cannot be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(super) enum BaseError {
    /// Git refuses.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Git(#[from] GitError),
    /// It is no text.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Read(#[from] ReadError),
}

/// Opens the catalog: that of the base, when `--catalog` names a file that the base has.
pub(super) fn catalog(context: &Context, base: Option<&Base>) -> miette::Result<Catalog> {
    let Some((base, path)) = base.zip(context.global.catalog.as_ref()) else {
        return context.catalog();
    };
    match base.bytes(path)? {
        Some(bytes) => Catalog::from_bytes(bytes).into_diagnostic(),
        None => context.catalog(),
    }
}
