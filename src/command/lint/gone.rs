//! What the base has and the change does not: manifests that moved, and app manifests that nobody judges any more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::command::lint::base::{Base, Before};
use crate::command::lint::before::{are_of_one_app, base_text, is_same_app};
use crate::command::lint::files::{ENDINGS, Refused};
use crate::command::lint::inputs::Reading;
use crate::command::manifests::{LISTS, YAML, is_named_so};
use crate::declared::{self, Document, Kind};
use crate::lint::input::{Changed, How, Inputs, OperationsFile};
use crate::manifest::Manifest;
use crate::manifest::read::from_source;
use crate::source::escape::shown;
use crate::source::git::GitError;
use crate::source::read::{self, LIMIT};
use crate::source::{Source, Span, walk};

/// What every app manifest has one of: git looks for them at once, and what has none is not read.
const WORDS: [&str; 9] = [
    "requiredResourceAccess",
    "resourceAppId",
    "signInAudience",
    "replyUrlsWithType",
    "manifestVersion",
    "webApiPermissionRequests",
    "zippedPackage",
    "azuread_",
    "icrosoft",
];

/// Finds where manifests that are new stood in the base: one that is gone has the same text, or an app of theirs.
pub(super) fn origins(
    base: &Base,
    inputs: &Inputs,
) -> Result<BTreeMap<PathBuf, PathBuf>, GitError> {
    let tracked: BTreeSet<PathBuf> = base.files()?.into_iter().collect();
    let new = inputs.manifests().filter(|it| !tracked.contains(&it.path));
    let new: Vec<&OperationsFile> = new.collect();
    let mut origins = BTreeMap::new();
    if new.is_empty() {
        return Ok(origins);
    }
    let named = tracked.iter().filter(|path| is_named_so(path)).cloned();
    let likely = base.files_with(&LISTS, &YAML)?;
    let gone: BTreeSet<PathBuf> = named.chain(likely).collect();
    for path in gone.into_iter().filter(|path| !walk::is_there(path)) {
        let Before::Text(text) = base.before(&path)? else {
            continue;
        };
        if declared::detect(&path.to_string_lossy(), &text) != Some(Kind::Operations) {
            continue;
        }
        let before = from_source(&text, &|_| Ok(())).manifest;
        let is_free = |it: &&&OperationsFile| !origins.contains_key(&it.path);
        let same_text = |it: &&&OperationsFile| it.manifest.source.text() == before.source.text();
        let found = new.iter().filter(is_free).find(same_text);
        let has_app = |it: &&&OperationsFile| has_same_app(&it.manifest, &before);
        let found = found.or_else(|| new.iter().filter(is_free).find(has_app));
        if let Some(found) = found {
            origins.insert(found.path.clone(), path);
        }
    }
    Ok(origins)
}

/// Whether an app is in both.
fn has_same_app(one: &Manifest, other: &Manifest) -> bool {
    one.apps.iter().any(|one| {
        other.apps.iter().any(|other| {
            are_of_one_app(
                (one.client_id.as_ref(), one.name.as_ref()),
                (other.client_id.as_ref(), other.name.as_ref()),
            )
        })
    })
}

/// An app manifest of the base that is none of the run.
struct Gone {
    path: PathBuf,
    kind: Kind,
    document: Option<Document>,
    text: Source,
}

