//! Which app manifest belongs to which app of which operations manifest.
//!
//! 1. A file that `declared` of an app names belongs to that app.
//! 2. Else a file in the folder of an operations manifest belongs to its app, unless the client ids differ or
//!    the app lists its files under `declared` and neither client id nor name say that this is one more.
//! 3. Of several registrations, and of several apps, those belong together that have the same client id or,
//!    where one of both has none, the same name.
//!
//! What belongs to none is judged without a plan; each decision becomes a remark.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::declared::{Kind, Registration};
use crate::lint::input::{AppFile, Inputs, OperationsFile};
use crate::manifest::model::App;
use crate::source::escape::shown;
use crate::source::relative::{is_below, normal, shortest};

/// The app that a registration belongs to: indices into [`Inputs::operations`] and its apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The operations manifest.
    pub operations: usize,
    /// The app in it.
    pub app: usize,
}

/// A registration of a file, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The file: an index into [`Inputs::apps`].
    pub file: usize,
    /// The registration: an index into its document.
    pub registration: usize,
    /// Whose it is.
    pub owner: Option<Owner>,
    /// How that was found, or why it was not: the end of a remark.
    pub why: String,
    /// Whether the app cannot be told although there are candidates.
    pub is_ambiguous: bool,
}

/// Finds the owner of every registration, in the order of the files.
pub fn associate(inputs: &Inputs) -> Vec<Link> {
    let candidates = Candidates::new(inputs);
    let mut links = Vec::new();
    for (file, app_file) in inputs.apps.iter().enumerate() {
        for (registration, found) in app_file.document.registrations.iter().enumerate() {
            let answer = candidates.owner(app_file, found);
            links.push(Link {
                file,
                registration,
                owner: answer.owner,
                why: answer.why,
                is_ambiguous: answer.is_ambiguous,
            });
        }
    }
    links
}

struct Answer {
    owner: Option<Owner>,
    why: String,
    is_ambiguous: bool,
}

impl Answer {
    fn found(owner: Owner, why: &str) -> Self {
        Self {
            owner: Some(owner),
            why: why.to_owned(),
            is_ambiguous: false,
        }
    }

    fn none(why: String, is_ambiguous: bool) -> Self {
        Self {
            owner: None,
            why,
            is_ambiguous,
        }
    }
}

/// An app that may own a registration.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    owner: Owner,
    file: &'a OperationsFile,
    app: &'a App,
}

/// All apps, by what ties files to them.
struct Candidates<'a> {
    /// By what `declared` names.
    declared: Vec<(PathBuf, Candidate<'a>)>,
    /// By the folder of the operations manifest.
    near: BTreeMap<PathBuf, Vec<Candidate<'a>>>,
    /// The folder of the run, relative to the top folder.
    here: PathBuf,
}

impl<'a> Candidates<'a> {
    fn new(inputs: &'a Inputs) -> Self {
        let mut all = Self {
            declared: Vec::new(),
            near: BTreeMap::new(),
            here: inputs.here.clone(),
        };
        for (operations, file) in inputs.operations.iter().enumerate() {
            let base = folder(&file.path);
            for (index, app) in file.manifest.apps.iter().enumerate() {
                let owner = Owner {
                    operations,
                    app: index,
                };
                let candidate = Candidate { owner, file, app };
                for declared in &app.declared {
                    let path = inputs.resolved(&base, &declared.value);
                    all.declared.push((path, candidate));
                }
                all.near.entry(base.clone()).or_default().push(candidate);
            }
        }
        all
    }

    fn owner(&self, file: &AppFile, registration: &Registration) -> Answer {
        let mut declared: Vec<Candidate<'_>> = self
            .declared
            .iter()
            .filter(|(path, _)| is_below(&file.path, path))
            .map(|(_, candidate)| *candidate)
            .collect();
        declared.dedup_by_key(|candidate| candidate.owner);
        if !declared.is_empty() {
            return choose(&declared, file, registration, Tie::Declared);
        }
        if let Some(near) = self.near.get(&home(&self.here, file)) {
            return choose(near, file, registration, Tie::Folder);
        }
        let why = "no operations manifest stands beside it or names it under `declared`";
        Answer::none(why.to_owned(), false)
    }
}

