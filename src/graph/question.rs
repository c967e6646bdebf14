//! Questions about a plan: which operations need a permission, and what changes with or without one.
//!
//! They are answered by the plan as it is, by the one comparison (`coverage`) and by planning again.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, OperationId, PermissionId, Scheme};
use crate::coverage::{self, Served};
use crate::manifest::App;
use crate::plan::model::{AppPlan, Plan, Status};
use crate::requirement::{Set, Verdict};

/// What a permission is for under one access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// The access.
    pub access: Access,
    /// What the plan does with it.
    pub role: Role,
    /// The other operations that accept it, alone or with others, sorted.
    pub could_serve: Vec<usize>,
}

/// What a plan does with a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// It is in the plan.
    Planned {
        /// The operations that it serves, sorted.
        serves: Vec<usize>,
        /// The one that forces it.
        forced_by: Option<usize>,
        /// Whether the manifest asks for it by name or by a route.
        asked_for: bool,
    },
    /// Operations prefer it, and these serve them instead.
    Redundant {
        /// Those operations, sorted.
        preferred_by: Vec<usize>,
        /// What serves them, sorted.
        replaced_by: Set,
    },
    /// Nothing needs it.
    Unneeded,
}

/// Says for each access that the manifest wants what a permission is for.
pub fn needs(plan: &AppPlan, id: PermissionId) -> Vec<Needs> {
    wanted(plan)
        .map(|of_access| {
            let planned = of_access.permissions.iter().find(|it| it.permission == id);
            let redundant = of_access.redundant.iter().find(|it| it.permission == id);
            let role = match (planned, redundant) {
                (Some(chosen), _) => Role::Planned {
                    serves: chosen.operations.clone(),
                    forced_by: chosen.forced_by,
                    asked_for: chosen.asked_for.is_some(),
                },
                (None, Some(redundant)) => Role::Redundant {
                    preferred_by: redundant.preferred_by.clone(),
                    replaced_by: redundant.replaced_by.clone(),
                },
                (None, None) => Role::Unneeded,
            };
            let told: &[usize] = match (planned, redundant) {
                (Some(chosen), _) => &chosen.operations,
                (None, Some(redundant)) => &redundant.preferred_by,
                (None, None) => &[],
            };
            let requirements = plan.requirements.iter().enumerate();
            let could_serve = requirements
                .filter(|(index, requirement)| {
                    let accepts = Scheme::ALL
                        .into_iter()
                        .filter(|scheme| scheme.access() == of_access.access)
                        .flat_map(|scheme| &requirement.need(scheme).alternatives)
                        .any(|set| set.contains(&id));
                    accepts && !told.contains(index)
                })
                .map(|(index, _)| index)
                .collect();
            Needs {
                access: of_access.access,
                role,
                could_serve,
            }
        })
        .collect()
}

/// What is lost without a permission under one access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The access.
    pub access: Access,
    /// Whether the plan has the permission.
    pub is_planned: bool,
    /// Whether the manifest asks for the permission by name, or a route does.
    pub asked_for: bool,
    /// The operations that nothing in the rest of the plan serves, with what they lack.
    pub lost: Vec<(usize, Set)>,
    /// The operations that the rest serves by implication alone, unconfirmed, with what serves them.
    pub unconfirmed: Vec<(usize, Set)>,
}

/// Says for each access what is lost when a permission is taken out of the plan.
pub fn without(catalog: &Catalog, app: &App, plan: &AppPlan, id: PermissionId) -> Vec<Dropped> {
    wanted(plan)
        .map(|of_access| {
            let all = of_access.permissions.iter().map(|chosen| chosen.permission);
            let rest: Vec<PermissionId> = all.clone().filter(|it| *it != id).collect();
            let access = of_access.access;
            let covered = coverage::cover(catalog, app, plan, access, &rest);
            let (mut lost, mut unconfirmed) = (Vec::new(), Vec::new());
            for (index, served) in covered.operations.iter().enumerate() {
                match served {
                    Served::Missing { lacks, .. } => lost.push((index, lacks.clone())),
                    Served::Implied { by, .. } => unconfirmed.push((index, by.clone())),
                    _ => {}
                }
            }
            // What a route asks for serves its operations, although no comparison of grants shows it.
            let routed = of_access
                .routes
                .iter()
                .filter(|route| route.grants.contains(&id));
            lost.extend(
                routed
                    .flat_map(|route| &route.operations)
                    .map(|at| (*at, Set::from_slice(&[id]))),
            );
            lost.sort();
            lost.dedup();
            let mut planned = of_access.permissions.iter();
            Dropped {
                access,
                asked_for: planned.any(|it| it.permission == id && it.asked_for.is_some()),
                is_planned: all.clone().any(|it| it == id),
                lost,
                unconfirmed,
            }
        })
        .collect()
}

/// What another call would change under one access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The access.
    pub access: Access,
    /// Permissions that come, sorted.
    pub gained: Set,
    /// Permissions that go, sorted.
    pub gone: Set,
    /// Whether an admin has to consent now and did not before.
    pub admin_now: bool,
    /// What the plan opens now and did not before, in the catalog's order.
    pub opened: Vec<OperationId>,
    /// What serves the call; `None` when nothing does.
    pub served_by: Option<Set>,
}

/// Compares a plan with the one that has a further call as its last.
pub fn with(catalog: &Catalog, before: &AppPlan, after: &AppPlan) -> Vec<Added> {
    wanted(after)
        .map(|of_access| {
            let access = of_access.access;
            let ids = |plan: &Plan| -> BTreeSet<PermissionId> {
                plan.permissions.iter().map(|it| it.permission).collect()
            };
            let old = before.plan(access);
            let (held, holds) = (ids(old), ids(of_access));
            let opened = |ids: &BTreeSet<PermissionId>| -> BTreeSet<OperationId> {
                let schemes = schemes(after, access).into_iter();
                schemes
                    .flat_map(|scheme| ids.iter().map(move |id| (*id, scheme)))
                    .flat_map(|(id, scheme)| catalog.opens(id, scheme).all())
                    .collect()
            };
            let last = of_access.chosen.last().cloned().flatten();
            Added {
                access,
                gained: holds.difference(&held).copied().collect(),
                gone: held.difference(&holds).copied().collect(),
                admin_now: of_access.admin_needed && !old.admin_needed,
                opened: opened(&holds).difference(&opened(&held)).copied().collect(),
                served_by: last,
            }
        })
        .collect()
}

/// The schemes of an access that a plan is for: personal accounts only where the app takes them.
pub(super) fn schemes(plan: &AppPlan, access: Access) -> Vec<Scheme> {
    let is_wanted = |scheme: &Scheme| {
        let mut requirements = plan.requirements.iter();
        requirements.any(|it| it.need(*scheme).verdict != Verdict::Excluded)
    };
    let of_access = Scheme::ALL.into_iter().filter(|it| it.access() == access);
    of_access.filter(is_wanted).collect()
}

fn wanted(plan: &AppPlan) -> impl Iterator<Item = &Plan> {
    let plans = Access::ALL.into_iter().map(|access| plan.plan(access));
    plans.filter(|of_access| of_access.status != Status::Excluded)
}
