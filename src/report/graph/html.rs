//! `graph --format html`: one self-contained page to explore a plan. It needs no network.
//!
//! Everything of the manifest and the catalog is data: a JSON block that the script reads and puts into the
//! page as text. Nothing of it is ever markup. The script is allowed by its hash alone.

use std::collections::BTreeMap;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use petgraph::graph::NodeIndex;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::catalog::model::{Access, OperationId, PermissionId};
use crate::graph::explorer::Around;
use crate::graph::node::{Edge, Node};
use crate::report::graph::Drawn;
use crate::report::words;
use crate::requirement::{Set, Verdict};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Why the page could not be made.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum PageError {
    /// The template is part of the program, so this is a mistake of ours.
    #[error("the page cannot be written: {0}")]
    #[diagnostic(code(graphgrant::graph::page), help("please report this"))]
    Template(#[from] minijinja::Error),
    /// The data cannot be serialised.
    #[error("the page's data cannot be written: {0}")]
    #[diagnostic(code(graphgrant::graph::data), help("please report this"))]
    Data(#[from] serde_json::Error),
}

/// What the script reads.
#[derive(Debug, Serialize)]
struct Data<'a> {
    app: Option<String>,
    source: String,
    operations: Vec<Operation>,
    permissions: Vec<Permission>,
    options: Vec<Choice>,
    routes: Vec<Route>,
    /// Operations of the catalog, each once; permissions refer to them.
    texts: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct Operation {
    request: String,
    line: usize,
    reason: Option<String>,
    verdicts: BTreeMap<&'static str, &'static str>,
    notes: Vec<(&'static str, String)>,
}

#[derive(Debug, Serialize)]
struct Permission {
    name: String,
    access: &'static str,
    planned: bool,
    tier: Option<u8>,
    risk: Option<String>,
    consent: &'static str,
    above: Vec<String>,
    below: Vec<String>,
    beyond: Vec<usize>,
}

#[derive(Debug, Serialize)]
struct Choice {
    operation: usize,
    access: &'static str,
    permissions: Vec<usize>,
    standing: &'static str,
    why: String,
}

#[derive(Debug, Serialize)]
struct Route {
    access: &'static str,
    via: &'static str,
    operations: Vec<usize>,
    steps: Vec<String>,
}

/// Returns the page of a graph.
///
/// # Errors
/// Never for a graph of this program.
pub fn write(drawn: &Drawn<'_>, around: &[Around]) -> Result<String, PageError> {
    let mut texts = Texts::default();
    let operations = operation_texts(drawn, around);
    let permissions = around
        .iter()
        .map(|around| permission(drawn, around, &operations, &mut texts))
        .collect();
    let data = Data {
        app: drawn.plan.name.as_deref().map(words::safe),
        source: words::data_line(drawn.catalog),
        operations: self::operations(drawn),
        permissions,
        options: options(drawn, around),
        routes: routes(drawn),
        texts: texts.all,
    };
    // Inside a script element only `<` can end it, and `&` would not be decoded.
    let json = serde_json::to_string(&data)?.replace('<', "\\u003c");
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", PAGE)?;
    let page = environment.get_template("page")?;
    let mut text = page.render(context! {
        title => data.app.as_deref().unwrap_or("Microsoft Graph permissions"),
        hash => hash(SCRIPT),
        style => minijinja::Value::from_safe_string(STYLE.to_owned()),
        script => minijinja::Value::from_safe_string(SCRIPT.to_owned()),
        data => minijinja::Value::from_safe_string(json),
    })?;
    text.push('\n');
    Ok(text)
}

/// The hash of the script for the page's own policy.
fn hash(script: &str) -> String {
    use base64::Engine as _;
    let digest = Sha256::digest(script.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(digest)
}

/// Texts that are referred to by number.
#[derive(Debug, Default)]
struct Texts<'a> {
    all: Vec<&'a str>,
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Texts<'a> {
    fn number(&mut self, text: &'a str) -> usize {
        let all = &mut self.all;
        *self.places.entry(text).or_insert_with(|| {
            all.push(text);
            all.len() - 1
        })
    }
}

fn operation_texts(drawn: &Drawn<'_>, around: &[Around]) -> BTreeMap<OperationId, String> {
    let ids = around.iter().flat_map(|around| &around.beyond);
    ids.map(|id| (*id, drawn.catalog.operation_text(*id)))
        .collect()
}

fn permission<'a>(
    drawn: &Drawn<'_>,
    around: &Around,
    operations: &'a BTreeMap<OperationId, String>,
    texts: &mut Texts<'a>,
) -> Permission {
    let grant = drawn.catalog.grant_for(around.id, around.access);
    let names = |ids: &[PermissionId]| {
        let names = ids.iter().map(|id| words::name(drawn.catalog, *id));
        names.collect()
    };
    let beyond = around.beyond.iter().filter_map(|id| operations.get(id));
    Permission {
        name: words::name(drawn.catalog, around.id),
        access: around.access.name(),
        planned: around.is_planned,
        tier: grant.and_then(|grant| grant.risk.map(|(tier, _)| tier)),
        risk: grant.and_then(|grant| {
            let (_, evidence) = grant.risk?;
            Some(words::safe(evidence.reason))
        }),
        consent: match (around.access, grant.is_none_or(|grant| grant.admin)) {
            (Access::Application, _) => "an admin who may grant app roles",
            (Access::Delegated, true) => "an admin",
            (Access::Delegated, false) => "the user, where the tenant allows it",
        },
        above: names(&around.above),
        below: names(&around.below),
        beyond: beyond.map(|text| texts.number(text)).collect(),
    }
}

fn operations(drawn: &Drawn<'_>) -> Vec<Operation> {
    let requirements = drawn.plan.requirements.iter();
    requirements
        .map(|requirement| {
            let needs = [
                ("delegated", &requirement.delegated),
                ("application", &requirement.application),
            ];
            let wanted = needs
                .iter()
                .filter(|(_, need)| need.verdict != Verdict::Excluded);
            Operation {
                request: words::safe(&requirement.request),
                line: requirement.line,
                reason: requirement.reason.as_deref().map(words::safe),
                verdicts: needs
                    .iter()
                    .map(|(access, need)| (*access, need.verdict.word()))
                    .collect(),
                notes: wanted
                    .flat_map(|(access, need)| {
                        need.notes
                            .iter()
                            .map(|note| (*access, words::safe(&note.text)))
                    })
                    .collect(),
            }
        })
        .collect()
}

fn options(drawn: &Drawn<'_>, around: &[Around]) -> Vec<Choice> {
    let places: BTreeMap<(Access, PermissionId), usize> = around
        .iter()
        .enumerate()
        .map(|(place, around)| ((around.access, around.id), place))
        .collect();
    let node = |place: NodeIndex| drawn.graph.graph.node_weight(place);
    let edges = drawn.graph.edges().filter_map(|(from, to, edge)| {
        let Edge::Serves { standing, .. } = edge else {
            return None;
        };
        let Some(Node::Operation(operation)) = node(from) else {
            return None;
        };
        let (access, set) = match node(to)? {
            Node::Permission { access, id } => (*access, Set::from_slice(&[*id])),
            Node::Alternative { access, set } => (*access, set.clone()),
            _ => return None,
        };
        Some(Choice {
            operation: *operation,
            access: access.name(),
            permissions: set
                .iter()
                .filter_map(|id| places.get(&(access, *id)).copied())
                .collect(),
            standing: standing.word(),
            why: drawn.why(from, edge),
        })
    });
    edges.collect()
}

fn routes(drawn: &Drawn<'_>) -> Vec<Route> {
    let nodes = drawn.graph.nodes().filter_map(|(_, node)| match node {
        Node::Route { access, via, index } => {
            let route = drawn.plan.plan(*access).routes.get(*index)?;
            Some(Route {
                access: access.name(),
                via: via.word(),
                operations: route.operations.clone(),
                steps: route.steps.iter().map(|step| words::safe(step)).collect(),
            })
        }
        _ => None,
    });
    nodes.collect()
}
