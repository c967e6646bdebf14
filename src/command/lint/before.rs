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
use crate::source::Source;
use crate::source::escape::shown;
use crate::source::git::GitError;
use crate::source::walk;

/// How many words git is asked for at once: a command line has an end.
const WORDS: usize = 200;

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
        let tracked: BTreeSet<PathBuf> = base.files()?.into_iter().collect();
        let is_policed = |former: &&Former| !former.policies.is_empty();
        if !self.inputs.former.iter().any(|former| is_policed(&former)) {
            return Ok(());
        }
        // Where something is gone, it may have come to a file that was there before.
        let some_gone = tracked.iter().any(|path| {
            let mut former = self.inputs.former.iter().filter(is_policed);
            walk::has_ending(path, &ENDINGS)
                && !walk::exists(path)
                && former.any(|former| former.reaches(path))
        });
        let apps = self.inputs.apps.iter();
        let apps: Vec<&AppFile> = apps
            .filter(|file| some_gone || !tracked.contains(&file.path))
            .collect();
        let registrations = apps.iter().flat_map(|file| &file.document.registrations);
        let words: BTreeSet<&str> = registrations.filter_map(identity).collect();
        let words: Vec<&str> = words.into_iter().collect();
        let mut origins = BTreeSet::new();
        for some in words.chunks(WORDS) {
            origins.extend(base.files_with(some, &ENDINGS)?);
        }
        let mut moved: Vec<(PathBuf, PathBuf)> = Vec::new();
        for origin in origins {
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
            for file in &apps {
                let may_have = is_gone || !tracked.contains(&file.path);
                let mut now = file.document.registrations.iter();
                let has_one = |one: &Registration| {
                    let mut before = document.registrations.iter();
                    before.any(|other| is_same_app(one, other))
                };
                if may_have && file.path != origin && now.any(has_one) {
                    moved.push((origin.clone(), file.path.clone()));
                }
            }
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

/// What a registration is looked for by.
fn identity(registration: &Registration) -> Option<&str> {
    let id = registration.client_id.as_ref();
    let known = id.or(registration.name.as_ref());
    known
        .map(|it| it.value.as_str())
        .filter(|it| !it.is_empty())
}

/// Whether two registrations are of one app: the same client id or, where one of both has none, the same name.
pub(super) fn is_same_app(one: &Registration, other: &Registration) -> bool {
    match (&one.client_id, &other.client_id) {
        (Some(one), Some(other)) => one.value == other.value,
        _ => match (&one.name, &other.name) {
            (Some(one), Some(other)) => one.value.eq_ignore_ascii_case(&other.value),
            _ => false,
        },
    }
}

/// The text of a file of the base, if it has one there.
pub(super) fn base_text(base: &Base, path: &Path) -> Result<Option<Source>, GitError> {
    match base.before(path)? {
        Before::Text(text) => Ok(Some(text)),
        Before::Nothing | Before::Odd => Ok(None),
    }
}
