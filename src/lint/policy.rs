//! The policies that count for a file: which severity a rule has there, and what is allowed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::finding::{self, Finding, Place, Related, Severity};
use crate::lint::associate::{Link, Owner};
use crate::lint::case::{Case, place};
use crate::lint::input::Inputs;
use crate::manifest::Policy;
use crate::manifest::policy::{Level, Selector};
use crate::source::Span;

/// The policies of a run by file, the strongest first.
#[derive(Debug)]
pub struct Policies<'a> {
    shared: &'a [Policy],
    by_path: BTreeMap<PathBuf, Vec<&'a Policy>>,
}

impl<'a> Policies<'a> {
    /// Finds which policies count where: those of a manifest for it and for all files that belong to it.
    pub fn new(inputs: &'a Inputs, links: &[Link]) -> Self {
        let mut by_path: BTreeMap<PathBuf, Vec<&'a Policy>> = BTreeMap::new();
        let mut operations: Vec<_> = inputs.operations.iter().enumerate().collect();
        operations.sort_by_key(|(_, file)| &file.path);
        for (index, file) in operations {
            let own: Vec<&Policy> = file.policies.iter().collect();
            by_path.entry(file.path.clone()).or_default().extend(&own);
            let linked = links
                .iter()
                .filter(|link| link.owner.is_some_and(|owner| owner.operations == index));
            let mut paths: Vec<_> = linked
                .filter_map(|link| inputs.apps.get(link.file))
                .map(|file| &file.path)
                .collect();
            paths.sort();
            paths.dedup();
            for path in paths {
                by_path.entry(path.clone()).or_default().extend(&own);
            }
        }
        for link in links {
            let Some(file) = inputs.apps.get(link.file) else {
                continue;
            };
            let of_path = by_path.entry(file.path.clone()).or_default();
            for policy in around(inputs, &file.path, link.owner) {
                if !of_path.iter().any(|known| std::ptr::eq(*known, policy)) {
                    of_path.push(policy);
                }
            }
        }
        Self {
            shared: &inputs.policies,
            by_path,
        }
    }

    fn of(&self, path: &Path) -> impl Iterator<Item = &'a Policy> {
        let own = self.by_path.get(path).into_iter().flatten().copied();
        self.shared.iter().chain(own)
    }

    /// Returns whether any policy gives the rule a severity, which makes a pedantic rule take part.
    pub fn names(&self, rule: &finding::Rule) -> bool {
        let own = self.by_path.values().flatten().copied();
        self.shared
            .iter()
            .chain(own)
            .any(|policy| severity_in(policy, rule).is_some())
    }

    /// Gives a finding the severity that the policies want, and returns whether it is reported at all.
    pub fn weigh(&self, finding: &mut Finding) -> bool {
        let mut policies = self.of(&finding.place.path);
        let level = policies.find_map(|policy| severity_in(policy, finding.rule));
        match level {
            None => {}
            Some(Level::Off) => return false,
            Some(Level::Info) => finding.severity = Severity::Info,
            Some(Level::Warning) => finding.severity = Severity::Warning,
            Some(Level::Error) => finding.severity = Severity::Error,
        }
        true
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

/// Returns the policies that count for an app, the strongest first.
pub fn of_case<'a>(inputs: &'a Inputs, case: &Case<'a>) -> Vec<&'a Policy> {
    let own = case.operations.iter().flat_map(|it| &it.file.policies);
    let parts = case.parts.iter();
    let around = parts.flat_map(|part| around(inputs, &part.file.path, part.link.owner));
    let mut all: Vec<&Policy> = inputs.policies.iter().chain(own).collect();
    for policy in around {
        if !all.iter().any(|known| std::ptr::eq(*known, policy)) {
            all.push(policy);
        }
    }
    all
}

/// Returns the policies that count for a file though it does not belong to their manifest: those of manifests
/// beside and above a file that belongs to none, nearest first, and those that the base put on a file that now
/// belongs to none or to a manifest that it does not belong to in the base.
fn around<'a>(inputs: &'a Inputs, path: &Path, owner: Option<Owner>) -> Vec<&'a Policy> {
    let owner = owner.and_then(|owner| inputs.operations.get(owner.operations));
    if owner.is_some_and(|owner| !owner.is_new && inputs.is_reviewed(&owner.path, path)) {
        return Vec::new();
    }
    let is_above = |manifest: &Path| {
        manifest
            .parent()
            .is_some_and(|folder| path.starts_with(folder))
    };
    let operations = inputs.operations.iter();
    let here = operations
        .filter(|file| is_above(&file.path))
        .map(|file| (&file.path, &file.policies));
    let former = inputs.former.iter();
    let former = former.filter(|former| former.reaches(path));
    let former = former.map(|former| (&former.path, &former.policies));
    let mut found: Vec<_> = here.chain(former).collect();
    found.sort_by_key(|(path, _)| (std::cmp::Reverse(path.components().count()), *path));
    // A manifest of the base that is still there has its policies of the base already.
    found.dedup_by_key(|(path, _)| *path);
    found
        .into_iter()
        .flat_map(|(_, policies)| policies)
        .collect()
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
