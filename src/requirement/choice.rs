//! The algebra of alternatives: OR of ANDs, their product, and the least among them.

use super::facts::Facts;
use super::model::Set;
use crate::catalog::model::Access;
use crate::catalog::record::NeedRecord;

/// How many alternatives a product keeps. Real calls stay below a hundred; the smallest are kept.
const MAX_SETS: usize = 256;

/// Sets that suffice, and which of them are the least.
///
/// INVARIANT: `alternatives` is sorted, none contains another, and `preferred` is a sorted part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) alternatives: Vec<Set>,
    pub(super) preferred: Vec<Set>,
}

impl Choice {
    /// The choice that the catalog has for an operation.
    pub(super) fn documented(need: &NeedRecord) -> Self {
        let alternatives = need.alternatives.iter().map(|(set, _)| set.clone());
        Self {
            alternatives: alternatives.collect(),
            preferred: need.preferred.clone(),
        }
    }

    /// The choice that the overlay writes down, the preferred set first; `None` when the list is empty.
    pub(super) fn curated(sets: &[Set], besides: impl Iterator<Item = Set>) -> Option<Self> {
        let first = sorted(sets.first()?.clone());
        let all = sets.iter().cloned().chain(besides).map(sorted).collect();
        let alternatives = minimal(all);
        let preferred = within(&alternatives, &first);
        Some(Self {
            alternatives,
            preferred,
        })
    }

    /// The same with the sets that pass alone, unless no preferred one does.
    pub(super) fn only(self, passes: impl Fn(&Set) -> bool) -> Self {
        if !self.preferred.iter().any(&passes) {
            return self;
        }
        let keep = |sets: Vec<Set>| sets.into_iter().filter(&passes).collect();
        Self {
            alternatives: keep(self.alternatives),
            preferred: keep(self.preferred),
        }
    }

    /// The same with more sets that suffice.
    pub(super) fn or(self, more: impl Iterator<Item = Set>) -> Self {
        let alternatives = minimal(self.alternatives.into_iter().chain(more).collect());
        let preferred = self.preferred.iter();
        let mut preferred: Vec<Set> = preferred
            .flat_map(|set| within(&alternatives, set))
            .collect();
        preferred.sort();
        preferred.dedup();
        Self {
            alternatives,
            preferred,
        }
    }

    /// What is needed when both are needed.
    pub(super) fn and(&self, other: &Self, facts: &Facts<'_>, access: Access) -> Self {
        let mut alternatives = product(&self.alternatives, &other.alternatives);
        let mut preferred = Vec::new();
        for both in product(&self.preferred, &other.preferred) {
            let least = least(within(&alternatives, &both), facts, access);
            if least.is_empty() {
                // The cut of the product dropped it, so it is not among the smallest; it stays the least.
                alternatives.push(both.clone());
                preferred.push(both);
            } else {
                preferred.extend(least);
            }
        }
        alternatives.sort();
        preferred.sort();
        preferred.dedup();
        Self {
            alternatives,
            preferred,
        }
    }
}

/// Returns the alternatives that lie in a set.
fn within(alternatives: &[Set], set: &Set) -> Vec<Set> {
    let inside = alternatives.iter().filter(|part| is_part(part, set));
    inside.cloned().collect()
}

/// Drops the sets that contain another one by the order.
pub(super) fn least(sets: Vec<Set>, facts: &Facts<'_>, access: Access) -> Vec<Set> {
    if sets.len() < 2 {
        return sets;
    }
    let is_above = |high: &Set, low: &Set| {
        facts.contains_set(high, low, access) && !facts.contains_set(low, high, access)
    };
    sets.iter()
        .filter(|set| !sets.iter().any(|low| is_above(set, low)))
        .cloned()
        .collect()
}

/// Returns every union of a set of each side, without those that contain another one.
fn product(left: &[Set], right: &[Set]) -> Vec<Set> {
    let unions = left.iter().flat_map(|a| {
        right.iter().map(|b| {
            let both = a.iter().chain(b).copied().collect();
            sorted(both)
        })
    });
    minimal(unions.collect())
}

fn sorted(mut set: Set) -> Set {
    set.sort_unstable();
    set.dedup();
    set
}

/// Sorts, drops what contains another set, and keeps the [`MAX_SETS`] smallest.
fn minimal(mut sets: Vec<Set>) -> Vec<Set> {
    sets.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    let mut kept: Vec<Set> = Vec::new();
    for set in sets {
        if kept.len() == MAX_SETS {
            break;
        }
        if !kept.iter().any(|part| is_part(part, &set)) {
            kept.push(set);
        }
    }
    kept.sort();
    kept
}

fn is_part(part: &Set, whole: &Set) -> bool {
    part.len() <= whole.len() && part.iter().all(|id| whole.binary_search(id).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled;
    use crate::catalog::model::PermissionId;

    fn sets(sets: &[&[u16]]) -> Vec<Set> {
        let set = |ids: &&[u16]| ids.iter().copied().map(PermissionId).collect();
        sets.iter().map(set).collect()
    }

    #[test]
    fn products_hold_no_set_that_contains_another() {
        assert_eq!(
            product(&sets(&[&[1], &[2]]), &sets(&[&[2], &[3]])),
            sets(&[&[1, 3], &[2]])
        );
    }

    #[test]
    fn huge_products_keep_the_smallest() {
        let left: Vec<Set> = (0..100)
            .map(|id| Set::from_slice(&[PermissionId(id)]))
            .collect();
        let right: Vec<Set> = (50..150)
            .map(|id| Set::from_slice(&[PermissionId(id)]))
            .collect();
        let kept = product(&left, &right);
        assert_eq!(kept.len(), MAX_SETS);
        assert!(kept.contains(&Set::from_slice(&[PermissionId(50)])));
    }

    #[test]
    fn what_suffices_for_both_is_preferred_alone() {
        let catalog = bundled::open().unwrap();
        let facts = Facts::new(&catalog);
        let id = |name| catalog.find_permission(name).unwrap();
        let [basic, read] =
            ["Mail.ReadBasic", "Mail.Read"].map(|name| Set::from_slice(&[id(name)]));
        let own = Choice::curated(&[basic, read.clone()], std::iter::empty()).unwrap();
        let body = Choice::curated(std::slice::from_ref(&read), std::iter::empty()).unwrap();
        let both = own.and(&body, &facts, Access::Delegated);
        assert_eq!(both.preferred, std::slice::from_ref(&read));
        assert_eq!(both.alternatives, [read]);
    }
}
