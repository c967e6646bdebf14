//! The definitions of the design, written down a second time and as plainly as possible.

use std::collections::BTreeSet;

use graphgrant::catalog::model::{Access, Effect, PermissionId, Scheme};
use graphgrant::catalog::model::{Kind, State};
use graphgrant::plan::model::Goal;
use graphgrant::requirement::{Need, Requirement, Set};

use crate::world::world;

pub type Ids = BTreeSet<PermissionId>;

pub const fn scheme(access: Access) -> Scheme {
    match access {
        Access::Delegated => Scheme::Work,
        Access::Application => Scheme::Application,
    }
}

pub const fn need(requirement: &Requirement, access: Access) -> &Need {
    match access {
        Access::Delegated => &requirement.delegated,
        Access::Application => &requirement.application,
    }
}

pub fn can_ask(set: &[PermissionId], access: Access) -> bool {
    set.iter().all(|id| {
        let permission = world().catalog.permission(*id);
        let grant = world().catalog.grant(*id, scheme(access));
        permission.kind != Kind::Rsc
            && grant.is_some_and(|grant| {
                grant.id.is_some() && !matches!(grant.state, State::Disabled | State::Unprovisioned)
            })
    })
}

pub fn needs_admin(set: &[PermissionId], access: Access) -> bool {
    set.iter().any(|id| {
        let grant = world().catalog.grant(*id, scheme(access));
        access == Access::Application || grant.is_none_or(|grant| grant.admin)
    })
}

fn is_inside(set: &[PermissionId], chosen: &Ids) -> bool {
    set.iter().all(|id| chosen.contains(id))
}

/// Whether every permission of a preferred set lies at or below one in `set`.
pub fn is_admissible(set: &[PermissionId], need: &Need, access: Access) -> bool {
    need.preferred.iter().any(|preferred| {
        preferred.iter().all(|low| {
            let above = world().catalog.above(*low, access);
            set.iter().any(|high| high == low || above.contains(high))
        })
    })
}

/// Returns the sets that may serve a requirement of a manifest.
pub fn sets(need: &Need, access: Access, goal: Goal) -> Vec<Set> {
    let mut sets = need.alternatives.clone();
    match goal {
        Goal::Documented => sets.retain(|set| is_admissible(set, need, access)),
        Goal::NoAdmin => {
            sets.retain(|set| !needs_admin(set, access) && can_ask(set, access));
            if sets.iter().any(|set| is_admissible(set, need, access)) {
                sets.retain(|set| is_admissible(set, need, access));
            }
        }
        Goal::Fewest => {}
    }
    let askable: Vec<_> = sets
        .iter()
        .filter(|set| can_ask(set, access))
        .cloned()
        .collect();
    if askable.is_empty() && goal == Goal::Documented {
        // Nothing documented can be asked for: any accepted set will do, best one that can.
        let mut any = need.alternatives.clone();
        any.retain(|set| can_ask(set, access));
        return if any.is_empty() { sets } else { any };
    }
    if askable.is_empty() { sets } else { askable }
}

/// Whether `chosen` serves a requirement, whatever plan it is part of.
pub fn serves(chosen: &Ids, need: &Need, access: Access, goal: Goal) -> bool {
    let sets = sets(need, access, goal);
    sets.iter().any(|set| is_inside(set, chosen))
}

pub type Key = ([usize; 6], Vec<PermissionId>);

/// Returns the levels before what is opened.
fn risk(chosen: &[PermissionId], access: Access, goal: Goal) -> [usize; 4] {
    let tier = |wanted: u8| {
        let grants = chosen
            .iter()
            .map(|id| world().catalog.grant(*id, scheme(access)));
        let risks = grants.filter_map(|grant| grant?.risk);
        risks.filter(|(tier, _)| *tier == wanted).count()
    };
    let admin = usize::from(needs_admin(chosen, access));
    let (zero, one, count) = (tier(0), tier(1), chosen.len());
    match goal {
        Goal::Documented | Goal::NoAdmin => [zero, one, admin, count],
        Goal::Fewest => [zero, count, one, admin],
    }
}

/// Returns all levels of a set of permissions, and its names.
pub fn key(chosen: &[PermissionId], access: Access, goal: Goal) -> Key {
    let opened: BTreeSet<_> = chosen
        .iter()
        .flat_map(|id| world().catalog.opens(*id, scheme(access)).all())
        .collect();
    let writes = opened
        .iter()
        .filter(|id| world().effects[id.index()] == Effect::Write)
        .count();
    let reads = opened.len() - writes;
    let [first, second, third, fourth] = risk(chosen, access, goal);
    (
        [first, second, third, fourth, writes, reads],
        chosen.to_vec(),
    )
}

/// Returns what a small plan is chosen from: clauses, and the permissions in them. `None` for what the
/// definitions leave to the program: documented sets that cannot be asked for.
pub fn instance(needs: &[&Need], access: Access, goal: Goal) -> Option<(Vec<Vec<Set>>, Ids)> {
    let preferred = needs.iter().flat_map(|need| need.preferred.iter());
    let mut universe: Ids = preferred.flatten().copied().collect();
    if goal == Goal::NoAdmin {
        let inside = universe.clone();
        let apart = |set: &Set| !is_inside(set, &inside);
        for need in needs {
            let sets = sets(need, access, goal);
            if sets.iter().all(apart) {
                universe.extend(sets.iter().flatten());
            }
        }
    }
    let mut clauses = Vec::new();
    for need in needs {
        let mut sets = sets(need, access, goal);
        sets.retain(|set| can_ask(set, access));
        if goal != Goal::Fewest {
            sets.retain(|set| is_inside(set, &universe));
        }
        if sets.is_empty() {
            return None;
        }
        clauses.push(sets);
    }
    let candidates = clauses.iter().flatten().flatten().copied().collect();
    Some((clauses, candidates))
}

/// Tries every set.
pub fn least(clauses: &[Vec<Set>], candidates: &Ids, access: Access, goal: Goal) -> Key {
    let candidates: Vec<_> = candidates.iter().copied().collect();
    let sets: Vec<Vec<PermissionId>> = (0_u32..1 << candidates.len())
        .map(|mask| {
            let members = candidates.iter().enumerate();
            let members = members.filter(|(bit, _)| mask >> bit & 1 == 1);
            members.map(|(_, id)| *id).collect::<Ids>()
        })
        .filter(|set| {
            let is_served = |sets: &Vec<Set>| sets.iter().any(|it| is_inside(it, set));
            clauses.iter().all(is_served)
        })
        .map(|set| set.into_iter().collect())
        .collect();
    let risks = sets.iter().map(|set| risk(set, access, goal));
    let least = risks.min().unwrap();
    let rest = sets.iter().filter(|set| risk(set, access, goal) == least);
    rest.map(|set| key(set, access, goal)).min().unwrap()
}
