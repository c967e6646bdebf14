//! What every operation needs, under every scheme.

use crate::catalog::compile::curated::{Complaints, Overlay};
use crate::catalog::compile::operations::{Judge, Operations};
use crate::catalog::compile::permissions::PermissionTable;
use crate::catalog::compile::preferred::Facts;
use crate::catalog::model::{Access, Effect, Scheme};
use crate::catalog::names::Name;
use crate::catalog::order::Order;
use crate::catalog::record::{NeedRecord, column};

/// What each operation needs, in the order of [`Operations::rows`].
#[derive(Debug)]
pub struct Needs {
    /// What it does to data.
    pub effect: Effect,
    /// By scheme; `None` is "not supported".
    pub by_scheme: [Option<NeedRecord>; 3],
}

/// Decides what every operation needs. Entries of `operations.yaml` without which no answer would differ are
/// complaints.
pub fn needs(
    permissions: &PermissionTable<'_>,
    operations: &Operations,
    overlay: &Overlay,
    orders: &[Order; 2],
    names: &[Name<'_>],
    complaints: &mut Complaints,
) -> Vec<Needs> {
    let mut needs: Vec<Needs> = operations
        .rows
        .iter()
        .map(|((_, method), row)| Needs {
            effect: row.effect(*method),
            by_scheme: [None, None, None],
        })
        .collect();
    // An entry is necessary when it matters for one operation under one scheme.
    let mut matters = vec![false; overlay.operations.entries.len()];
    for scheme in Scheme::ALL {
        let [delegated, application] = orders;
        let order = if scheme.access() == Access::Delegated {
            delegated
        } else {
            application
        };
        let (set_aside, reach) = (
            permissions.set_aside(scheme),
            operations.reach(scheme, permissions.rows.len()),
        );
        let facts = Facts {
            names,
            set_aside: &set_aside,
            reach: &reach,
            order,
        };
        let judge = Judge {
            scheme,
            permissions,
            facts,
            overlay,
        };
        for (need, (key, row)) in needs.iter_mut().zip(&operations.rows) {
            // `/me` is the signed-in user, whatever a pattern of the overlay says of others.
            if scheme == Scheme::Application && operations.is_me(key.0) {
                continue;
            }
            if let Some(slot) = need.by_scheme.get_mut(column(scheme)) {
                *slot = judge.need(row, need.effect, complaints);
            }
            for fact in row.facts() {
                if let Some(slot) = matters.get_mut(usize::from(*fact)) {
                    *slot = *slot || !judge.is_unnecessary(row, need.effect, *fact);
                }
            }
        }
    }
    for (fact, _) in overlay
        .operations
        .entries
        .iter()
        .zip(matters)
        .filter(|(_, matters)| !matters)
    {
        let subject = format!("operations.yaml: {}", fact.operations.join(", "));
        complaints.add(
            "overlay-unnecessary",
            subject,
            "the answer is the same without it",
        );
    }
    needs
}
