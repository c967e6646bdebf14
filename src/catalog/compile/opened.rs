//! What every permission opens: the needs of the operations turned around.

use std::collections::BTreeMap;

use crate::catalog::compile::needs::Needs;
use crate::catalog::model::{Effect, OperationId, PermissionId, Scheme};
use crate::catalog::names::Name;
use crate::catalog::record::column;

/// By scheme and permission: the operations it opens.
#[derive(Debug)]
pub struct Opened {
    by_scheme: [BTreeMap<PermissionId, Vec<(OperationId, Effect)>>; 3],
}

impl Opened {
    /// Turns what operations need around.
    pub fn new(needs: &[Needs], names: &[Name<'_>]) -> Self {
        let mut by_scheme = [BTreeMap::new(), BTreeMap::new(), BTreeMap::new()];
        for (row, need) in needs.iter().enumerate() {
            let operation = OperationId(u16::try_from(row).unwrap_or(u16::MAX));
            for (opened, record) in by_scheme.iter_mut().zip(&need.by_scheme) {
                for (set, _) in record.iter().flat_map(|record| &record.alternatives) {
                    for id in set {
                        let only_reads = names.get(id.index()).is_some_and(Name::only_reads);
                        // A companion that only reads is needed for the write, but does not do it.
                        if set.len() > 1 && only_reads && need.effect == Effect::Write {
                            continue;
                        }
                        let list: &mut Vec<(OperationId, Effect)> = opened.entry(*id).or_default();
                        if list.last().is_none_or(|(last, _)| *last != operation) {
                            list.push((operation, need.effect));
                        }
                    }
                }
            }
        }
        Self { by_scheme }
    }

    /// Returns the operations that a permission opens, sorted.
    pub fn get(&self, scheme: Scheme, id: PermissionId) -> &[(OperationId, Effect)] {
        self.by_scheme
            .get(column(scheme))
            .and_then(|opened| opened.get(&id))
            .map_or(&[], Vec::as_slice)
    }

    /// Counts the operations of an effect that a permission opens.
    pub fn count(&self, scheme: Scheme, id: PermissionId, effect: Effect) -> u16 {
        let count = self
            .get(scheme, id)
            .iter()
            .filter(|(_, found)| *found == effect)
            .count();
        u16::try_from(count).unwrap_or(u16::MAX)
    }
}
