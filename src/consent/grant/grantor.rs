//! Who can make a change.

use super::model::{Fate, Side};
use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::catalog::overlay::Grantable;

/// Returns the directory role with the least rights that can make these changes.
pub fn grantor(catalog: &Catalog, sides: &[Side]) -> Option<String> {
    let is_changed = |access| {
        let mut of_access = sides.iter().filter(|side| side.access == access);
        of_access.any(|side| {
            let mut items = side.items.iter();
            items.any(|item| matches!(item.fate, Fate::Added | Fate::Held | Fate::Revoked { .. }))
        })
    };
    let wanted = [
        (Access::Delegated, Grantable::Delegated),
        (Access::Application, Grantable::GraphAppRoles),
    ];
    let wanted: Vec<Grantable> = wanted
        .into_iter()
        .filter(|(access, _)| is_changed(*access))
        .map(|(_, grantable)| grantable)
        .collect();
    let mut grantors = catalog.grantors();
    let found = grantors.find(|grantor| wanted.iter().all(|it| grantor.grants.contains(it)));
    found.map(|grantor| grantor.role.to_owned())
}
