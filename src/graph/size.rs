//! How large a catalog is, and what its import repaired, by kind.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::catalog::import::reason;
use crate::catalog::model::{Access, Kind, Scheme};
use crate::catalog::record::{RepairRecord, column};

/// How many there are of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Of what.
    pub of: &'static str,
    /// How many.
    pub count: usize,
}

/// Returns how many rows each part of a catalog has.
pub fn sizes(catalog: &Catalog) -> Vec<Size> {
    let ids = || catalog.permission_ids();
    let exist = |access| {
        ids()
            .filter(|id| catalog.grant_for(*id, access).is_some())
            .count()
    };
    let kind = |kind| {
        ids()
            .filter(|id| catalog.permission(*id).kind == kind)
            .count()
    };
    let mut by_scheme = [0_usize; 3];
    for id in catalog.operation_ids() {
        let operation = catalog.operation(id);
        for (count, need) in by_scheme.iter_mut().zip(&operation.needs) {
            *count += usize::from(need.is_some());
        }
    }
    let operations = |scheme| by_scheme.get(column(scheme)).copied().unwrap_or_default();
    let size = |of, count| Size { of, count };
    vec![
        size("permissions", ids().count()),
        size("delegated permissions", exist(Access::Delegated)),
        size("application permissions", exist(Access::Application)),
        size("resource-specific permissions", kind(Kind::Rsc)),
        size("sign-in scopes", kind(Kind::Oidc)),
        size("paths", catalog.path_ids().count()),
        size("operations", catalog.operation_ids().count()),
        size("delegated operations", operations(Scheme::Work)),
        size("personal operations", operations(Scheme::Personal)),
        size("application operations", operations(Scheme::Application)),
        size("conditions", catalog.conditions().count()),
        size("routes", catalog.routes().count()),
        size("clouds", catalog.clouds().count()),
        size("other resources", catalog.resources().count()),
        size("repairs", catalog.repairs().count()),
        size("complaints", catalog.complaints().count()),
    ]
}

/// The repairs of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repairs<'a> {
    /// The kind.
    pub kind: &'a str,
    /// Why such a repair is made.
    pub reason: &'static str,
    /// The repairs.
    pub list: Vec<RepairRecord<'a>>,
}

/// Returns what the import repaired, by kind.
pub fn repairs(catalog: &Catalog) -> Vec<Repairs<'_>> {
    let mut kinds: BTreeMap<&str, Vec<RepairRecord<'_>>> = BTreeMap::new();
    for repair in catalog.repairs() {
        kinds.entry(repair.kind).or_default().push(repair);
    }
    kinds
        .into_iter()
        .map(|(kind, list)| Repairs {
            kind,
            reason: reason::of(kind).unwrap_or("a repair that this program does not know"),
            list,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled;

    #[test]
    fn every_repair_has_its_reason() {
        let catalog = bundled::open().unwrap();
        let repairs = repairs(&catalog);
        let total: usize = repairs.iter().map(|kind| kind.list.len()).sum();
        assert_eq!(total, catalog.repairs().count());
        for kind in repairs {
            assert_eq!(reason::of(kind.kind), Some(kind.reason), "{}", kind.kind);
        }
    }
}
