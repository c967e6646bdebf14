//! The paths nearest to a call that matches none.
//!
//! The distance is an edit distance over segments, in which a misspelt word costs less than a wrong one
//! and the first segment, which names the service, counts double. The index is walked nearest first, and
//! left when nothing closer can follow.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::index::Index;
use crate::catalog::model::{Method, PathId};
use crate::path::template::{FILE, function};
use crate::path::{Segment, Url, namespaced};

/// How many candidates are shown.
const MAX_CANDIDATES: usize = 5;

/// How many segments of the call are compared; the deepest catalog path has 17.
const MAX_SEGMENTS: usize = 24;

/// How many nodes are looked at: more than the index has, unless `...` leads in circles.
const MAX_NODES: usize = 40_000;

/// Beyond this distance a path says nothing about what was meant.
const MAX_DISTANCE: u32 = 7;

/// How much farther than the nearest path another may be: a slip makes all but its cure noise.
const SPREAD: u32 = 2;

const MISSPELT: u32 = 1;
const WORD_AS_ID: u32 = 2;
const MISSING: u32 = 3;
const WRONG: u32 = 4;
const METHOD_MISSING: u32 = 1;

/// A segment of the call as candidates are compared with it.
struct Piece {
    text: String,
    /// What it costs to read it as an id, when it can be one.
    as_id: Option<u32>,
}

/// Returns the nearest paths, best first.
pub(super) fn nearest(index: &dyn Index, method: Method, url: &Url) -> Vec<PathId> {
    let pieces: Vec<Piece> = url.segments.iter().take(MAX_SEGMENTS).map(piece).collect();
    let first_row: Vec<u32> = (0..).step_by(3).take(pieces.len() + 1).collect();
    let mut queue = BinaryHeap::from([Reverse((0, 0_u32, 0_usize, first_row))]);
    let mut found: Vec<(u32, PathId)> = Vec::new();
    let mut looked_at = 0;
    while let Some(Reverse((least, id, depth, row))) = queue.pop() {
        looked_at += 1;
        if least > bound(&found) || looked_at > MAX_NODES {
            break;
        }
        let Some(node) = index.node(id) else { continue };
        if let (Some(path), Some(distance)) = (node.path, row.last()) {
            let missing = u32::from(!index.has_operation(path, method)) * METHOD_MISSING;
            keep(&mut found, distance + missing, path);
        }
        let mut follow = |child: u32, edge: Option<&str>| {
            let row = next_row(&row, &pieces, edge, depth);
            let least = row.iter().min().copied().unwrap_or(u32::MAX);
            if least <= bound(&found) {
                queue.push(Reverse((least, child, depth + 1, row)));
            }
        };
        for (edge, child) in node.edges().map_while(|row| index.edge(row)) {
            if !edge.starts_with('?') {
                follow(child, Some(edge));
            }
        }
        if let Some(child) = node.parameter {
            follow(child, None);
        }
    }
    let nearest = found.first().map_or(0, |(distance, _)| *distance);
    found
        .into_iter()
        .filter(|(distance, _)| *distance <= nearest + SPREAD)
        .map(|(_, path)| path)
        .collect()
}

/// Returns the distance beyond which a path is no longer among the nearest.
fn bound(found: &[(u32, PathId)]) -> u32 {
    let last = found.get(MAX_CANDIDATES - 1);
    let nearest = found.first();
    last.map_or(MAX_DISTANCE, |(distance, _)| *distance)
        .min(nearest.map_or(MAX_DISTANCE, |(distance, _)| distance + SPREAD))
}

fn keep(found: &mut Vec<(u32, PathId)>, distance: u32, path: PathId) {
    let item = (distance, path);
    if distance <= MAX_DISTANCE
        && let Err(position) = found.binary_search(&item)
    {
        found.insert(position, item);
        found.truncate(MAX_CANDIDATES);
    }
}

/// Returns the row of the edit distance after one more edge; `None` is an id.
fn next_row(row: &[u32], pieces: &[Piece], edge: Option<&str>, depth: usize) -> Vec<u32> {
    let weight = if depth == 0 { 2 } else { 1 };
    let mut last = row.first().copied().unwrap_or_default() + MISSING * weight;
    let mut next = Vec::with_capacity(row.len());
    next.push(last);
    for (piece, pair) in pieces.iter().zip(row.windows(2)) {
        let [diagonal, above] = *pair else { continue };
        last = (diagonal + difference(piece, edge) * weight)
            .min(above + MISSING * weight)
            .min(last + MISSING);
        next.push(last);
    }
    next
}

fn difference(piece: &Piece, edge: Option<&str>) -> u32 {
    match edge {
        None => piece.as_id.unwrap_or(WRONG + 1),
        Some(edge) if edge == piece.text => 0,
        Some(edge) if is_misspelt(edge, &piece.text) => MISSPELT,
        Some(_) => WRONG,
    }
}

/// Tells whether two words differ by a slip: one edit in five characters, at least one, at most three.
fn is_misspelt(first: &str, second: &str) -> bool {
    let allowed = (first.len() / 5).clamp(1, 3);
    first.len().abs_diff(second.len()) <= allowed
        && first.len().min(second.len()) > 1
        && first.len().max(second.len()) > 2
        && strsim::osa_distance(first, second) <= allowed
}

fn piece(segment: &Segment) -> Piece {
    let (text, as_id) = match segment {
        Segment::Key(_) => (String::new(), Some(0)),
        Segment::File(_) => (FILE.to_owned(), None),
        Segment::Call { name, parameters } if parameters.is_empty() => (name.to_lowercase(), None),
        Segment::Call { name, parameters } => (function(name, parameters), None),
        Segment::Plain(text) => {
            let looks_like_id =
                segment.is_placeholder() || text.contains(|c: char| !c.is_ascii_alphabetic());
            let as_id = if looks_like_id { 0 } else { WORD_AS_ID };
            let word = namespaced(text).map_or_else(|| text.to_lowercase(), |name| name.full);
            (word, segment.can_be_id().then_some(as_id))
        }
    };
    Piece { text, as_id }
}
