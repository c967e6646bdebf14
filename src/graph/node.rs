//! The nodes and edges of a plan's graph.

use petgraph::graph::{DiGraph, NodeIndex};

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::overlay::RouteKind;
use crate::requirement::Set;

/// A plan as a graph: from operations over what can serve them to permissions, and on to who consents and
/// what is at risk.
#[derive(Debug, Clone)]
pub struct PlanGraph {
    /// The graph. Nodes and edges are inserted in an order that depends on the plan alone.
    pub graph: DiGraph<Node, Edge>,
}

impl PlanGraph {
    /// Returns the nodes in their order.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeIndex, &Node)> {
        self.graph.node_indices().zip(self.graph.node_weights())
    }

    /// Returns the edges in their order: where from, where to, and what they say.
    pub fn edges(&self) -> impl Iterator<Item = (NodeIndex, NodeIndex, &Edge)> {
        let edges = self.graph.edge_indices();
        edges.filter_map(|edge| {
            let (from, to) = self.graph.edge_endpoints(edge)?;
            Some((from, to, self.graph.edge_weight(edge)?))
        })
    }
}

/// What is in the graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// An operation, by its requirement.
    Operation(usize),
    /// Permissions that an operation needs together: an AND. A permission that suffices alone needs no
    /// such node, the edge to it is the alternative.
    Alternative {
        /// The access.
        access: Access,
        /// The permissions.
        set: Set,
    },
    /// A permission under an access.
    Permission {
        /// The access.
        access: Access,
        /// The permission.
        id: PermissionId,
    },
    /// A route that the manifest declares, by its place in the plan of the access.
    Route {
        /// The access.
        access: Access,
        /// The route.
        via: RouteKind,
        /// Which of the plan's routes.
        index: usize,
    },
    /// Who has to consent.
    Consent(Grantor),
    /// A risk tier, 0 being the worst.
    Risk(u8),
}

/// Who consents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantor {
    /// The user, where the tenant lets them.
    User,
    /// An admin who may grant delegated permissions.
    Admin,
    /// An admin who may grant app roles of Microsoft Graph.
    RoleAdmin,
}

impl Grantor {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::User, Self::Admin, Self::RoleAdmin];

    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
            Self::RoleAdmin => "role-admin",
        }
    }
}

/// How an alternative stands for an operation, from what the plan takes to what merely would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The plan takes it.
    Chosen,
    /// It is among the least, and the plan takes another.
    Preferred,
    /// It contains one of the least.
    Admissible,
    /// The data accepts it.
    Accepted,
}

impl Standing {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::Preferred => "preferred",
            Self::Admissible => "admissible",
            Self::Accepted => "accepted",
        }
    }
}

/// Why two nodes are linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edge {
    /// An operation and what would serve it.
    Serves {
        /// How it stands.
        standing: Standing,
        /// Whether it is among the least although the plan takes it for another reason too.
        is_preferred: bool,
        /// Whether nothing else in the plan would serve the operation.
        forces: bool,
    },
    /// An alternative and a permission of it.
    Member,
    /// A permission and one directly below it in the order, among those shown.
    Contains,
    /// An operation and the route that it takes.
    Takes,
    /// A route and the permission that it asks for.
    AsksFor,
    /// A permission and who consents to it.
    NeedsConsent,
    /// A permission and its risk.
    HasRisk,
}

/// How much of what would serve an operation is in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// What the plan takes.
    Plan,
    /// That, and all that a plan may take.
    Admissible,
    /// All that the data accepts.
    Accepted,
}
