//! `graph --format json`: nodes and links, as graph tools take them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::graph::node::{Edge, Node};
use crate::report::graph::Drawn;
use crate::report::json::{CatalogFacts, VERSION};

/// The whole document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant graph", inline)]
pub struct Document {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The app's name in the manifest.
    pub app: Option<String>,
    /// The nodes; links refer to them by `id`.
    pub nodes: Vec<NodeForm>,
    /// The links.
    pub links: Vec<LinkForm>,
}

/// A node.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Node")]
pub struct NodeForm {
    /// Its number.
    pub id: usize,
    /// `operation`, `alternative`, `permission`, `route`, `consent` or `risk`.
    pub kind: &'static str,
    /// The request, the permission's name, or what the node says.
    pub label: String,
    /// The access it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<&'static str>,
    /// For operations: the position in the manifest, batches expanded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<usize>,
    /// For alternatives: the permissions that are needed together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// Whether it is part of the plan.
    pub planned: bool,
}

/// A link.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Link")]
pub struct LinkForm {
    /// The node it leaves.
    pub source: usize,
    /// The node it reaches.
    pub target: usize,
    /// `serves`, `member`, `contains`, `takes`, `asks-for`, `needs-consent` or `has-risk`.
    pub kind: &'static str,
    /// For `serves`: `chosen`, `preferred`, `admissible` or `accepted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<&'static str>,
    /// Why.
    pub why: String,
}

impl Document {
    /// Returns the document of a graph.
    pub fn new(drawn: &Drawn<'_>) -> Self {
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(drawn.catalog),
            app: drawn.plan.name.clone(),
            nodes: nodes(drawn),
            links: drawn
                .graph
                .edges()
                .map(|(from, to, edge)| {
                    let (kind, standing) = kind(edge);
                    LinkForm {
                        source: from.index(),
                        target: to.index(),
                        kind,
                        standing,
                        why: drawn.why(from, edge),
                    }
                })
                .collect(),
        }
    }
}

fn nodes(drawn: &Drawn<'_>) -> Vec<NodeForm> {
    drawn
        .graph
        .nodes()
        .map(|(place, node)| {
            let operation = match node {
                Node::Operation(index) => Some(*index),
                _ => None,
            };
            let written = operation
                .and_then(|index| drawn.plan.requirements.get(index))
                .map(|requirement| requirement.request.clone());
            let permissions = match node {
                Node::Alternative { set, .. } => {
                    let names = set.iter().map(|id| drawn.catalog.name(*id).to_owned());
                    names.collect()
                }
                _ => Vec::new(),
            };
            NodeForm {
                id: place.index(),
                kind: Drawn::kind(node),
                label: written.unwrap_or_else(|| drawn.label(node)),
                access: Drawn::access(node).map(crate::catalog::model::Access::name),
                operation,
                permissions,
                planned: drawn.is_planned(place, node),
            }
        })
        .collect()
}

const fn kind(edge: &Edge) -> (&'static str, Option<&'static str>) {
    match edge {
        Edge::Serves { standing, .. } => ("serves", Some(standing.word())),
        Edge::Member => ("member", None),
        Edge::Contains => ("contains", None),
        Edge::Takes => ("takes", None),
        Edge::AsksFor => ("asks-for", None),
        Edge::NeedsConsent => ("needs-consent", None),
        Edge::HasRisk => ("has-risk", None),
    }
}
