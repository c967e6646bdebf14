//! `opens`, `covers` and `between`, answered from the catalog.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, OperationId, PermissionId, Scheme};
use crate::graph::closure::Closure;

/// What a permission opens under one scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The scheme.
    pub scheme: Scheme,
    /// The operations, by path and method.
    pub operations: Vec<OperationId>,
    /// How many of them change nothing.
    pub reads: usize,
    /// How many of them change something.
    pub writes: usize,
}

/// Returns what a permission opens, by scheme; schemes it does not exist for are left out.
pub fn opens(catalog: &Catalog, id: PermissionId) -> Vec<Opened> {
    let schemes = Scheme::ALL.into_iter();
    schemes
        .filter(|scheme| catalog.grant(id, *scheme).is_some())
        .map(|scheme| {
            let opens = catalog.opens(id, scheme);
            Opened {
                scheme,
                operations: opens.all(),
                reads: opens.reads.len(),
                writes: opens.writes.len(),
            }
        })
        .collect()
}

/// Whether a permission contains another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The order says so.
    Covers,
    /// The order does not say so.
    DoesNotCover,
    /// One of the two does not exist for this access.
    Absent,
}

impl Verdict {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Covers => "covers",
            Self::DoesNotCover => "does-not-cover",
            Self::Absent => "absent",
        }
    }
}

/// The answer to `covers` under one access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The access.
    pub access: Access,
    /// The answer.
    pub verdict: Verdict,
    /// The permissions that do not exist for this access, when the verdict is [`Verdict::Absent`].
    pub absent: Vec<PermissionId>,
    /// An operation that the lower one opens and the upper one, with all that it contains, is not known
    /// to open. Only when it does not cover.
    pub counterexample: Option<OperationId>,
    /// How many operations the data lists for both.
    pub accepted: usize,
    /// Operations that the data lists for the lower one alone. Where the order says that the upper one
    /// covers, they are covered by implication, unconfirmed.
    pub unconfirmed: Vec<OperationId>,
}

/// Says for each access whether `upper` gives all that `lower` gives.
pub fn covers(catalog: &Catalog, upper: PermissionId, lower: PermissionId) -> Vec<Coverage> {
    Access::ALL
        .into_iter()
        .map(|access| coverage(catalog, upper, lower, access))
        .collect()
}

fn coverage(
    catalog: &Catalog,
    upper: PermissionId,
    lower: PermissionId,
    access: Access,
) -> Coverage {
    let mut absent: Vec<PermissionId> = [upper, lower]
        .into_iter()
        .filter(|id| catalog.grant_for(*id, access).is_none())
        .collect();
    absent.dedup();
    let opened_by_upper = opened(catalog, [upper], access);
    let opened_by_lower = opened(catalog, [lower], access);
    let unconfirmed: Vec<OperationId> = opened_by_lower
        .difference(&opened_by_upper)
        .copied()
        .collect();
    let verdict = if !absent.is_empty() {
        Verdict::Absent
    } else if catalog.contains(upper, lower, access) {
        Verdict::Covers
    } else {
        Verdict::DoesNotCover
    };
    let counterexample = if verdict == Verdict::DoesNotCover {
        // What it contains speaks for it: an operation that not even those open is the better example.
        let implied = opened(catalog, catalog.below(upper, access), access);
        // And one that the lower permission is meant for says more than one where it is accepted besides.
        let is_meant = |operation: OperationId| {
            let record = catalog.operation(operation);
            let needs = Scheme::ALL.into_iter().zip(&record.needs);
            needs
                .filter(|(scheme, _)| scheme.access() == access)
                .filter_map(|(_, need)| need.as_ref())
                .any(|need| need.preferred.iter().any(|set| set.contains(&lower)))
        };
        unconfirmed
            .iter()
            .filter(|operation| !implied.contains(operation))
            .min_by_key(|operation| !is_meant(**operation))
            .copied()
    } else {
        None
    };
    Coverage {
        access,
        verdict,
        absent,
        counterexample,
        accepted: opened_by_lower.len() - unconfirmed.len(),
        unconfirmed,
    }
}

fn opened(
    catalog: &Catalog,
    ids: impl IntoIterator<Item = PermissionId>,
    access: Access,
) -> BTreeSet<OperationId> {
    ids.into_iter()
        .flat_map(|id| {
            Scheme::ALL
                .into_iter()
                .filter(|scheme| scheme.access() == access)
                .flat_map(move |scheme| catalog.opens(id, scheme).all())
        })
        .collect()
}

/// Which of two permissions gives more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The first contains the second.
    FirstContains,
    /// The second contains the first.
    SecondContains,
    /// Each contains the other, or they are one.
    Equal,
    /// Neither contains the other.
    Unrelated,
    /// One of them does not exist for this access.
    Absent,
}

