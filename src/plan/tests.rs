//! Laws of the search over random problems, and how much work fixed ones may take.

use std::collections::BTreeSet;
use std::rc::Rc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

use crate::plan::brute;
use crate::plan::cost::{Cost, Objective};
use crate::plan::error::PlanError;
use crate::plan::problem::{
    Alternative, Candidate, CandidateId, Clause, ClauseId, Opening, Problem, Tier,
};
use crate::plan::proof::explain;
use crate::plan::search::{DEFAULT_BUDGET, Solution, solve};

const OBJECTIVES: [Objective; 2] = [Objective::Documented, Objective::Fewest];

fn ids(numbers: &[usize]) -> Vec<CandidateId> {
    numbers.iter().copied().map(CandidateId).collect()
}

fn clause(alternatives: &[&[usize]]) -> Clause {
    Clause {
        alternatives: alternatives.iter().map(|set| ids(set).into()).collect(),
        preferred: Alternative::new(),
    }
}

fn operations_of(writes: &[u16], reads: &[u16]) -> Rc<Opening<'static>> {
    // The lists of a catalog live as long as the program.
    let stored = |list: &[u16]| {
        let mut ids = list.to_vec();
        ids.sort_unstable();
        &*ids
            .iter()
            .flat_map(|id| id.to_le_bytes())
            .collect::<Vec<_>>()
            .leak()
    };
    Rc::new(Opening::new((stored(reads), stored(writes))))
}

fn opening(writes: &[u16], reads: &[u16]) -> Candidate<'static> {
    Candidate {
        opening: operations_of(writes, reads),
        ..Candidate::default()
    }
}

fn problem<'a>(
    candidates: Vec<Candidate<'a>>,
    clauses: Vec<Clause>,
    given: &[usize],
) -> Problem<'a> {
    Problem::new(candidates, clauses, ids(given)).expect("a sound problem")
}

#[track_caller]
fn case(problem: &Problem, objective: Objective, expected: &[usize]) {
    let solution = solve(problem, objective, DEFAULT_BUDGET);
    assert_eq!(solution.chosen, ids(expected));
    assert!(solution.optimal);
    assert_is_least(problem, objective, &solution);
}

#[track_caller]
fn assert_is_least(problem: &Problem, objective: Objective, solution: &Solution) {
    let (levels, chosen) = brute::least(problem, objective);
    assert_eq!(solution.chosen, ids(&chosen), "least is {levels:?}");
    assert_eq!(levels_of(&solution.cost, objective), levels);
    assert_eq!(solution.bound, solution.cost);
}

fn levels_of(cost: &Cost, objective: Objective) -> [usize; 6] {
    let [tier0, tier1, admin, count, writes, reads] = [
        cost.tier0,
        cost.tier1,
        u64::from(cost.admin_needed),
        cost.permissions,
        cost.writes,
        cost.reads,
    ]
    .map(|level| usize::try_from(level).expect("small"));
    match objective {
        Objective::Documented => [tier0, tier1, admin, count, writes, reads],
        Objective::Fewest => [tier0, count, tier1, admin, writes, reads],
    }
}

#[track_caller]
fn assert_is_minimal(problem: &Problem, solution: &Solution) {
    let mut set = [solution.chosen.as_slice(), problem.given()].concat();
    set.sort_unstable();
    let is_solved = |set: &[CandidateId]| problem.clauses().iter().all(|it| it.is_satisfied(set));
    assert!(is_solved(&set));
    for dropped in &solution.chosen {
        let rest: Vec<_> = set.iter().copied().filter(|id| id != dropped).collect();
        assert!(!is_solved(&rest), "{dropped:?} is superfluous");
    }
}

#[test]
fn one_permission_for_two_clauses_is_least() {
    let clauses = vec![clause(&[&[0], &[2]]), clause(&[&[1], &[2]])];
    let problem = problem(vec![Candidate::default(); 3], clauses, &[]);
    case(&problem, Objective::Documented, &[2]);
}

