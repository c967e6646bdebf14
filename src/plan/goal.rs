//! Which sets may serve a requirement under a goal.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::catalog::model::{PermissionId, Scheme};
use crate::plan::cost::Objective;
use crate::plan::facts::Facts;
use crate::plan::model::Goal;
use crate::plan::translate::Wanted;
use crate::requirement::{Need, Note, Set};
use crate::source::escape::shown;

/// What a requirement needs under one scheme, before the goal has a say.
#[derive(Debug, Clone)]
pub(super) struct Demand<'a> {
    /// The requirement.
    pub(super) requirement: usize,
    /// The scheme.
    pub(super) scheme: Scheme,
    /// See [`Need::preferred`].
    preferred: Cow<'a, [Set]>,
    /// See [`Need::admissible`].
    admissible: Cow<'a, [Set]>,
    /// See [`Need::alternatives`].
    alternatives: Cow<'a, [Set]>,
}

impl<'a> Demand<'a> {
    /// Returns the demand of a need that has alternatives.
    pub(super) fn new(requirement: usize, scheme: Scheme, need: &'a Need) -> Self {
        Self {
            requirement,
            scheme,
            preferred: Cow::Borrowed(&need.preferred),
            admissible: Cow::Borrowed(&need.admissible),
            alternatives: Cow::Borrowed(&need.alternatives),
        }
    }

    /// Returns the demand for one set and nothing else.
    pub(super) fn for_set(requirement: usize, scheme: Scheme, set: Set) -> Self {
        let only = vec![set];
        Self {
            requirement,
            scheme,
            preferred: Cow::Owned(only.clone()),
            admissible: Cow::Owned(only.clone()),
            alternatives: Cow::Owned(only),
        }
    }

    /// Returns whether the permission is documented as part of the least.
    pub(super) fn prefers(&self, id: PermissionId) -> bool {
        self.preferred.iter().any(|set| set.contains(&id))
    }

    /// Returns whether an admissible set lies inside.
    pub(super) fn is_confirmed_by(&self, chosen: &BTreeSet<PermissionId>) -> bool {
        let mut sets = self.admissible.iter();
        sets.any(|set| set.iter().all(|id| chosen.contains(id)))
    }

    /// Tells that a set serves the demand and is not one of the admissible ones.
    pub(super) fn doubt(&self, facts: &Facts<'_>, request: &str, set: &Set) -> Option<Note> {
        if self.admissible.contains(set) {
            return None;
        }
        let documented = self.preferred.iter().map(|set| set_text(facts, set));
        let documented: Vec<_> = documented.collect();
        let text = format!(
            "`{}` is served{} by {}: upstream accepts that, but it does not contain the documented {}, so it is unconfirmed as the least",
            shown(request),
            of_accounts(facts, self.scheme),
            set_text(facts, set),
            documented.join(" or "),
        );
        Some(Note {
            text,
            source: String::new(),
        })
    }

    fn wanted<'d>(&'d self, alternatives: Vec<&'d Set>) -> Wanted<'d> {
        let preferred = self.preferred.iter().flatten();
        Wanted {
            alternatives,
            preferred: preferred.copied().collect(),
        }
    }
}

/// Returns the levels in which a goal minimises.
pub(super) const fn objective(goal: Goal) -> Objective {
    match goal {
        Goal::Documented | Goal::NoAdmin => Objective::Documented,
        Goal::Fewest => Objective::Fewest,
    }
}

/// Returns the demands that no accepted set serves without an admin.
pub(super) fn force_admin<'d>(facts: &Facts<'_>, demands: &'d [Demand<'d>]) -> Vec<usize> {
    let mut forced: Vec<_> = demands
        .iter()
        .filter(|demand| without_admin(facts, demand).is_empty())
        .map(|demand| demand.requirement)
        .collect();
    forced.sort_unstable();
    forced.dedup();
    forced
}

/// Turns demands into clauses. `universe` are the permissions that `documented` may use; the preferred ones
/// of these demands join it, so a later increment may use what an earlier one prefers.
pub(super) fn clauses<'d>(
    facts: &Facts<'_>,
    goal: Goal,
    demands: &[&'d Demand<'_>],
    universe: &mut BTreeSet<PermissionId>,
) -> Vec<Wanted<'d>> {
    match goal {
        Goal::Documented => documented(facts, demands, universe),
        Goal::Fewest => demands
            .iter()
            .map(|demand| demand.wanted(first_of([askable(facts, &demand.alternatives)], demand)))
            .collect(),
        Goal::NoAdmin => no_admin(facts, demands, universe),
    }
}

