//! Findings that are set aside, for a time and for a reason: by a comment in the file or by the policy.
//!
//! `allowance` has the grammar of comments. With a subject (a permission, an operation, a URI; `*` stands for
//! anything) a comment holds for the whole file, without one for what starts on the comment's line or, where the
//! comment stands alone, on the next line that is no comment.

pub use crate::lint::allowance::{Allowance, parse};

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use jiff::civil::Date;

use crate::declared::{Comment, Registration};
use crate::finding::{Finding, Place, Suppressed};
use crate::lint::associate::Link;
use crate::lint::case::place;
use crate::lint::input::{BaseComment, Inputs, OperationsFile};
use crate::lint::policy::is_named;
use crate::manifest::Policy;
use crate::manifest::policy::{Pattern, Suppression};
use crate::source::relative::is_below;
use crate::source::{Source, Span};

/// How many suppressions of a file are read: nobody reviews more, and each is held against each finding.
const MOST: usize = 500;

/// A suppression of a run.
#[derive(Debug)]
pub struct Found<'a> {
    /// Where it is written.
    pub place: Place,
    /// Whether it could be read.
    pub allowance: Result<Allowance, String>,
    /// Where it holds.
    scope: Scope<'a>,
    /// Whether the base has it too, or no base is asked for.
    pub is_trusted: bool,
    /// Whether it has set a finding aside, or would but for its age or its origin.
    pub is_used: bool,
    /// Whether the run looks at all that it can be about.
    pub is_whole: bool,
}

#[derive(Debug)]
enum Scope<'a> {
    /// The whole of a file.
    File,
    /// What starts on a line of the file.
    Line(usize),
    /// The files of a policy, of these paths.
    Policy {
        files: Option<Rc<[Reached]>>,
        /// The folder of the manifest: of what lies below it, a path names what belongs to others, too.
        below: Option<Below<'a>>,
        path: Option<&'a Pattern>,
    },
}

/// What lies below a manifest, whoever it belongs to.
#[derive(Debug, Clone, Copy)]
struct Below<'a> {
    inputs: &'a Inputs,
    folder: &'a Path,
}

impl Below<'_> {
    fn has(&self, path: &Path) -> bool {
        is_below(path, self.folder) && self.inputs.was_there(path)
    }
}

/// A file that a policy is about.
#[derive(Debug)]
struct Reached {
    path: PathBuf,
    /// In a file that other apps share: what stands of those that the policy is about, and of the others.
    shared: Option<(Vec<Span>, Vec<Span>)>,
}

impl Reached {
    /// Whether a finding is about what the policy is about. What belongs to no registration is everybody's.
    fn has(&self, finding: &Finding) -> bool {
        if finding.place.path != self.path {
            return false;
        }
        let Some((own, others)) = &self.shared else {
            return true;
        };
        let at = finding.place.span;
        let nearest = |spans: &[Span]| {
            let around = spans.iter();
            let around = around.filter(|span| span.start <= at.start && at.end <= span.end);
            around.map(|span| span.end - span.start).min()
        };
        match (nearest(own), nearest(others)) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(other)) => own < other,
        }
    }
}

/// All suppressions of a run.
#[derive(Debug, Default)]
pub struct Suppressions<'a> {
    /// In the order of their places.
    pub all: Vec<Found<'a>>,
}

