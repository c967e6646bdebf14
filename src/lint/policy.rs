//! The policies that count for a file: which severity a rule has there, and what is allowed.
//!
//! The policy of a manifest holds for the files that belong to it, and for all files in its folder and below. So
//! several may hold for a file, and they add up: what one of them denies is denied, and of the severities that
//! they give the heaviest counts. Only `--policy FILE` says the last word.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::finding::{self, Finding, Findings, Persona, Place, Related, Severity};
use crate::lint::associate::Link;
use crate::lint::case::{Case, place};
use crate::lint::input::Inputs;
use crate::manifest::Policy;
use crate::manifest::policy::{Level, Selector};
use crate::source::Span;
use crate::source::relative::{depth, is_below, normal};

/// The policies of a run by file.
#[derive(Debug)]
pub struct Policies<'a> {
    inputs: &'a Inputs,
    /// Where the manifests hold.
    around: Around<'a>,
    /// The manifests that files belong to.
    owners: BTreeMap<&'a Path, BTreeSet<usize>>,
    /// Whether pedantic rules take part everywhere.
    is_pedantic: bool,
}

/// A manifest and its policies: its own and what that extends.
type Group<'a> = (&'a Path, &'a [Policy]);

impl<'a> Policies<'a> {
    /// Finds which policies count where.
    pub fn new(inputs: &'a Inputs, links: &[Link], is_pedantic: bool) -> Self {
        let mut owners: BTreeMap<&Path, BTreeSet<usize>> = BTreeMap::new();
        for (index, file) in inputs.operations.iter().enumerate() {
            owners.entry(&file.path).or_default().insert(index);
        }
        for link in links {
            let file = inputs.apps.get(link.file);
            if let Some((owner, file)) = link.owner.zip(file) {
                let owners = owners.entry(&file.path).or_default();
                owners.insert(owner.operations);
            }
        }
        Self {
            inputs,
            around: Around::new(inputs),
            owners,
            is_pedantic,
        }
    }

