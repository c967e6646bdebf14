//! One app as it is judged: what it intends to call, and what its files declare.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind as GrantKind, PermissionId};
use crate::coverage::{Coverage, Served, cover};
use crate::declared::{Entry, EntryRole, Known, Registration, Undecided};
use crate::finding::{Place, Related};
use crate::lint::associate::{Link, Owner};
use crate::lint::input::{AppFile, Inputs, OperationsFile, holds};
use crate::lint::policy;
use crate::manifest::Policy;
use crate::manifest::model::App;
use crate::plan::model::{AppPlan, Plan, Status};
use crate::requirement::{Requirement, Verdict};
use crate::source::relative::{is_below, normal};
use crate::source::{Source, Span};

/// The operations manifest's side of an app.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    /// The file.
    pub file: &'a OperationsFile,
    /// Which of [`Inputs::operations`] that is.
    pub index: usize,
    /// The app.
    pub app: &'a App,
    /// What it needs; `None` where the manifest asks for what does not exist.
    pub plan: Option<&'a AppPlan>,
}

/// A registration that belongs to an app.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The file.
    pub file: &'a AppFile,
    /// The registration in it.
    pub registration: &'a Registration,
    /// How it belongs to the app.
    pub link: &'a Link,
}

/// How an access of an app compares with what its files declare.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// The requirements of the plan.
    pub requirements: &'a [Requirement],
    /// The plan.
    pub plan: &'a Plan,
    /// The comparison with tenant-wide permissions.
    pub coverage: Coverage,
    /// The comparison with what the files grant; `None` where they grant nothing under the access.
    pub granted: Option<Coverage>,
    /// The file that a missing permission would be declared in.
    pub home: Part<'a>,
    /// Whether a part of the declaration cannot be read, so that nothing can be called missing.
    pub is_veiled: bool,
}

/// One app as it is judged.
#[derive(Debug)]
pub struct Case<'a> {
    /// What it intends to call; `None` for what belongs to no operations manifest.
    pub operations: Option<Operations<'a>>,
    /// What its files declare, by path.
    pub parts: Vec<Part<'a>>,
    /// The comparisons of the accesses that its files can declare.
    pub comparisons: Vec<Comparison<'a>>,
    /// The policies that count for it.
    pub policies: Vec<&'a Policy>,
}

/// Returns the place of a range in an app manifest.
pub fn place_in(file: &AppFile, span: Span) -> Place {
    place(&file.path, &file.document.source, span)
}

/// Returns a place.
pub fn place(path: &Path, source: &Source, span: Span) -> Place {
    Place {
        path: path.to_owned(),
        source: source.clone(),
        span,
    }
}

impl<'a> Case<'a> {
    /// Puts the apps of a run together: one for each app of an operations manifest, one for each registration
    /// that belongs to none.
    pub fn all(catalog: &Catalog, inputs: &'a Inputs, links: &'a [Link]) -> Vec<Self> {
        let mut parts: BTreeMap<Owner, Vec<Part<'a>>> = BTreeMap::new();
        let mut cases = Vec::new();
        for link in links {
            let Some(file) = inputs.apps.get(link.file) else {
                continue;
            };
            let Some(registration) = file.document.registrations.get(link.registration) else {
                continue;
            };
            let part = Part {
                file,
                registration,
                link,
            };
            match link.owner {
                Some(owner) => parts.entry(owner).or_default().push(part),
                None => cases.push(Self {
                    operations: None,
                    parts: vec![part],
                    comparisons: Vec::new(),
                    policies: Vec::new(),
                }),
            }
        }
        for (index, file) in inputs.operations.iter().enumerate() {
            for (app_index, app) in file.manifest.apps.iter().enumerate() {
                let owner = Owner {
                    operations: index,
                    app: app_index,
                };
                let plan = file.plans.get(app_index).and_then(Option::as_ref);
                let mut own = parts.remove(&owner).unwrap_or_default();
                own.sort_by_key(|part| (&part.file.path, part.link.registration));
                for parts in by_client(own) {
                    let mut case = Self {
                        operations: Some(Operations {
                            file,
                            index,
                            app,
                            plan,
                        }),
                        parts,
                        comparisons: Vec::new(),
                        policies: Vec::new(),
                    };
                    case.compare(catalog, inputs);
                    cases.push(case);
                }
            }
        }
        let around = policy::Around::new(inputs);
        for case in &mut cases {
            case.policies = policy::of_case(&around, case);
        }
        cases
    }

