//! What the base says of the files of a run: whose they are in it, and which suppressions they have.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::command::lint::base::{Base, Before};
use crate::command::lint::files::{ENDINGS, Refused};
use crate::command::lint::inputs::Reading;
use crate::declared::{self, Comment, Document, Kind, Registration, terraform};
use crate::lint::associate::associate;
use crate::lint::input::{AppFile, BaseComment, Former, Inputs, OperationsFile};
use crate::lint::{comments, suppression};
use crate::manifest::model::Manifest;
use crate::source::escape::shown;
use crate::source::git::GitError;
use crate::source::walk;
use crate::source::{Source, Spanned};

/// How many words git is asked for at once: a command line has an end.
const WORDS: usize = 200;

/// How many characters of a name git is asked for.
const WORD: usize = 100;

impl Reading<'_> {
    /// Refuses files that the base could judge and that are there as something that cannot be read: a link, too
    /// much, or no text.
    pub(super) fn refuse_unread(&mut self, base: &Base) -> Result<(), GitError> {
        for path in self.files.unread(&base.files()?) {
            let Some(text) = base_text(base, &path)? else {
                continue;
            };
            let name = path.to_string_lossy();
            if declared::detect(&name, &text).is_some() {
                self.files.refused.push(Refused {
                    message: format!(
                        "`{}` is judged in `{}`, and is a link, too large or no text now",
                        shown(&name),
                        shown(base.name())
                    ),
                    help: "make it a text file again, or remove it".to_owned(),
                    path,
                });
            }
        }
        Ok(())
    }

    /// Finds which files belong to which manifest in the base, where that decides which policies count: `before`
    /// are the manifests of the base, in the order of [`Inputs::former`].
    pub(super) fn read_base_owners(
        &mut self,
        base: &Base,
        before: Vec<(PathBuf, Manifest)>,
    ) -> Result<(), GitError> {
        let mut apps = Vec::new();
        for path in self.in_question() {
            let Some(text) = base_text(base, &path)? else {
                continue;
            };
            let kind = self.base_kind(&path, &text);
            let kind = kind.filter(|kind| *kind != Kind::Operations);
            let document = kind.and_then(|kind| self.base_document(&text, kind));
            if let Some(document) = document {
                apps.push(AppFile { path, document });
            }
        }
        let operations = before.into_iter().map(|(path, manifest)| OperationsFile {
            path,
            manifest,
            mistakes: Vec::new(),
            comments: Vec::new(),
            plans: Vec::new(),
            absent: Vec::new(),
            policies: Vec::new(),
            lock: None,
            is_new: false,
        });
        let before = Inputs {
            operations: operations.collect(),
            apps,
            here: self.inputs.here.clone(),
            ..Inputs::default()
        };
        for link in associate(&before) {
            let owner = link.owner.map(|owner| owner.operations);
            let former = owner.and_then(|owner| self.inputs.former.get_mut(owner));
            if let Some((former, file)) = former.zip(before.apps.get(link.file)) {
                former.owned.insert(file.path.clone());
            }
        }
        Ok(())
    }

    /// The files that belong to a manifest with suppressions: whether they do so in the base decides.
    fn in_question(&self) -> BTreeSet<PathBuf> {
        let mut found = BTreeSet::new();
        for link in associate(&self.inputs) {
            let owner = link.owner.map(|owner| owner.operations);
            let owner = owner.and_then(|owner| self.inputs.operations.get(owner));
            let Some((owner, file)) = owner.zip(self.inputs.apps.get(link.file)) else {
                continue;
            };
            let mut policies = owner.policies.iter();
            if !owner.is_new && policies.any(|policy| !policy.suppressions.is_empty()) {
                found.insert(file.path.clone());
            }
        }
        found
    }

    /// Finds the files that have an app now that another file has in the base: a move takes no app out of the
    /// policies that hold for it there. An app is known by its client id, else by its name.
    pub(super) fn read_moved(&mut self, base: &Base) -> Result<(), GitError> {
        let is_policed = |former: &&Former| !former.policies.is_empty();
        if !self.inputs.former.iter().any(|former| is_policed(&former)) {
            return Ok(());
        }
        let tracked: BTreeSet<PathBuf> = base.files()?.into_iter().collect();
        let is_named = |file: &&AppFile| {
            let mut all = file.document.registrations.iter();
            all.any(|found| identities(found).next().is_some())
        };
        let named: Vec<&AppFile> = self.inputs.apps.iter().filter(is_named).collect();
        let paths: Vec<PathBuf> = named.iter().map(|file| file.path.clone()).collect();
        let differing = base.differing(&paths)?;
        let mut apps: Vec<Newcomer<'_>> = Vec::new();
        for file in named {
            if !differing.contains(&file.path) {
                continue;
            }
            let text = if tracked.contains(&file.path) {
                base_text(base, &file.path)?
            } else {
                None
            };
            let before = text.and_then(|text| {
                let kind = self.base_kind(&file.path, &text)?;
                self.base_document(&text, kind)
            });
            apps.push(Newcomer { file, before });
        }
        let mut moved: Vec<(PathBuf, PathBuf)> = Vec::new();
        for origin in origins(base, &apps)? {
            let mut former = self.inputs.former.iter().filter(is_policed);
            if !former.any(|former| former.reaches(&origin)) {
                continue;
            }
            let Some(text) = base_text(base, &origin)? else {
                continue;
            };
            let kind = declared::detect(&origin.to_string_lossy(), &text);
            let kind = kind.filter(|kind| *kind != Kind::Operations);
            let Some(document) = kind.and_then(|kind| self.base_document(&text, kind)) else {
                continue;
            };
            let is_gone = !walk::exists(&origin);
            let came = apps.iter().filter(|app| {
                app.file.path != origin && app.has_one_of(&document.registrations, is_gone)
            });
            moved.extend(came.map(|app| (origin.clone(), app.file.path.clone())));
        }
        for former in &mut self.inputs.former {
            let came = moved.iter().filter(|(origin, _)| former.reaches(origin));
            let came: Vec<PathBuf> = came.map(|(_, path)| path.clone()).collect();
            former.moved.extend(came);
        }
        Ok(())
    }

    /// Reads the suppressions that the base has in files that have some now.
    pub(super) fn read_base_comments(&mut self, base: &Base) -> Result<(), GitError> {
        let operations = self.inputs.operations.iter();
        let operations = operations.map(|file| (&file.path, &file.comments));
        let apps = self.inputs.apps.iter();
        let apps = apps.map(|file| (&file.path, &file.document.comments));
        let mut found: Vec<(PathBuf, Vec<BaseComment>)> = Vec::new();
        for (path, comments) in operations.chain(apps) {
            let has_some = comments
                .iter()
                .any(|comment| suppression::parse(&comment.text).is_some());
            if !has_some {
                continue;
            }
            let Some(text) = base_text(base, path)? else {
                continue;
            };
            let comments: Vec<Comment> = match self.base_kind(path, &text) {
                Some(Kind::Operations) => comments::of_yaml(&text),
                Some(kind) => {
                    let document = self.base_document(&text, kind);
                    document.map(|it| it.comments).unwrap_or_default()
                }
                None => Vec::new(),
            };
            found.push((path.clone(), suppression::in_base(&text, &comments)));
        }
        self.inputs.base_comments = Some(found);
        Ok(())
    }

    /// What a file is in the base: as in the run, where somebody says so.
    fn base_kind(&self, path: &Path, text: &Source) -> Option<Kind> {
        let file = self.files.all.get(path)?;
        self.kind_with(file, text)
    }

    pub(super) fn base_document(&self, text: &Source, kind: Kind) -> Option<Document> {
        let read = if kind == Kind::Terraform {
            terraform::read_in_module(&self.ids, text, &[])
        } else {
            declared::read(&self.ids, text, kind)
        };
        read.ok()
    }
}

