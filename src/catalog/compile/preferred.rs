//! Which of the accepted alternatives of an operation is the least.
//!
//! Upstream's marks are evidence, not truth: a mark covers every method of its path set, some rows have
//! none, and new property-scoped permissions carry marks of rows they do not serve in general. The
//! reading, phase by phase; a phase never leaves nothing:
//!
//! 1. Set aside what cannot be asked for or is not meant for the general case: resource-specific,
//!    hidden, disabled or unprovisioned permissions, and those the overlay calls peculiar.
//! 2. Fit of name and effect: for a read, permissions that only read; for a write, those that do more.
//! 3. The best grade of mark that is left: of a path set of this method alone, of any path set, none.
//! 4. Down the order: an accepted alternative below a chosen one is less, unless that one bears a mark of
//!    the highest grade (measured against the API reference: going below such marks was wrong 5 of 5
//!    times, the rows where they are too high are in the overlay).
//! 5. Without any mark, those that open by far more operations than another are not the least.
//!
//! What is left after that is a tie, and stays one.

use crate::catalog::compile::text::Mark;
use crate::catalog::model::{Effect, PermissionId};
use crate::catalog::names::Name;
use crate::catalog::order::Order;
use crate::catalog::record::Rank;

/// An alternative: permissions that suffice together, and the best mark of any of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alternative {
    /// Sorted.
    pub set: Vec<PermissionId>,
    /// The best mark among the claims that make it.
    pub mark: Mark,
}

/// A claim in ids: a permission and, where it does not suffice alone, the companions to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimIds {
    /// The permission.
    pub permission: PermissionId,
    /// One of these is needed besides; none when empty.
    pub companions: Vec<PermissionId>,
    /// Upstream's mark.
    pub mark: Mark,
}

/// What the reading knows of one scheme.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Row by permission id.
    pub names: &'a [Name<'a>],
    /// Row by permission id: true for those set aside while another one is accepted.
    pub set_aside: &'a [bool],
    /// Row by permission id: how many operations upstream lists it for.
    pub reach: &'a [u32],
    /// The order of the scheme's access.
    pub order: &'a Order,
}

/// Turns claims into alternatives: an OR of ANDs without those that contain another.
///
/// For a write, a permission that others name as their companion does not suffice alone.
pub fn alternatives(claims: &[ClaimIds], effect: Effect) -> Vec<Alternative> {
    let mut all: Vec<Alternative> = claims
        .iter()
        .flat_map(|claim| {
            let sets: Vec<Vec<PermissionId>> = if claim.companions.is_empty() {
                vec![vec![claim.permission]]
            } else {
                claim
                    .companions
                    .iter()
                    .map(|other| vec![claim.permission, *other])
                    .collect()
            };
            sets.into_iter().map(|set| Alternative {
                set: sorted(set),
                mark: claim.mark,
            })
        })
        .collect();
    all.sort_by(|a, b| a.set.cmp(&b.set).then(b.mark.cmp(&a.mark)));
    all.dedup_by(|next, kept| next.set == kept.set);
    if effect == Effect::Write {
        let is_companion =
            |id: &PermissionId| claims.iter().any(|claim| claim.companions.contains(id));
        keep(
            &mut all,
            |alternative| !matches!(alternative.set.as_slice(), [one] if is_companion(one)),
        );
    }
    minimal(&all)
}

/// Drops the alternatives that contain another one.
pub fn minimal(all: &[Alternative]) -> Vec<Alternative> {
    let contains = |a: &Alternative, b: &Alternative| {
        b.set.len() < a.set.len() && b.set.iter().all(|id| a.set.binary_search(id).is_ok())
    };
    all.iter()
        .filter(|a| !all.iter().any(|b| contains(a, b)))
        .cloned()
        .collect()
}

/// Returns `set` sorted and without repetition.
pub fn sorted(mut set: Vec<PermissionId>) -> Vec<PermissionId> {
    set.sort_unstable();
    set.dedup();
    set
}

