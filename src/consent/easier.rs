//! What would avoid the admin, or lower what is at stake, and what that costs. Nothing is guessed: each
//! answer is another plan of the same operations, held against the first.
//!
//! 1. The goal `no-admin`, where delegated access needs an admin.
//! 2. Where operations force the admin: the rest without them, as they can be asked for later.
//! 3. A signed-in user, where the app alone is planned.
//! 4. Routes that the manifest does not declare, for permissions that lead far.

use std::collections::BTreeSet;

use crate::catalog::model::{Access, OperationId, PermissionId};
use crate::catalog::overlay::RouteKind;
use crate::consent::model::{Change, Easier, Stake, Who};
use crate::consent::who::Question;
use crate::manifest::model::{App, Route};
use crate::plan::model::{AppPlan, Goal, Plan, Reach, Status};
use crate::plan::{Options, plan};
use crate::requirement::{Requirement, Set, requirements};
use crate::source::{Span, Spanned};

/// Returns the changes that make the consent easier, in the order above.
pub fn easier(question: &Question<'_>) -> Vec<Easier> {
    let mut found = Vec::new();
    found.extend(without_admin(question));
    found.extend(with_user(question));
    for access in Access::ALL {
        for via in RouteKind::ALL {
            found.extend(by_route(question, access, via));
        }
    }
    found
}

/// Plans the app anew.
fn again(
    question: &Question<'_>,
    app: &App,
    requirements: Vec<Requirement>,
    goal: Goal,
    access: Access,
) -> Option<AppPlan> {
    let options = Options {
        goal,
        access: Some(access),
        profiles: question.options.profiles.clone(),
    };
    plan(question.catalog, app, requirements, &options).ok()
}

fn without_admin(question: &Question<'_>) -> Option<Easier> {
    let before = &question.plan.delegated;
    if before.status == Status::Excluded || !before.admin_needed {
        return None;
    }
    let all = question.plan.requirements.clone();
    let after = again(
        question,
        question.app,
        all,
        Goal::NoAdmin,
        Access::Delegated,
    )?;
    let forced = after.delegated.admin_forced_by.clone();
    if forced.is_empty() {
        let change = Change::NoAdmin;
        let found = compare(question, change, before, &after.delegated);
        return helps(&found).then_some(found);
    }
    let left: Vec<Requirement> = question
        .plan
        .requirements
        .iter()
        .enumerate()
        .filter(|(index, _)| !forced.contains(index))
        .map(|(_, requirement)| requirement.clone())
        .collect();
    let rest = again(
        question,
        question.app,
        left,
        Goal::NoAdmin,
        Access::Delegated,
    )?;
    let rest = rest.delegated;
    if rest.admin_needed || rest.permissions.is_empty() {
        return None;
    }
    let change = Change::Split {
        operations: forced.clone(),
    };
    let mut found = compare(question, change, before, &rest);
    // The positions of the smaller plan are its own.
    found.unconfirmed.clear();
    found.unserved = forced;
    helps(&found).then_some(found)
}

/// Microsoft may ask no admin for a permission, and the tenant's policy still keep it from users.
const fn helps(found: &Easier) -> bool {
    !found.after.who.is_admin()
}

fn with_user(question: &Question<'_>) -> Option<Easier> {
    let before = &question.plan.application;
    let is_alone = question.plan.delegated.status == Status::Excluded;
    if !is_alone || before.permissions.is_empty() || question.options.access.is_some() {
        return None;
    }
    let mut app = question.app.clone();
    app.access = vec![Access::Delegated];
    app.permissions.clear();
    for operation in &mut app.operations {
        operation.access = None;
        for member in &mut operation.batch {
            member.access = None;
        }
    }
    let all = requirements(question.catalog, &app, question.source);
    let after = again(question, &app, all, Goal::NoAdmin, Access::Delegated)?;
    let plan = &after.delegated;
    if plan.permissions.is_empty() {
        return None;
    }
    let mut found = compare(question, Change::SignedInUser, before, plan);
    // Permissions of the two kinds of access are different grants, of the same name or not.
    found.drops = ids(before).into_iter().collect();
    found.adds = ids(plan).into_iter().collect();
    found.access = Access::Application;
    Some(found)
}

