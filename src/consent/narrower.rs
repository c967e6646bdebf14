//! Why nothing smaller does: permissions that give less than one of the plan, held against its operations.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::catalog::model::{Access, Kind, OperationId, PermissionId, Scheme, State};
use crate::catalog::names::Name;
use crate::consent::model::Narrower;
use crate::consent::who::Question;
use crate::plan::model::{Chosen, Plan};
use crate::requirement::{Requirement, Set};

/// How many are told: the nearest ones.
const MOST: usize = 3;

/// Returns the nearest permissions that give less than one of the plan, and the operations that they would
/// not serve in its place.
pub fn narrower(question: &Question<'_>, plan: &Plan, chosen: &Chosen) -> Vec<Narrower> {
    let (catalog, access) = (question.catalog, plan.access);
    let id = chosen.permission;
    let rest: BTreeSet<PermissionId> = plan
        .permissions
        .iter()
        .map(|it| it.permission)
        .filter(|other| *other != id)
        .collect();
    let below: Vec<PermissionId> = catalog
        .below(id, access)
        .into_iter()
        .filter(|low| !catalog.contains(*low, id, access))
        .filter(|low| !rest.contains(low) && can_be_asked(question, *low, access))
        .collect();
    let is_nearest = |low: &&PermissionId| {
        let mut others = below.iter();
        !others.any(|other| {
            other != *low
                && catalog.contains(*other, **low, access)
                && !catalog.contains(**low, *other, access)
        })
    };
    let mut found: Vec<Narrower> = below
        .iter()
        .filter(is_nearest)
        .map(|low| Narrower {
            permission: *low,
            lacks: lacks(question, access, chosen, &rest, *low),
        })
        .collect();
    let shared = |narrower: &Narrower| opened(question, access, narrower.permission).len();
    let family = Name::parse(catalog.name(id)).family;
    let is_family = |it: &Narrower| Name::parse(catalog.name(it.permission)).family == family;
    // One of another family that serves nothing of it says nothing, unless there is no better one.
    let says = |it: &Narrower| is_family(it) || it.lacks.len() < chosen.operations.len();
    if found.iter().any(says) {
        found.retain(says);
    }
    found.sort_by_key(|it| {
        let is_other = !is_family(it);
        (it.lacks.len(), is_other, Reverse(shared(it)), it.permission)
    });
    found.truncate(MOST);
    found
}

/// Returns the nearest permissions that contain one and are not in the plan.
pub fn wider(question: &Question<'_>, plan: &Plan, id: PermissionId) -> Set {
    let (catalog, access) = (question.catalog, plan.access);
    let is_planned = |high: &PermissionId| plan.permissions.iter().any(|it| it.permission == *high);
    let above: Vec<PermissionId> = catalog
        .above(id, access)
        .into_iter()
        .filter(|high| !catalog.contains(id, *high, access))
        .filter(|high| can_be_asked(question, *high, access))
        .collect();
    let is_nearest = |high: &PermissionId| {
        let mut others = above.iter();
        !others.any(|other| {
            other != high
                && catalog.contains(*high, *other, access)
                && !catalog.contains(*other, *high, access)
        })
    };
    let mut nearest: Set = above
        .iter()
        .copied()
        .filter(|high| is_nearest(high) && !is_planned(high))
        .collect();
    nearest.truncate(MOST);
    nearest
}

fn can_be_asked(question: &Question<'_>, id: PermissionId, access: Access) -> bool {
    let catalog = question.catalog;
    let grant = catalog.grant_for(id, access);
    catalog.permission(id).kind == Kind::Oauth2
        && grant.is_some_and(|grant| grant.state == State::Visible && grant.peculiarity.is_none())
}

/// The operations that a permission serves and that another one in its place would not.
fn lacks(
    question: &Question<'_>,
    access: Access,
    chosen: &Chosen,
    rest: &BTreeSet<PermissionId>,
    instead: PermissionId,
) -> Vec<usize> {
    let serves = |requirement: &Requirement| {
        let needs = Scheme::ALL
            .into_iter()
            .filter(|scheme| scheme.access() == access)
            .map(|scheme| requirement.need(scheme))
            .filter(|need| !need.alternatives.is_empty());
        let mut needs = needs.peekable();
        needs.peek().is_some()
            && needs.all(|need| {
                let mut sets = need.alternatives.iter();
                sets.any(|set| set.iter().all(|id| *id == instead || rest.contains(id)))
            })
    };
    let is_lost = |index: &usize| {
        let requirement = question.plan.requirements.get(*index);
        !requirement.is_some_and(serves)
    };
    let operations = chosen.operations.iter().copied();
    operations.filter(|index| is_lost(index)).collect()
}

fn opened(question: &Question<'_>, access: Access, id: PermissionId) -> Vec<OperationId> {
    question.catalog.opens_for(id, access).all()
}