impl<'a> Suppressions<'a> {
    /// Reads the suppressions of all files and policies.
    pub fn new(inputs: &'a Inputs, links: &[Link]) -> Self {
        let mut all = Vec::new();
        let operations = inputs.operations.iter();
        let operations = operations.map(|file| (&file.path, &file.manifest.source, &file.comments));
        let apps = inputs.apps.iter();
        let apps = apps.map(|file| (&file.path, &file.document.source, &file.document.comments));
        for (path, source, comments) in operations.chain(apps) {
            let ours = comments.iter().filter_map(|comment| {
                let allowance = parse(&comment.text)?;
                Some((comment, allowance))
            });
            // One beyond what is read, to be told.
            let ours: Vec<_> = ours.take(MOST + 1).collect();
            if ours.is_empty() {
                continue;
            }
            let layout = Lines::new(source, comments);
            for (at, (comment, allowances)) in ours.into_iter().enumerate() {
                let allowances = match allowances {
                    _ if at == MOST => vec![Err(format!(
                        "only the first {MOST} suppressions of a file are read"
                    ))],
                    Ok(allowances) => allowances.into_iter().map(Ok).collect(),
                    Err(why) => vec![Err(why)],
                };
                let found = allowances.into_iter();
                all.extend(found.map(|allowance| {
                    in_comment(inputs, path, source, &layout, comment, allowance)
                }));
            }
        }
        let owned = Owned::new(links);
        for (index, file) in inputs.operations.iter().enumerate() {
            let mut policies = file.policies.iter();
            if policies.all(|policy| policy.suppressions.is_empty()) {
                continue;
            }
            let reached: Rc<[Reached]> = reach(inputs, &owned, index).into();
            all.extend(of_policies(inputs, file, |given| Scope::Policy {
                files: Some(Rc::clone(&reached)),
                below: below(inputs, file),
                path: given.path.as_ref(),
            }));
        }
        for file in &inputs.above {
            let found = of_policies(inputs, file, |given| Scope::Policy {
                files: Some(Rc::new([])),
                below: below(inputs, file),
                path: given.path.as_ref(),
            });
            // What belongs to such a manifest is no part of the run.
            all.extend(found.filter(Found::names_path));
        }
        for policy in &inputs.policies {
            let is_whole = !inputs.is_partial && inputs.is_in_repository(policy.source.name());
            all.extend(policy.suppressions.iter().map(|given| Found {
                is_whole,
                ..of_policy(
                    policy,
                    given,
                    Scope::Policy {
                        files: None,
                        below: None,
                        path: given.path.as_ref(),
                    },
                )
            }));
        }
        all.sort_by(|one, other| {
            let key = |found: &Found<'_>| (found.place.path.clone(), found.place.span);
            key(one).cmp(&key(other))
        });
        Self { all }
    }

    /// Returns whether a finding, were it made, would be set aside.
    pub(super) fn holds(&self, finding: &Finding, today: Date) -> bool {
        let line = finding.place.source.position(finding.place.span.start).line;
        self.all.iter().any(|found| {
            found.allowance.as_ref().is_ok_and(|allowance| {
                found.is_trusted
                    && allowance.until >= today
                    && covers(&found.scope, &found.place, allowance, finding, line)
            })
        })
    }

    /// Sets findings aside.
    pub(super) fn settle(&mut self, findings: &mut [Finding], today: Date) {
        if self.all.is_empty() {
            return;
        }
        for finding in findings {
            let line = finding.place.source.position(finding.place.span.start).line;
            for found in &mut self.all {
                let Ok(allowance) = &found.allowance else {
                    continue;
                };
                if !covers(&found.scope, &found.place, allowance, finding, line) {
                    continue;
                }
                found.is_used = true;
                if found.is_trusted && allowance.until >= today && finding.suppressed.is_none() {
                    finding.suppressed = Some(Suppressed {
                        reason: allowance.reason.clone(),
                        place: found.place.clone(),
                    });
                }
            }
        }
    }
}

impl Found<'_> {
    fn names_path(&self) -> bool {
        matches!(self.scope, Scope::Policy { path: Some(_), .. })
    }
}

/// Returns the suppressions of the policies that count for a manifest.
fn of_policies<'a>(
    inputs: &'a Inputs,
    file: &'a OperationsFile,
    scope: impl Fn(&'a Suppression) -> Scope<'a>,
) -> impl Iterator<Item = Found<'a>> {
    let all = file.policies.iter();
    let all = all.flat_map(|policy| policy.suppressions.iter().map(move |given| (policy, given)));
    all.map(move |(policy, given)| {
        // What others extend is about their files, too, and a path names any.
        let is_own = Path::new(policy.source.name()) == file.path && given.path.is_none();
        Found {
            is_whole: is_own || !inputs.is_partial,
            ..of_policy(policy, given, scope(given))
        }
    })
}