impl Reading<'_> {
    /// Tells of the app manifests of the base that nothing judges any more, and refuses the files that have become
    /// of them under names by which no run finds them.
    pub(super) fn read_gone(&mut self, base: &Base) -> Result<(), GitError> {
        let gone = self.gone(base)?;
        if gone.is_empty() {
            return Ok(());
        }
        let hidden = self.hidden(base, &gone)?;
        for one in gone {
            if hidden.iter().any(|(_, from)| *from == one.path) || self.is_elsewhere(&one) {
                continue;
            }
            self.inputs.changed.push(Changed {
                source: Source::new(one.path.to_string_lossy(), ""),
                span: Span::default(),
                what: "the app manifest".to_owned(),
                how: if walk::is_there(&one.path) {
                    How::Spoiled
                } else {
                    How::Went
                },
                revision: base.name().to_owned(),
                path: one.path,
            });
        }
        for (path, from) in hidden {
            let ending = from.extension().unwrap_or_default().to_string_lossy();
            self.files.refused.push(Refused {
                message: format!(
                    "`{}` is judged in `{}`, and this looks like it and has a name that is not looked at",
                    shown(&from.to_string_lossy()),
                    shown(base.name())
                ),
                help: format!("let its name end with `.{}`", shown(&ending)),
                path,
            });
        }
        self.read_apps();
        Ok(())
    }

    fn is_judged(&self, path: &Path) -> bool {
        let mut apps = self.inputs.apps.iter();
        let mut unreadable = self.inputs.unreadable.iter();
        apps.any(|it| it.path == *path) || unreadable.any(|it| it.path == *path)
    }

    /// The app manifests of the base, where the run looks, that are none of the run.
    fn gone(&self, base: &Base) -> Result<Vec<Gone>, GitError> {
        let mut gone = Vec::new();
        for path in base.files_with(&WORDS, &ENDINGS)? {
            let is_context = self.files.all.get(&path).is_some_and(|it| it.is_context);
            if is_context || !self.files.was_asked_for(&path) || self.is_judged(&path) {
                continue;
            }
            let Some(text) = base_text(base, &path)? else {
                continue;
            };
            let now = self.files.all.get(&path);
            if now.is_some_and(|now| now.source.text() == text.text()) {
                continue;
            }
            let kind = declared::detect(&path.to_string_lossy(), &text);
            if let Some(kind) = kind.filter(|kind| *kind != Kind::Operations) {
                gone.push(Gone {
                    document: self.base_document(&text, kind),
                    path,
                    kind,
                    text,
                });
            }
        }
        Ok(gone)
    }

    /// Whether what was gone from its place is judged at another one.
    fn is_elsewhere(&self, gone: &Gone) -> bool {
        let registrations = gone.document.iter().flat_map(|it| &it.registrations);
        let registrations: Vec<_> = registrations.collect();
        self.inputs.apps.iter().any(|file| {
            let mut now = file.document.registrations.iter();
            file.document.source.text() == gone.text.text()
                || now.any(|now| registrations.iter().any(|it| is_same_app(it, now)))
        })
    }

    /// The files under review that look like one that is gone, with where that was, and that no run would judge.
    fn hidden(&self, base: &Base, gone: &[Gone]) -> Result<Vec<(PathBuf, PathBuf)>, GitError> {
        let mut hidden = Vec::new();
        for path in base.under_review_with(&WORDS)? {
            let is_looked_at =
                walk::has_ending(&path, &ENDINGS) || self.files.all.contains_key(&path);
            if is_looked_at || !self.files.was_asked_for(&path) || !walk::is_file(&path) {
                continue;
            }
            let bytes = read::bytes(&path, LIMIT);
            let text = bytes.and_then(|bytes| read::decode(path.to_string_lossy(), bytes));
            let Ok(text) = text else { continue };
            // What was there before and is as it was has nothing to do with what is gone.
            let before = base_text(base, &path)?;
            if before.is_some_and(|before| before.text() == text.text()) {
                continue;
            }
            if let Some(from) = gone.iter().find(|gone| self.looks_like(gone, &text)) {
                hidden.push((path, from.path.clone()));
            }
        }
        Ok(hidden)
    }

    /// Whether a text would be of the kind of one that is gone if it had its name. Words alone do not make HCL and
    /// Bicep: other texts speak of them.
    fn looks_like(&self, gone: &Gone, text: &Source) -> bool {
        let name = gone.path.to_string_lossy();
        if declared::detect(&name, text) != Some(gone.kind) {
            return false;
        }
        let is_code = matches!(gone.kind, Kind::Terraform | Kind::Bicep);
        let document = self.base_document(text, gone.kind);
        !is_code || document.is_some_and(|it| !it.registrations.is_empty())
    }
}
