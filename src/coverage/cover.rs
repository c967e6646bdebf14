//! The comparison.
//!
//! 1. Each operation takes the least it can from what is held: the plan's own set where that is held, else
//!    an accepted set (admissible ones first), else the order's word for it.
//! 2. Where several sets would do, those of operations without a choice go first, and then the set that
//!    uses the fewest further permissions, so that what is excess does not depend on the manifest's order.
//! 3. What no operation took is left out and the choice is made again until nothing more is left over: what
//!    is called excess can all be removed together.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId, Scheme};
use crate::coverage::model::{Coverage, Held, HeldState, Needed, NeededState, Served};
use crate::manifest::model::{App, Audience, SignIn};
use crate::plan::model::{AppPlan, Chosen, Plan};
use crate::requirement::{Need, Requirement, Set, Verdict};

/// Compares what is held with the plan of an access.
pub fn cover(
    catalog: &Catalog,
    app: &App,
    plan: &AppPlan,
    access: Access,
    held: &[PermissionId],
) -> Coverage {
    let held: BTreeSet<PermissionId> = held.iter().copied().collect();
    let comparison = Comparison {
        catalog,
        requirements: &plan.requirements,
        plan: plan.plan(access),
        schemes: schemes(app, access),
        signs_in: access == Access::Delegated && signs_in(app),
        access,
    };
    comparison.compare(&held)
}

/// Returns the schemes that an access of an app must work under.
pub fn schemes(app: &App, access: Access) -> Vec<Scheme> {
    let audience = app.audience.as_ref().map(|audience| audience.value);
    let takes = |scheme: &Scheme| {
        scheme.access() == access
            && match scheme {
                Scheme::Work => audience.is_none_or(Audience::takes_work),
                Scheme::Personal => audience.is_some_and(Audience::takes_personal),
                Scheme::Application => true,
            }
    };
    Scheme::ALL.into_iter().filter(takes).collect()
}

/// Whether users sign in to an app.
fn signs_in(app: &App) -> bool {
    !app.sign_in.is_empty() || app.access.is_empty() || app.access.contains(&Access::Delegated)
}

struct Comparison<'a> {
    catalog: &'a Catalog,
    requirements: &'a [Requirement],
    plan: &'a Plan,
    schemes: Vec<Scheme>,
    signs_in: bool,
    access: Access,
}