fn of_policy<'a>(policy: &Policy, given: &Suppression, scope: Scope<'a>) -> Found<'a> {
    Found {
        place: place(Path::new(policy.source.name()), &policy.source, given.span),
        allowance: Ok(allowance_of(given)),
        scope,
        is_trusted: true,
        is_used: false,
        is_whole: true,
    }
}

fn below<'a>(inputs: &'a Inputs, file: &'a OperationsFile) -> Option<Below<'a>> {
    let folder = file.path.parent()?;
    Some(Below { inputs, folder })
}

fn allowance_of(given: &Suppression) -> Allowance {
    Allowance {
        rule: given.rule.value.clone(),
        subject: given.subject.clone(),
        reason: given.reason.clone(),
        owner: given.owner.clone(),
        until: given.until.value,
    }
}

/// Whose files and registrations are.
struct Owned<'a> {
    /// The files by the manifest that they belong to.
    files: BTreeMap<usize, BTreeSet<usize>>,
    /// The registrations by file.
    links: BTreeMap<usize, Vec<&'a Link>>,
}

impl<'a> Owned<'a> {
    fn new(all: &'a [Link]) -> Self {
        let mut files: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut links: BTreeMap<usize, Vec<&Link>> = BTreeMap::new();
        for link in all {
            links.entry(link.file).or_default().push(link);
            if let Some(owner) = link.owner {
                files.entry(owner.operations).or_default().insert(link.file);
            }
        }
        Self { files, links }
    }
}

/// The files that an operations manifest and its policy are about. What is approved of those of the base says
/// nothing of files that come to it now.
fn reach(inputs: &Inputs, owned: &Owned<'_>, operations: usize) -> Vec<Reached> {
    let Some(own) = inputs.operations.get(operations).map(|file| &file.path) else {
        return Vec::new();
    };
    let mut reached = vec![Reached {
        path: own.clone(),
        shared: None,
    }];
    for at in owned.files.get(&operations).into_iter().flatten() {
        let Some(file) = inputs.apps.get(*at) else {
            continue;
        };
        if !inputs.is_reviewed(own, &file.path) {
            continue;
        }
        let here = owned.links.get(at).into_iter().flatten().copied();
        let is_own = |link: &&Link| {
            link.owner
                .is_some_and(|owner| owner.operations == operations)
        };
        let (ours, others): (Vec<&Link>, Vec<&Link>) = here.partition(is_own);
        let spans = |links: Vec<&Link>| {
            let registrations = &file.document.registrations;
            let found = links.into_iter();
            let found = found.filter_map(|link| registrations.get(link.registration));
            found.flat_map(parts_of).collect()
        };
        reached.push(Reached {
            path: file.path.clone(),
            shared: (!others.is_empty()).then(|| (spans(ours), spans(others))),
        });
    }
    reached
}

/// Returns the places of everything that a file says of a registration.
fn parts_of(found: &Registration) -> Vec<Span> {
    let mut parts = vec![found.span];
    parts.extend(found.name.as_ref().map(|name| name.span));
    parts.extend(found.client_id.as_ref().map(|id| id.span));
    parts.extend(found.audience.as_ref().map(|audience| audience.span));
    parts.extend(found.entries.iter().flat_map(|it| [it.span, it.key.span]));
    parts.extend(found.resources.iter().map(|it| it.span));
    parts.extend(found.redirects.iter().map(|it| it.uri.span));
    parts.extend(found.credentials.iter().map(|it| it.span));
    let undecided = found.undecided.iter().chain(&found.undecided_settings);
    parts.extend(undecided.map(|it| it.span));
    parts
}

