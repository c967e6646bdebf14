//! `graphgrant diff`: which access is new between two manifests, plans, locks or revisions.

use std::path::{Component, Path, PathBuf};

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::cli::{AccessDiff, DiffFormat};
use crate::command::manifests::{self, Found};
use crate::command::{Context, lock, manifest};
use crate::exit::Exit;
use crate::lock::access::{Named, Verdict, new_access, new_access_of_all};
use crate::lock::read::{self as read_lock, Kind};
use crate::lock::{Lock, VERSION, version};
use crate::plan::model::Goal;
use crate::report::access::{Sides, human, json, markdown};
use crate::source::escape::shown;
use crate::source::git::{GitError, Repository, Revision};
use crate::source::read::{self, ReadError, STDIN};
use crate::source::relative::{between, shortest};
use crate::source::{Source, suggest, walk};

/// A revision does not have the file.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{revision}` has no `{path}`")]
#[diagnostic(code(graphgrant::diff::not_in_revision), help("{help}"))]
struct NotInRevision {
    revision: String,
    path: String,
    help: String,
    /// Whether it has files of the name elsewhere, so that another one may be meant.
    is_elsewhere: bool,
}

/// A path that starts at the top of the repository is only there from the current folder.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{revision}` has no `{path}` at the top of the repository")]
#[diagnostic(
    code(graphgrant::diff::not_at_top),
    help("as in git, `{revision}:./{path}` is the one in the current folder")
)]
struct NotAtTop {
    revision: String,
    path: String,
}

/// There is no manifest for revisions to be compared with.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is no `{name}` here, and that is the manifest that revisions stand for")]
#[diagnostic(
    code(graphgrant::diff::no_manifest),
    help(
        "`--manifest PATH` names another one; `--manifest .` takes those of all folders below this one"
    )
)]
struct NoManifest {
    name: String,
}

/// One side is a manifest, the other one a folder of them.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{folder}` stands for the manifests of a folder, and `{file}` for one alone")]
#[diagnostic(
    code(graphgrant::diff::other_sides),
    help(
        "compare a folder with a folder, or a manifest with a manifest: `REV:PATH`, or `--manifest PATH`"
    )
)]
struct OtherSides {
    folder: String,
    file: String,
}

/// The argument is neither a file nor a revision.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is neither a file nor a git revision `{name}`")]
#[diagnostic(code(graphgrant::diff::no_side), help("{help}"))]
struct NoSide {
    name: String,
    help: String,
}

/// How many manifests that only the newer side has, or might be meant, are named.
const NAMED: usize = 10;

/// What a side stands for.
enum Side {
    /// A manifest, or what was made of one.
    One(Lock),
    /// The manifests of a folder.
    Several(Vec<Named>),
}

/// Runs the command.
///
/// # Errors
/// When a side cannot be read.
pub fn run(context: &Context, options: &AccessDiff) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    let mut reader = Reader {
        catalog: &catalog,
        manifest: &options.manifest,
        goal: options.objective.into(),
        notes: Vec::new(),
    };
    let old = reader.side(&options.old)?;
    let name = match &options.new {
        Some(name) => name.clone(),
        None => options.manifest.to_string_lossy().into_owned(),
    };
    let new = reader.side(&name)??;
    let nothing = nothing(&catalog, reader.goal);
    let mut notes = reader.notes;
    let old = old.unwrap_or_else(|missing| {
        // In the revision before the first manifest nothing was held.
        let near = missing.is_elsewhere.then(|| format!("; {}", missing.help));
        notes.push(format!(
            "{missing}: nothing was held there, and all is new{}",
            near.unwrap_or_default()
        ));
        match &new {
            Side::One(_) => Side::One(nothing.clone()),
            Side::Several(_) => Side::Several(Vec::new()),
        }
    });
    let difference = match (&old, &new) {
        (Side::One(old), Side::One(new)) => new_access(&catalog, old, new),
        (Side::Several(old), Side::Several(new)) => {
            let came = new.iter().map(|(name, _)| name);
            let came =
                came.filter(|name| !old.is_empty() && !old.iter().any(|(it, _)| it == *name));
            notes.extend(
                came.take(NAMED)
                    .map(|name| format!("`{}` has no `{}`", shown(&options.old), shown(name))),
            );
            new_access_of_all(&catalog, old, new, &nothing)
        }
        (Side::Several(_), Side::One(_)) => return Err(other_sides(&options.old, &name).into()),
        (Side::One(_), Side::Several(_)) => return Err(other_sides(&name, &options.old).into()),
    };
    let sides = Sides {
        old: options.old.clone(),
        new: name,
        notes,
    };
    let output = options.output.as_deref();
    let text = match options.format {
        DiffFormat::Human => human::write(&difference, &sides, context.look(output)),
        DiffFormat::Json => json::write(&difference, &sides).into_diagnostic()?,
        DiffFormat::Markdown => markdown::write(&difference, &sides),
    };
    context.write(&text, output)?;
    Ok(match difference.verdict {
        Verdict::NoNewAccess => Exit::Fine,
        Verdict::Undecided | Verdict::NewAccess => Exit::Findings,
    })
}

