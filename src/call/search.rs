//! The cheapest readings of a call, over all readings at once.
//!
//! Back-tracking is done by keeping, for each number of segments read, every node that some reading
//! reaches, with its cheapest way there. Each node and position is worked on once, so hostile text costs
//! no more than its length times the few nodes that words and ids can lead to.

use std::borrow::Cow;
use std::mem;

use super::index::Index;
use super::rewrite::{Cost, Rewrite, RewriteKind};
use super::step::{Extent, Piece, steps};
use crate::catalog::model::{Method, PathId};
use crate::catalog::record::NodeRecord;
use crate::path::{Segment, Url};

/// How many nodes are followed at one position. Real calls stay below ten.
const MAX_NODES: usize = 256;

/// A path that the call can be read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) path: PathId,
    pub(super) cost: Cost,
    pub(super) has_method: bool,
    pub(super) rewrites: Vec<Rewrite>,
}

/// How a node was reached: the arena's index of the visit before it.
struct Visit {
    node: NodeRecord,
    cost: Cost,
    before: Option<usize>,
    rewrite: Option<Change>,
}

/// A rewrite of the segments from `start` to `end`; put into words only when its reading is chosen.
struct Change {
    kind: RewriteKind,
    to: Cow<'static, str>,
    start: usize,
    end: usize,
}

struct Search<'a> {
    index: &'a dyn Index,
    method: Method,
    url: &'a Url,
    visits: Vec<Visit>,
    /// By segments read: the nodes, sorted, each with its cheapest visit.
    reached: Vec<Vec<(u32, usize)>>,
}

/// Returns the best reading, and the best one whose method the catalog lists when that is another.
///
/// Readings are compared by doubtful changes, then by whether the method is listed, then by changes of
/// spelling and by words over ids. So a listed method decides between readings of equal doubt, but a path
/// that the call names is never passed over for a doubtful one: that its method is missing is a fact, too.
pub(super) fn readings(
    index: &dyn Index,
    method: Method,
    url: &Url,
) -> (Option<Reading>, Option<Reading>) {
    let pieces: Vec<Piece<'_>> = url.segments.iter().map(Piece::new).collect();
    // Every rewrite costs a doubt or a change of spelling. So nothing comes before a listed operation that the
    // call names as it is written, and most calls do.
    let best = best_readings(index, method, url, &pieces, Extent::AsWritten);
    if let (Some(reading), _) = &best
        && reading.has_method
    {
        return best;
    }
    best_readings(index, method, url, &pieces, Extent::Rewritten)
}