fn documented<'d>(
    facts: &Facts<'_>,
    demands: &[&'d Demand<'_>],
    universe: &mut BTreeSet<PermissionId>,
) -> Vec<Wanted<'d>> {
    let preferred = demands.iter().flat_map(|demand| demand.preferred.iter());
    universe.extend(preferred.flatten());
    // Two passes: what serves a requirement whose documented sets cannot be asked for becomes part of the
    // universe, and may then serve the others too.
    let is_within =
        |set: &Set, universe: &BTreeSet<_>| facts.can_ask_for(set) && is_inside(set, universe);
    let fallbacks: Vec<Option<Vec<&Set>>> = demands
        .iter()
        .map(|demand| {
            let mut admissible = demand.admissible.iter();
            (!admissible.any(|set| is_within(set, universe))).then(|| {
                let inside = demand.admissible.iter();
                let steps = [
                    askable(facts, &demand.admissible),
                    askable(facts, &demand.alternatives),
                    inside.filter(|set| is_inside(set, universe)).collect(),
                    demand.admissible.iter().collect(),
                ];
                first_of(steps, demand)
            })
        })
        .collect();
    universe.extend(fallbacks.iter().flatten().flatten().copied().flatten());
    demands
        .iter()
        .zip(fallbacks)
        .map(|(demand, fallback)| {
            let within = || {
                let admissible = demand.admissible.iter();
                admissible.filter(|set| is_within(set, universe)).collect()
            };
            demand.wanted(fallback.unwrap_or_else(within))
        })
        .collect()
}

/// Returns the documented clauses without the sets that need an admin, so a documented plan that needs none
/// stays what it is. Only a clause of which nothing is left looks further.
fn no_admin<'d>(
    facts: &Facts<'_>,
    demands: &[&'d Demand<'_>],
    universe: &mut BTreeSet<PermissionId>,
) -> Vec<Wanted<'d>> {
    let mut clauses = documented(facts, demands, universe);
    let mut looks_further = Vec::with_capacity(clauses.len());
    for (demand, clause) in demands.iter().zip(&mut clauses) {
        clause.alternatives.retain(|set| is_free(facts, set));
        looks_further.push(clause.alternatives.is_empty());
        if clause.alternatives.is_empty() {
            clause.alternatives = first_of([without_admin(facts, demand)], demand);
            universe.extend(clause.alternatives.iter().copied().flatten());
        }
    }
    // What serves those may serve the others too, or they would ask for more beside it.
    let others = demands.iter().zip(&mut clauses).zip(looks_further);
    for ((demand, clause), _) in others.filter(|(_, looks_further)| !looks_further) {
        let more = free(facts, &demand.admissible).into_iter();
        let more = more.filter(|set| is_inside(set, universe));
        clause.alternatives.extend(more);
        clause.alternatives.sort_unstable();
        clause.alternatives.dedup();
    }
    clauses
}

/// Returns the first step that has sets, or all alternatives.
fn first_of<'d, const N: usize>(steps: [Vec<&'d Set>; N], demand: &'d Demand<'_>) -> Vec<&'d Set> {
    let first = steps.into_iter().find(|sets| !sets.is_empty());
    first.unwrap_or_else(|| demand.alternatives.iter().collect())
}

fn is_inside(set: &Set, universe: &BTreeSet<PermissionId>) -> bool {
    set.iter().all(|id| universe.contains(id))
}

fn askable<'d>(facts: &Facts<'_>, sets: &'d [Set]) -> Vec<&'d Set> {
    let sets = sets.iter();
    sets.filter(|set| facts.can_ask_for(set)).collect()
}

/// Returns whether a set can be asked for and needs no admin.
fn is_free(facts: &Facts<'_>, set: &Set) -> bool {
    facts.can_ask_for(set) && !set.iter().any(|id| facts.needs_admin(*id))
}

fn free<'d>(facts: &Facts<'_>, sets: &'d [Set]) -> Vec<&'d Set> {
    let sets = sets.iter();
    sets.filter(|set| is_free(facts, set)).collect()
}

/// Returns the admissible sets that need no admin, or else the accepted ones.
fn without_admin<'d>(facts: &Facts<'_>, demand: &'d Demand<'_>) -> Vec<&'d Set> {
    let admissible = free(facts, &demand.admissible);
    if admissible.is_empty() {
        free(facts, &demand.alternatives)
    } else {
        admissible
    }
}

/// Returns a set in words.
pub(super) fn set_text(facts: &Facts<'_>, set: &[PermissionId]) -> String {
    let names = set.iter().map(|id| facts.catalog.name(*id));
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    names.join(" + ")
}

/// Returns the accounts that a statement is about, where it may hold for others only.
pub(super) fn of_accounts(facts: &Facts<'_>, scheme: Scheme) -> &'static str {
    match (facts.schemes.len(), scheme) {
        (0 | 1, _) | (_, Scheme::Application) => "",
        (_, Scheme::Work) => " for work or school accounts",
        (_, Scheme::Personal) => " for personal accounts",
    }
}
