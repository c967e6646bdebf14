//! The decision, its grounds, and what would change it.
//!
//! Ways are compared criterion by criterion in the order of [`Criterion::ALL`]: those with more than the
//! least value leave the running, and the criterion after which one way is left has decided. A mixed plan
//! is only offered when it beats both pure ones; it costs a second registration of permissions, so at
//! equality it loses.

use crate::catalog::model::Access;
use crate::catalog::overlay::RouteKind;
use crate::compare::model::{
    Cause, Change, Close, Comparison, Criterion, Ground, Measure, Presence, Recommendation, Side,
    Way,
};
use crate::compare::side::Planner;
use crate::compare::split;
use crate::manifest::model::{Request, Route};
use crate::plan::PlanRequestError;
use crate::requirement::Requirement;
use crate::source::{Span, Spanned};

/// How many operations are left out one by one to see whether the decision hangs on them. Each takes two
/// plans.
const MOST_TRIALS: usize = 12;

/// A decision among the ways.
struct Decision {
    way: Way,
    by: Option<Criterion>,
    grounds: Vec<Ground>,
}

/// Decides between two sides, and offers a mixed one.
pub(super) fn recommend(
    planner: &Planner<'_>,
    delegated: Side,
    application: Side,
) -> Result<Comparison, PlanRequestError> {
    let presence = planner.presence();
    let mixed = best_mixed(planner, &delegated, &application, presence)?;
    let sides = [Some(&delegated), Some(&application), mixed.as_ref()];
    let sides: Vec<&Side> = sides.into_iter().flatten().collect();
    let decision = decide(&measures(&sides), presence);
    let can_do_any = sides.iter().any(|side| {
        let measure = &side.measure;
        side.way == decision.way
            && measure.lost.len() + measure.unknown.len() < side.plan.requirements.len()
    });
    let would_change = changes(planner, &sides, &decision, presence)?;
    let flips = |change: &Change| matches!(change.cause, Cause::Presence(_));
    let close = if decision.by.is_none_or(Criterion::is_size) {
        Some(Close::Size)
    } else if presence == Presence::Unsaid && would_change.iter().any(flips) {
        Some(Close::PresenceUnsaid)
    } else {
        None
    };
    let rows = planner.rows(&delegated, &application, mixed.as_ref());
    Ok(Comparison {
        name: planner.name(),
        rows,
        recommendation: Recommendation {
            way: can_do_any.then_some(decision.way),
            presence,
            decided_by: decision.by,
            grounds: decision.grounds,
            close: close.filter(|_| can_do_any),
            would_change: if can_do_any { would_change } else { Vec::new() },
        },
        delegated,
        application,
        mixed,
    })
}

fn measures<'a>(sides: &[&'a Side]) -> Vec<(Way, &'a Measure)> {
    sides.iter().map(|side| (side.way, &side.measure)).collect()
}

/// The best mixed plan, if it beats both sides.
fn best_mixed(
    planner: &Planner<'_>,
    delegated: &Side,
    application: &Side,
    presence: Presence,
) -> Result<Option<Side>, PlanRequestError> {
    let assignments = split::candidates(
        planner.catalog,
        &planner.members(),
        &planner.extras(),
        delegated,
        application,
    );
    let mut best: Option<Side> = None;
    for assigned in assignments {
        let side = planner.side(Way::Mixed, &assigned)?;
        if best
            .as_ref()
            .is_none_or(|known| mixed_key(&side, presence) < mixed_key(known, presence))
        {
            best = Some(side);
        }
    }
    Ok(best.filter(|mixed| {
        let sides = measures(&[delegated, application, mixed]);
        decide(&sides, presence).way == Way::Mixed
    }))
}

