//! What the goal `fewest` would save of a documented plan.

use std::collections::BTreeSet;

use crate::catalog::model::PermissionId;
use crate::plan::error::PlanError;
use crate::plan::facts::Facts;
use crate::plan::model::{Goal, Saving};
use crate::plan::profile::{Planned, Stage, solve_stages, total};

/// Compares a documented plan with the fewest permissions that would do. Each saving stands alone: it can
/// be taken without the others. None when either search is not proved.
pub(super) fn savings(
    facts: &Facts<'_>,
    planned: &[Planned<'_>],
    given: &BTreeSet<PermissionId>,
) -> Result<Vec<Saving>, PlanError> {
    let stages = planned.iter().map(|it| Stage {
        profile: it.stage.profile,
        demands: it.stage.demands.clone(),
    });
    let fewest = solve_stages(facts, Goal::Fewest, stages.collect(), given)?;
    if planned.iter().chain(&fewest).any(|it| !it.answer.optimal) {
        return Ok(Vec::new());
    }
    let (held, other) = (total(planned, given), total(&fewest, given));
    let mut savings: Vec<_> = groups(planned, &fewest, &held, &other)
        .into_iter()
        .filter_map(|group| {
            let drops: Vec<_> = group.intersection(&held).copied().collect();
            let adds: Vec<_> = group.intersection(&other).copied().collect();
            (adds.len() < drops.len()).then(|| Saving {
                widens: facts.growth(&held, &adds),
                unconfirmed: unconfirmed(planned, &held, &drops, &adds),
                drops,
                adds,
            })
        })
        .collect();
    savings.sort_by(|one, two| one.drops.cmp(&two.drops));
    Ok(savings)
}

/// Returns the requirements that have an admissible set inside a plan and lose the last one with a saving.
fn unconfirmed(
    planned: &[Planned<'_>],
    held: &BTreeSet<PermissionId>,
    drops: &[PermissionId],
    adds: &[PermissionId],
) -> Vec<usize> {
    let mut left = held.clone();
    left.retain(|id| !drops.contains(id));
    left.extend(adds);
    let served = planned
        .iter()
        .flat_map(|it| it.stage.demands.iter().zip(&it.answer.served_by));
    let lost = served.filter(|(demand, set)| {
        set.iter().any(|id| drops.contains(id))
            && demand.is_confirmed_by(held)
            && !demand.is_confirmed_by(&left)
    });
    let mut requirements: Vec<_> = lost.map(|(demand, _)| demand.requirement).collect();
    requirements.sort_unstable();
    requirements.dedup();
    requirements
}

/// Splits what differs between two plans into groups that no requirement connects.
fn groups(
    planned: &[Planned<'_>],
    fewest: &[Planned<'_>],
    held: &BTreeSet<PermissionId>,
    other: &BTreeSet<PermissionId>,
) -> Vec<BTreeSet<PermissionId>> {
    let differs = |id: &PermissionId| held.contains(id) != other.contains(id);
    let mut groups: Vec<BTreeSet<PermissionId>> = Vec::new();
    for (documented, few) in planned.iter().zip(fewest) {
        let sets = documented
            .answer
            .served_by
            .iter()
            .zip(&few.answer.served_by);
        for (one, two) in sets {
            let ids = one.iter().chain(two).copied();
            let mut group: BTreeSet<_> = ids.filter(differs).collect();
            if group.is_empty() {
                continue;
            }
            groups.retain(|earlier| {
                let is_apart = earlier.is_disjoint(&group);
                if !is_apart {
                    group.extend(earlier);
                }
                is_apart
            });
            groups.push(group);
        }
    }
    groups
}