#[test]
fn risk_comes_before_number_unless_fewest_is_wanted() {
    let mut candidates = vec![Candidate::default(); 3];
    candidates[2].tier = Some(Tier::One);
    let clauses = vec![clause(&[&[0], &[2]]), clause(&[&[1], &[2]])];
    let problem = problem(candidates, clauses, &[]);
    case(&problem, Objective::Documented, &[0, 1]);
    case(&problem, Objective::Fewest, &[2]);
}

#[test]
fn admin_counts_once_and_couples_what_shares_no_candidate() {
    // Without an admin two permissions more are needed; one clause alone could not decide that.
    let mut candidates = vec![Candidate::default(); 6];
    candidates[0].needs_admin = true;
    candidates[3].needs_admin = true;
    let mut clauses = vec![clause(&[&[0], &[1, 2]]), clause(&[&[3], &[4, 5]])];
    let free = problem(candidates.clone(), clauses.clone(), &[]);
    case(&free, Objective::Documented, &[1, 2, 4, 5]);
    case(&free, Objective::Fewest, &[0, 3]);

    // As soon as one clause needs an admin anyway, the others may as well.
    clauses[0].alternatives.pop();
    let bound = problem(candidates.clone(), clauses.clone(), &[]);
    case(&bound, Objective::Documented, &[0, 3]);

    let given = problem(candidates, clauses, &[0]);
    case(&given, Objective::Documented, &[3]);
    assert!(
        !solve(&given, Objective::Documented, DEFAULT_BUDGET)
            .cost
            .admin_needed
    );
}

#[test]
fn what_is_opened_twice_counts_once() {
    // Alone each first alternative opens less; together the second ones do, as they open the same.
    let candidates = vec![
        opening(&[1, 2], &[]),
        opening(&[3, 4, 5], &[]),
        opening(&[6, 7], &[]),
        opening(&[3, 4, 5], &[]),
    ];
    let clauses = vec![clause(&[&[0], &[1]]), clause(&[&[2], &[3]])];
    case(
        &problem(candidates, clauses, &[]),
        Objective::Documented,
        &[1, 3],
    );
}

#[test]
fn reads_decide_after_writes_and_names_after_reads() {
    let candidates = vec![
        opening(&[1], &[2, 3]),
        opening(&[1], &[4]),
        opening(&[2], &[4]),
        opening(&[5, 6], &[]),
    ];
    let clauses = vec![clause(&[&[3], &[2], &[1], &[0]])];
    case(
        &problem(candidates, clauses, &[]),
        Objective::Documented,
        &[1],
    );
}

#[test]
fn what_is_given_costs_nothing() {
    let candidates = vec![
        opening(&[1], &[]),
        opening(&[2, 3, 4], &[]),
        opening(&[2, 3, 4, 5], &[]),
    ];
    let clauses = vec![clause(&[&[0], &[1]])];
    case(
        &problem(candidates, clauses, &[2]),
        Objective::Documented,
        &[1],
    );
}

#[test]
fn companions_are_bought_together_or_not_at_all() {
    let clauses = vec![clause(&[&[0, 1], &[2]]), clause(&[&[1], &[3]])];
    let problem = problem(vec![Candidate::default(); 4], clauses, &[]);
    case(&problem, Objective::Documented, &[0, 1]);
}

#[test]
fn nothing_wanted_needs_nothing() {
    let nothing = problem(vec![Candidate::default(); 2], Vec::new(), &[]);
    case(&nothing, Objective::Documented, &[]);
    let free = problem(
        vec![Candidate::default(); 2],
        vec![clause(&[&[0], &[]])],
        &[],
    );
    case(&free, Objective::Documented, &[]);
}