    fn compare(&mut self, catalog: &Catalog, inputs: &Inputs) {
        let Some(Operations {
            app,
            plan: Some(plan),
            ..
        }) = self.operations
        else {
            return;
        };
        // Held against nothing, everything would be excess.
        if app.lists_nothing() {
            return;
        }
        let is_hidden = inputs
            .unreadable
            .iter()
            .any(|file| self.may_own(inputs, &file.path));
        for access in Access::ALL {
            let Some(home) = self.home(access) else {
                continue;
            };
            let held: BTreeSet<PermissionId> = self
                .entries()
                .filter(|(_, entry)| is_tenant_wide(catalog, entry))
                .filter_map(|(_, entry)| permission_of(entry, access))
                .collect();
            let held: Vec<PermissionId> = held.into_iter().collect();
            let granted = self.granted(access);
            self.comparisons.push(Comparison {
                requirements: &plan.requirements,
                plan: plan.plan(access),
                coverage: cover(catalog, app, plan, access, &held),
                granted: granted.map(|granted| cover(catalog, app, plan, access, &granted)),
                home,
                is_veiled: is_hidden || self.is_veiled(access),
            });
        }
    }

    /// The permissions that the files grant under an access; `None` where they grant none of Microsoft Graph.
    fn granted(&self, access: Access) -> Option<Vec<PermissionId>> {
        let grants = |entry: &Entry| {
            entry.role == EntryRole::Grants
                && entry.known != Known::OtherResource
                && entry
                    .access
                    .as_ref()
                    .is_some_and(|given| given.value == access)
        };
        let all: Vec<&Entry> = self.entries().map(|(_, entry)| entry).collect();
        let granted: Vec<&Entry> = all.into_iter().filter(|entry| grants(entry)).collect();
        let ids: BTreeSet<PermissionId> = granted
            .iter()
            .filter_map(|entry| permission_of(entry, access))
            .collect();
        (!granted.is_empty()).then(|| ids.into_iter().collect())
    }

    /// The part that a missing permission would be declared in: an app registration before grants.
    fn home(&self, access: Access) -> Option<Part<'a>> {
        let able = || {
            let parts = self.parts.iter();
            parts.filter(|part| holds(part.file.document.kind, access))
        };
        let declares = |part: &&Part<'a>| {
            let registration = part.registration;
            !registration.resources.is_empty()
                || registration
                    .entries
                    .iter()
                    .any(|entry| entry.role == EntryRole::Declares)
        };
        let grants_alone = |part: &&Part<'a>| {
            let mut entries = part.registration.entries.iter();
            entries.any(|entry| entry.role == EntryRole::Grants)
        };
        able()
            .find(declares)
            .or_else(|| able().find(|part| !grants_alone(part)))
            .or_else(|| able().next())
            .copied()
    }

    /// Whether a file that cannot be read may be one of the app's: it is named under `declared`, or stands beside
    /// the operations manifest or a file of the app.
    fn may_own(&self, inputs: &Inputs, path: &Path) -> bool {
        let Some(operations) = self.operations else {
            return false;
        };
        let folder = |path: &Path| path.parent().map(normal).unwrap_or_default();
        let base = folder(&operations.file.path);
        let mut declared = operations.app.declared.iter();
        let mut parts = self.parts.iter();
        let own = folder(path);
        declared.any(|it| is_below(path, &inputs.resolved(&base, &it.value)))
            || own == base
            || parts.any(|part| folder(&part.file.path) == own)
    }

    /// Whether something that cannot be read may declare a permission of the access.
    fn is_veiled(&self, access: Access) -> bool {
        self.parts.iter().any(|part| {
            let undecided_entry = |entry: &Entry| {
                entry.known == Known::Undecided
                    && entry
                        .access
                        .as_ref()
                        .is_none_or(|given| given.value == access)
            };
            holds(part.file.document.kind, access)
                && (part.registration.entries.iter().any(undecided_entry)
                    || self.undecided_of(*part).next().is_some()
                    || !part.file.document.undecided.is_empty())
        })
    }

    /// Returns what cannot be decided of a part: also what another file says of it, unless that file belongs
    /// to the app as well and is judged together with this one.
    pub fn undecided_of(
        &self,
        part: Part<'a>,
    ) -> impl Iterator<Item = &'a Undecided> + use<'a, '_> {
        let is_seen = |name: &str| {
            let mut parts = self.parts.iter();
            parts.any(|other| other.file.document.source.name() == name)
        };
        let elsewhere = part.registration.elsewhere.iter();
        let elsewhere = elsewhere.filter(move |it| !is_seen(&it.file));
        let own = part.registration.undecided.iter();
        own.chain(elsewhere.map(|it| &it.undecided))
    }

    /// Returns whether the manifest can be read as a whole: what a mistake hides may need anything, so that while
    /// there is one nothing is called excess or too broad.
    pub fn is_whole(&self) -> bool {
        self.operations
            .is_none_or(|operations| operations.file.mistakes.is_empty())
    }

    /// Returns every entry of every part.
    pub fn entries(&self) -> impl Iterator<Item = (Part<'a>, &'a Entry)> + use<'a, '_> {
        self.parts.iter().flat_map(|part| {
            let entries = part.registration.entries.iter();
            entries.map(|entry| (*part, entry))
        })
    }

    /// Returns the entries of a permission under an access, resource-specific ones apart.
    pub fn entries_of(
        &self,
        catalog: &Catalog,
        permission: PermissionId,
        access: Access,
    ) -> Vec<(Part<'a>, &'a Entry)> {
        if catalog.permission(permission).kind == GrantKind::Rsc {
            return Vec::new();
        }
        self.entries()
            .filter(|(_, entry)| {
                entry.role != EntryRole::ResourceSpecific
                    && permission_of(entry, access) == Some(permission)
            })
            .collect()
    }

    /// Returns the place of a requirement in the operations manifest.
    pub fn operation_place(&self, requirement: &Requirement, label: &str) -> Option<Related> {
        let operations = self.operations?;
        Some(Related {
            place: place(
                &operations.file.path,
                &operations.file.manifest.source,
                requirement.span,
            ),
            label: label.to_owned(),
        })
    }

    /// Returns the requirements that are wanted under an access.
    pub fn wants(plan: &Plan, requirement: &Requirement, access: Access) -> bool {
        let needs = match access {
            Access::Delegated => vec![&requirement.delegated, &requirement.personal],
            Access::Application => vec![&requirement.application],
        };
        plan.status != Status::Excluded
            && needs.iter().any(|need| need.verdict != Verdict::Excluded)
    }
}