/// What mixed plans are compared by among themselves. Any app-only part reaches everyone's data, so after
/// the criteria that weigh more, the plan that does the least in the app's own name is the best.
fn mixed_key(side: &Side, presence: Presence) -> Vec<usize> {
    let own_name = side.assigned.iter();
    let own_name = own_name.filter(|access| **access == Access::Application);
    let mut key = Vec::new();
    for criterion in Criterion::ALL {
        if criterion == Criterion::Whose {
            key.push(own_name.clone().count());
        }
        key.push(value(criterion, Way::Mixed, &side.measure, presence));
    }
    key
}

/// Compares ways by all criteria. The first way wins when all are equal.
fn decide(sides: &[(Way, &Measure)], presence: Presence) -> Decision {
    let mut running: Vec<Way> = sides.iter().map(|(way, _)| *way).collect();
    let (mut by, mut grounds) = (None, Vec::new());
    for criterion in Criterion::ALL {
        let values: Vec<(Way, usize)> = sides
            .iter()
            .map(|(way, measure)| (*way, value(criterion, *way, measure, presence)))
            .collect();
        let in_running = values.iter().filter(|(way, _)| running.contains(way));
        let least = in_running
            .map(|(_, value)| *value)
            .min()
            .unwrap_or_default();
        let best: Vec<Way> = values
            .iter()
            .filter(|(way, value)| running.contains(way) && *value == least)
            .map(|(way, _)| *way)
            .collect();
        if running.len() > 1 && best.len() == 1 {
            by = Some(criterion);
        }
        running.clone_from(&best);
        grounds.push(Ground {
            criterion,
            values,
            best,
        });
    }
    Decision {
        way: running.first().copied().unwrap_or(Way::Delegated),
        by,
        grounds,
    }
}

fn value(criterion: Criterion, way: Way, measure: &Measure, presence: Presence) -> usize {
    match criterion {
        Criterion::Impossible => measure.lost.len() + measure.lacking.len(),
        Criterion::Conditional => measure.conditional.len(),
        Criterion::Presence => usize::from(match presence {
            Presence::Unattended => way != Way::Application,
            Presence::Attended => way == Way::Application,
            Presence::Unsaid => false,
        }),
        Criterion::TierZero => measure.tier0.len(),
        Criterion::Whose => measure.whose as usize,
        Criterion::TierOne => measure.tier1.len(),
        Criterion::Admin => usize::from(measure.admin),
        Criterion::Writes => measure.reach.writes,
        Criterion::Reads => measure.reach.reads,
        Criterion::Permissions => measure.permissions,
    }
}

/// What would lead to another way.
fn changes(
    planner: &Planner<'_>,
    sides: &[&Side],
    decision: &Decision,
    presence: Presence,
) -> Result<Vec<Change>, PlanRequestError> {
    let mut found = Vec::new();
    let mut push = |cause: Cause, other: Decision| {
        if other.way != decision.way {
            found.push(Change {
                cause,
                then: other.way,
                decided_by: other.by,
            });
        }
    };
    for other in Presence::ALL.into_iter().filter(|other| *other != presence) {
        let is_pure = |side: &&Side| side.way != Way::Mixed;
        let mut pure: Vec<&Side> = sides.iter().copied().filter(is_pure).collect();
        let mixed = match pure.as_slice() {
            [delegated, application] => best_mixed(planner, delegated, application, other)?,
            _ => None,
        };
        pure.extend(mixed.as_ref());
        push(Cause::Presence(other), decide(&measures(&pure), other));
    }
    for (requirement, group) in decisive(planner, sides) {
        let without = replanned(planner, sides, |way, assigned| {
            planner.planned(way, assigned, &[], Some(group))
        })?;
        push(
            Cause::Without(requirement),
            decide(&measures(&without.iter().collect::<Vec<_>>()), presence),
        );
    }
    for (via, operations) in routable(planner, sides) {
        let route = route(planner, sides, via, &operations);
        let routed = replanned(planner, sides, |way, assigned| {
            planner.planned(way, assigned, std::slice::from_ref(&route), None)
        })?;
        push(
            Cause::Route(via, operations),
            decide(&measures(&routed.iter().collect::<Vec<_>>()), presence),
        );
    }
    Ok(found)
}