fn nothing(catalog: &Catalog, goal: Goal) -> Lock {
    Lock {
        lock_version: VERSION,
        objective: goal.word().to_owned(),
        catalog: version(catalog),
        apps: Vec::new(),
    }
}

fn other_sides(folder: &str, file: &str) -> OtherSides {
    OtherSides {
        folder: shown(folder),
        file: shown(file),
    }
}

struct Reader<'a> {
    catalog: &'a Catalog,
    manifest: &'a Path,
    goal: Goal,
    /// What the reader of the answer should know.
    notes: Vec<String>,
}

impl Reader<'_> {
    /// Reads a side; the inner error says that a revision does not have the file.
    fn side(&mut self, name: &str) -> miette::Result<Result<Side, NotInRevision>> {
        let file = Path::new(name);
        let is_manifest = file == self.manifest;
        // A folder often is called like a branch; a path that can be nothing else is one.
        let is_surely_path = is_manifest || name.ends_with('/') || name.starts_with('.');
        if walk::is_folder(file) && (is_surely_path || !is_revision(name)) {
            let all = manifests::below(file)?;
            return self.several(all).map(Ok);
        }
        if name == STDIN || (walk::exists(file) && !walk::is_folder(file)) || is_manifest {
            let source = match read::text(file) {
                Err(ReadError::NotFound { .. }) if is_manifest => {
                    return Err(NoManifest { name: shown(name) }.into());
                }
                other => other?,
            };
            if read_lock::kind(&source) == Kind::Other {
                let manifest = manifest::from_text(self.catalog, &source)?;
                manifest::refuse_policy(&manifest, file)?;
            }
            return self.of_text(&source).map(|lock| Ok(Side::One(lock)));
        }
        let (revision, path) = match name.split_once(':') {
            Some((revision, path)) => (revision, Some(path)),
            None => (name, None),
        };
        let opened = Repository::open(Path::new("."));
        let opened = opened.and_then(|repository| {
            let revision = repository.resolve(revision)?;
            Ok((repository, revision))
        });
        let (repository, revision) = opened.map_err(|error| no_side(name, error))?;
        let path = match path {
            Some(path) => self.place(&repository, &revision, path)?,
            None => shortest(repository.here(), self.manifest),
        };
        self.in_revision(&repository, &revision, &path)
    }

    /// Returns a path of `REV:PATH` relative to the current folder. As in git it starts at the top of the repository
    /// unless it begins with `./` or `../`.
    fn place(
        &mut self,
        repository: &Repository,
        revision: &Revision,
        written: &str,
    ) -> miette::Result<PathBuf> {
        let path = Path::new(written);
        let here = repository.here();
        let first = path.components().next();
        let is_relative = matches!(first, Some(Component::CurDir | Component::ParentDir));
        if written.is_empty() {
            return Ok(between(here, path));
        }
        if is_relative || path.is_absolute() || here.as_os_str().is_empty() {
            return Ok(if path.is_absolute() {
                path.to_owned()
            } else {
                shortest(here, path)
            });
        }
        let from_top = between(here, path);
        let has = |path: &Path| repository.has(revision, path);
        match (has(&from_top)?, has(path)?) {
            (false, true) => Err(NotAtTop {
                revision: shown(revision.name()),
                path: shown(written),
            }
            .into()),
            (true, true) => {
                let (name, written) = (shown(revision.name()), shown(written));
                self.notes.push(format!(
                    "`{name}:{written}` starts at the top of the repository, as in git; `{name}:./{written}` is the one here"
                ));
                Ok(from_top)
            }
            _ => Ok(from_top),
        }
    }

    fn in_revision(
        &self,
        repository: &Repository,
        revision: &Revision,
        path: &Path,
    ) -> miette::Result<Result<Side, NotInRevision>> {
        let absent = || -> miette::Result<Result<Side, NotInRevision>> {
            Ok(Err(not_in(repository, revision, path)?))
        };
        if repository.is_folder(revision, path)? {
            let all = manifests::in_revision(repository, revision, path)?;
            if all.is_empty() {
                return absent();
            }
            return self.several(all).map(Ok);
        }
        let Some(bytes) = repository.read(revision, path)? else {
            return absent();
        };
        let shown_as = format!("{}:{}", revision.name(), path.to_string_lossy());
        let source = read::decode(shown_as, bytes)?;
        self.of_text(&source).map(|lock| Ok(Side::One(lock)))
    }

    fn several(&self, all: Vec<Found>) -> miette::Result<Side> {
        let locks = all
            .into_iter()
            .map(|found| Ok((found.name, self.of_text(&found.source)?)));
        locks.collect::<miette::Result<_>>().map(Side::Several)
    }

    fn of_text(&self, source: &Source) -> miette::Result<Lock> {
        match read_lock::kind(source) {
            Kind::Lock => Ok(read_lock::lock(source)?),
            Kind::Plan => Ok(read_lock::plan(source)?),
            Kind::Other => {
                let manifest = manifest::from_text(self.catalog, source)?;
                lock::of_manifest(self.catalog, &manifest, self.goal)
            }
        }
    }
}