/// What brings a file and an operations manifest together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tie {
    Declared,
    Folder,
}

impl Tie {
    const fn words(self) -> &'static str {
        match self {
            Self::Declared => "named under `declared`",
            Self::Folder => "in the same folder",
        }
    }
}

/// Chooses among apps that could own a registration.
fn choose(
    candidates: &[Candidate<'_>],
    file: &AppFile,
    registration: &Registration,
    tie: Tie,
) -> Answer {
    let is_declared = |app: &App| !app.declared.is_empty();
    let by_declaration = tie == Tie::Declared;
    let why = tie.words();
    let by_client: Vec<&Candidate<'_>> = candidates
        .iter()
        .filter(|candidate| same_client(candidate.app, registration) == Some(true))
        .collect();
    if let [one] = by_client.as_slice() {
        return Answer::found(one.owner, &format!("{why}, same client id"));
    }
    let open: Vec<&Candidate<'_>> = candidates
        .iter()
        .filter(|candidate| {
            by_declaration || same_client(candidate.app, registration) != Some(false)
        })
        .collect();
    let by_name: Vec<&&Candidate<'_>> = open
        .iter()
        .filter(|candidate| same_name(candidate.app, registration))
        .collect();
    if let [one] = by_name.as_slice() {
        return Answer::found(one.owner, &format!("{why}, same name"));
    }
    let is_alone = file.document.registrations.len() == 1;
    match open.as_slice() {
        [] => Answer::none(
            "the client id is another one than that of the operations manifest beside it"
                .to_owned(),
            false,
        ),
        [one] if is_alone && (by_declaration || !is_declared(one.app)) => {
            Answer::found(one.owner, why)
        }
        [one] if is_alone => Answer::none(
            format!(
                "`{}` lists its files under `declared`, and this is none of them",
                shown(&one.file.path.to_string_lossy())
            ),
            false,
        ),
        [one] if same_client(one.app, registration).is_none() && is_only_nameless(one, file) => {
            Answer::found(one.owner, why)
        }
        _ => Answer::none(
            format!(
                "`{}` has no app of its client id or name",
                candidates
                    .first()
                    .map(|candidate| shown(&candidate.file.path.to_string_lossy()))
                    .unwrap_or_default()
            ),
            true,
        ),
    }
}

/// Returns whether the registrations of a file that nothing tells apart are parts of one: grants without an
/// application beside them.
fn is_only_nameless(candidate: &Candidate<'_>, file: &AppFile) -> bool {
    let registrations = &file.document.registrations;
    let nameless = |found: &&Registration| found.name.is_none() && found.client_id.is_none();
    candidate.file.manifest.apps.len() == 1
        && registrations.iter().filter(nameless).count() + 1 >= registrations.len()
}

/// Whether client ids are equal; `None` when one of both is not known.
fn same_client(app: &App, registration: &Registration) -> Option<bool> {
    let ours = app.client_id.as_ref()?;
    let theirs = registration.client_id.as_ref()?;
    Some(ours.value == theirs.value)
}

fn same_name(app: &App, registration: &Registration) -> bool {
    let names = app.name.as_ref().zip(registration.name.as_ref());
    names.is_some_and(|(ours, theirs)| ours.value.eq_ignore_ascii_case(&theirs.value))
}

fn folder(path: &Path) -> PathBuf {
    path.parent().map(normal).unwrap_or_default()
}

/// The folder inside that of a SharePoint Framework solution which has its package.
pub const OF_SOLUTION: &str = "config";

/// The folder inside that of a Teams app which has its package.
pub const OF_TEAMS_APP: &str = "appPackage";

/// The folder that a file is about: that of the app, where the file is kept in a folder inside it.
fn home(here: &Path, file: &AppFile) -> PathBuf {
    let folder = folder(&file.path);
    let inner = match file.document.kind {
        Kind::SharePointFramework => OF_SOLUTION,
        Kind::TeamsApp => OF_TEAMS_APP,
        _ => return folder,
    };
    // The folder of the run may be that one.
    if normal(&here.join(&folder)).ends_with(inner) {
        return shortest(here, &folder.join(".."));
    }
    folder
}