/// Chooses the least alternatives; more than one is a tie. Empty only when `accepted` is.
pub fn preferred(
    accepted: &[Alternative],
    effect: Effect,
    facts: &Facts<'_>,
) -> (Vec<Vec<PermissionId>>, Rank) {
    if let [only] = accepted {
        return (vec![only.set.clone()], Rank::Only);
    }
    let mut fit = accepted.to_vec();
    keep(&mut fit, |a| {
        !a.set.iter().any(|id| facts.is_set_aside(*id))
    });
    match effect {
        Effect::Read => keep(&mut fit, |a| a.set.iter().all(|id| facts.only_reads(*id))),
        Effect::Write => keep(&mut fit, |a| !a.set.iter().all(|id| facts.only_reads(*id))),
    }
    let grade = fit.iter().map(|a| a.mark).max().unwrap_or(Mark::Accepted);
    let marked: Vec<&Alternative> = fit.iter().filter(|a| a.mark == grade).collect();
    let mut least: Vec<&Alternative> = Vec::new();
    for a in &marked {
        least.extend(below(a, &fit, grade, facts));
    }
    least.sort();
    least.dedup();
    let lowest: Vec<&Alternative> = least
        .iter()
        .copied()
        .filter(|a| !least.iter().any(|b| facts.is_less(b, a)))
        .collect();
    let chosen = if grade == Mark::Accepted {
        narrow(&lowest, facts)
    } else {
        lowest
    };
    let rank = match chosen.as_slice() {
        [one] if grade != Mark::Accepted && marked.contains(one) => Rank::Marked,
        [_] => Rank::Ordered,
        _ => Rank::Tie,
    };
    (chosen.into_iter().map(|a| a.set.clone()).collect(), rank)
}

/// Phase 4 for one alternative: the lowest accepted ones below it, or itself.
fn below<'a>(
    from: &'a Alternative,
    fit: &'a [Alternative],
    grade: Mark,
    facts: &Facts<'_>,
) -> Vec<&'a Alternative> {
    let lower: Vec<&Alternative> = fit
        .iter()
        .filter(|a| facts.is_less(a, from))
        .filter(|_| grade != Mark::Single)
        .collect();
    let lowest: Vec<&Alternative> = lower
        .iter()
        .copied()
        .filter(|a| !lower.iter().any(|b| facts.is_less(b, a)))
        .collect();
    if lowest.is_empty() {
        vec![from]
    } else {
        lowest
    }
}

/// Phase 5: those that open at most twice as many operations as the narrowest.
fn narrow<'a>(least: &[&'a Alternative], facts: &Facts<'_>) -> Vec<&'a Alternative> {
    let reach = |a: &Alternative| a.set.iter().map(|id| facts.reach(*id)).max().unwrap_or(0);
    let narrowest = least.iter().map(|a| reach(a)).min().unwrap_or(0);
    least
        .iter()
        .copied()
        .filter(|a| reach(a) <= narrowest.saturating_mul(2))
        .collect()
}

/// Keeps what `wanted` says, unless that would leave nothing.
fn keep(all: &mut Vec<Alternative>, wanted: impl Fn(&Alternative) -> bool) {
    if all.iter().any(&wanted) {
        all.retain(wanted);
    }
}