impl Comparison<'_> {
    fn compare(&self, held: &BTreeSet<PermissionId>) -> Coverage {
        let mut rest = held.clone();
        let (operations, needed) = loop {
            let operations = self.serve(&rest);
            let needed = self.needed(&operations, &rest);
            let used = used(&operations, &needed);
            let left: BTreeSet<_> = rest.intersection(&used).copied().collect();
            if left.len() == rest.len() {
                break (operations, needed);
            }
            rest = left;
        };
        let in_doubt = |is: &dyn Fn(&Need) -> bool| -> Vec<usize> {
            let doubtful = |requirement: &Requirement| {
                let mut schemes = self.schemes.iter();
                schemes.any(|scheme| is(requirement.need(*scheme)))
            };
            let all = self.requirements.iter().enumerate();
            all.filter(|(_, requirement)| doubtful(requirement))
                .map(|(index, _)| index)
                .collect()
        };
        let mut coverage = Coverage {
            access: self.access,
            unknown: in_doubt(&|need| need.verdict == Verdict::Unknown),
            undetailed: in_doubt(&|need| {
                need.verdict != Verdict::Excluded && !need.missing_detail.is_empty()
            }),
            operations,
            needed,
            held: Vec::new(),
        };
        coverage.held = held
            .iter()
            .map(|permission| Held {
                permission: *permission,
                state: self.held_state(&coverage, *permission),
            })
            .collect();
        coverage
    }

    /// Serves every operation from what is held.
    fn serve(&self, held: &BTreeSet<PermissionId>) -> Vec<Served> {
        let mut served: Vec<Option<Served>> = Vec::new();
        let mut taken = BTreeSet::new();
        for (index, requirement) in self.requirements.iter().enumerate() {
            let first = self.without_choice(index, requirement, held);
            if let Some(Served::Planned { by } | Served::Accepted { by }) = &first {
                taken.extend(by.iter().copied());
            }
            served.push(first);
        }
        // By request, so that the order of the manifest does not matter.
        let mut open: Vec<usize> = (0..served.len())
            .filter(|index| served.get(*index).is_some_and(Option::is_none))
            .collect();
        open.sort_by_key(|index| {
            self.requirements
                .get(*index)
                .map(|it| (&it.request, *index))
        });
        for index in open {
            let Some(requirement) = self.requirements.get(index) else {
                continue;
            };
            let answer = self.with_choice(index, requirement, held, &taken);
            if let Served::Accepted { by } | Served::Implied { by, .. } = &answer {
                taken.extend(by.iter().copied());
            }
            if let Some(slot) = served.get_mut(index) {
                *slot = Some(answer);
            }
        }
        served.into_iter().flatten().collect()
    }

    /// Answers for an operation that has no choice, or `None`.
    fn without_choice(
        &self,
        index: usize,
        requirement: &Requirement,
        held: &BTreeSet<PermissionId>,
    ) -> Option<Served> {
        let needs: Vec<&Need> = self.wanted(requirement);
        if needs.is_empty() {
            return Some(Served::Excluded);
        }
        if needs.iter().any(|need| need.verdict == Verdict::Unknown) {
            return Some(Served::Unknown);
        }
        if needs.iter().all(|need| need.alternatives.is_empty()) {
            return Some(Served::Unsupported);
        }
        if self.takes_route(index) {
            return Some(Served::Route);
        }
        let least = self.least(index);
        if !least.is_empty() && least.iter().all(|id| held.contains(id)) {
            return Some(Served::Planned { by: least });
        }
        let mut by = BTreeSet::new();
        for need in needs.iter().filter(|need| !need.alternatives.is_empty()) {
            let mut options = options(need, held);
            let only = options.next()?;
            if options.next().is_some() {
                return None;
            }
            by.extend(only.iter().copied());
        }
        Some(Served::Accepted {
            by: by.into_iter().collect(),
        })
    }

    fn with_choice(
        &self,
        index: usize,
        requirement: &Requirement,
        held: &BTreeSet<PermissionId>,
        taken: &BTreeSet<PermissionId>,
    ) -> Served {
        let (mut by, mut stands_for) = (BTreeSet::new(), BTreeSet::new());
        for need in self.wanted(requirement) {
            if need.alternatives.is_empty() {
                continue;
            }
            let accepted = options(need, held).min_by_key(|set| self.price(need, set, taken));
            if let Some(set) = accepted {
                by.extend(set.iter().copied());
            } else if let Some((set, containing)) = self.implied(need, held, taken) {
                by.extend(containing);
                stands_for.extend(set.iter().copied());
            } else {
                let least = self.least(index);
                let lacks = least.iter().copied().filter(|id| {
                    let mut held = held.iter();
                    !held.any(|high| self.catalog.contains(*high, *id, self.access))
                });
                return Served::Missing {
                    lacks: lacks.collect(),
                    least,
                };
            }
        }
        let by: Set = by.into_iter().collect();
        if stands_for.is_empty() {
            Served::Accepted { by }
        } else {
            Served::Implied {
                by,
                stands_for: stands_for.into_iter().collect(),
            }
        }
    }

    /// What speaks against a set: further permissions, not admissible, containing another, number, reach.
    fn price(
        &self,
        need: &Need,
        set: &Set,
        taken: &BTreeSet<PermissionId>,
    ) -> (usize, bool, usize, usize, usize, Set) {
        let further = set.iter().filter(|id| !taken.contains(id)).count();
        let contains_others = need
            .alternatives
            .iter()
            .filter(|other| *other != set && self.catalog.contains_set(set, other, self.access))
            .count();
        (
            further,
            !need.admissible.contains(set),
            contains_others,
            set.len(),
            self.reach(set),
            set.clone(),
        )
    }

    fn reach(&self, set: &[PermissionId]) -> usize {
        let first = self.schemes.first().copied().unwrap_or(Scheme::Work);
        let opened = set.iter().map(|id| self.catalog.opens(*id, first));
        opened
            .map(|opens| opens.writes.len() + opens.reads.len())
            .sum()
    }

    /// The accepted set that what is held contains by the order, and what contains it.
    fn implied<'n>(
        &self,
        need: &'n Need,
        held: &BTreeSet<PermissionId>,
        taken: &BTreeSet<PermissionId>,
    ) -> Option<(&'n Set, Vec<PermissionId>)> {
        let containing = |set: &'n Set| {
            let each = set.iter().map(|low| self.container(*low, held, taken));
            let all: Option<Vec<_>> = each.collect();
            all.map(|all| (set, all))
        };
        let first = need.preferred.iter().find_map(containing);
        first.or_else(|| need.alternatives.iter().find_map(containing))
    }

    /// The least held permission that contains one by the order.
    fn container(
        &self,
        low: PermissionId,
        held: &BTreeSet<PermissionId>,
        taken: &BTreeSet<PermissionId>,
    ) -> Option<PermissionId> {
        if held.contains(&low) {
            return Some(low);
        }
        let above = self.catalog.above(low, self.access);
        let candidates = above.into_iter().filter(|high| held.contains(high));
        candidates.min_by_key(|high| (!taken.contains(high), self.reach(&[*high]), *high))
    }

    /// What became of each permission of the plan.
    fn needed(&self, operations: &[Served], held: &BTreeSet<PermissionId>) -> Vec<Needed> {
        let chosen = self.plan.permissions.iter().map(|chosen| Needed {
            permission: chosen.permission,
            state: self.needed_state(chosen, operations, held),
        });
        let sign_in = self.plan.sign_in.iter().map(|scope| Needed {
            permission: *scope,
            state: if held.contains(scope) {
                NeededState::Held
            } else {
                NeededState::Missing {
                    operations: Vec::new(),
                }
            },
        });
        chosen.chain(sign_in).collect()
    }

    fn needed_state(
        &self,
        chosen: &Chosen,
        operations: &[Served],
        held: &BTreeSet<PermissionId>,
    ) -> NeededState {
        if held.contains(&chosen.permission) {
            return NeededState::Held;
        }
        let (mut lost, mut by, mut is_implied) = (Vec::new(), BTreeSet::new(), false);
        for index in &chosen.operations {
            match operations.get(*index) {
                Some(Served::Missing { .. }) => lost.push(*index),
                Some(Served::Accepted { by: set }) => by.extend(set.iter().copied()),
                Some(Served::Implied { by: set, .. }) => {
                    is_implied = true;
                    by.extend(set.iter().copied());
                }
                _ => {}
            }
        }
        if !lost.is_empty() {
            return NeededState::Missing { operations: lost };
        }
        if chosen.asked_for.is_some() || by.is_empty() {
            // Asked for by name, or needed by a route: only the order can stand for it.
            return match self.container(chosen.permission, held, held) {
                Some(container) => NeededState::Implied {
                    by: Set::from_slice(&[container]),
                },
                None => NeededState::Missing {
                    operations: Vec::new(),
                },
            };
        }
        let by: Set = by.into_iter().collect();
        if is_implied {
            NeededState::Implied { by }
        } else {
            NeededState::Replaced { by }
        }
    }

    fn held_state(&self, coverage: &Coverage, permission: PermissionId) -> HeldState {
        let mut planned = self.plan.permissions.iter().map(|chosen| chosen.permission);
        if planned.any(|id| id == permission) || self.plan.sign_in.contains(&permission) {
            return HeldState::Planned;
        }
        let (mut accepted, mut implied) = (Vec::new(), Vec::new());
        for (index, served) in coverage.operations.iter().enumerate() {
            match served {
                Served::Accepted { by } if by.contains(&permission) => accepted.push(index),
                Served::Implied { by, .. } if by.contains(&permission) => implied.push(index),
                _ => {}
            }
        }
        let instead_of: Set = coverage
            .needed
            .iter()
            .filter(|needed| match &needed.state {
                NeededState::Replaced { by } | NeededState::Implied { by } => {
                    by.contains(&permission)
                }
                NeededState::Held | NeededState::Missing { .. } => false,
            })
            .map(|needed| needed.permission)
            .collect();
        if !accepted.is_empty() {
            let contains = |upper, lower| self.catalog.contains(upper, lower, self.access);
            let broader_than = instead_of.iter().copied();
            return HeldState::Serves {
                broader_than: broader_than
                    .filter(|low| contains(permission, *low) && !contains(*low, permission))
                    .collect(),
                doubt: self.doubt(coverage, permission),
                operations: accepted,
                instead_of,
            };
        }
        if !implied.is_empty() || !instead_of.is_empty() {
            return HeldState::Implies {
                operations: implied,
                instead_of,
            };
        }
        if self.signs_in && self.is_sign_in(permission) {
            return HeldState::SignIn;
        }
        let because = self.doubt(coverage, permission);
        if !because.is_empty() {
            return HeldState::InDoubt { because };
        }
        HeldState::Excess {
            opens_known: self.schemes.iter().any(|scheme| {
                let opens = self.catalog.opens(permission, *scheme);
                !opens.writes.is_empty() || !opens.reads.is_empty()
            }),
        }
    }

    /// The requirements that may need a permission after all.
    fn doubt(&self, coverage: &Coverage, permission: PermissionId) -> Vec<usize> {
        let may_need = |index: &usize| {
            let Some(requirement) = self.requirements.get(*index) else {
                return false;
            };
            let mut needs = self.wanted(requirement).into_iter();
            needs.any(|need| {
                let fuller = need.fuller.iter().flat_map(|fuller| &fuller.needs);
                let mut sets = fuller.chain(&need.alternatives);
                sets.any(|set| {
                    let mut set = set.iter();
                    set.any(|low| self.catalog.contains(permission, *low, self.access))
                })
            })
        };
        let undetailed = coverage.undetailed.iter().filter(|index| may_need(index));
        let all: BTreeSet<usize> = coverage.unknown.iter().chain(undetailed).copied().collect();
        all.into_iter().collect()
    }

    fn is_sign_in(&self, permission: PermissionId) -> bool {
        let name = self.catalog.name(permission);
        name == "User.Read" || SignIn::ALL.iter().any(|scope| scope.name() == name)
    }

    /// What an operation needs under the schemes that count and that the manifest wants.
    fn wanted<'r>(&self, requirement: &'r Requirement) -> Vec<&'r Need> {
        let needs = self.schemes.iter().map(|scheme| requirement.need(*scheme));
        needs
            .filter(|need| need.verdict != Verdict::Excluded)
            .collect()
    }

    fn takes_route(&self, index: usize) -> bool {
        let mut routes = self.plan.routes.iter();
        routes.any(|route| route.operations.contains(&index))
    }

    /// What the plan chose for an operation.
    fn least(&self, index: usize) -> Set {
        let chosen = [&self.plan.chosen, &self.plan.chosen_personal];
        let sets = chosen.iter().filter_map(|sets| sets.get(index)?.as_ref());
        let all: BTreeSet<PermissionId> = sets.flatten().copied().collect();
        all.into_iter().collect()
    }
}

/// The accepted sets that are held.
fn options<'n>(need: &'n Need, held: &BTreeSet<PermissionId>) -> impl Iterator<Item = &'n Set> {
    let sets = need.alternatives.iter();
    sets.filter(move |set| set.iter().all(|id| held.contains(id)))
}

/// The permissions that something takes.
fn used(operations: &[Served], needed: &[Needed]) -> BTreeSet<PermissionId> {
    let mut used = BTreeSet::new();
    for served in operations {
        if let Served::Planned { by } | Served::Accepted { by } | Served::Implied { by, .. } =
            served
        {
            used.extend(by.iter().copied());
        }
    }
    for needed in needed {
        match &needed.state {
            NeededState::Held => {
                used.insert(needed.permission);
            }
            NeededState::Replaced { by } | NeededState::Implied { by } => {
                used.extend(by.iter().copied());
            }
            NeededState::Missing { .. } => {}
        }
    }
    used
}
