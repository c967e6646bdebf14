//! The base plan, and each profile as the smallest increment on it.

use std::collections::BTreeSet;

use crate::catalog::model::PermissionId;
use crate::plan::error::PlanError;
use crate::plan::facts::Facts;
use crate::plan::goal::{self, Demand};
use crate::plan::model::Goal;
use crate::plan::translate::{Answer, solve};

/// The base or a profile, and what it needs.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    /// The profile; the base when `None`.
    pub(super) profile: Option<&'a str>,
    /// What is wanted in it.
    pub(super) demands: Vec<&'a Demand<'a>>,
}

/// A stage that is planned. Clause `i` of the answer is demand `i` of the stage.
#[derive(Debug)]
pub(super) struct Planned<'a> {
    /// The stage.
    pub(super) stage: Stage<'a>,
    /// What was found.
    pub(super) answer: Answer,
}

/// Plans the stages, of which the first is the base, on top of what is given anyway.
pub(super) fn solve_stages<'a>(
    facts: &Facts<'_>,
    goal: Goal,
    stages: Vec<Stage<'a>>,
    given: &BTreeSet<PermissionId>,
) -> Result<Vec<Planned<'a>>, PlanError> {
    let objective = goal::objective(goal);
    let mut held = given.clone();
    let mut base_universe = given.clone();
    let mut planned = Vec::with_capacity(stages.len());
    for stage in stages {
        // A profile must not look different because another one exists: each builds on the base alone.
        let mut universe = base_universe.clone();
        universe.extend(&held);
        let wanted = goal::clauses(facts, goal, &stage.demands, &mut universe);
        let answer = solve(facts, objective, &wanted, &held)?;
        if stage.profile.is_none() {
            held.extend(&answer.chosen);
            base_universe = universe;
        }
        planned.push(Planned { stage, answer });
    }
    Ok(planned)
}

/// Returns all that stages choose, with what was given.
pub(super) fn total(
    planned: &[Planned<'_>],
    given: &BTreeSet<PermissionId>,
) -> BTreeSet<PermissionId> {
    let chosen = planned.iter().flat_map(|it| it.answer.chosen.iter());
    chosen.chain(given).copied().collect()
}
