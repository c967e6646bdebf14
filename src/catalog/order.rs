//! Which permission contains which: a preorder per access, computed once when the catalog is compiled.
//!
//! Phases: (1) edges `lower -> upper` from names (`names::Name::is_within`) and from the overlay, less
//! those the overlay denies; (2) petgraph's strongly connected components, so that permissions that
//! contain each other are one class; (3) closure over the condensed graph in topological order. The
//! number of operations that a permission opens plays no part: it is not its width.

use std::collections::BTreeSet;

use petgraph::algo::condensation;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::names::Name;

/// One containment that names do not show, or (`holds: false`) that they wrongly show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Containment {
    /// The permission that gives less.
    pub lower: PermissionId,
    /// The permission that gives at least as much.
    pub upper: PermissionId,
    /// Whether it is so.
    pub holds: bool,
}

/// The closure of one access: for each permission all others that contain it, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    /// Row by permission id; a permission that does not exist for the access has an empty row.
    pub uppers: Vec<Vec<PermissionId>>,
}

impl Order {
    /// Computes the order over `names` (row by permission id; `None` where the permission does not exist
    /// for `access`).
    pub fn new(names: &[Option<&str>], curated: &[Containment], access: Access) -> Self {
        let mut graph = DiGraph::<Vec<PermissionId>, ()>::new();
        for row in 0..names.len() {
            graph.add_node(vec![PermissionId(u16::try_from(row).unwrap_or(u16::MAX))]);
        }
        for (lower, upper) in edges(names, curated, access) {
            graph.add_edge(
                NodeIndex::new(lower.index()),
                NodeIndex::new(upper.index()),
                (),
            );
        }
        Self {
            uppers: closure(names.len(), graph),
        }
    }

    /// Returns true when `upper` gives all that `lower` gives. Every permission contains itself.
    pub fn contains(&self, upper: PermissionId, lower: PermissionId) -> bool {
        upper == lower
            || self
                .uppers
                .get(lower.index())
                .is_some_and(|row| row.binary_search(&upper).is_ok())
    }

    /// Returns true when every permission of `lower` is contained in one of `upper`.
    pub fn contains_set(&self, upper: &[PermissionId], lower: &[PermissionId]) -> bool {
        lower
            .iter()
            .all(|low| upper.iter().any(|high| self.contains(*high, *low)))
    }
}

fn edges(
    names: &[Option<&str>],
    curated: &[Containment],
    access: Access,
) -> BTreeSet<(PermissionId, PermissionId)> {
    let id = |row: usize| PermissionId(u16::try_from(row).unwrap_or(u16::MAX));
    let parsed: Vec<Option<Name<'_>>> = names.iter().map(|name| name.map(Name::parse)).collect();
    let mut edges = BTreeSet::new();
    for (lower_row, lower) in parsed.iter().enumerate() {
        for (upper_row, upper) in parsed.iter().enumerate() {
            let (Some(lower), Some(upper)) = (lower, upper) else {
                continue;
            };
            if lower_row != upper_row && lower.is_within(upper, access) {
                edges.insert((id(lower_row), id(upper_row)));
            }
        }
    }
    let exists = |id: PermissionId| names.get(id.index()).is_some_and(Option::is_some);
    for fact in curated
        .iter()
        .filter(|fact| exists(fact.lower) && exists(fact.upper))
    {
        if fact.holds {
            edges.insert((fact.lower, fact.upper));
        } else {
            edges.remove(&(fact.lower, fact.upper));
        }
    }
    edges
}