#[test]
fn problems_without_sense_are_refused() {
    let new = |clauses, given: &[usize]| {
        Problem::new(vec![Candidate::default(); 2], clauses, ids(given)).err()
    };
    assert_eq!(
        new(vec![clause(&[&[0]]), clause(&[])], &[]),
        Some(PlanError::Unsatisfiable {
            clause: ClauseId(1)
        })
    );
    assert_eq!(
        new(vec![clause(&[&[0, 2]])], &[]),
        Some(PlanError::UnknownCandidate {
            clause: ClauseId(0),
            candidate: CandidateId(2),
            count: 2
        })
    );
    assert_eq!(
        new(Vec::new(), &[3]),
        Some(PlanError::UnknownGiven {
            candidate: CandidateId(3),
            count: 2
        })
    );
}

#[test]
fn proof_names_what_serves_forces_and_replaces() {
    let mut clauses = vec![
        clause(&[&[0], &[1]]),
        clause(&[&[1]]),
        clause(&[&[1, 2], &[2, 3]]),
        clause(&[&[2], &[1, 2]]),
    ];
    clauses[0].preferred = ids(&[0]).into();
    let problem = problem(vec![Candidate::default(); 4], clauses, &[]);
    let solution = solve(&problem, Objective::Documented, DEFAULT_BUDGET);
    assert_eq!(solution.chosen, ids(&[1, 2]));
    let proof = explain(&problem, &solution);
    assert_eq!(
        proof.served_by,
        [ids(&[1]), ids(&[1]), ids(&[1, 2]), ids(&[2])].map(Alternative::from)
    );
    let [one, two] = proof.explanations.as_slice() else {
        panic!("one entry per permission");
    };
    assert_eq!(one.serves, [ClauseId(0), ClauseId(1), ClauseId(2)]);
    assert_eq!(one.lost_without, [ClauseId(0), ClauseId(1), ClauseId(2)]);
    assert_eq!(two.serves, [ClauseId(2), ClauseId(3)]);
    assert_eq!(two.forced_by(), Some(ClauseId(2)));
    let [redundant] = proof.redundant.as_slice() else {
        panic!("one preferred permission is not needed");
    };
    assert_eq!(redundant.candidate, CandidateId(0));
    assert_eq!(redundant.preferred_by, [ClauseId(0)]);
    assert_eq!(redundant.replaced_by, ids(&[1]));
}

/// Few tiers and few operations, so that ties and overlaps are the rule.
fn any_candidate() -> impl Strategy<Value = Candidate<'static>> {
    let tier = prop_oneof![
        4 => Just(None),
        1 => Just(Some(Tier::Two)),
        1 => Just(Some(Tier::One)),
        1 => Just(Some(Tier::Zero)),
    ];
    let operations = || vec(0..8_u16, 0..4);
    let admin = prop::bool::weighted(0.3);
    (tier, admin, operations(), operations()).prop_map(|(tier, needs_admin, writes, reads)| {
        Candidate {
            tier,
            needs_admin,
            opening: operations_of(&writes, &reads),
        }
    })
}

fn any_clause(candidates: usize) -> impl Strategy<Value = Clause> {
    let all: Vec<usize> = (0..candidates).collect();
    let alternative = prop_oneof![
        3 => subsequence(all.clone(), 1),
        1 => subsequence(all.clone(), 1..=3.min(candidates)),
    ];
    (
        vec(alternative, 1..5),
        subsequence(all, 0..=2.min(candidates)),
    )
        .prop_map(|(alternatives, preferred)| Clause {
            alternatives: alternatives.iter().map(|set| ids(set).into()).collect(),
            preferred: ids(&preferred).into(),
        })
}

fn any_problem() -> impl Strategy<Value = Problem<'static>> {
    (1..=12_usize).prop_flat_map(|count| {
        let all: Vec<usize> = (0..count).collect();
        let given = prop_oneof![
            2 => Just(Vec::new()),
            1 => subsequence(all, 0..=2.min(count)),
        ];
        (
            vec(any_candidate(), count),
            vec(any_clause(count), 0..10),
            given,
        )
            .prop_map(|(candidates, clauses, given)| problem(candidates, clauses, &given))
    })
}

