//! The manifests of a folder, for the commands that take one for several apps: in the work tree or in a revision.

use std::path::{Path, PathBuf};

use crate::declared::{self, Kind};
use crate::manifest::init::FILE_NAME;
use crate::source::escape::shown;
use crate::source::git::{GitError, Repository, Revision};
use crate::source::read;
use crate::source::relative::{between, is_below, normal};
use crate::source::{Source, walk};

/// The names that make a file a manifest whatever it says.
pub(super) const NAMES: [&str; 2] = [FILE_NAME, "graphgrant.yml"];

/// What every manifest of another name has, and how its name ends.
pub(super) const LISTS: [&str; 2] = ["operations:", "apps:"];
pub(super) const YAML: [&str; 2] = ["yaml", "yml"];

/// A folder has no manifest.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{folder}` has no operations manifest, nor has a folder below it")]
#[diagnostic(
    code(graphgrant::manifests::none),
    help("`graphgrant init` writes one; folders that `.gitignore` names are left out")
)]
struct NoManifest {
    folder: String,
}

/// Something was asked that only one manifest can answer.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{folder}` is a folder, and {what} is about one manifest")]
#[diagnostic(
    code(graphgrant::manifests::folder),
    help("name the manifest: `{folder}/{FILE_NAME}`")
)]
pub(super) struct OneAlone {
    folder: String,
    what: &'static str,
}

impl OneAlone {
    /// Says what is about one manifest.
    pub(super) fn new(folder: &Path, what: &'static str) -> Self {
        Self {
            folder: shown(&folder.to_string_lossy()),
            what,
        }
    }
}

/// Returns whether a file is called as manifests are.
pub(super) fn is_named_so(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| NAMES.contains(&name.as_ref()))
}

/// Finds the manifests of a folder and of those below it, in the order of their paths.
///
/// # Errors
/// When there is none, or one of the usual name cannot be read.
pub(super) fn below(folder: &Path) -> miette::Result<Vec<(PathBuf, Source)>> {
    let mut found = Vec::new();
    for path in walk::files(folder, &YAML).files {
        let path = normal(&path);
        match read::text(&path) {
            Ok(source) if is_manifest(&path, &source) => found.push((path, source)),
            Ok(_) => {}
            Err(error) if is_named_so(&path) => return Err(error.into()),
            // A file of others that is no text says nothing.
            Err(_) => {}
        }
    }
    if found.is_empty() {
        let folder = shown(&folder.to_string_lossy());
        return Err(NoManifest { folder }.into());
    }
    Ok(found)
}

/// Finds the manifests of a folder of a revision; the folder is relative to that of the run.
pub(super) fn in_revision(
    repository: &Repository,
    revision: &Revision,
    folder: &Path,
) -> miette::Result<Vec<(PathBuf, Source)>> {
    let mut paths = repository.files_with(revision, &LISTS, &YAML)?;
    let all = repository.files(revision)?;
    paths.extend(all.into_iter().filter(|path| is_named_so(path)));
    paths.retain(|path| is_below(path, folder) && !walk::is_foreign(path));
    paths.sort();
    paths.dedup();
    let mut found = Vec::new();
    for path in paths {
        let bytes = match repository.read(revision, &path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) | Err(GitError::NotAFile { .. } | GitError::TooLarge { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let name = format!("{}:{}", revision.name(), path.to_string_lossy());
        match read::decode(name, bytes) {
            Ok(source) if is_manifest(&path, &source) => found.push((path, source)),
            Ok(_) => {}
            Err(error) if is_named_so(&path) => return Err(error.into()),
            Err(_) => {}
        }
    }
    Ok(found)
}

fn is_manifest(path: &Path, source: &Source) -> bool {
    declared::detect(&path.to_string_lossy(), source) == Some(Kind::Operations)
}

/// Returns the name of a manifest below a folder: the same wherever the folder is.
pub(super) fn name(folder: &Path, path: &Path) -> String {
    let name = between(folder, path);
    name.to_string_lossy().replace('\\', "/")
}