impl Comparison<'_> {
    /// Returns the access.
    pub const fn access(&self) -> Access {
        self.coverage.access
    }

    /// Returns the comparison that an entry is judged by: a grant by what is granted, since what is only declared
    /// serves no call in its place.
    pub fn of_role(&self, role: EntryRole) -> &Coverage {
        match (role, &self.granted) {
            (EntryRole::Grants, Some(granted)) => granted,
            _ => &self.coverage,
        }
    }

    /// Returns whether the plan rests on something unknown, so that nothing may be removed.
    pub fn is_unknown(&self) -> bool {
        !self.coverage.unknown.is_empty()
    }

    /// Returns the requirements that a permission serves alone or with others.
    pub fn served_by(&self, permission: PermissionId) -> Vec<usize> {
        let all = self.coverage.operations.iter().enumerate();
        all.filter(|(_, served)| match served {
            Served::Planned { by } | Served::Accepted { by } | Served::Implied { by, .. } => {
                by.contains(&permission)
            }
            _ => false,
        })
        .map(|(index, _)| index)
        .collect()
    }
}

/// Splits what belongs to one app by client id: registrations of one app for several tenants or stages are
/// judged one by one, each with the parts that name no client id.
fn by_client(parts: Vec<Part<'_>>) -> Vec<Vec<Part<'_>>> {
    let id = |part: &Part<'_>| {
        part.registration
            .client_id
            .as_ref()
            .map(|id| id.value.clone())
    };
    let ids: BTreeSet<String> = parts.iter().filter_map(id).collect();
    if ids.len() < 2 {
        return vec![parts];
    }
    let of = |wanted: &String| {
        let fits = |part: &&Part<'_>| id(part).is_none_or(|id| id == *wanted);
        parts.iter().filter(fits).copied().collect()
    };
    ids.iter().map(of).collect()
}

/// Returns the permission of an entry under an access, when it is one of Microsoft Graph and `type` agrees.
pub fn permission_of(entry: &Entry, access: Access) -> Option<PermissionId> {
    let given = entry.access.as_ref().map(|given| given.value);
    match entry.known {
        Known::Permission(permission) if given == Some(access) => Some(permission),
        _ => None,
    }
}

/// Returns whether an entry stands for a tenant-wide permission, not for consent to one resource.
pub fn is_tenant_wide(catalog: &Catalog, entry: &Entry) -> bool {
    entry.role != EntryRole::ResourceSpecific
        && match entry.known {
            Known::Permission(permission) => catalog.permission(permission).kind != GrantKind::Rsc,
            _ => true,
        }
}
