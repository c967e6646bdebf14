//! The catalog that `build.rs` compiled from `data/` into this program.

use crate::catalog::compile::curated;
use crate::catalog::format::FormatError;
use crate::catalog::view::Catalog;

static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalog.bin"));

/// The texts of `data/overlay/`, in the order of [`curated::FILES`]: imported catalogs get them too.
pub const OVERLAY: [&str; curated::FILES.len()] = [
    include_str!("../../data/overlay/clouds.yaml"),
    include_str!("../../data/overlay/conditions.yaml"),
    include_str!("../../data/overlay/consent-policies.yaml"),
    include_str!("../../data/overlay/effects.yaml"),
    include_str!("../../data/overlay/grantors.yaml"),
    include_str!("../../data/overlay/notes.yaml"),
    include_str!("../../data/overlay/operations.yaml"),
    include_str!("../../data/overlay/order.yaml"),
    include_str!("../../data/overlay/permissions.yaml"),
    include_str!("../../data/overlay/resources.yaml"),
    include_str!("../../data/overlay/risk.yaml"),
    include_str!("../../data/overlay/routes.yaml"),
];

/// Opens the bundled catalog. Reads its directory and nothing else.
///
/// # Errors
/// Never, unless the build was tampered with.
pub fn open() -> Result<Catalog, FormatError> {
    Catalog::from_static(BYTES)
}

/// Returns the bytes of the bundled catalog, as `--catalog FILE` would read them.
pub fn bytes() -> &'static [u8] {
    BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::model::{Access, Scheme};

    #[test]
    fn every_row_is_sound() {
        assert!(Catalog::from_bytes(BYTES.to_vec()).is_ok());
    }

    #[test]
    fn what_an_access_opens_is_what_its_grant_counts() {
        let catalog = open().unwrap();
        let mut personal_alone = 0;
        for id in catalog.permission_ids() {
            for access in Access::ALL {
                let opens = catalog.opens_for(id, access);
                let grant = catalog.grant_for(id, access);
                let counted = grant.map_or((0, 0), |grant| (grant.reads, grant.writes));
                let found = (opens.reads.len(), opens.writes.len());
                let name = catalog.name(id);
                assert_eq!((counted.0.into(), counted.1.into()), found, "{name}");
            }
            let has = |scheme| catalog.grant(id, scheme).is_some();
            personal_alone += usize::from(has(Scheme::Personal) && !has(Scheme::Work));
        }
        assert!(personal_alone > 0);
    }

    #[test]
    fn permissions_are_found_without_regard_to_case() {
        let catalog = open().unwrap();
        for id in catalog.permission_ids() {
            assert_eq!(
                catalog.find_permission(&catalog.name(id).to_uppercase()),
                Some(id)
            );
        }
        assert_eq!(catalog.find_permission("Mail.Reed"), None);
    }
}
