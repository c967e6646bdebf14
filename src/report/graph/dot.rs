//! `graph --format dot`, for Graphviz.

use std::fmt::Write as _;

use crate::graph::node::{Edge, Node, Standing};
use crate::report::graph::Drawn;
use crate::report::words;

/// Returns the graph in the DOT language.
pub fn write(drawn: &Drawn<'_>) -> String {
    let mut out = String::from("digraph graphgrant {\n");
    let _ = writeln!(out, "  // {}", words::data_line(drawn.catalog));
    out.push_str("  rankdir=LR; ranksep=1.2; nodesep=0.15; bgcolor=\"white\";\n");
    out.push_str("  node [fontname=\"Helvetica\", fontsize=10, style=\"filled\", fillcolor=\"white\", color=\"#57606a\"];\n");
    out.push_str("  edge [fontname=\"Helvetica\", fontsize=8, color=\"#8b949e\"];\n");
    for (place, node) in drawn.graph.nodes() {
        let _ = writeln!(
            out,
            "  n{} [label={}, {}];",
            place.index(),
            quoted(&label(drawn, node)),
            shape(node, drawn.is_planned(place, node))
        );
    }
    for (from, to, edge) in drawn.graph.edges() {
        let why = drawn.why(from, edge);
        let _ = writeln!(
            out,
            "  n{} -> n{} [tooltip={}, {}];",
            from.index(),
            to.index(),
            quoted(&why),
            line(edge)
        );
    }
    out.push_str("}\n");
    out
}

fn label(drawn: &Drawn<'_>, node: &Node) -> String {
    let label = drawn.label(node);
    Drawn::access(node).map_or(label.clone(), |access| format!("{label}\n{access}"))
}

const fn shape(node: &Node, is_planned: bool) -> &'static str {
    match (node, is_planned) {
        (Node::Operation(_), _) => "shape=box",
        (Node::Alternative { .. }, true) => "shape=diamond, fillcolor=\"#dafbe1\"",
        (Node::Alternative { .. }, false) => "shape=diamond",
        (Node::Permission { .. }, true) => {
            "shape=ellipse, fillcolor=\"#dafbe1\", color=\"#116329\", penwidth=2"
        }
        (Node::Permission { .. }, false) => "shape=ellipse, fontcolor=\"#57606a\"",
        (Node::Route { .. }, _) => "shape=cds",
        (Node::Consent(_), _) => "shape=note, fillcolor=\"#f6f8fa\"",
        (Node::Risk(0), _) => "shape=octagon, fillcolor=\"#ffd7d5\"",
        (Node::Risk(_), _) => "shape=octagon, fillcolor=\"#fff3d1\"",
    }
}

const fn line(edge: &Edge) -> &'static str {
    match edge {
        Edge::Serves { standing, .. } => match standing {
            Standing::Chosen => "label=\"chosen\", color=\"#116329\", penwidth=2",
            Standing::Preferred => "label=\"least\", style=\"dashed\"",
            Standing::Admissible => "label=\"contains the least\", style=\"dashed\"",
            Standing::Accepted => "label=\"accepted\", style=\"dotted\"",
        },
        Edge::Member => "label=\"and\"",
        Edge::Contains => {
            "label=\"contains\", style=\"dashed\", arrowhead=\"empty\", constraint=false"
        }
        Edge::Takes => "label=\"takes\"",
        Edge::AsksFor => "label=\"asks for\"",
        Edge::NeedsConsent => "label=\"consent\", color=\"#d0d7de\"",
        Edge::HasRisk => "label=\"risk\", color=\"#d0d7de\"",
    }
}

/// A quoted string of DOT. A backslash starts an escape there, so it is doubled.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_cannot_be_left() {
        assert_eq!(quoted("a\"]; x -> y [b=\""), r#""a\"]; x -> y [b=\"""#);
        assert_eq!(quoted("a\\\"\n"), r#""a\\\"\n""#);
    }
}
