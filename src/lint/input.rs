//! What is judged: the files of a run as plain data.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::catalog::model::Access;
use crate::declared::{Comment, Document, Kind};
use crate::manifest::model::Manifest;
use crate::manifest::{ManifestError, Policy};
use crate::plan::model::AppPlan;
use crate::source::relative::{is_below, normal, shortest};
use crate::source::{Source, Span};

/// An app manifest or infrastructure file.
#[derive(Debug, Clone)]
pub struct AppFile {
    /// The path as it is shown: relative to the root of the run, with `/`.
    pub path: PathBuf,
    /// What it says.
    pub document: Document,
}

/// A manifest of operations.
#[derive(Debug, Clone)]
pub struct OperationsFile {
    /// The path as it is shown.
    pub path: PathBuf,
    /// What it says.
    pub manifest: Manifest,
    /// What is wrong with it.
    pub mistakes: Vec<ManifestError>,
    /// Its comments.
    pub comments: Vec<Comment>,
    /// The plan of each app, in their order; `None` where the manifest asks for what does not exist.
    pub plans: Vec<Option<AppPlan>>,
    /// The files that `declared` names and that cannot be judged with it.
    pub absent: Vec<Absent>,
    /// The policies that count for it, the strongest first: its severities win.
    pub policies: Vec<Policy>,
    /// The lock beside it, and what has become of it.
    pub lock: Option<Drift>,
    /// Whether the base does not have it, when a base is asked for.
    pub is_new: bool,
}

/// A manifest of operations of the base, and the policies that it puts on files.
#[derive(Debug, Clone)]
pub struct Former {
    /// The path as it is shown.
    pub path: PathBuf,
    /// The files and folders that it names under `declared`.
    pub declared: Vec<PathBuf>,
    /// Its policies in the base, the strongest first.
    pub policies: Vec<Policy>,
    /// The files that belong to it in the base, as far as that decides anything.
    pub owned: BTreeSet<PathBuf>,
    /// The files that have an app now that stands in its reach in the base.
    pub moved: BTreeSet<PathBuf>,
}

impl Former {
    /// Returns whether a file lies below its folder or where it names one, or has an app that came from there.
    pub fn reaches(&self, path: &Path) -> bool {
        let folder = self.path.parent();
        folder.is_some_and(|folder| is_below(path, folder))
            || self.declared.iter().any(|it| is_below(path, it))
            || self.moved.contains(path)
    }
}

/// A suppression in a comment of the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseComment {
    /// The text of the comment.
    pub text: String,
    /// What the line says that it is about.
    pub about: String,
}

/// A file that `declared` names and that cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// Where it is named.
    pub span: Span,
    /// Why, as the end of a sentence that begins with the name.
    pub why: String,
    /// What to do.
    pub help: String,
}

/// A lock that the plan no longer agrees with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The path of the lock as it is shown.
    pub path: PathBuf,
    /// The text of the lock.
    pub source: Source,
    /// Where in it.
    pub span: Span,
    /// What would change, one line each.
    pub changes: Vec<String>,
    /// Why it cannot be held against the plan, if it cannot.
    pub unreadable: Option<String>,
}

/// A file that is one of ours and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The path as it is shown.
    pub path: PathBuf,
    /// The text, as far as there is one.
    pub source: Source,
    /// Where it goes wrong.
    pub span: Span,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Something that the base revision says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The path as it is shown.
    pub path: PathBuf,
    /// The text under review.
    pub source: Source,
    /// Where it differs.
    pub span: Span,
    /// What it is, such as `the policy`.
    pub what: String,
    /// What has become of it.
    pub how: How,
    /// The revision that it is held against.
    pub revision: String,
}

/// What has become of something that the base has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// It says something else, which does not count.
    Differs,
    /// It is a lock and says another plan: each line is a difference.
    Plans(Vec<String>),
    /// The base does not have it.
    Came,
    /// It is not there any more.
    Went,
    /// Something is there that is none.
    Spoiled,
}

/// A policy file with mistakes. What is valid in it counts.
#[derive(Debug, Clone)]
pub struct BrokenPolicy {
    /// The path as it is shown.
    pub path: PathBuf,
    /// The text.
    pub source: Source,
    /// The mistakes.
    pub mistakes: Vec<ManifestError>,
}

/// All that a run looks at. The order of the files does not matter.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The folder of the run, relative to the top folder of its repository.
    pub here: PathBuf,
    /// Manifests of operations.
    pub operations: Vec<OperationsFile>,
    /// Manifests above what is judged. They are not judged themselves; their policies count.
    pub above: Vec<OperationsFile>,
    /// Policy files with mistakes.
    pub broken_policies: Vec<BrokenPolicy>,
    /// App manifests and infrastructure files.
    pub apps: Vec<AppFile>,
    /// Files that cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// The policies that count for every file (`--policy`), the strongest first.
    pub policies: Vec<Policy>,
    /// What differs from the base, when a base is asked for.
    pub changed: Vec<Changed>,
    /// The suppressions of the base by file, when a base is asked for: those that are not among them do not
    /// count.
    pub base_comments: Option<Vec<(PathBuf, Vec<BaseComment>)>>,
    /// The manifests of the base, when a base is asked for: no change to what belongs where takes a file out of
    /// their policies.
    pub former: Vec<Former>,
    /// The files that the base has, when a base is asked for.
    pub base_files: BTreeSet<PathBuf>,
    /// Whether the run looks at a part of the repository alone.
    pub is_partial: bool,
}

impl Inputs {
    /// Returns every manifest whose policy counts.
    pub fn manifests(&self) -> impl Iterator<Item = &OperationsFile> {
        self.operations.iter().chain(&self.above)
    }

    /// Returns the path of what a file of a folder names.
    pub fn resolved(&self, folder: &Path, written: &str) -> PathBuf {
        shortest(&self.here, &folder.join(written))
    }

    /// Returns whether a file lies in the repository, as far as its path says.
    pub fn is_in_repository(&self, path: impl AsRef<Path>) -> bool {
        let path = normal(&self.here.join(path));
        !path.is_absolute() && !path.starts_with("..")
    }

    /// Returns whether the base has a file, and no app has come to it since; always, when no base is asked for.
    pub fn was_there(&self, path: &Path) -> bool {
        let mut former = self.former.iter();
        self.base_comments.is_none()
            || (self.base_files.contains(path) && !former.any(|it| it.moved.contains(path)))
    }

    /// Returns whether a file belongs to a manifest in the base too; always, when no base is asked for.
    pub fn is_reviewed(&self, manifest: &Path, path: &Path) -> bool {
        let mut former = self.former.iter();
        self.base_comments.is_none()
            || former.any(|former| former.path == manifest && former.owned.contains(path))
    }
}

/// Returns whether files of a kind can declare or grant permissions of an access tenant-wide.
pub const fn holds(kind: Kind, access: Access) -> bool {
    match kind {
        Kind::TeamsApp | Kind::Operations => false,
        Kind::SharePointFramework => matches!(access, Access::Delegated),
        Kind::GraphApplication
        | Kind::LegacyManifest
        | Kind::AgentsToolkit
        | Kind::Terraform
        | Kind::TerraformPlan
        | Kind::Bicep
        | Kind::ArmTemplate => true,
    }
}