fn is_revision(name: &str) -> bool {
    let repository = Repository::open(Path::new("."));
    repository.is_ok_and(|repository| repository.resolve(name).is_ok())
}

/// Says that a revision has nothing at a path, and where it has files of that name.
fn not_in(
    repository: &Repository,
    revision: &Revision,
    path: &Path,
) -> Result<NotInRevision, GitError> {
    let files = repository.files(revision)?;
    let elsewhere = files
        .iter()
        .filter(|file| file.file_name() == path.file_name());
    let elsewhere: Vec<String> = elsewhere
        .take(NAMED)
        .map(|file| format!("`{}`", shown(&file.to_string_lossy())))
        .collect();
    let help = match elsewhere.as_slice() {
        [] => "name the file in the revision: `REV:PATH`, or `--manifest PATH`".to_owned(),
        named => format!("it has {}: name the one that is meant", named.join(", ")),
    };
    Ok(NotInRevision {
        revision: shown(revision.name()),
        path: shown(&path.to_string_lossy()),
        help,
        is_elsewhere: !elsewhere.is_empty(),
    })
}

/// What neither names a file nor a revision was perhaps meant as a file.
fn no_side(name: &str, error: GitError) -> miette::Report {
    let is_about_name = matches!(
        error,
        GitError::BadRevision { .. }
            | GitError::UnknownRevision { .. }
            | GitError::NoRepository { .. }
            | GitError::Absent
    );
    if !is_about_name {
        return error.into();
    }
    let near = files_near(Path::new(name));
    let near = suggest::nearest(name, near.iter().map(String::as_str));
    let as_file = near.map_or_else(
        || "for a file, check the path".to_owned(),
        |near| format!("did you mean the file `{}`?", shown(near)),
    );
    let help = miette::Diagnostic::help(&error).map(|help| format!(": {help}"));
    NoSide {
        name: shown(name),
        help: format!(
            "{as_file}\nfor a revision, {error}{}",
            help.unwrap_or_default()
        ),
    }
    .into()
}

/// The files that stand where one was looked for, written as it was.
fn files_near(wanted: &Path) -> Vec<String> {
    let parent = wanted.parent().unwrap_or(Path::new(""));
    let folder = if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    };
    let found = walk::beside(folder, &["yaml", "yml", "lock", "json"]).files;
    let names = found.iter().filter_map(|path| path.file_name());
    names
        .map(|name| parent.join(name).to_string_lossy().into_owned())
        .collect()
}
