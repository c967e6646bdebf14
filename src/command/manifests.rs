//! The manifests of a folder, for the commands that take one for several apps: in the work tree or in a revision.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::declared::{self, Kind};
use crate::manifest::init::FILE_NAME;
use crate::manifest::read::from_source;
use crate::source::escape::shown;
use crate::source::git::{GitError, Repository, Revision};
use crate::source::read;
use crate::source::relative::{between, is_below, shortest};
use crate::source::{Source, walk};

/// The names that make a file a manifest whatever it says.
pub(super) const NAMES: [&str; 2] = [FILE_NAME, "graphgrant.yml"];

/// What every manifest of another name has, and how its name ends.
pub(super) const LISTS: [&str; 6] = [
    "operations:",
    "operations\"",
    "operations'",
    "apps:",
    "apps\"",
    "apps'",
];
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

/// A manifest of a folder.
pub(super) struct Found {
    /// Its path relative to the folder, with `/`: the same wherever the folder is.
    pub(super) name: String,
    /// Its path relative to the folder of the run.
    pub(super) path: PathBuf,
    /// Its text.
    pub(super) source: Source,
}

/// Returns whether a file is called as manifests are.
pub(super) fn is_named_so(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| NAMES.contains(&name.as_ref()))
}

/// Finds the manifests of a folder and of those below it, in the order of their paths. What git has is looked at
/// whatever `.gitignore` says: a change under review may have written that to hide it.
///
/// # Errors
/// When there is none, or one of the usual name cannot be read.
pub(super) fn below(folder: &Path) -> miette::Result<Vec<Found>> {
    let here = here();
    let shown_folder = shortest(&here, folder);
    let mut found = Vec::new();
    let walked = walk::files(folder, &YAML).files;
    let paths: BTreeSet<PathBuf> = walked
        .iter()
        .map(|path| shortest(&here, path))
        .chain(tracked(&shown_folder))
        .collect();
    for path in paths {
        match read::text(&path) {
            Ok(source) if is_manifest(&path, &source) => found.push(Found {
                name: name(&here, &shown_folder, &path),
                path,
                source,
            }),
            Err(error) if is_named_so(&path) => return Err(error.into()),
            // A file of others says nothing, be it text or not.
            _ => {}
        }
    }
    if found.is_empty() {
        let folder = shown(&folder.to_string_lossy());
        return Err(NoManifest { folder }.into());
    }
    Ok(found)
}

/// The files of the last commit that are there; none where there is no repository, or no git to ask.
fn tracked(folder: &Path) -> Vec<PathBuf> {
    let files = || {
        let repository = Repository::open(Path::new("."))?;
        repository.files(&repository.resolve("HEAD")?)
    };
    let mut files = files().unwrap_or_default();
    files.retain(|path| is_below(path, folder) && walk::would_find(path, &YAML));
    files
}

/// Finds the manifests of a folder of a revision; the folder is relative to that of the run.
pub(super) fn in_revision(
    repository: &Repository,
    revision: &Revision,
    folder: &Path,
) -> miette::Result<Vec<Found>> {
    let here = repository.here();
    let mut paths = repository.files_with(revision, &LISTS, &YAML)?;
    let all = repository.files(revision)?;
    paths.extend(all.into_iter().filter(|path| is_named_so(path)));
    paths.retain(|path| is_below(path, folder));
    paths.sort();
    paths.dedup();
    let mut found = Vec::new();
    for path in paths {
        let bytes = match repository.read(revision, &path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) | Err(GitError::NotAFile { .. } | GitError::TooLarge { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        let shown_as = format!("{}:{}", revision.name(), path.to_string_lossy());
        match read::decode(shown_as, bytes) {
            Ok(source) if is_manifest(&path, &source) => found.push(Found {
                name: name(here, folder, &path),
                path,
                source,
            }),
            Err(error) if is_named_so(&path) => return Err(error.into()),
            _ => {}
        }
    }
    Ok(found)
}

fn is_manifest(path: &Path, source: &Source) -> bool {
    declared::detect(&path.to_string_lossy(), source) == Some(Kind::Operations)
        && !is_policy(source)
}

/// Whether a text is a manifest that has a policy alone: it holds for what lies below, and nothing is planned with
/// it.
fn is_policy(source: &Source) -> bool {
    let read = from_source(source, &|_| Ok(()));
    read.errors.is_empty() && read.manifest.is_policy()
}

/// How many manifests are named where one of them may be meant.
const NAMED: usize = 10;

/// Names the manifests of a folder and of those below it, in a sentence of its own; nothing when there is none.
pub(super) fn named_below(folder: &Path) -> Option<String> {
    let found = below(folder).ok()?;
    let names = found.iter().take(NAMED);
    let mut names: Vec<String> = names
        .map(|found| format!("`{}`", shown(&found.path.to_string_lossy())))
        .collect();
    if let Some(more) = found.len().checked_sub(NAMED).filter(|more| *more > 0) {
        names.push(format!("{more} more"));
    }
    Some(names.join(", "))
}

fn name(here: &Path, folder: &Path, path: &Path) -> String {
    let name = between(&here.join(folder), &here.join(path));
    name.to_string_lossy().replace('\\', "/")
}

/// The folder of the run, relative to the top folder of its repository.
fn here() -> PathBuf {
    let folder = walk::real(Path::new(".")).unwrap_or_default();
    let top = walk::top(&folder).unwrap_or_else(|| folder.clone());
    between(&top, &folder)
}