fn best_readings(
    index: &dyn Index,
    method: Method,
    url: &Url,
    pieces: &[Piece<'_>],
    extent: Extent,
) -> (Option<Reading>, Option<Reading>) {
    let mut search = Search {
        index,
        method,
        url,
        visits: Vec::with_capacity(4 * url.segments.len()),
        reached: vec![Vec::new(); url.segments.len() + 1],
    };
    search.walk(pieces, extent);
    let mut finals = search.finals();
    finals.sort_by_key(|(path, cost, has_method, _)| {
        (
            cost.inferred,
            !has_method,
            cost.spelling,
            cost.repeats,
            cost.ids,
            *path,
        )
    });
    let best = finals.first();
    let with_method = finals
        .iter()
        .find(|(_, _, has_method, _)| *has_method)
        .filter(|_| best.is_some_and(|(_, _, has_method, _)| !has_method));
    (
        best.map(|reading| search.reading(reading)),
        with_method.map(|reading| search.reading(reading)),
    )
}

type Final = (PathId, Cost, bool, usize);

impl Search<'_> {
    fn walk(&mut self, pieces: &[Piece<'_>], extent: Extent) {
        self.reach(0, 0, Cost::default(), None, None);
        let mut found = Vec::new();
        for position in 0..pieces.len() {
            // A step reads at least one segment, so nothing is added to this position any more.
            let here = self.reached.get_mut(position).map(mem::take);
            for (node, visit) in here.unwrap_or_default() {
                let Some(Visit {
                    node: record, cost, ..
                }) = self.visits.get(visit)
                else {
                    continue;
                };
                let (at, cost) = ((node, *record), *cost);
                let found = &mut found;
                steps(self.index, self.method, extent, pieces, position, at, found);
                for step in found.drain(..) {
                    let end = position + step.taken;
                    let rewrite = step.rewrite.map(|(kind, to)| Change {
                        kind,
                        to,
                        start: position,
                        end,
                    });
                    self.reach(end, step.node, cost.plus(step.cost), Some(visit), rewrite);
                }
            }
        }
    }

    /// Records a way to a node, and through it to the node behind `...`, unless a cheaper one is known.
    fn reach(
        &mut self,
        position: usize,
        node: u32,
        cost: Cost,
        before: Option<usize>,
        rewrite: Option<Change>,
    ) {
        let (Some(reached), Some(record)) = (self.reached.get_mut(position), self.index.node(node))
        else {
            return;
        };
        let visit = self.visits.len();
        match reached.binary_search_by_key(&node, |(node, _)| *node) {
            Ok(place) => {
                let Some((_, known)) = reached.get_mut(place) else {
                    return;
                };
                let known_cost = self.visits.get(*known).map(|visit| visit.cost);
                if known_cost.is_some_and(|known| known <= cost) {
                    return;
                }
                *known = visit;
            }
            Err(_) if reached.len() >= MAX_NODES => return,
            Err(place) => reached.insert(place, (node, visit)),
        }
        self.visits.push(Visit {
            node: record,
            cost,
            before,
            rewrite,
        });
        // The node behind `...` has no `...` of its own, so this goes one deep.
        if let Some(behind) = record.repeat
            && behind != node
        {
            let once = Cost {
                repeats: 1,
                ..Cost::default()
            };
            self.reach(position, behind, cost.plus(once), Some(visit), None);
        }
    }

    fn finals(&self) -> Vec<Final> {
        let mut finals = Vec::new();
        let filter: Vec<String> = self
            .url
            .filter()
            .into_iter()
            .map(|name| name.to_lowercase())
            .collect();
        for (_, visit) in self.reached.last().into_iter().flatten() {
            let Some(way) = self.visits.get(*visit) else {
                continue;
            };
            let node = way.node;
            let mut finish = |path: Option<PathId>, cost: Cost| {
                if let Some(path) = path {
                    let has_method = self.index.has_operation(path, self.method);
                    finals.push((path, cost, has_method, *visit));
                }
            };
            // A row without a condition is less close to the call than one whose condition holds.
            let unconditioned = Cost {
                ids: 1,
                ..Cost::default()
            };
            finish(node.path, way.cost.plus(unconditioned));
            // No condition holds for a call that filters by nothing.
            let edges = if filter.is_empty() {
                0..0
            } else {
                node.edges()
            };
            for (edge, child) in edges.map_while(|row| self.index.edge(row)) {
                let holds = edge.strip_prefix("?$filter=").is_some_and(|names| {
                    names
                        .split(',')
                        .all(|name| filter.iter().any(|mentioned| mentioned == name))
                });
                if holds {
                    finish(self.index.node(child).and_then(|node| node.path), way.cost);
                }
            }
        }
        finals
    }

    fn in_words(&self, change: &Change) -> Rewrite {
        let segments = self.url.segments.get(change.start..change.end);
        Rewrite {
            kind: change.kind,
            from: written(segments.unwrap_or_default()),
            to: change.to.clone().into_owned(),
            note: note(change.kind, self.method),
        }
    }

    fn reading(&self, (path, cost, has_method, visit): &Final) -> Reading {
        let mut rewrites = Vec::new();
        let mut next = Some(*visit);
        while let Some(visit) = next.and_then(|visit| self.visits.get(visit)) {
            rewrites.extend(visit.rewrite.as_ref().map(|change| self.in_words(change)));
            next = visit.before;
        }
        rewrites.reverse();
        Reading {
            path: *path,
            cost: *cost,
            has_method: *has_method,
            rewrites,
        }
    }
}

fn written(segments: &[Segment]) -> String {
    let text: Vec<String> = segments.iter().map(Segment::to_string).collect();
    text.join("/").replace("/:/", ":/")
}

fn note(kind: RewriteKind, method: Method) -> Option<&'static str> {
    match kind {
        RewriteKind::RefDropped if method != Method::Get => Some(
            "the reference writes this call with `$ref`, which the permissions data may leave out",
        ),
        RewriteKind::MeTwin => {
            Some("only `/users/{id}` is listed: its delegated permissions are shown")
        }
        RewriteKind::UserTwin => Some(
            "only `/me` is listed: its delegated permissions may reach the signed-in user alone",
        ),
        _ => None,
    }
}
