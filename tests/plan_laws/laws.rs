//! What holds for whatever an app calls.

use std::collections::{BTreeMap, BTreeSet};

use graphgrant::catalog::model::Access;
use graphgrant::plan::model::{AppPlan, Goal, Plan, Status};
use graphgrant::requirement::{Need, Requirement, Verdict};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::oracle::{self, Ids};
use crate::world::{names, planned, world};

const GOALS: [Goal; 3] = [Goal::Documented, Goal::Fewest, Goal::NoAdmin];

fn pick(indices: &[usize]) -> Vec<Requirement> {
    let all = &world().requirements;
    let indices: BTreeSet<_> = indices.iter().map(|index| index % all.len()).collect();
    indices
        .into_iter()
        .map(|index| all[index].clone())
        .collect()
}

/// Operations of a few neighbouring paths share permissions; random ones rarely do.
fn operations() -> impl Strategy<Value = Vec<Requirement>> {
    let cluster = (any::<usize>(), vec(0_usize..120, 1..12));
    vec(cluster, 1..5).prop_map(|clusters| {
        let offsets = clusters
            .iter()
            .flat_map(|(start, offsets)| offsets.iter().map(|offset| start.wrapping_add(*offset)));
        pick(&offsets.collect::<Vec<_>>())
    })
}

fn ids(plan: &Plan) -> Ids {
    plan.permissions
        .iter()
        .map(|chosen| chosen.permission)
        .collect()
}

fn goal_of(plan: &Plan) -> Goal {
    if plan.admin_forced_by.is_empty() {
        plan.goal
    } else {
        Goal::Documented
    }
}

fn supported(plan: &AppPlan, access: Access) -> impl Iterator<Item = (usize, &Need)> {
    plan.requirements
        .iter()
        .map(move |requirement| oracle::need(requirement, access))
        .enumerate()
        .filter(|(_, need)| need.verdict == Verdict::Supported)
}

/// A plan without indices: what must not depend on the order of the manifest.
fn by_request(plan: &AppPlan, access: Access) -> impl PartialEq + std::fmt::Debug + use<> {
    let of = |index: &usize| plan.requirements[*index].request.clone();
    let all = |list: &[usize]| list.iter().map(of).collect::<BTreeSet<_>>();
    let it = plan.plan(access);
    let permissions: Vec<_> = it
        .permissions
        .iter()
        .map(|chosen| {
            (
                chosen.permission,
                all(&chosen.operations),
                chosen.forced_by.as_ref().map(of),
                all(&chosen.lost_without),
            )
        })
        .collect();
    let served: BTreeMap<_, _> = it
        .chosen
        .iter()
        .enumerate()
        .map(|(index, set)| (of(&index), set.clone()))
        .collect();
    let redundant: Vec<_> = it
        .redundant
        .iter()
        .map(|it| (it.permission, all(&it.preferred_by), it.replaced_by.clone()))
        .collect();
    let forced = all(&it.admin_forced_by);
    let savings: Vec<_> = it
        .savings
        .iter()
        .map(|it| {
            let unconfirmed = all(&it.unconfirmed);
            (it.drops.clone(), it.adds.clone(), it.widens, unconfirmed)
        })
        .collect();
    let rest = (it.status, it.reach, it.optimal, savings, it.notes.clone());
    (permissions, served, redundant, forced, rest)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_supported_operation_is_served_and_nothing_can_go(requirements in operations()) {
        for goal in GOALS {
            let plan = planned(requirements.clone(), goal);
            for access in Access::ALL {
                let it = plan.plan(access);
                let (chosen, goal) = (ids(it), goal_of(it));
                let wanted: Vec<_> = supported(&plan, access).collect();
                for (index, need) in &wanted {
                    let request = &plan.requirements[*index].request;
                    prop_assert!(oracle::serves(&chosen, need, access, goal), "{request}");
                    let set = it.chosen[*index].as_ref().unwrap();
                    let set: Ids = set.iter().copied().collect();
                    prop_assert!(set.is_subset(&chosen));
                    prop_assert!(oracle::serves(&set, need, access, goal), "{request}");
                    let is_told = it.notes.iter().any(|note| {
                        let text = note.text.strip_prefix(&format!("`{request}` is served by "));
                        text.is_some_and(|text| text.contains("unconfirmed"))
                    });
                    let set: Vec<_> = set.into_iter().collect();
                    let is_admissible = oracle::is_admissible(&set, need, access);
                    // Longer requests are cut in texts.
                    prop_assert!(is_told != is_admissible || request.len() > 120, "{request}");
                }
                for permission in &it.permissions {
                    let mut rest = chosen.clone();
                    rest.remove(&permission.permission);
                    let lost: Vec<_> = wanted
                        .iter()
                        .filter(|(_, need)| !oracle::serves(&rest, need, access, goal))
                        .map(|(index, _)| *index)
                        .collect();
                    prop_assert!(!lost.is_empty(), "{:?}", names([&permission.permission]));
                    prop_assert_eq!(&permission.lost_without, &lost);
                    let prefers = |index: &usize| {
                        let need = oracle::need(&plan.requirements[*index], access);
                        need.preferred.iter().any(|set| set.contains(&permission.permission))
                    };
                    let forced_by = permission.forced_by.unwrap();
                    prop_assert!(lost.contains(&forced_by));
                    prop_assert!(prefers(&forced_by) || !lost.iter().any(prefers));
                }
                prop_assert!(it.optimal);
                let is_complete = wanted.len() == plan.requirements.len();
                prop_assert_eq!(it.status == Status::Complete, is_complete);
            }
        }
    }

    #[test]
    fn the_order_of_the_manifest_changes_nothing(
        (requirements, shuffled) in operations().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
    ) {
        for goal in GOALS {
            let (one, two) = (planned(requirements.clone(), goal), planned(shuffled.clone(), goal));
            for access in Access::ALL {
                prop_assert_eq!(by_request(&one, access), by_request(&two, access));
            }
        }
    }

    #[test]
    fn nothing_less_exists(requirements in operations()) {
        for access in Access::ALL {
            for goal in GOALS {
                small_instance(&requirements, access, goal)?;
            }
        }
    }

    #[test]
    fn avoiding_the_admin_changes_no_plan_that_needs_none(requirements in operations()) {
        let mut free = requirements;
        free.retain(|it| !planned(vec![it.clone()], Goal::Documented).delegated.admin_needed);
        let documented = planned(free.clone(), Goal::Documented).delegated;
        if !documented.admin_needed {
            let plan = planned(free, Goal::NoAdmin).delegated;
            prop_assert!(plan.admin_forced_by.is_empty());
            prop_assert_eq!(plan.permissions, documented.permissions);
        }
    }

    #[test]
    fn savings_hold_what_they_promise(requirements in operations()) {
        let plan = planned(requirements, Goal::Documented);
        for access in Access::ALL {
            for saving in &plan.plan(access).savings {
                let mut set = ids(plan.plan(access));
                let before = set.len();
                set.retain(|id| !saving.drops.contains(id));
                set.extend(&saving.adds);
                prop_assert!(set.len() < before);
                for (index, need) in supported(&plan, access) {
                    prop_assert!(oracle::serves(&set, need, access, Goal::Fewest));
                    let is_confirmed = oracle::serves(&set, need, access, Goal::Documented);
                    prop_assert_eq!(saving.unconfirmed.contains(&index), !is_confirmed);
                }
            }
        }
    }
}

