//! The whole order of one access, decoded once: for questions that ask it thousands of times.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};

/// The order of one access.
#[derive(Debug, Clone)]
pub struct Closure {
    /// Row by permission id: all permissions that contain it, sorted.
    above: Vec<Vec<PermissionId>>,
}

impl Closure {
    /// Decodes the order.
    pub fn new(catalog: &Catalog, access: Access) -> Self {
        Self {
            above: catalog
                .permission_ids()
                .map(|id| catalog.above(id, access))
                .collect(),
        }
    }

    /// Returns the permissions that contain `id`, sorted; not `id` itself.
    pub fn above(&self, id: PermissionId) -> &[PermissionId] {
        self.above.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// Returns the permissions that `id` contains, sorted; not `id` itself.
    pub fn below(&self, id: PermissionId) -> Vec<PermissionId> {
        (0..)
            .map(PermissionId)
            .zip(&self.above)
            .filter(|(_, above)| above.binary_search(&id).is_ok())
            .map(|(lower, _)| lower)
            .collect()
    }

    /// Returns true when `upper` gives all that `lower` gives. Every permission contains itself.
    pub fn contains(&self, upper: PermissionId, lower: PermissionId) -> bool {
        upper == lower || self.above(lower).binary_search(&upper).is_ok()
    }

    /// Returns true when every permission of `lower` is contained in one of `upper`.
    pub fn contains_set(&self, upper: &[PermissionId], lower: &[PermissionId]) -> bool {
        lower
            .iter()
            .all(|low| upper.iter().any(|high| self.contains(*high, *low)))
    }

    /// Returns true when each of the two contains the other.
    pub fn is_equal(&self, first: PermissionId, second: PermissionId) -> bool {
        self.contains(first, second) && self.contains(second, first)
    }

    /// Returns the permissions directly above: those with nothing strictly between.
    pub fn closest_above(&self, id: PermissionId) -> Vec<PermissionId> {
        let all = self.above(id);
        all.iter()
            .copied()
            .filter(|upper| {
                !all.iter()
                    .any(|between| self.is_strictly_between(*between, id, *upper))
            })
            .collect()
    }

    /// Returns the permissions directly below: those with nothing strictly between.
    pub fn closest_below(&self, id: PermissionId) -> Vec<PermissionId> {
        let all = self.below(id);
        all.iter()
            .copied()
            .filter(|lower| {
                !all.iter()
                    .any(|between| self.is_strictly_between(*between, *lower, id))
            })
            .collect()
    }

    /// Returns true when `id` contains `lower`, is contained in `upper`, and equals neither.
    pub fn is_strictly_between(
        &self,
        id: PermissionId,
        lower: PermissionId,
        upper: PermissionId,
    ) -> bool {
        self.contains(upper, id)
            && self.contains(id, lower)
            && !self.contains(id, upper)
            && !self.contains(lower, id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled;

    #[test]
    fn it_says_what_the_catalog_says() {
        let catalog = bundled::open().unwrap();
        for access in Access::ALL {
            let closure = Closure::new(&catalog, access);
            for id in catalog.permission_ids().step_by(37) {
                assert_eq!(closure.above(id), catalog.above(id, access));
                assert_eq!(closure.below(id), catalog.below(id, access));
            }
        }
    }

    #[test]
    fn the_closest_ones_lead_to_all_others() {
        let catalog = bundled::open().unwrap();
        let closure = Closure::new(&catalog, Access::Delegated);
        for id in catalog.permission_ids() {
            let closest = closure.closest_above(id);
            for upper in closure.above(id) {
                let is_reached = closest.iter().any(|step| closure.contains(*upper, *step));
                assert!(is_reached, "{} {}", catalog.name(id), catalog.name(*upper));
            }
        }
    }
}