fn by_route(question: &Question<'_>, access: Access, via: RouteKind) -> Option<Easier> {
    let before = question.plan.plan(access);
    let catalog = question.catalog;
    if before.status == Status::Excluded {
        return None;
    }
    let replaceable: BTreeSet<PermissionId> = catalog
        .routes()
        .filter(|route| route.via == via)
        .filter(|route| route.access.is_empty() || route.access.contains(&access))
        .flat_map(|route| route.replaces)
        .collect();
    let leads_far = |id: PermissionId| {
        let grant = catalog.grant_for(id, access);
        grant.is_none_or(|it| it.admin || it.risk.is_some_and(|(tier, _)| tier < 2))
    };
    let operations: Vec<usize> = before
        .permissions
        .iter()
        .filter(|it| replaceable.contains(&it.permission) && leads_far(it.permission))
        .flat_map(|it| it.operations.iter().copied())
        .collect::<BTreeSet<usize>>()
        .into_iter()
        .filter(|index| {
            let requirement = question.plan.requirements.get(*index);
            requirement.is_some_and(|requirement| requirement.route.is_none())
        })
        .collect();
    if operations.is_empty() {
        return None;
    }
    let mut app = question.app.clone();
    let number = app.routes.len();
    let nowhere = Span::new(0, 0);
    app.routes.push(Route {
        span: nowhere,
        via: Spanned::new(via, nowhere),
        operations: Vec::new(),
        reason: None,
    });
    let mut all = question.plan.requirements.clone();
    for index in &operations {
        if let Some(requirement) = all.get_mut(*index) {
            requirement.route = Some(number);
        }
    }
    let after = again(question, &app, all, question.options.goal, access)?;
    let after = after.plan(access);
    let taken = after.routes.iter().filter(|it| it.via == via);
    let steps: Vec<String> = taken.clone().flat_map(|it| it.steps.clone()).collect();
    let taken: Vec<usize> = taken.flat_map(|it| it.operations.clone()).collect();
    let change = Change::Route {
        via,
        operations: taken
            .into_iter()
            .filter(|index| operations.contains(index))
            .collect(),
    };
    let mut found = compare(question, change, before, after);
    found.steps = steps;
    let stake = |stake: &Stake| (stake.tier0, stake.tier1, stake.who.is_admin());
    let is_less = stake(&found.after) < stake(&found.before);
    let is_narrower = found.adds.len() <= found.drops.len() && !found.drops.is_empty();
    (is_less || is_narrower).then_some(found)
}

fn ids(plan: &Plan) -> BTreeSet<PermissionId> {
    plan.permissions.iter().map(|it| it.permission).collect()
}

fn compare(question: &Question<'_>, change: Change, before: &Plan, after: &Plan) -> Easier {
    let (old, new) = (ids(before), ids(after));
    let adds: Set = new.difference(&old).copied().collect();
    let lost = |plan: &Plan, index: usize| {
        let set = plan.chosen.get(index).and_then(Option::as_ref);
        let mut routes = plan.routes.iter();
        set.is_none() && !routes.any(|route| route.operations.contains(&index))
    };
    let count = question.plan.requirements.len();
    let is_whole = after.chosen.len() == count;
    let indices = || (0..count).filter(|_| is_whole);
    Easier {
        change,
        access: after.access,
        drops: old.difference(&new).copied().collect(),
        widens: widens(question, after.access, &old, &adds),
        adds,
        before: stake(question, before),
        after: stake(question, after),
        unconfirmed: indices()
            .filter(|index| is_unconfirmed(question, after, *index))
            .collect(),
        unserved: indices()
            .filter(|index| lost(after, *index) && !lost(before, *index))
            .collect(),
        steps: Vec::new(),
    }
}

/// Whether an operation would be served by a set that the data accepts and that does not contain what is
/// documented.
fn is_unconfirmed(question: &Question<'_>, after: &Plan, index: usize) -> bool {
    let requirement = question.plan.requirements.get(index);
    let set = after.chosen.get(index).and_then(Option::as_ref);
    let (Some(requirement), Some(set)) = (requirement, set) else {
        return false;
    };
    let need = match after.access {
        Access::Delegated => &requirement.delegated,
        Access::Application => &requirement.application,
    };
    let mut admissible = need.admissible.iter();
    requirement.route.is_none()
        && need.alternatives.contains(set)
        && !admissible.any(|it| it.iter().all(|id| set.contains(id)))
}

fn stake(question: &Question<'_>, plan: &Plan) -> Stake {
    let tier = |wanted: u8| {
        let permissions = plan.permissions.iter();
        permissions
            .filter(|it| {
                let grant = question.catalog.grant_for(it.permission, plan.access);
                grant.is_some_and(|it| it.risk.is_some_and(|(tier, _)| tier == wanted))
            })
            .count()
    };
    let who: Who = question.of_plan(plan);
    Stake {
        who,
        tier0: tier(0),
        tier1: tier(1),
    }
}

fn widens(
    question: &Question<'_>,
    access: Access,
    old: &BTreeSet<PermissionId>,
    adds: &[PermissionId],
) -> Reach {
    let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
    let mut known: BTreeSet<OperationId> = BTreeSet::new();
    for id in old {
        known.extend(question.catalog.opens_for(*id, access).all());
    }
    for id in adds {
        let opens = question.catalog.opens_for(*id, access);
        reads.extend(opens.reads.into_iter().filter(|it| !known.contains(it)));
        writes.extend(opens.writes.into_iter().filter(|it| !known.contains(it)));
    }
    Reach {
        reads: reads.len(),
        writes: writes.len(),
    }
}
