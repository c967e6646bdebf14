//! The graph of a plan, as it is: nothing is chosen here.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::{DiGraph, NodeIndex};

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId, Scheme};
use crate::graph::closure::Closure;
use crate::graph::node::{Edge, Extent, Grantor, Node, PlanGraph, Standing};
use crate::plan::model::{AppPlan, Plan, Status};
use crate::requirement::{Requirement, Set, Verdict};

/// Returns the graph of an app's plans, of one access or of both.
pub fn plan_graph(
    catalog: &Catalog,
    plan: &AppPlan,
    only: Option<Access>,
    extent: Extent,
) -> PlanGraph {
    let mut builder = Builder {
        catalog,
        extent,
        graph: DiGraph::new(),
        places: BTreeMap::new(),
    };
    for index in 0..plan.requirements.len() {
        builder.node(Node::Operation(index));
    }
    for access in Access::ALL {
        let of_access = plan.plan(access);
        if only.is_none_or(|only| only == access) && of_access.status != Status::Excluded {
            builder.access(of_access, &plan.requirements);
        }
    }
    PlanGraph {
        graph: builder.graph,
    }
}

struct Builder<'a> {
    catalog: &'a Catalog,
    extent: Extent,
    graph: DiGraph<Node, Edge>,
    places: BTreeMap<Node, NodeIndex>,
}

impl Builder<'_> {
    fn node(&mut self, node: Node) -> NodeIndex {
        if let Some(place) = self.places.get(&node) {
            return *place;
        }
        let place = self.graph.add_node(node.clone());
        self.places.insert(node, place);
        place
    }

    fn access(&mut self, plan: &Plan, requirements: &[Requirement]) {
        let access = plan.access;
        for chosen in &plan.permissions {
            let id = chosen.permission;
            self.node(Node::Permission { access, id });
        }
        for (index, requirement) in requirements.iter().enumerate() {
            self.operation(plan, index, requirement);
        }
        for (index, route) in plan.routes.iter().enumerate() {
            let via = route.via;
            let place = self.node(Node::Route { access, via, index });
            for operation in &route.operations {
                let operation = self.node(Node::Operation(*operation));
                self.graph.add_edge(operation, place, Edge::Takes);
            }
            for id in &route.grants {
                let granted = self.node(Node::Permission { access, id: *id });
                self.graph.add_edge(place, granted, Edge::AsksFor);
            }
        }
        let shown: BTreeSet<PermissionId> = self
            .places
            .keys()
            .filter_map(|node| match node {
                Node::Permission { access: of, id } if *of == access => Some(*id),
                _ => None,
            })
            .collect();
        self.order(access, &shown);
        for id in shown {
            self.consent_and_risk(access, id);
        }
    }

    fn operation(&mut self, plan: &Plan, index: usize, requirement: &Requirement) {
        let is_routed = plan.routes.iter().any(|it| it.operations.contains(&index));
        if is_routed {
            return;
        }
        let access = plan.access;
        let mut options: BTreeMap<Set, (Standing, bool)> = BTreeMap::new();
        let mut add = |set: &Set, standing: Standing, is_preferred: bool| {
            let known = options.entry(set.clone()).or_insert((standing, false));
            known.0 = known.0.min(standing);
            known.1 |= is_preferred;
        };
        for chosen in [&plan.chosen, &plan.chosen_personal] {
            if let Some(Some(set)) = chosen.get(index) {
                add(set, Standing::Chosen, false);
            }
        }
        for scheme in Scheme::ALL {
            let need = requirement.need(scheme);
            if scheme.access() != access || need.verdict == Verdict::Excluded {
                continue;
            }
            for set in &need.preferred {
                add(set, Standing::Preferred, true);
            }
            for set in &need.admissible {
                add(set, Standing::Admissible, false);
            }
            for set in &need.alternatives {
                add(set, Standing::Accepted, false);
            }
        }
        let operation = self.node(Node::Operation(index));
        for (set, (standing, is_preferred)) in options {
            let is_shown = match self.extent {
                Extent::Plan => standing == Standing::Chosen,
                Extent::Admissible => standing <= Standing::Admissible,
                Extent::Accepted => true,
            };
            if !is_shown {
                continue;
            }
            let forces = standing == Standing::Chosen
                && set.iter().any(|id| {
                    let mut chosen = plan.permissions.iter();
                    chosen.any(|it| it.permission == *id && it.lost_without.contains(&index))
                });
            let option = self.option(access, set);
            let serves = Edge::Serves {
                standing,
                is_preferred,
                forces,
            };
            self.graph.add_edge(operation, option, serves);
        }
    }

    /// The node of an alternative: the permission itself, or an AND of several.
    fn option(&mut self, access: Access, set: Set) -> NodeIndex {
        if let [id] = set.as_slice() {
            return self.node(Node::Permission { access, id: *id });
        }
        let node = Node::Alternative {
            access,
            set: set.clone(),
        };
        let is_new = !self.places.contains_key(&node);
        let alternative = self.node(node);
        if is_new {
            for id in set {
                let member = self.node(Node::Permission { access, id });
                self.graph.add_edge(alternative, member, Edge::Member);
            }
        }
        alternative
    }

    /// Links permissions with those directly below them among the ones shown. Of permissions that contain
    /// each other, the first by name speaks for all, so that the order stays free of cycles.
    fn order(&mut self, access: Access, shown: &BTreeSet<PermissionId>) {
        let order = Closure::new(self.catalog, access);
        let is_strictly_above =
            |upper, lower| order.contains(upper, lower) && !order.contains(lower, upper);
        for lower in shown {
            let above = order.above(*lower).iter().filter(|id| shown.contains(id));
            let above: Vec<PermissionId> = above.copied().collect();
            for upper in &above {
                let is_equal = order.contains(*lower, *upper);
                let is_direct = if is_equal {
                    upper < lower
                        && !above
                            .iter()
                            .any(|it| it < upper && order.contains(*lower, *it))
                } else {
                    !above.iter().any(|between| {
                        is_strictly_above(*upper, *between) && is_strictly_above(*between, *lower)
                    })
                };
                if is_direct {
                    let from = self.node(Node::Permission { access, id: *upper });
                    let to = self.node(Node::Permission { access, id: *lower });
                    self.graph.add_edge(from, to, Edge::Contains);
                }
            }
        }
    }

    fn consent_and_risk(&mut self, access: Access, id: PermissionId) {
        let grant = self.catalog.grant_for(id, access);
        let needs_admin = grant.is_none_or(|grant| grant.admin);
        let grantor = match access {
            Access::Application => Grantor::RoleAdmin,
            Access::Delegated if needs_admin => Grantor::Admin,
            Access::Delegated => Grantor::User,
        };
        let permission = self.node(Node::Permission { access, id });
        let consent = self.node(Node::Consent(grantor));
        self.graph.add_edge(permission, consent, Edge::NeedsConsent);
        if let Some((tier, _)) = grant.and_then(|grant| grant.risk) {
            let risk = self.node(Node::Risk(tier));
            self.graph.add_edge(permission, risk, Edge::HasRisk);
        }
    }
}
