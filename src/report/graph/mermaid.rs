//! `graph --format mermaid`, for wikis and pull requests that draw Mermaid.

use std::fmt::Write as _;

use crate::graph::node::{Edge, Node, Standing};
use crate::report::graph::Drawn;
use crate::report::words;

/// Returns the graph as a Mermaid flowchart.
pub fn write(drawn: &Drawn<'_>) -> String {
    let mut out = String::from("flowchart LR\n");
    let _ = writeln!(out, "  %% {}", words::data_line(drawn.catalog));
    for (place, node) in drawn.graph.nodes() {
        let mut label = text(&drawn.label(node));
        if let Some(access) = Drawn::access(node) {
            let _ = write!(label, "<br/>{access}");
        }
        let (open, close) = shape(node);
        let class = class(node, drawn.is_planned(place, node));
        let _ = writeln!(
            out,
            "  n{}{open}\"{label}\"{close}:::{class}",
            place.index()
        );
    }
    for (from, to, edge) in drawn.graph.edges() {
        let (arrow, word) = arrow(edge);
        let _ = writeln!(
            out,
            "  n{} {arrow}|\"{word}\"| n{}",
            from.index(),
            to.index()
        );
    }
    out.push_str("  classDef operation fill:#ffffff,stroke:#57606a,color:#1b1f24\n");
    out.push_str("  classDef planned fill:#dafbe1,stroke:#116329,stroke-width:2px,color:#1b1f24\n");
    out.push_str("  classDef other fill:#ffffff,stroke:#8b949e,color:#57606a\n");
    out.push_str("  classDef consent fill:#f6f8fa,stroke:#8b949e,color:#1b1f24\n");
    out.push_str("  classDef danger fill:#ffd7d5,stroke:#a40e26,color:#1b1f24\n");
    out.push_str("  classDef caution fill:#fff3d1,stroke:#7a4d00,color:#1b1f24\n");
    out
}

const fn shape(node: &Node) -> (&'static str, &'static str) {
    match node {
        Node::Operation(_) => ("[", "]"),
        Node::Alternative { .. } => ("{", "}"),
        Node::Permission { .. } => ("([", "])"),
        Node::Route { .. } => (">", "]"),
        Node::Consent(_) => ("[/", "/]"),
        Node::Risk(_) => ("{{", "}}"),
    }
}

const fn class(node: &Node, is_planned: bool) -> &'static str {
    match (node, is_planned) {
        (Node::Operation(_), _) => "operation",
        (Node::Alternative { .. } | Node::Permission { .. }, false) => "other",
        (Node::Alternative { .. } | Node::Permission { .. } | Node::Route { .. }, _) => "planned",
        (Node::Consent(_), _) => "consent",
        (Node::Risk(0), _) => "danger",
        (Node::Risk(_), _) => "caution",
    }
}

const fn arrow(edge: &Edge) -> (&'static str, &'static str) {
    match edge {
        Edge::Serves {
            standing, forces, ..
        } => match (standing, forces) {
            (Standing::Chosen, true) => ("==>", "chosen, forces it"),
            (Standing::Chosen, false) => ("==>", "chosen"),
            (Standing::Preferred, _) => ("-.->", "documented least"),
            (Standing::Admissible, _) => ("-.->", "contains the least"),
            (Standing::Accepted, _) => ("-.->", "accepted"),
        },
        Edge::Member => ("-->", "and"),
        Edge::Contains => ("-.->", "contains"),
        Edge::Takes => ("-->", "takes"),
        Edge::AsksFor => ("-->", "asks for"),
        Edge::NeedsConsent => ("-->", "consent"),
        Edge::HasRisk => ("-->", "risk"),
    }
}

/// A quoted text: everything that Mermaid, Markdown or HTML could read is written as its number.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_alphanumeric() || matches!(character, ' ' | '.' | '/' | '-' | ',' | '+') {
            out.push(character);
        } else {
            let _ = write!(out, "#{};", u32::from(character));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_read() {
        assert_eq!(text("GET /me"), "GET /me");
        let shown = text("\"]; click n0 \"javascript:x\" <b>`#quot;`");
        assert!(!shown.contains(['"', '<', '>', '`', ']', '(', ':']));
    }
}