fn closure(count: usize, graph: DiGraph<Vec<PermissionId>, ()>) -> Vec<Vec<PermissionId>> {
    let classes = condensation(graph, true);
    let mut above: Vec<BTreeSet<PermissionId>> = vec![BTreeSet::new(); classes.node_count()];
    let mut uppers = vec![Vec::new(); count];
    // `condensation` numbers components in reverse topological order of Tarjan's algorithm; asking
    // `toposort` instead keeps the closure right whatever petgraph does.
    let order = petgraph::algo::toposort(&classes, None).unwrap_or_default();
    for class in order.into_iter().rev() {
        let mut reached = BTreeSet::new();
        for next in classes.neighbors(class) {
            reached.extend(
                classes
                    .node_weight(next)
                    .into_iter()
                    .flatten()
                    .flatten()
                    .copied(),
            );
            reached.extend(above.get(next.index()).into_iter().flatten().copied());
        }
        let members: Vec<PermissionId> = classes
            .node_weight(class)
            .into_iter()
            .flatten()
            .flatten()
            .copied()
            .collect();
        for member in &members {
            if let Some(row) = uppers.get_mut(member.index()) {
                let mut all = reached.clone();
                all.extend(members.iter().copied().filter(|other| other != member));
                *row = all.into_iter().collect();
            }
        }
        if let Some(slot) = above.get_mut(class.index()) {
            *slot = reached;
        }
    }
    uppers
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: [&str; 9] = [
        "Mail.Read",
        "Mail.ReadBasic",
        "Mail.ReadBasic.All",
        "Mail.ReadWrite",
        "Mail.Send",
        "Sites.FullControl.All",
        "Sites.Read.All",
        "Sites.Selected",
        "User.Read",
    ];

    fn id(name: &str) -> PermissionId {
        PermissionId(u16::try_from(NAMES.iter().position(|n| *n == name).unwrap()).unwrap())
    }

    fn names() -> Vec<Option<&'static str>> {
        NAMES.iter().copied().map(Some).collect()
    }

    #[test]
    fn names_give_the_order_of_a_family() {
        let order = Order::new(&names(), &[], Access::Application);
        assert!(order.contains(id("Mail.ReadWrite"), id("Mail.ReadBasic.All")));
        assert!(
            order.contains(id("Mail.ReadBasic"), id("Mail.ReadBasic.All")),
            "one class"
        );
        assert!(
            order.contains(id("Mail.ReadBasic.All"), id("Mail.ReadBasic")),
            "one class"
        );
        assert!(!order.contains(id("Mail.ReadWrite"), id("Mail.Send")));
        assert!(!order.contains(id("Mail.ReadWrite"), id("User.Read")));
    }

    #[test]
    fn the_overlay_adds_and_denies() {
        let curated = [
            Containment {
                lower: id("User.Read"),
                upper: id("Mail.ReadBasic"),
                holds: true,
            },
            Containment {
                lower: id("Mail.ReadBasic"),
                upper: id("Mail.Read"),
                holds: false,
            },
            Containment {
                lower: id("Mail.ReadBasic"),
                upper: id("Mail.ReadWrite"),
                holds: false,
            },
        ];
        let order = Order::new(&names(), &curated, Access::Delegated);
        assert!(order.contains(id("Mail.ReadBasic"), id("User.Read")));
        assert!(!order.contains(id("Mail.Read"), id("Mail.ReadBasic")));
        assert!(!order.contains(id("Mail.ReadWrite"), id("User.Read")));
    }

    proptest! {
        #[test]
        fn it_is_a_preorder(pairs in prop::collection::vec((0u16..9, 0u16..9), 0..20)) {
            let curated: Vec<_> = pairs
                .into_iter()
                .map(|(lower, upper)| Containment {
                    lower: PermissionId(lower),
                    upper: PermissionId(upper),
                    holds: true,
                })
                .collect();
            let order = Order::new(&names(), &curated, Access::Delegated);
            for a in (0..9).map(PermissionId) {
                prop_assert!(order.contains(a, a));
                for b in (0..9).map(PermissionId) {
                    for c in (0..9).map(PermissionId) {
                        if order.contains(b, a) && order.contains(c, b) {
                            prop_assert!(order.contains(c, a), "{a:?} {b:?} {c:?}");
                        }
                    }
                }
            }
            for fact in &curated {
                prop_assert!(order.contains(fact.upper, fact.lower));
            }
        }
    }
}