/// A file that is not as it is in the base.
struct Newcomer<'a> {
    file: &'a AppFile,
    /// What it declares in the base, as far as it is there and can be read.
    before: Option<Document>,
}

impl Newcomer<'_> {
    /// Whether one of some apps has come to the file. Where the place that it had is gone, the app may have come to
    /// what was there for it before.
    fn has_one_of(&self, origin: &[Registration], is_gone: bool) -> bool {
        let before = self.before.iter().flat_map(|it| &it.registrations);
        let mut now = self.file.document.registrations.iter();
        now.any(|one| {
            let is_new = || !before.clone().any(|other| is_same_app(one, other));
            origin.iter().any(|other| is_same_app(one, other)) && (is_gone || is_new())
        })
    }
}

/// The files of the base that may have one of the apps of some files.
fn origins(base: &Base, apps: &[Newcomer<'_>]) -> Result<BTreeSet<PathBuf>, GitError> {
    let registrations = apps.iter().flat_map(|app| &app.file.document.registrations);
    let mut words: BTreeSet<&str> = registrations.flat_map(identities).collect();
    if words.is_empty() {
        return Ok(BTreeSet::new());
    }
    // A text that is written with escapes, or put together, has its words nowhere.
    words.extend(["\\u", "${"]);
    let words: Vec<&str> = words.into_iter().collect();
    let mut origins = BTreeSet::new();
    for some in words.chunks(WORDS) {
        origins.extend(base.files_with(some, &ENDINGS)?);
    }
    Ok(origins)
}

/// What a registration may be known by in another file. The start of a text is enough to look for it.
fn identities(registration: &Registration) -> impl Iterator<Item = &str> {
    let known = [&registration.client_id, &registration.name];
    known.into_iter().flatten().filter_map(|it| {
        let text = it.value.as_str();
        let start = text
            .char_indices()
            .nth(WORD)
            .map_or(text.len(), |(at, _)| at);
        let start = text.get(..start)?.split(['\0', '\n', '\r']).next()?;
        (!start.is_empty()).then_some(start)
    })
}

/// Whether two registrations are of one app.
pub(super) fn is_same_app(one: &Registration, other: &Registration) -> bool {
    are_of_one_app(
        (one.client_id.as_ref(), one.name.as_ref()),
        (other.client_id.as_ref(), other.name.as_ref()),
    )
}

/// A client id and a name, as far as they are written.
type Identity<'a> = (Option<&'a Spanned<String>>, Option<&'a Spanned<String>>);

/// Whether two identities are of one app: the same client id or, where one of both has none, the same name.
pub(super) fn are_of_one_app(one: Identity<'_>, other: Identity<'_>) -> bool {
    if let Some((one, other)) = one.0.zip(other.0) {
        return one.value == other.value;
    }
    let names = one.1.zip(other.1);
    names.is_some_and(|(one, other)| one.value.eq_ignore_ascii_case(&other.value))
}

/// The text of a file of the base, if it has one there.
pub(super) fn base_text(base: &Base, path: &Path) -> Result<Option<Source>, GitError> {
    match base.before(path)? {
        Before::Text(text) => Ok(Some(text)),
        Before::Nothing | Before::Odd => Ok(None),
    }
}
