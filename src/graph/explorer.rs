//! What a person who explores a plan's graph asks of each permission: what it opens beyond the manifest,
//! what contains it, what it contains.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, OperationId, PermissionId};
use crate::graph::closure::Closure;
use crate::graph::node::{Node, PlanGraph};
use crate::graph::question::schemes;
use crate::plan::model::AppPlan;

/// A permission of the graph, and what is around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// The access.
    pub access: Access,
    /// The permission.
    pub id: PermissionId,
    /// Whether the plan has it.
    pub is_planned: bool,
    /// The permissions directly above it in the whole order.
    pub above: Vec<PermissionId>,
    /// The permissions directly below it in the whole order.
    pub below: Vec<PermissionId>,
    /// What it opens and no operation of the manifest is, in the catalog's order.
    pub beyond: Vec<OperationId>,
}

/// Returns what is around each permission of a graph, in the graph's order.
pub fn around(catalog: &Catalog, plan: &AppPlan, graph: &PlanGraph) -> Vec<Around> {
    let called: BTreeSet<OperationId> = plan
        .requirements
        .iter()
        .filter_map(|requirement| requirement.operation)
        .collect();
    let orders = Access::ALL.map(|access| (access, Closure::new(catalog, access)));
    let of = |access: Access, id: PermissionId| {
        let order = orders.iter().find(|(of, _)| *of == access);
        let closest = |from: &dyn Fn(&Closure) -> Vec<PermissionId>| {
            order.map_or_else(Vec::new, |(_, order)| from(order))
        };
        let schemes = schemes(plan, access).into_iter();
        let opened: BTreeSet<OperationId> = schemes
            .flat_map(|scheme| catalog.opens(id, scheme).all())
            .collect();
        let mut planned = plan.plan(access).permissions.iter();
        Around {
            access,
            id,
            is_planned: planned.any(|chosen| chosen.permission == id),
            above: closest(&|order| order.closest_above(id)),
            below: closest(&|order| order.closest_below(id)),
            beyond: opened.difference(&called).copied().collect(),
        }
    };
    graph
        .nodes()
        .filter_map(|(_, node)| match node {
            Node::Permission { access, id } => Some(of(*access, *id)),
            _ => None,
        })
        .collect()
}