    fn of(&self, path: &Path) -> Vec<Group<'a>> {
        let owners = self.owners.get(path).into_iter().flatten();
        self.around.groups(path, owners.copied())
    }

    /// Returns whether any policy gives the rule a severity, which makes a pedantic rule take part.
    pub fn names(&self, rule: &finding::Rule) -> bool {
        let manifests = self.inputs.manifests().flat_map(|file| &file.policies);
        let former = self.inputs.former.iter().flat_map(|file| &file.policies);
        let mut all = self.inputs.policies.iter().chain(manifests).chain(former);
        all.any(|policy| severity_in(policy, rule).is_some())
    }

    /// Gives findings the severity that the policies want, and leaves out those that they do not want.
    pub fn weigh(&self, findings: &mut Vec<Finding>) {
        let mut by_path = BTreeMap::new();
        findings.retain_mut(|finding| {
            let groups = by_path
                .entry(finding.place.path.clone())
                .or_insert_with(|| self.of(&finding.place.path));
            match self.level(finding.rule, groups) {
                None => {}
                Some(Level::Off) => return false,
                Some(Level::Info) => finding.severity = Severity::Info,
                Some(Level::Warning) => finding.severity = Severity::Warning,
                Some(Level::Error) => finding.severity = Severity::Error,
            }
            true
        });
    }

    /// The severity that policies give a rule; `None` when they do not say. What one of them demands weighs at
    /// least what it says, so that no other one can take it back.
    fn level(&self, rule: &finding::Rule, groups: &[Group<'_>]) -> Option<Level> {
        let shared = self.inputs.policies.as_slice();
        if let Some(level) = first(shared, rule) {
            return Some(level);
        }
        let all = groups.iter().map(|(_, group)| *group).chain([shared]);
        let given = all.flat_map(|group| {
            let demanding = group.iter().filter(|policy| demands(policy, rule));
            let least = demanding.map(|policy| severity_in(policy, rule).unwrap_or(usual(rule)));
            first(group, rule).into_iter().chain(least)
        });
        // A pedantic rule that takes part for the policy of one file says nothing of another.
        let silent = rule.persona == Persona::Pedantic && !self.is_pedantic;
        given.max().or(silent.then_some(Level::Off))
    }

    /// Returns whether findings make the run fail: what the command line says, else what the policies of the
    /// file say, else from warnings on. Of several policies the strictest counts, and one that demands
    /// something and does not say means warnings.
    pub fn fail(&self, findings: &Findings, wish: Option<Level>) -> bool {
        let mut by_path = BTreeMap::new();
        let mut counted = findings.counted();
        counted.any(|finding| {
            let from = wish.unwrap_or_else(|| {
                let path = finding.place.path.as_path();
                let groups = by_path.entry(path).or_insert_with(|| self.of(path));
                self.fails_from(finding, groups)
            });
            let level = match finding.severity {
                Severity::Info => Level::Info,
                Severity::Warning => Level::Warning,
                Severity::Error => Level::Error,
            };
            from != Level::Off && level >= from
        })
    }

    fn fails_from(&self, finding: &Finding, groups: &[Group<'_>]) -> Level {
        let shared = self.inputs.policies.as_slice();
        let own = groups.iter().flat_map(|(_, group)| *group);
        let said = own.chain(shared).filter_map(|policy| match policy.fail_on {
            Some(level) => Some(level.value),
            None => demands(policy, finding.rule).then_some(Level::Warning),
        });
        // Of those that fail the lowest, else `off`, if that is said.
        let strictest = said.min_by_key(|level| (*level == Level::Off, *level));
        strictest.unwrap_or(Level::Warning)
    }
}

fn first(group: &[Policy], rule: &finding::Rule) -> Option<Level> {
    group.iter().find_map(|policy| severity_in(policy, rule))
}

/// What a rule weighs where nobody says.
const fn usual(rule: &finding::Rule) -> Level {
    match rule.severity {
        Severity::Info => Level::Info,
        Severity::Warning => Level::Warning,
        Severity::Error => Level::Error,
    }
}

/// Whether a policy has lines that a rule enforces.
fn demands(policy: &Policy, rule: &finding::Rule) -> bool {
    match rule.name {
        "policy-denied" => !policy.deny.is_empty(),
        "policy-not-allowed" => policy.allow.is_some(),
        "policy-access" => policy.access.is_some(),
        "policy-reason" => !policy.reasons.is_empty(),
        "long-lived-credential" => policy.credential_days.is_some(),
        _ => false,
    }
}

fn severity_in(policy: &Policy, rule: &finding::Rule) -> Option<Level> {
    let mut given = policy.severities.iter();
    given
        .find(|(name, _)| is_named(rule, &name.value))
        .map(|(_, level)| level.value)
}

/// Returns whether a text is the name or the id of a rule.
pub fn is_named(rule: &finding::Rule, text: &str) -> bool {
    text == rule.name || text.eq_ignore_ascii_case(rule.id)
}

/// Returns the policies that count for an app: those of the command line, then those of the manifest it belongs
/// to, then the others from the nearest up.
pub fn of_case<'a>(around: &Around<'a>, case: &Case<'a>) -> Vec<&'a Policy> {
    let own = case.operations.map(|operations| {
        let path = operations.file.path.as_path();
        (path, Some(operations.index))
    });
    let parts = case.parts.iter().map(|part| {
        let owner = part.link.owner.map(|owner| owner.operations);
        (part.file.path.as_path(), owner)
    });
    let mut found: Vec<Group<'_>> = Vec::new();
    let paths: BTreeSet<_> = own.iter().copied().chain(parts).collect();
    for (path, owner) in own.into_iter().chain(paths) {
        for group in around.groups(path, owner.into_iter()) {
            if !found.iter().any(|(known, _)| *known == group.0) {
                found.push(group);
            }
        }
    }
    let of_manifests = found.into_iter().flat_map(|(_, group)| group);
    around.inputs.policies.iter().chain(of_manifests).collect()
}

/// The manifests by where they hold, so that a file looks at those above it alone.
#[derive(Debug)]
pub struct Around<'a> {
    inputs: &'a Inputs,
    /// By folder or file, from the top of the repository. Those of the base come last.
    at: BTreeMap<PathBuf, Vec<Group<'a>>>,
    /// Those that hold for what lies outside of the repository, too: the folder, as it is shown.
    outside: Vec<(PathBuf, Group<'a>)>,
}

impl<'a> Around<'a> {
    /// Finds where the manifests of a run hold.
    pub fn new(inputs: &'a Inputs) -> Self {
        let mut all = Self {
            inputs,
            at: BTreeMap::new(),
            outside: Vec::new(),
        };
        for file in inputs.manifests() {
            if let Some(folder) = file.path.parent() {
                all.put(folder, (&file.path, &file.policies));
            }
        }
        for former in &inputs.former {
            let group: Group<'_> = (&former.path, &former.policies);
            let named = former.declared.iter().chain(&former.moved);
            let places = former.path.parent().into_iter();
            for place in places.chain(named.map(PathBuf::as_path)) {
                all.put(place, group);
            }
        }
        all
    }

    fn put(&mut self, place: &Path, group: Group<'a>) {
        let key = normal(&self.inputs.here.join(place));
        if key.starts_with("..") {
            self.outside.push((place.to_owned(), group));
        } else {
            self.at.entry(key).or_default().push(group);
        }
    }

    /// The manifests whose policies hold for a file: its owners, then from the nearest up those that it lies below,
    /// and those that it lies or belongs below in the base, whatever a change does to what belongs where.
    fn groups(&self, path: &Path, owners: impl Iterator<Item = usize>) -> Vec<Group<'a>> {
        let owners = owners.filter_map(|owner| self.inputs.operations.get(owner));
        let mut found: Vec<Group<'_>> = owners
            .map(|file| (file.path.as_path(), file.policies.as_slice()))
            .collect();
        found.sort_by_key(|(path, _)| *path);
        let key = normal(&self.inputs.here.join(path));
        let above = key.ancestors().filter(|_| !key.starts_with(".."));
        let above = above.filter_map(|place| self.at.get(place)).flatten();
        let outside = self.outside.iter();
        let outside = outside.filter(|(place, _)| is_below(path, place));
        let mut around: Vec<_> = above
            .chain(outside.map(|(_, group)| group))
            .copied()
            .collect();
        around.sort_by_key(|(path, _)| (depth(path), *path));
        for group in around {
            // A manifest of the base that is still there has its policies of the base already.
            if !found.iter().any(|(known, _)| *known == group.0) {
                found.push(group);
            }
        }
        found
    }
}

