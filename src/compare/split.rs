//! The mixed plans worth trying.
//!
//! Which operations take which access is a choice of exponentially many. Four rules make the candidates:
//! one access wherever it can do the call, and the same except where its plan takes a tier-0 or tier-1
//! permission for it and the other one's does not. Each is then planned as a whole and measured.

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::compare::model::Side;
use crate::compare::side::need;
use crate::requirement::Verdict;

/// What decides the access of one operation.
#[derive(Debug, Clone, Copy)]
struct Standing {
    is_possible: bool,
    /// The lowest tier of what serves it; 2 when nothing of it is dangerous or known to be.
    tier: u8,
}

/// Returns assignments of an access to each operation of the manifest, none of them with one access alone.
/// `extras` are the accesses under which the manifest asks for permissions by name.
pub(super) fn candidates(
    catalog: &Catalog,
    members: &[Vec<usize>],
    extras: &[Access],
    delegated: &Side,
    application: &Side,
) -> Vec<Vec<Access>> {
    let of = |side: &Side, access: Access| -> Vec<Standing> {
        let groups = members.iter();
        groups
            .map(|group| standing(catalog, side, access, group))
            .collect()
    };
    let user = of(delegated, Access::Delegated);
    let app = of(application, Access::Application);
    let mut found: Vec<Vec<Access>> = Vec::new();
    for first in Access::ALL {
        for by_risk in [false, true] {
            let assigned: Vec<Access> = user
                .iter()
                .zip(&app)
                .map(|(user, app)| choose(first, by_risk, *user, *app))
                .collect();
            let has = |access| assigned.contains(access) || extras.contains(access);
            let is_mixed = Access::ALL.iter().all(has);
            if is_mixed && !found.contains(&assigned) {
                found.push(assigned);
            }
        }
    }
    found
}

fn choose(first: Access, by_risk: bool, user: Standing, app: Standing) -> Access {
    let (own, other, second) = match first {
        Access::Delegated => (user, app, Access::Application),
        Access::Application => (app, user, Access::Delegated),
    };
    let is_safer = by_risk && other.tier.min(2) > own.tier.min(2);
    if other.is_possible && (!own.is_possible || is_safer) {
        second
    } else {
        first
    }
}

fn standing(catalog: &Catalog, side: &Side, access: Access, group: &[usize]) -> Standing {
    let plan = side.plan.plan(access);
    let requirements = group
        .iter()
        .filter_map(|index| side.plan.requirements.get(*index));
    let mut needs = requirements.map(|requirement| need(requirement, access));
    let is_possible = needs.all(|need| {
        need.verdict == Verdict::Supported
            || need.verdict == Verdict::Conditional && !need.missing_detail.is_empty()
    });
    let chosen = group
        .iter()
        .filter_map(|index| plan.chosen.get(*index)?.as_ref());
    let tiers = chosen.flatten().filter_map(|id| {
        let risk = catalog.grant_for(*id, access)?.risk;
        risk.map(|(tier, _)| tier)
    });
    Standing {
        is_possible,
        tier: tiers.min().unwrap_or(2),
    }
}