impl Facts<'_> {
    fn is_set_aside(&self, id: PermissionId) -> bool {
        self.set_aside.get(id.index()).copied().unwrap_or(false)
    }

    fn only_reads(&self, id: PermissionId) -> bool {
        self.names.get(id.index()).is_some_and(Name::only_reads)
    }

    fn reach(&self, id: PermissionId) -> u32 {
        self.reach.get(id.index()).copied().unwrap_or(0)
    }

    fn is_less(&self, a: &Alternative, b: &Alternative) -> bool {
        self.order.contains_set(&b.set, &a.set) && !self.order.contains_set(&a.set, &b.set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::model::Access;

    const NAMES: [&str; 8] = [
        "Directory.Read.All",
        "Group-NestingSupport.ReadWrite.All",
        "Group.Read.All",
        "Mail.Read",
        "Mail.ReadBasic",
        "Mail.ReadWrite",
        "User.Read",
        "User.Read.All",
    ];

    fn id(name: &str) -> PermissionId {
        PermissionId(u16::try_from(NAMES.iter().position(|n| *n == name).unwrap()).unwrap())
    }

    fn claim(name: &str, mark: Mark) -> ClaimIds {
        ClaimIds {
            permission: id(name),
            companions: Vec::new(),
            mark,
        }
    }

    #[track_caller]
    fn case(claims: &[ClaimIds], effect: Effect, expected: &[&str], rank: Rank) {
        let names: Vec<Name<'_>> = NAMES.iter().map(|n| Name::parse(n)).collect();
        let some: Vec<Option<&str>> = NAMES.iter().copied().map(Some).collect();
        let order = Order::new(&some, &[], Access::Delegated);
        let mut set_aside = [false; 8];
        set_aside[id("Group-NestingSupport.ReadWrite.All").index()] = true;
        let facts = Facts {
            names: &names,
            set_aside: &set_aside,
            reach: &[300, 2, 90, 30, 10, 40, 20, 150],
            order: &order,
        };
        let (chosen, found) = preferred(&alternatives(claims, effect), effect, &facts);
        let chosen: Vec<String> = chosen
            .iter()
            .map(|set| {
                set.iter()
                    .map(|id| NAMES[id.index()])
                    .collect::<Vec<_>>()
                    .join(" + ")
            })
            .collect();
        assert_eq!(chosen, expected);
        assert_eq!(found, rank);
    }

    #[test]
    fn a_mark_of_several_methods_does_not_make_a_write_permission_the_least_read() {
        let claims = [
            claim("Mail.Read", Mark::Single),
            claim("Mail.ReadWrite", Mark::Shared),
        ];
        case(&claims, Effect::Read, &["Mail.Read"], Rank::Marked);
    }

    #[test]
    fn a_lower_one_is_less_than_a_marked_one_unless_the_mark_is_of_this_method_alone() {
        let basic = claim("Mail.ReadBasic", Mark::Accepted);
        let shared = [claim("Mail.Read", Mark::Shared), basic.clone()];
        case(&shared, Effect::Read, &["Mail.ReadBasic"], Rank::Ordered);
        let single = [claim("Mail.Read", Mark::Single), basic];
        case(&single, Effect::Read, &["Mail.Read"], Rank::Marked);
    }

    #[test]
    fn own_data_is_no_substitute_for_a_marked_all() {
        let claims = [
            claim("User.Read", Mark::Accepted),
            claim("User.Read.All", Mark::Single),
        ];
        case(&claims, Effect::Read, &["User.Read.All"], Rank::Marked);
    }

    #[test]
    fn a_peculiar_permission_yields_even_when_it_alone_is_marked() {
        let claims = [
            claim("Group-NestingSupport.ReadWrite.All", Mark::Single),
            claim("Group.Read.All", Mark::Accepted),
            claim("Directory.Read.All", Mark::Accepted),
        ];
        case(&claims, Effect::Read, &["Group.Read.All"], Rank::Ordered);
    }

    #[test]
    fn companions_make_sets_and_do_not_suffice_alone_for_a_write() {
        let claims = [
            ClaimIds {
                permission: id("Mail.ReadWrite"),
                companions: vec![id("User.Read"), id("Group.Read.All")],
                mark: Mark::Single,
            },
            claim("User.Read", Mark::Accepted),
        ];
        case(
            &claims,
            Effect::Write,
            &[
                "Group.Read.All + Mail.ReadWrite",
                "Mail.ReadWrite + User.Read",
            ],
            Rank::Tie,
        );
    }

    #[test]
    fn the_only_accepted_one_is_preferred() {
        case(
            &[claim("Directory.Read.All", Mark::Accepted)],
            Effect::Write,
            &["Directory.Read.All"],
            Rank::Only,
        );
        case(&[], Effect::Write, &[], Rank::Tie);
    }
}