fn in_comment<'a>(
    inputs: &Inputs,
    path: &Path,
    source: &Source,
    layout: &Lines,
    comment: &Comment,
    allowance: Result<Allowance, String>,
) -> Found<'a> {
    let has_subject = allowance.as_ref().is_ok_and(|it| it.subject.is_some());
    let scope = if has_subject {
        Scope::File
    } else {
        Scope::Line(layout.target(source, comment.span))
    };
    let base = inputs.base_comments.as_ref();
    let is_trusted = base.is_none_or(|base| {
        let about = layout.about(source, comment.span);
        let known = base.iter().filter(|(of, _)| of == path);
        let mut known = known.flat_map(|(_, comments)| comments);
        // What is approved of one line says nothing of another one that the comment was moved to.
        known.any(|it| it.text == comment.text && (has_subject || it.about == about))
    });
    Found {
        place: place(path, source, comment.span),
        allowance,
        scope,
        is_trusted,
        is_used: false,
        is_whole: true,
    }
}

/// Returns the suppressions in comments of a text, with what they are about.
pub fn in_base(source: &Source, comments: &[Comment]) -> Vec<BaseComment> {
    let layout = Lines::new(source, comments);
    let ours = comments.iter().filter(|it| parse(&it.text).is_some());
    ours.map(|comment| BaseComment {
        text: comment.text.clone(),
        about: layout.about(source, comment.span),
    })
    .collect()
}

/// The lines of a text, as far as comments are concerned.
struct Lines {
    /// By line from 0: whether something stands before a comment that starts on it.
    shares: Vec<bool>,
    /// By line from 0: the first line from there on that holds more than white space and comments.
    next: Vec<Option<usize>>,
}

impl Lines {
    fn new(source: &Source, comments: &[Comment]) -> Self {
        let lines: Vec<&str> = source.text().split('\n').collect();
        let mut is_code: Vec<bool> = lines.iter().map(|line| !line.trim().is_empty()).collect();
        let mut shares = vec![false; lines.len()];
        for comment in comments {
            let start = source.position(comment.span.start);
            let first = start.line - 1;
            let last = source.position(comment.span.end).line - 1;
            let before = lines.get(first).is_some_and(|line| {
                let mut before = line.chars().take(start.column - 1);
                before.any(|character| !character.is_whitespace())
            });
            if let Some(shares) = shares.get_mut(first) {
                *shares |= before;
            }
            let alone = if before { first + 1 } else { first };
            for line in is_code.iter_mut().take(last + 1).skip(alone) {
                *line = false;
            }
        }
        let mut next = vec![None; lines.len()];
        let mut found = None;
        for (number, is_code) in is_code.iter().enumerate().rev() {
            if *is_code {
                found = Some(number);
            }
            if let Some(slot) = next.get_mut(number) {
                *slot = found;
            }
        }
        Self { shares, next }
    }

    /// The line that a comment is about, from 1: its own when something stands before it, else the next one
    /// that holds more than a comment.
    fn target(&self, source: &Source, span: Span) -> usize {
        let line = source.position(span.start).line;
        if self.shares.get(line - 1).copied().unwrap_or_default() {
            return line;
        }
        let after = source.position(span.end).line;
        let next = self.next.get(after).copied().flatten();
        next.map_or(line, |next| next + 1)
    }
}

impl Lines {
    /// What stands on the line that a comment is about, without comma and comment, and on the next one when that
    /// says the type: the same id or name of another type is another permission.
    fn about(&self, source: &Source, span: Span) -> String {
        let bare = |line: &str| line.trim().trim_end_matches(',').trim_end().to_owned();
        let target = self.target(source, span);
        let mut lines = source.text().split('\n').skip(target - 1);
        let line = lines.next().unwrap_or_default();
        let shares = source.position(span.start).line == target;
        let line = if shares {
            line.chars()
                .take(source.position(span.start).column - 1)
                .collect()
        } else {
            line.to_owned()
        };
        let says_type = |line: &str| line.contains("type");
        let next = lines
            .next()
            .filter(|next| says_type(next) && !says_type(&line));
        format!("{}\n{}", bare(&line), bare(next.unwrap_or_default()))
    }
}