/// Many clauses without common candidates, so that all that couples them are operations and the admin.
fn any_tied_problem() -> impl Strategy<Value = Problem<'static>> {
    let candidate = |tier: bool| {
        any_candidate().prop_map(move |mut candidate| {
            candidate.tier = candidate.tier.filter(|_| tier);
            candidate
        })
    };
    (any::<bool>(), any::<bool>()).prop_flat_map(move |(tier, wide)| {
        let width = if wide { 3 } else { 2 };
        vec(candidate(tier), 12).prop_map(move |candidates| {
            let all: Vec<usize> = (0..12).collect();
            let clauses = all.chunks(width).map(|ways| {
                let ways: Vec<[usize; 1]> = ways.iter().map(|&id| [id]).collect();
                clause(&ways.iter().map(<[usize; 1]>::as_slice).collect::<Vec<_>>())
            });
            problem(candidates, clauses.collect(), &[])
        })
    })
}

fn shuffled<T>(items: &mut [T], keys: &[Index]) {
    for (place, key) in keys.iter().enumerate() {
        if place < items.len() {
            let other = key.index(items.len());
            items.swap(place, other);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn search_equals_brute_force(problem in any_problem()) {
        for objective in OBJECTIVES {
            let solution = solve(&problem, objective, DEFAULT_BUDGET);
            prop_assert!(solution.optimal);
            assert_is_least(&problem, objective, &solution);
            assert_is_minimal(&problem, &solution);
        }
    }

    #[test]
    fn order_of_input_changes_nothing(
        problem in any_problem(),
        keys in vec(any::<Index>(), 10),
    ) {
        let candidates: Vec<Candidate> = (0..problem.candidate_count())
            .map(|id| problem.candidate(CandidateId(id)).clone())
            .collect();
        let mut clauses = problem.clauses().to_vec();
        for clause in &mut clauses {
            shuffled(&mut clause.alternatives, &keys);
        }
        shuffled(&mut clauses, &keys);
        let other = Problem::new(candidates, clauses, problem.given().to_vec()).expect("as before");
        for objective in OBJECTIVES {
            for budget in [0, 3, DEFAULT_BUDGET] {
                prop_assert_eq!(
                    solve(&problem, objective, budget),
                    solve(&other, objective, budget)
                );
            }
        }
    }

    #[test]
    fn small_budgets_are_kept_and_told(problem in any_problem(), budget in 0..12_u64) {
        for objective in OBJECTIVES {
            let solution = solve(&problem, objective, budget);
            prop_assert!(solution.nodes <= budget);
            assert_is_minimal(&problem, &solution);
            let (levels, chosen) = brute::least(&problem, objective);
            prop_assert!(levels_of(&solution.bound, objective) <= levels);
            prop_assert!(levels <= levels_of(&solution.cost, objective));
            prop_assert!(!solution.optimal || solution.chosen == ids(&chosen));
        }
    }

    #[test]
    fn every_chosen_permission_is_explained(problem in any_problem()) {
        let solution = solve(&problem, Objective::Documented, DEFAULT_BUDGET);
        let set: BTreeSet<CandidateId> =
            solution.chosen.iter().chain(problem.given()).copied().collect();
        let proof = explain(&problem, &solution);
        let explained: Vec<_> = proof.explanations.iter().map(|it| it.candidate).collect();
        prop_assert_eq!(&explained, &solution.chosen);
        for explanation in &proof.explanations {
            prop_assert!(explanation.forced_by().is_some());
            for lost in &explanation.lost_without {
                prop_assert!(explanation.serves.contains(lost));
            }
        }
        for (clause, served) in problem.clauses().iter().zip(&proof.served_by) {
            prop_assert!(clause.alternatives.contains(served));
            prop_assert!(served.iter().all(|id| set.contains(id)));
        }
        for redundant in &proof.redundant {
            prop_assert!(!set.contains(&redundant.candidate));
        }
    }
}

proptest! {
    // All 4,096 sets solve a good part of these problems, which makes the oracle slow.
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn ties_equal_brute_force(problem in any_tied_problem()) {
        for objective in OBJECTIVES {
            let solution = solve(&problem, objective, DEFAULT_BUDGET);
            prop_assert!(solution.optimal);
            assert_is_least(&problem, objective, &solution);
        }
    }
}

/// Numbers that look random and are the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end).unwrap()).unwrap()
    }

    /// Small numbers far more often than large ones, as a few permissions open most operations.
    fn below_mostly_small(&mut self, end: usize) -> usize {
        let end = self.below(end) + 1;
        let end = self.below(end) + 1;
        self.below(end)
    }
}