/// Takes operations as long as there are few enough permissions to try every set of them.
fn small_instance(
    requirements: &[Requirement],
    access: Access,
    goal: Goal,
) -> Result<(), TestCaseError> {
    if (access, goal) == (Access::Application, Goal::NoAdmin) {
        return Ok(());
    }
    let mut taken: Vec<Requirement> = Vec::new();
    for requirement in requirements {
        if oracle::need(requirement, access).verdict != Verdict::Supported {
            continue;
        }
        taken.push(requirement.clone());
        let needs: Vec<_> = taken.iter().map(|it| oracle::need(it, access)).collect();
        let is_small = GOALS.iter().all(|goal| {
            // What forces an admin is planned by another goal: the law of no-admin is about the others.
            oracle::instance(&needs, access, *goal)
                .map_or(*goal == Goal::NoAdmin, |(_, it)| it.len() <= 12)
        });
        if !is_small {
            taken.pop();
        }
    }
    let needs: Vec<_> = taken.iter().map(|it| oracle::need(it, access)).collect();
    let plan = planned(taken.clone(), goal);
    let plan = plan.plan(access);
    let is_forced = goal == Goal::NoAdmin
        && needs.iter().any(|need| {
            let mut sets = need.alternatives.iter();
            !sets.any(|set| oracle::can_ask(set, access) && !oracle::needs_admin(set, access))
        });
    prop_assert_eq!(is_forced, !plan.admin_forced_by.is_empty());
    let goal = if is_forced { Goal::Documented } else { goal };
    let (clauses, candidates) = oracle::instance(&needs, access, goal).unwrap();
    let chosen: Vec<_> = ids(plan).into_iter().collect();
    let key = oracle::key(&chosen, access, goal);
    let least = oracle::least(&clauses, &candidates, access, goal);
    prop_assert_eq!(
        &key,
        &least,
        "{:?} against {:?}",
        names(&key.1),
        names(&least.1)
    );
    prop_assert_eq!(
        (plan.reach.writes, plan.reach.reads),
        (least.0[4], least.0[5])
    );
    Ok(())
}

#[test]
fn all_of_the_catalog_is_planned_and_proved() {
    for goal in GOALS {
        let plan = planned(world().requirements.clone(), goal);
        for access in Access::ALL {
            assert!(plan.plan(access).optimal, "{access} {}", goal.word());
            assert!(plan.plan(access).bound.is_none());
        }
    }
}