/// Returns whether a policy speaks of a permission under an access.
pub fn selects(
    catalog: &Catalog,
    selector: &Selector,
    permission: PermissionId,
    access: Access,
) -> bool {
    let grant = catalog.grant_for(permission, access);
    let name = catalog.name(permission);
    let by_name = selector
        .permission
        .as_ref()
        .is_none_or(|it| it.matches(name));
    let by_access = selector
        .access
        .as_ref()
        .is_none_or(|it| it.contains(&access));
    let tier = grant.and_then(|grant| grant.risk).map(|(tier, _)| tier);
    let by_tier = selector
        .tier
        .is_none_or(|most| tier.is_some_and(|tier| tier <= most));
    let level = grant.and_then(|grant| grant.level);
    let by_level = selector
        .level
        .is_none_or(|least| level.is_some_and(|level| level >= least));
    by_name && by_access && by_tier && by_level
}

/// Returns the line of a policy that decides.
pub fn line(policy: &Policy, span: Span, label: &str) -> Related {
    Related {
        place: Place {
            path: PathBuf::from(policy.source.name()),
            source: policy.source.clone(),
            span,
        },
        label: label.to_owned(),
    }
}

/// Returns the place of the list of what a policy allows.
pub fn allow_span(policy: &Policy) -> Span {
    let allow = policy.allow.iter().flatten();
    let spans: Vec<Span> = allow.map(|selector| selector.span).collect();
    match (spans.first(), spans.last()) {
        (Some(first), Some(last)) => first.to(*last),
        // An empty list has no place of its own.
        _ => policy.span,
    }
}

/// A permission that the plan of an app needs where the manifest alone is judged, and the call that needs it.
#[derive(Debug)]
pub struct Planned<'a> {
    /// The permission.
    pub permission: PermissionId,
    /// The access.
    pub access: Access,
    /// Where the call is written.
    pub place: Place,
    /// What needs it, as written.
    pub by: &'a str,
}

/// Returns what the plans of an app without app manifests need, under the accesses that it asks for.
pub fn planned<'a>(case: &Case<'a>) -> Vec<Planned<'a>> {
    let Some(operations) = case.operations.filter(|_| case.parts.is_empty()) else {
        return Vec::new();
    };
    let Some(plan) = operations.plan else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for access in Access::ALL {
        // What the manifest leaves open is a choice that somebody still makes.
        let is_asked = operations.app.access_span.is_some();
        for chosen in plan.plan(access).permissions.iter().filter(|_| is_asked) {
            let index = chosen
                .forced_by
                .or_else(|| chosen.operations.first().copied());
            let Some(requirement) = index.and_then(|index| plan.requirements.get(index)) else {
                continue;
            };
            all.push(Planned {
                permission: chosen.permission,
                access,
                place: place(
                    &operations.file.path,
                    &operations.file.manifest.source,
                    requirement.span,
                ),
                by: &requirement.request,
            });
        }
    }
    all
}
