//! What every permission opens: the needs of the operations turned around.

use std::collections::BTreeMap;

use crate::catalog::compile::needs::Needs;
use crate::catalog::model::{Effect, OperationId, PermissionId, Scheme};
use crate::catalog::names::Name;
use crate::catalog::record::{Opens, column};

/// By scheme and permission: the operations it opens.
#[derive(Debug)]
pub struct Opened {
    by_scheme: [BTreeMap<PermissionId, Opens>; 3],
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
                        let opens: &mut Opens = opened.entry(*id).or_default();
                        let list = match need.effect {
                            Effect::Read => &mut opens.reads,
                            Effect::Write => &mut opens.writes,
                        };
                        if list.last() != Some(&operation) {
                            list.push(operation);
                        }
                    }
                }
            }
        }
        Self { by_scheme }
    }

    /// Returns the operations that a permission opens.
    pub fn get(&self, scheme: Scheme, id: PermissionId) -> &Opens {
        static NONE: Opens = Opens {
            reads: Vec::new(),
            writes: Vec::new(),
        };
        self.by_scheme
            .get(column(scheme))
            .and_then(|opened| opened.get(&id))
            .unwrap_or(&NONE)
    }
}