fn replanned(
    planner: &Planner<'_>,
    sides: &[&Side],
    again: impl Fn(Way, &[Access]) -> Result<Side, PlanRequestError>,
) -> Result<Vec<Side>, PlanRequestError> {
    let members = planner.members();
    let groups_of = |side: &Side| -> Vec<Access> {
        let firsts = members.iter().filter_map(|group| group.first());
        firsts
            .filter_map(|index| side.assigned.get(*index).copied())
            .collect()
    };
    let mut replanned = Vec::new();
    for side in sides {
        let again = again(side.way, &groups_of(side))?;
        // What is left of a mixed plan may take one access alone, and then it is none.
        let first = again.assigned.first();
        let is_uniform = again.assigned.iter().all(|access| Some(access) == first);
        if again.way != Way::Mixed || !is_uniform {
            replanned.push(again);
        }
    }
    Ok(replanned)
}

/// The operations that weigh: impossible or conditional somewhere, or alone in needing a tier-0 or tier-1
/// permission. With the requirement's index comes that of its operation in the manifest.
fn decisive(planner: &Planner<'_>, sides: &[&Side]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (group, members) in planner.members().into_iter().enumerate() {
        let weighs = |index: usize| {
            sides.iter().any(|side| {
                let measure = &side.measure;
                let is_alone = Access::ALL.into_iter().any(|access| {
                    side.plan.plan(access).permissions.iter().any(|chosen| {
                        let held = (access, chosen.permission);
                        let is_risky =
                            measure.tier0.contains(&held) || measure.tier1.contains(&held);
                        is_risky && chosen.operations == [index]
                    })
                });
                measure.lost.contains(&index) || measure.conditional.contains(&index) || is_alone
            })
        };
        if let Some(index) = members.into_iter().find(|index| weighs(*index)) {
            found.push((index, group));
        }
    }
    found.truncate(MOST_TRIALS);
    found
}

/// The routes that could serve operations of the app-only plan, with those operations.
fn routable(planner: &Planner<'_>, sides: &[&Side]) -> Vec<(RouteKind, Vec<usize>)> {
    let Some(side) = sides.iter().find(|side| side.way == Way::Application) else {
        return Vec::new();
    };
    let records: Vec<_> = planner.catalog.routes().collect();
    let of_kind = |via: RouteKind| -> Vec<usize> {
        let chosen = side.plan.application.chosen.iter().enumerate();
        let served = chosen.filter(|(_, set)| {
            let set = set.iter().flatten();
            let mut set = set.peekable();
            set.peek().is_some()
                && set.all(|id| {
                    records.iter().any(|record| {
                        record.via == via
                            && (record.access.is_empty()
                                || record.access.contains(&Access::Application))
                            && record.replaces.contains(id)
                    })
                })
        });
        served.map(|(index, _)| index).collect()
    };
    RouteKind::ALL
        .into_iter()
        .map(|via| (via, of_kind(via)))
        .filter(|(_, operations)| !operations.is_empty())
        .collect()
}

fn route(planner: &Planner<'_>, sides: &[&Side], via: RouteKind, operations: &[usize]) -> Route {
    let requests = sides.iter().flat_map(|side| {
        let requirements = operations.iter();
        requirements.filter_map(|index| side.plan.requirements.get(*index))
    });
    Route {
        span: Span::default(),
        via: Spanned::new(via, Span::default()),
        operations: requests.filter_map(|it| request(planner, it)).collect(),
        reason: None,
    }
}

fn request(planner: &Planner<'_>, requirement: &Requirement) -> Option<Request> {
    let path = planner.catalog.path(requirement.path?).spelling;
    Some(Request {
        span: requirement.span,
        written: requirement.request.clone(),
        method: requirement.method,
        url: path.to_owned(),
        url_span: requirement.span,
    })
}
