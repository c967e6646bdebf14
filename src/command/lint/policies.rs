//! The policies that count: those of the command line and of manifests, with what they extend, in the tree or in
//! the base.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::command::lint::base::{Base, Before};
use crate::command::lint::files::Files;
use crate::command::manifests::{LISTS, YAML, is_named_so};
use crate::declared::{self, Kind};
use crate::lint::input::{Absent, BrokenPolicy, Changed, Former, How, Inputs};
use crate::manifest::model::Manifest;
use crate::manifest::policy::{self, PolicyReading};
use crate::manifest::read::from_source;
use crate::manifest::{ManifestError, Policy};
use crate::report::words;
use crate::source::escape::shown;
use crate::source::read::{self, LIMIT};
use crate::source::relative::{is_below, shortest};
use crate::source::{Named, Source, Span, walk};

/// How many policies may extend one another.
const DEPTH: usize = 8;

/// The policy of the command line has mistakes: all of them. No run is judged by half of it.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the policy `{name}` has {count}")]
#[diagnostic(code(graphgrant::lint::policy))]
pub(super) struct PolicyMistakes {
    name: String,
    count: String,
    #[source_code]
    source_code: Named,
    #[related]
    all: Vec<ManifestError>,
}

/// A policy that cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the policy `{name}` {why}")]
#[diagnostic(code(graphgrant::lint::no_policy), help("{help}"))]
pub(super) struct NoPolicy {
    name: String,
    why: String,
    help: String,
}

/// Where policies are looked for, and what was found to differ.
pub(super) struct Sources<'a> {
    pub(super) files: &'a Files,
    pub(super) base: Option<&'a Base>,
    /// Where manifests that are new stood in the base.
    pub(super) origins: &'a BTreeMap<PathBuf, PathBuf>,
    pub(super) changed: Vec<Changed>,
    /// Policies that are extended and have mistakes.
    pub(super) broken: Vec<BrokenPolicy>,
}