fn realistic(clauses: usize, seed: u64) -> Problem<'static> {
    let mut numbers = Numbers(seed);
    let candidates = (0..300)
        .map(|id| {
            let reach = 1 + 400 / (id + 1) + numbers.below(20);
            let mut operations = |share: usize| -> Vec<u16> {
                (0..reach / share)
                    .map(|_| u16::try_from(numbers.below(11_000)).unwrap())
                    .collect()
            };
            Candidate {
                opening: operations_of(&operations(3), &operations(1)),
                tier: [None, None, Some(Tier::Two), Some(Tier::One)][id % 4]
                    .or((id % 40 == 7).then_some(Tier::Zero)),
                needs_admin: id % 3 != 0,
            }
        })
        .collect();
    let clauses = (0..clauses)
        .map(|_| {
            let count = [1, 1, 1, 1, 2, 2, 2, 3, 4, 6][numbers.below(10)];
            let alternatives = (0..count)
                .map(|_| {
                    let size = if numbers.below(20) == 0 { 2 } else { 1 };
                    let set = (0..size).map(|_| CandidateId(numbers.below_mostly_small(300)));
                    set.collect()
                })
                .collect();
            Clause {
                alternatives,
                preferred: Alternative::new(),
            }
        })
        .collect();
    problem(candidates, clauses, &[])
}

#[test]
fn large_realistic_problems_are_proved_with_little_work() {
    for seed in 1..=3 {
        for clauses in [50, 500, 5_000, 11_000] {
            let problem = realistic(clauses, seed);
            for objective in OBJECTIVES {
                let solution = solve(&problem, objective, DEFAULT_BUDGET);
                assert!(solution.optimal, "{clauses} clauses, seed {seed}");
                assert!(solution.nodes <= 300, "{} nodes", solution.nodes);
                let proof = explain(&problem, &solution);
                assert!(proof.explanations.iter().all(|it| it.forced_by().is_some()));
                assert!(proof.served_by.iter().all(|served| !served.is_empty()));
            }
        }
    }
}

#[test]
fn hard_problems_keep_the_budget_and_do_not_claim_too_much() {
    let mut open = 0;
    for seed in 1..=4 {
        let mut numbers = Numbers(seed);
        let clauses = (0..150)
            .map(|_| {
                let sets =
                    (0..6).map(|_| Alternative::from_slice(&[CandidateId(numbers.below(100))]));
                Clause {
                    alternatives: sets.collect(),
                    preferred: Alternative::new(),
                }
            })
            .collect();
        let hard = problem(vec![Candidate::default(); 100], clauses, &[]);
        let solution = solve(&hard, Objective::Documented, 300);
        assert!(solution.nodes <= 300);
        assert_is_minimal(&hard, &solution);
        let order = solution
            .bound
            .compare(&solution.cost, Objective::Documented);
        assert!(order.is_le());
        assert!(!solution.optimal || order.is_eq());
        open += usize::from(!solution.optimal);
    }
    assert!(open > 0, "none of them was hard");
}
