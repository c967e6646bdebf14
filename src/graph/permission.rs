//! What is known about one permission, gathered for `explain`.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Effect, OperationId, PermissionId, Scheme};
use crate::catalog::record::{GrantRecord, PermissionNoteRecord, RouteRecord};
use crate::graph::closure::Closure;
use crate::graph::query;

/// A permission that gives less, and how much of the work it still does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Narrower {
    /// The permission.
    pub permission: PermissionId,
    /// How many of the wider one's operations it opens too.
    pub shared: usize,
}

/// A permission under one scheme.
#[derive(Debug)]
pub struct Granted<'a> {
    /// The scheme.
    pub scheme: Scheme,
    /// Id, consent, level, tier and state.
    pub grant: GrantRecord<'a>,
    /// The operations it opens.
    pub opens: Vec<OperationId>,
}

/// A permission in the order of one access.
#[derive(Debug)]
pub struct Placed {
    /// The access.
    pub access: Access,
    /// Those that give exactly as much.
    pub equal: Vec<PermissionId>,
    /// Those directly above.
    pub contained_in: Vec<PermissionId>,
    /// How many are above altogether.
    pub above: usize,
    /// Those directly below.
    pub contains: Vec<PermissionId>,
    /// How many are below altogether.
    pub below: usize,
    /// Those below that open some of the same operations, the one that opens most of them first.
    pub narrower: Vec<Narrower>,
}

/// All that is known about a permission.
#[derive(Debug)]
pub struct Known<'a> {
    /// The permission.
    pub permission: PermissionId,
    /// By scheme it exists for.
    pub granted: Vec<Granted<'a>>,
    /// By access it exists for.
    pub placed: Vec<Placed>,
    /// Routes that can stand for it.
    pub routes: Vec<RouteRecord<'a>>,
    /// Curated notes and prerequisites.
    pub notes: Vec<PermissionNoteRecord<'a>>,
}

/// Gathers what is known about a permission.
pub fn known(catalog: &Catalog, id: PermissionId) -> Known<'_> {
    let granted = query::opens(catalog, id)
        .into_iter()
        .filter_map(|opened| {
            Some(Granted {
                scheme: opened.scheme,
                grant: catalog.grant(id, opened.scheme)?,
                opens: opened.operations,
            })
        })
        .collect();
    let placed = Access::ALL
        .into_iter()
        .filter(|access| catalog.grant_for(id, *access).is_some())
        .map(|access| place(catalog, id, access))
        .collect();
    let notes = catalog
        .permission(id)
        .notes
        .into_iter()
        .map(|row| catalog.permission_note(row))
        .collect();
    Known {
        permission: id,
        granted,
        placed,
        routes: catalog
            .routes()
            .filter(|route| route.replaces.contains(&id))
            .collect(),
        notes,
    }
}

fn place(catalog: &Catalog, id: PermissionId, access: Access) -> Placed {
    let order = Closure::new(catalog, access);
    let is_equal = |other: &PermissionId| order.is_equal(*other, id);
    let (equal, above): (Vec<_>, Vec<_>) = order.above(id).iter().copied().partition(is_equal);
    let below: Vec<_> = order
        .below(id)
        .into_iter()
        .filter(|other| !equal.contains(other))
        .collect();
    let without_equal = |mut list: Vec<PermissionId>| {
        list.retain(|other| !equal.contains(other));
        list
    };
    let scheme = match access {
        Access::Application => Scheme::Application,
        Access::Delegated if catalog.grant(id, Scheme::Work).is_none() => Scheme::Personal,
        Access::Delegated => Scheme::Work,
    };
    let own = catalog.opens(id, scheme).all();
    let mut narrower: Vec<Narrower> = below
        .iter()
        .map(|other| Narrower {
            permission: *other,
            shared: catalog
                .opens(*other, scheme)
                .all()
                .iter()
                .filter(|operation| own.binary_search(operation).is_ok())
                .count(),
        })
        .filter(|narrower| narrower.shared > 0)
        .collect();
    narrower.sort_by_key(|narrower| (std::cmp::Reverse(narrower.shared), narrower.permission));
    Placed {
        access,
        contained_in: without_equal(order.closest_above(id)),
        above: above.len(),
        contains: without_equal(order.closest_below(id)),
        below: below.len(),
        equal,
        narrower,
    }
}

/// Returns how many of the operations change nothing and how many change something.
pub fn reach(catalog: &Catalog, operations: &[OperationId]) -> (usize, usize) {
    let reads = operations
        .iter()
        .filter(|id| catalog.operation(**id).effect == Effect::Read)
        .count();
    (reads, operations.len() - reads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled;

    #[test]
    fn the_nearest_come_first_and_counts_are_whole() {
        let catalog = bundled::open().unwrap();
        let id = catalog.find_permission("Mail.ReadWrite").unwrap();
        let known = known(&catalog, id);
        let delegated = &known.placed[0];
        let names: Vec<&str> = delegated
            .contains
            .iter()
            .map(|id| catalog.name(*id))
            .collect();
        assert!(names.contains(&"Mail.Read"), "{names:?}");
        assert!(!names.contains(&"Mail.ReadBasic"), "{names:?}");
        assert!(delegated.below >= delegated.contains.len());
        assert!(
            delegated
                .narrower
                .is_sorted_by_key(|narrower| std::cmp::Reverse(narrower.shared))
        );
    }
}
