//! The change of what a registration declares.

use std::collections::BTreeSet;

use super::model::{Item, Side};
use crate::consent::granted::{Declared, DeclaredEntry};

/// Returns what a registration declares once what is needed is declared too and what goes is gone; what
/// other resources have, and what nobody knows, stays as it is.
pub fn declare(before: &[Declared], sides: &[Side], graph: &str) -> Vec<Declared> {
    let entries = |keep: &dyn Fn(&Item) -> bool| -> BTreeSet<DeclaredEntry> {
        let of_side = |side: &Side| {
            let kind = side.access.resource_access_type();
            let items = side.items.iter().filter(|item| keep(item));
            let ids = items.filter_map(|item| item.id.clone());
            ids.map(|id| DeclaredEntry {
                id,
                kind: kind.to_owned(),
            })
            .collect::<Vec<_>>()
        };
        sides.iter().flat_map(of_side).collect()
    };
    let (needed, gone) = (entries(&Item::is_needed), entries(&|item| !item.stays()));
    let mut after = before.to_vec();
    let index = after.iter().position(|declared| declared.resource == graph);
    let mut own = index.map_or_else(
        || Declared {
            resource: graph.to_owned(),
            entries: Vec::new(),
        },
        |index| after.remove(index),
    );
    own.entries.retain(|entry| !gone.contains(entry));
    for entry in needed {
        let is_same = |other: &DeclaredEntry| {
            other.id == entry.id && other.kind.eq_ignore_ascii_case(&entry.kind)
        };
        if !own.entries.iter().any(is_same) {
            own.entries.push(entry);
        }
    }
    if !own.entries.is_empty() {
        let index = index.unwrap_or(0).min(after.len());
        after.insert(index, own);
    }
    after
}
