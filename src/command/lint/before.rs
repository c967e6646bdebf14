//! What the base says of the files of a run: whose they are in it, and which suppressions they have.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::command::lint::base::{Base, Before};
use crate::command::lint::files::Refused;
use crate::command::lint::inputs::Reading;
use crate::declared::{self, Comment, Document, Kind, terraform};
use crate::lint::associate::associate;
use crate::lint::input::{AppFile, BaseComment, Inputs, OperationsFile};
use crate::lint::{comments, suppression};
use crate::manifest::model::Manifest;
use crate::source::Source;
use crate::source::escape::shown;
use crate::source::git::GitError;

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

    /// The files that belong to a manifest of which it matters whether they do so in the base: another one has a
    /// policy that could count, or its own has suppressions.
    fn in_question(&self) -> BTreeSet<PathBuf> {
        let mut found = BTreeSet::new();
        for link in associate(&self.inputs) {
            let owner = link.owner.map(|owner| owner.operations);
            let owner = owner.and_then(|owner| self.inputs.operations.get(owner));
            let Some((owner, file)) = owner.zip(self.inputs.apps.get(link.file)) else {
                continue;
            };
            let mut policies = owner.policies.iter();
            let mut former = self.inputs.former.iter();
            let matters = policies.any(|policy| !policy.suppressions.is_empty())
                || former.any(|former| {
                    former.path != owner.path
                        && !former.policies.is_empty()
                        && former.reaches(&file.path)
                });
            if matters && !owner.is_new {
                found.insert(file.path.clone());
            }
        }
        found
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

    fn base_document(&self, text: &Source, kind: Kind) -> Option<Document> {
        let read = if kind == Kind::Terraform {
            terraform::read_in_module(&self.ids, text, &[])
        } else {
            declared::read(&self.ids, text, kind)
        };
        read.ok()
    }
}

fn base_text(base: &Base, path: &Path) -> Result<Option<Source>, GitError> {
    match base.before(path)? {
        Before::Text(text) => Ok(Some(text)),
        Before::Nothing | Before::Odd => Ok(None),
    }
}