fn covers(
    scope: &Scope<'_>,
    at: &Place,
    allowance: &Allowance,
    finding: &Finding,
    starts_on: usize,
) -> bool {
    let about = |pattern: &Pattern| finding.subject.iter().any(|part| pattern.matches(part));
    if !is_named(finding.rule, &allowance.rule) || !allowance.subject.as_ref().is_none_or(about) {
        return false;
    }
    match scope {
        Scope::File => finding.place.path == at.path,
        Scope::Line(line) => finding.place.path == at.path && starts_on == *line,
        Scope::Policy { files, below, path } => {
            let at = &finding.place.path;
            if path.is_some_and(|path| !path.matches(&at.to_string_lossy())) {
                return false;
            }
            let is_own = |files: &Rc<[Reached]>| files.iter().any(|file| file.has(finding));
            files.as_ref().is_none_or(is_own)
                || path.is_some() && below.is_some_and(|below| below.has(at))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::associate::associate;
    use crate::lint::sample::Sample;

    const TERRAFORM: &str = r#"resource "azuread_application" "one" {
  display_name = "One"
  required_resource_access {
    resource_app_id = "00000003-0000-0000-c000-000000000000"
    resource_access {
      id   = "810c84a8-4a9e-49e6-bf7d-12d183f40d01"
      type = "Role"
    }
  }
}

resource "azuread_application" "two" {
  display_name = "Two"
  required_resource_access {
    resource_app_id = "00000003-0000-0000-c000-000000000000"
    resource_access {
      id   = "810c84a8-4a9e-49e6-bf7d-12d183f40d01"
      type = "Role"
    }
  }
}
"#;

    #[test]
    fn many_manifests_with_suppressions_are_read_once() {
        let policy = "policy: {suppressions: [{rule: tier-1-risk, subject: Mail.Read, reason: r, owner: o, until: 2027-01-01}]}\n";
        let one = Sample::new(&format!("operations: [GET /me]\n{policy}")).app(&[]);
        let mut sample = Sample::without_operations();
        for at in 0..1000 {
            let mut operations = one.inputs.operations[0].clone();
            let mut app = one.inputs.apps[0].clone();
            operations.path = format!("{at}/graphgrant.yaml").into();
            app.path = format!("{at}/app.json").into();
            sample.inputs.operations.push(operations);
            sample.inputs.apps.push(app);
        }
        let links = associate(&sample.inputs);
        assert!(links.iter().all(|link| link.owner.is_some()));
        // Manifests times files times links would take minutes.
        assert_eq!(Suppressions::new(&sample.inputs, &links).all.len(), 1000);
    }

    #[test]
    fn a_policy_says_nothing_of_the_apps_of_another_manifest_in_the_same_file() {
        let policy = "policy: {suppressions: [{rule: tier-1-risk, subject: Mail.Read, reason: r, owner: o, until: 2027-01-01}]}\n";
        let calls = |name: &str, more: &str| {
            format!(
                "app: {{name: {name}}}\ndeclared: main.tf\naccess: application\noperations: ['GET /sites/{{id}}']\n{more}"
            )
        };
        let mut sample = Sample::new(&calls("One", policy)).file("main.tf", TERRAFORM);
        let mut other = Sample::new(&calls("Two", "")).inputs.operations;
        for file in &mut other {
            file.path = "two/graphgrant.yaml".into();
            file.manifest.apps[0].declared[0].value = "../main.tf".to_owned();
        }
        sample.inputs.operations.extend(other);
        let found = sample.inspect().findings;
        let risks = found.iter().filter(|it| it.rule.name == "tier-1-risk");
        let told: Vec<_> = risks
            .map(|it| {
                let line = it.place.source.position(it.place.span.start).line;
                (line, it.suppressed.is_some())
            })
            .collect();
        assert_eq!(told, [(6, true), (17, false)]);
    }
}
