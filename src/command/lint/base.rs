//! What the base revision says (`--policy-from`): the catalog, policies, suppressions and locks that count.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::command::{CATALOG_LIMIT, Context};
use crate::lint::input::{Changed, How};
use crate::source::git::{GitError, Repository, Revision};
use crate::source::read::{self, ReadError};
use crate::source::{Source, Span};

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

    /// Returns the text of a file whatever stands there, so that nothing odd that was committed once ends runs.
    pub(super) fn before(&self, path: &Path) -> Result<Before, GitError> {
        match self.text(path) {
            Ok(Some(text)) => Ok(Before::Text(text)),
            Ok(None) | Err(BaseError::Git(GitError::NotAFile { .. })) => Ok(Before::Nothing),
            Err(BaseError::Git(GitError::TooLarge { .. }) | BaseError::Read(_)) => Ok(Before::Odd),
            Err(BaseError::Git(error)) => Err(error),
        }
    }

    /// Returns the files with one of the endings that have one of the words anywhere, relative to the folder of
    /// the run.
    pub(super) fn files_with(
        &self,
        words: &[&str],
        endings: &[&str],
    ) -> Result<Vec<PathBuf>, GitError> {
        self.repository.files_with(&self.revision, words, endings)
    }

    /// Returns those of some files that the revision does not have as they are.
    pub(super) fn differing(&self, paths: &[PathBuf]) -> Result<BTreeSet<PathBuf>, GitError> {
        self.repository.differing(&self.revision, paths)
    }

    /// Returns the files of the revision, relative to the folder of the run.
    pub(super) fn files(&self) -> Result<Vec<PathBuf>, GitError> {
        self.repository.files(&self.revision)
    }

    /// Returns the files that are under review: those of the last commit. None before the first one.
    pub(super) fn under_review(&self) -> Result<Vec<PathBuf>, GitError> {
        match self.repository.resolve("HEAD") {
            Ok(head) => self.repository.files(&head),
            Err(GitError::UnknownRevision { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Returns those of the files that are under review, in the folder of the run and below, that have one of the
    /// words.
    pub(super) fn under_review_with(&self, words: &[&str]) -> Result<Vec<PathBuf>, GitError> {
        match self.repository.resolve("HEAD") {
            Ok(head) => self.repository.files_with(&head, words, &[]),
            Err(GitError::UnknownRevision { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Returns the bytes of a file.
    pub(super) fn bytes(&self, path: &Path) -> Result<Option<Vec<u8>>, GitError> {
        match self.repository.read(&self.revision, path) {
            Err(GitError::Outside { .. }) => Ok(None),
            other => other,
        }
    }
}

/// What the base has at a path.
#[derive(Debug)]
pub(super) enum Before {
    /// No file: nothing at all, a link or a folder.
    Nothing,
    /// A file that is no text, or too large to be one.
    Odd,
    /// A text.
    Text(Source),
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

/// Opens the catalog: that of the base, when `--catalog` names a file that the base has. Says when the file
/// is another one now.
pub(super) fn catalog(
    context: &Context,
    base: Option<&Base>,
) -> miette::Result<(Catalog, Option<Changed>)> {
    let Some((base, path)) = base.zip(context.global.catalog.as_ref()) else {
        return Ok((context.catalog()?, None));
    };
    let Some(before) = base.bytes(path)? else {
        return Ok((context.catalog()?, None));
    };
    let now = read::bytes(path, CATALOG_LIMIT).ok();
    let changed = (now.as_ref() != Some(&before)).then(|| Changed {
        path: path.clone(),
        // It is no text that could be shown.
        source: Source::new(path.to_string_lossy(), ""),
        span: Span::default(),
        what: "the catalog".to_owned(),
        how: How::Differs,
        revision: base.name().to_owned(),
    });
    Ok((Catalog::from_bytes(before).into_diagnostic()?, changed))
}