impl Sources<'_> {
    /// Reads the policy that the command line names, and what it extends.
    pub(super) fn shared(&mut self, path: &Path) -> miette::Result<Vec<Policy>> {
        let source = self
            .policy_text(path, None)
            .map_err(|(why, help)| NoPolicy {
                name: shown(&path.to_string_lossy()),
                why,
                help,
            })?;
        let first = sound(&source).map_err(|mistakes| miette::Report::new(*mistakes))?;
        let mut absent = Vec::new();
        let all = self.with_extended(first, path, &mut absent);
        match absent.pop() {
            None => Ok(all),
            Some(absent) => Err(NoPolicy {
                name: shown(&path.to_string_lossy()),
                why: format!("extends one that {}", absent.why),
                help: absent.help,
            }
            .into()),
        }
    }

    /// Returns the policies of an operations manifest, its own first; with a base those of the base.
    pub(super) fn of_manifest(
        &mut self,
        path: &Path,
        own: Option<&Policy>,
        absent: &mut Vec<Absent>,
    ) -> miette::Result<Vec<Policy>> {
        let Some(base) = self.base else {
            return Ok(own.map_or_else(Vec::new, |own| {
                self.with_extended(own.clone(), path, absent)
            }));
        };
        let origin = self.origins.get(path).map_or(path, PathBuf::as_path);
        let before = base.before(origin)?;
        let is_odd = matches!(before, Before::Odd);
        let before = match before {
            Before::Text(text) => from_source(&text, &|_| Ok(())).manifest.policy,
            Before::Nothing | Before::Odd => None,
        };
        let text = |policy: &Policy| policy.source.slice(policy.span).to_owned();
        if is_odd || before.as_ref().map(text) != own.map(text) {
            let whole = || {
                let read = self.files.all.get(path);
                let source = read.map(|file| file.source.clone());
                (
                    source.unwrap_or_else(|| Source::new("", "")),
                    Span::default(),
                )
            };
            let (source, span) = own.map_or_else(whole, |own| (own.source.clone(), own.span));
            self.changed.push(Changed {
                path: path.to_owned(),
                source,
                span,
                what: "the policy".to_owned(),
                how: How::Differs,
                revision: base.name().to_owned(),
            });
        }
        Ok(before.map_or_else(Vec::new, |policy| {
            self.with_extended(policy, origin, absent)
        }))
    }

    /// Reads the manifests of the base, and marks those that it does not have. One that is gone, with a policy or
    /// a lock, is a change.
    pub(super) fn former(
        &mut self,
        inputs: &mut Inputs,
    ) -> miette::Result<Vec<(Former, Manifest)>> {
        let Some(base) = self.base else {
            return Ok(Vec::new());
        };
        let tracked: BTreeSet<PathBuf> = base.files()?.into_iter().collect();
        for file in inputs.operations.iter_mut().chain(&mut inputs.above) {
            file.is_new = !tracked.contains(&file.path);
        }
        let inputs = &*inputs;
        let known = inputs.manifests().filter(|file| !file.is_new);
        let named = tracked.iter().filter(|path| is_named_so(path)).cloned();
        // One of another name is known by what it says.
        let likely = base.files_with(&LISTS, &YAML)?;
        let paths: BTreeSet<PathBuf> = known
            .map(|file| file.path.clone())
            .chain(named)
            .chain(likely)
            .collect();
        let mut former = Vec::new();
        for path in paths {
            let is_there = inputs.manifests().any(|file| file.path == path);
            if !is_there && !self.is_gone(&path) {
                continue;
            }
            let folder = path.parent().map(Path::to_owned).unwrap_or_default();
            let text = match base.before(&path)? {
                Before::Text(text) => text,
                Before::Nothing => continue,
                Before::Odd => {
                    let is_same = || {
                        let now = read::bytes(&path, LIMIT).ok();
                        now.is_some() && base.bytes(&path).is_ok_and(|before| before == now)
                    };
                    let mut files = self.files.all.keys();
                    if is_named_so(&path)
                        && !is_there
                        && files.any(|file| is_below(file, &folder))
                        && !is_same()
                    {
                        self.note_gone(&path);
                    }
                    continue;
                }
            };
            let is_manifest = || {
                let kind = declared::detect(&path.to_string_lossy(), &text);
                kind == Some(Kind::Operations)
            };
            if !is_there && !is_manifest() {
                continue;
            }
            let manifest = from_source(&text, &|_| Ok(())).manifest;
            let declared = manifest.apps.iter().flat_map(|app| &app.declared);
            let declared = declared.map(|it| inputs.resolved(&folder, &it.value));
            let mut one = Former {
                declared: declared.collect(),
                policies: Vec::new(),
                owned: BTreeSet::new(),
                moved: BTreeSet::new(),
                path: path.clone(),
            };
            if !is_there {
                let is_moved = self.origins.values().any(|origin| *origin == path);
                let reaches_some = self.files.all.keys().any(|file| one.reaches(file));
                if !is_moved && (reaches_some || self.files.has_seen(&path)) {
                    self.note_gone(&path);
                }
                if !reaches_some {
                    continue;
                }
            }
            if let Some(policy) = manifest.policy.clone() {
                // What it extends may be gone with it: then the change above is all that is told.
                one.policies = self.with_extended(policy, &path, &mut Vec::new());
            }
            former.push((one, manifest));
        }
        Ok(former)
    }

    /// Whether a file of the base that is no manifest of the run is none any more. One that is there and was not
    /// looked at is not gone.
    fn is_gone(&self, path: &Path) -> bool {
        self.files.has_seen(path) || !walk::is_file(path)
    }

    fn note_gone(&mut self, path: &Path) {
        let Some(base) = self.base else { return };
        self.changed.push(Changed {
            source: Source::new(path.to_string_lossy(), ""),
            path: path.to_owned(),
            span: Span::default(),
            what: "the operations manifest".to_owned(),
            how: if walk::is_there(path) {
                How::Spoiled
            } else {
                How::Went
            },
            revision: base.name().to_owned(),
        });
    }

    /// Puts a policy and those it extends together.
    fn with_extended(
        &mut self,
        first: Policy,
        path: &Path,
        absent: &mut Vec<Absent>,
    ) -> Vec<Policy> {
        let mut all = vec![first];
        let mut at = path.to_owned();
        while let Some(extends) = all.last().and_then(|policy| policy.extends.clone()) {
            let folder = at.parent().map(Path::to_owned).unwrap_or_default();
            let next = shortest(&self.files.here, &folder.join(&extends.value));
            let mut refuse = |why: String, help: String| {
                absent.push(Absent {
                    span: extends.span,
                    why,
                    help,
                });
            };
            if all.len() > DEPTH {
                let why = "is one policy too many that extend one another".to_owned();
                refuse(why, "extend fewer, and none in a circle".to_owned());
                break;
            }
            match self.policy_text(&next, Some(extends.span)) {
                Ok(source) => {
                    let reading = policy::from_source(&source);
                    self.note_mistakes(&next, &reading);
                    all.push(reading.policy);
                }
                Err((why, help)) => {
                    refuse(why, help);
                    break;
                }
            }
            at = next;
        }
        all
    }

    /// Keeps the mistakes of a policy that is extended; what is valid in it counts.
    fn note_mistakes(&mut self, path: &Path, reading: &PolicyReading) {
        let is_known = self.broken.iter().any(|known| known.path == path);
        if reading.errors.is_empty() || is_known {
            return;
        }
        self.broken.push(BrokenPolicy {
            path: path.to_owned(),
            source: reading.policy.source.clone(),
            mistakes: reading.errors.clone(),
        });
    }

    /// Returns the text of a policy file: that of the base where there is one, and says when it differs.
    fn policy_text(
        &mut self,
        path: &Path,
        extended: Option<Span>,
    ) -> Result<Source, (String, String)> {
        // A policy that the command line names may lie anywhere: whoever runs the tool chose it.
        let here = || match extended {
            Some(_) => self.files.other(path),
            None => {
                read::text(path).map_err(|error| (error.to_string(), "check the path".to_owned()))
            }
        };
        let Some(base) = self.base else { return here() };
        let help = || "check the revision".to_owned();
        let before = base
            .text(path)
            .map_err(|error| (error.to_string(), help()))?;
        let now = here();
        let Some(before) = before else {
            // What lies outside the repository is no part of the change.
            let is_tracked_place = self.files.is_in_repository(path);
            return match now {
                Ok(source) if !is_tracked_place => Ok(source),
                Ok(source) => {
                    self.note_change(path, &source, base.name());
                    Err(("is not in the base revision".to_owned(), help()))
                }
                Err(error) => Err(error),
            };
        };
        match now {
            Ok(source) if source.text() == before.text() => {}
            Ok(source) => self.note_change(path, &source, base.name()),
            Err(_) => self.note_change(path, &Source::new("", ""), base.name()),
        }
        Ok(before)
    }

    fn note_change(&mut self, path: &Path, source: &Source, revision: &str) {
        let path: PathBuf = path.to_owned();
        self.changed.push(Changed {
            span: Span::default(),
            source: source.clone(),
            what: "the policy".to_owned(),
            how: How::Differs,
            revision: revision.to_owned(),
            path,
        });
    }
}

/// Reads a policy file without a mistake.
fn sound(source: &Source) -> Result<Policy, Box<PolicyMistakes>> {
    let reading = policy::from_source(source);
    if reading.errors.is_empty() {
        return Ok(reading.policy);
    }
    Err(Box::new(PolicyMistakes {
        name: shown(source.name()),
        count: words::count(reading.errors.len(), "mistake"),
        source_code: reading.policy.source.to_named(),
        all: reading.errors,
    }))
}