impl Relation {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FirstContains => "first-contains-second",
            Self::SecondContains => "second-contains-first",
            Self::Equal => "equal",
            Self::Unrelated => "unrelated",
            Self::Absent => "absent",
        }
    }
}

/// The answer to `between` under one access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Between {
    /// The access.
    pub access: Access,
    /// Which of the two gives more.
    pub relation: Relation,
    /// The permissions strictly between them, in name order.
    pub permissions: Vec<PermissionId>,
}

/// Returns for each access the permissions strictly between two in the order, whichever is the upper.
pub fn between(catalog: &Catalog, first: PermissionId, second: PermissionId) -> Vec<Between> {
    Access::ALL
        .into_iter()
        .map(|access| {
            let order = Closure::new(catalog, access);
            let exists = |id| catalog.grant_for(id, access).is_some();
            let relation = if !exists(first) || !exists(second) {
                Relation::Absent
            } else {
                match (order.contains(first, second), order.contains(second, first)) {
                    (true, true) => Relation::Equal,
                    (true, false) => Relation::FirstContains,
                    (false, true) => Relation::SecondContains,
                    (false, false) => Relation::Unrelated,
                }
            };
            let (lower, upper) = match relation {
                Relation::FirstContains => (second, first),
                _ => (first, second),
            };
            let permissions = catalog
                .permission_ids()
                .filter(|id| order.is_strictly_between(*id, lower, upper))
                .collect();
            Between {
                access,
                relation,
                permissions,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled;
    use crate::catalog::record::Set;

    #[track_caller]
    fn id(catalog: &Catalog, name: &str) -> PermissionId {
        catalog.find_permission(name).unwrap()
    }

    #[track_caller]
    fn case(upper: &str, lower: &str, expected: [Verdict; 2]) {
        let catalog = bundled::open().unwrap();
        let found = covers(&catalog, id(&catalog, upper), id(&catalog, lower));
        let verdicts: Vec<Verdict> = found.iter().map(|coverage| coverage.verdict).collect();
        assert_eq!(verdicts, expected, "{upper} {lower}");
        for coverage in found {
            assert_eq!(
                coverage.counterexample.is_some(),
                coverage.verdict == Verdict::DoesNotCover
            );
        }
    }

    #[test]
    fn the_order_decides_and_a_refusal_has_an_example() {
        use Verdict::{Absent, Covers, DoesNotCover};
        case("Mail.ReadWrite", "Mail.Read", [Covers, Covers]);
        case("Mail.Read", "Mail.ReadWrite", [DoesNotCover, DoesNotCover]);
        case("Mail.Read", "Mail.Read", [Covers, Covers]);
        case("Mail.ReadWrite", "Mail.Send", [DoesNotCover, DoesNotCover]);
        case("User.Read.All", "User.Read", [Covers, Absent]);
    }

    #[test]
    fn a_counterexample_is_opened_by_the_lower_one_alone() {
        let catalog = bundled::open().unwrap();
        let (upper, lower) = (id(&catalog, "Mail.Read"), id(&catalog, "Mail.ReadWrite"));
        for coverage in covers(&catalog, upper, lower) {
            let example = coverage.counterexample.unwrap();
            let opened = |id| {
                Scheme::ALL
                    .into_iter()
                    .filter(|scheme| scheme.access() == coverage.access)
                    .any(|scheme| catalog.opens(id, scheme).all().contains(&example))
            };
            assert!(opened(lower) && !opened(upper));
            // Of all that it opens, an operation that it is the least permission for.
            let needs = catalog.operation(example).needs;
            let mut needs = needs.iter().flatten();
            assert!(needs.any(|need| need.preferred.contains(&Set::from_slice(&[lower]))));
        }
    }

    #[test]
    fn between_works_from_both_ends() {
        let catalog = bundled::open().unwrap();
        let (low, high) = (
            id(&catalog, "Mail.ReadBasic"),
            id(&catalog, "Mail.ReadWrite"),
        );
        for (first, second) in [(low, high), (high, low)] {
            let [delegated, _] = &between(&catalog, first, second)[..] else {
                panic!("one answer per access");
            };
            assert!(delegated.permissions.contains(&id(&catalog, "Mail.Read")));
            assert!(
                !delegated.permissions.contains(&low) && !delegated.permissions.contains(&high)
            );
        }
        let [delegated, application] = &between(&catalog, low, id(&catalog, "Mail.Send"))[..]
        else {
            panic!("one answer per access");
        };
        assert_eq!(delegated.relation, Relation::Unrelated);
        assert!(delegated.permissions.is_empty() && application.permissions.is_empty());
    }
}
