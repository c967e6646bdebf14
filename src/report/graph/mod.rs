//! A plan's graph in its formats, each with its language's escaping. What is said of a node or an edge is
//! the same in all of them.

pub mod dot;
pub mod html;
pub mod json;
pub mod mermaid;

use petgraph::graph::NodeIndex;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::graph::node::{Edge, Grantor, Node, PlanGraph, Standing};
use crate::plan::model::AppPlan;
use crate::report::words;

/// A graph and what its nodes refer to.
#[derive(Debug, Clone, Copy)]
pub struct Drawn<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The plan.
    pub plan: &'a AppPlan,
    /// Its graph.
    pub graph: &'a PlanGraph,
}

impl Drawn<'_> {
    /// What stands on a node. It may hold text of the manifest, made safe to show but not escaped.
    fn label(&self, node: &Node) -> String {
        match node {
            Node::Operation(index) => {
                let requirement = self.plan.requirements.get(*index);
                let request = requirement.map_or("", |it| it.request.as_str());
                let state = match requirement {
                    Some(it) if it.operation.is_none() => " (unknown)",
                    _ => "",
                };
                format!("{}. {}{state}", index + 1, words::safe(request))
            }
            Node::Alternative { set, .. } => {
                format!("all of {}", words::set(self.catalog, set))
            }
            Node::Permission { id, .. } => words::name(self.catalog, *id),
            Node::Route { via, .. } => format!("route {}", via.word()),
            Node::Consent(grantor) => consent(*grantor).to_owned(),
            Node::Risk(tier) => format!("risk tier {tier}"),
        }
    }

    /// The kind of a node in one word.
    const fn kind(node: &Node) -> &'static str {
        match node {
            Node::Operation(_) => "operation",
            Node::Alternative { .. } => "alternative",
            Node::Permission { .. } => "permission",
            Node::Route { .. } => "route",
            Node::Consent(_) => "consent",
            Node::Risk(_) => "risk",
        }
    }

    /// The access that a node belongs to, if to one.
    const fn access(node: &Node) -> Option<Access> {
        match node {
            Node::Alternative { access, .. }
            | Node::Permission { access, .. }
            | Node::Route { access, .. } => Some(*access),
            Node::Operation(_) | Node::Consent(_) | Node::Risk(_) => None,
        }
    }

    /// Whether a node is part of the plan: a chosen permission, or an alternative that is taken.
    fn is_planned(&self, place: NodeIndex, node: &Node) -> bool {
        match node {
            Node::Permission { access, id } => {
                let mut chosen = self.plan.plan(*access).permissions.iter();
                chosen.any(|it| it.permission == *id)
            }
            Node::Alternative { .. } => self.graph.edges().any(|(_, to, edge)| {
                to == place
                    && matches!(
                        edge,
                        Edge::Serves {
                            standing: Standing::Chosen,
                            ..
                        }
                    )
            }),
            _ => true,
        }
    }

    /// Why two nodes are linked, as a sentence without a full stop.
    fn why(&self, from: NodeIndex, edge: &Edge) -> String {
        match edge {
            Edge::Serves {
                standing,
                is_preferred,
                forces,
            } => serves(*standing, *is_preferred, *forces).to_owned(),
            Edge::Member => "needed together".to_owned(),
            Edge::Contains => "gives all that the other gives".to_owned(),
            Edge::Takes => "takes this route instead of a tenant-wide grant".to_owned(),
            Edge::AsksFor => "the route asks for it".to_owned(),
            Edge::NeedsConsent => "must consent to it".to_owned(),
            Edge::HasRisk => self.risk(from),
        }
    }

    fn risk(&self, permission: NodeIndex) -> String {
        let node = self.graph.graph.node_weight(permission);
        let reason = match node {
            Some(Node::Permission { access, id }) => {
                let grant = self.catalog.grant_for(*id, *access);
                grant.and_then(|grant| grant.risk.map(|(_, evidence)| evidence.reason))
            }
            _ => None,
        };
        words::safe(reason.unwrap_or("judged by the overlay"))
    }
}

const fn consent(grantor: Grantor) -> &'static str {
    match grantor {
        Grantor::User => "user consent, where the tenant allows it",
        Grantor::Admin => "admin consent",
        Grantor::RoleAdmin => "admin consent for app roles",
    }
}

const fn serves(standing: Standing, is_preferred: bool, forces: bool) -> &'static str {
    match (standing, is_preferred, forces) {
        (Standing::Chosen, true, true) => {
            "chosen: documented as the least, and nothing else in the plan serves it"
        }
        (Standing::Chosen, true, false) => "chosen: documented as the least",
        (Standing::Chosen, false, true) => {
            "chosen: contains what is documented as the least, and nothing else in the plan serves it"
        }
        (Standing::Chosen, false, false) => {
            "chosen: contains what is documented as the least, and is needed anyway"
        }
        (Standing::Preferred, ..) => "documented as the least; the plan serves it otherwise",
        (Standing::Admissible, ..) => "accepted, and contains what is documented as the least",
        (Standing::Accepted, ..) => "accepted, but not documented as the least",
    }
}
