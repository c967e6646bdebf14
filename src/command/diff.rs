//! `graphgrant diff`: which access is new between two manifests, plans, locks or revisions.

use std::path::{Path, PathBuf};

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::cli::{AccessDiff, DiffFormat};
use crate::command::{Context, lock, manifest};
use crate::exit::Exit;
use crate::lock::access::{Verdict, new_access};
use crate::lock::read::{self as read_lock, Kind};
use crate::lock::{Lock, VERSION, version};
use crate::plan::model::Goal;
use crate::report::access::{Sides, human, json, markdown};
use crate::source::escape::shown;
use crate::source::git::{GitError, Repository};
use crate::source::read::{self, STDIN};
use crate::source::{Source, suggest, walk};

/// The newer side does not have the file.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{revision}` has no `{path}`")]
#[diagnostic(
    code(graphgrant::diff::not_in_revision),
    help("name the file in the revision: `REV:PATH`, or `--manifest PATH`")
)]
struct NotInRevision {
    revision: String,
    path: String,
}

/// The argument is neither a file nor a revision.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is neither a file nor a git revision `{name}`")]
#[diagnostic(code(graphgrant::diff::no_side), help("{help}"))]
struct NoSide {
    name: String,
    help: String,
}

/// Runs the command.
///
/// # Errors
/// When a side cannot be read.
pub fn run(context: &Context, options: &AccessDiff) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    let reader = Reader {
        catalog: &catalog,
        manifest: &options.manifest,
        goal: options.objective.into(),
    };
    let old = reader.lock(&options.old)?;
    let old = old.unwrap_or_else(|missing| {
        // In the revision before the first manifest nothing was held.
        context.remark(&format!("{missing}: nothing was held there"));
        nothing(&catalog, reader.goal)
    });
    let name = match &options.new {
        Some(name) => name.clone(),
        None => options.manifest.to_string_lossy().into_owned(),
    };
    let new = reader.lock(&name)??;
    let difference = new_access(&catalog, &old, &new);
    let sides = Sides {
        old: options.old.clone(),
        new: name,
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

struct Reader<'a> {
    catalog: &'a Catalog,
    manifest: &'a Path,
    goal: Goal,
}

impl Reader<'_> {
    /// Reads a side; the inner error says that a revision does not have the file.
    fn lock(&self, name: &str) -> miette::Result<Result<Lock, NotInRevision>> {
        let file = Path::new(name);
        if name == STDIN || file.exists() || file == self.manifest {
            let source = read::text(file)?;
            return self.of_text(&source).map(Ok);
        }
        let (revision, path) = match name.split_once(':') {
            Some((revision, path)) => (revision, PathBuf::from(path)),
            None => (name, self.manifest.to_owned()),
        };
        let found = in_revision(revision, &path);
        let found = found.map_err(|error| no_side(name, error))?;
        let Some(bytes) = found else {
            return Ok(Err(NotInRevision {
                revision: shown(revision),
                path: shown(&path.to_string_lossy()),
            }));
        };
        let shown_as = format!("{revision}:{}", path.to_string_lossy());
        let source = read::decode(shown_as, bytes)?;
        self.of_text(&source).map(Ok)
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

fn in_revision(revision: &str, path: &Path) -> Result<Option<Vec<u8>>, GitError> {
    let repository = Repository::open(Path::new("."))?;
    let revision = repository.resolve(revision)?;
    repository.read(&revision, path)
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
