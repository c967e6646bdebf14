//! What an analysis asks of the catalog again and again, decoded once.

use std::cell::OnceCell;

use crate::catalog::Catalog;
use crate::catalog::compile::text::{Kind, State};
use crate::catalog::model::{Access, PermissionId, Scheme};
use crate::catalog::overlay::Peculiarity;
use crate::catalog::record::column;

/// Why a tenant-wide grant of a permission cannot be counted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Resource-specific consent.
    Rsc,
    /// Import mode.
    ImportOnly,
    /// Not offered, or no id known.
    Unavailable,
}

impl Doubt {
    /// Completes "`X` ...".
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Rsc => {
                "is consented to in a single team, chat or meeting and is no tenant-wide grant"
            }
            Self::ImportOnly => "works only while data is imported (migration mode)",
            Self::Unavailable => "has no usable id in the permissions data and cannot be asked for",
        }
    }
}

/// By scheme: the doubt about a permission.
type Doubts = [Option<Doubt>; 3];

/// The catalog with a memory for permissions.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) catalog: &'a Catalog,
    doubts: Vec<OnceCell<Doubts>>,
    above: [Vec<OnceCell<Vec<PermissionId>>>; 2],
}

impl<'a> Facts<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        let count = catalog.permission_ids().count();
        Self {
            catalog,
            doubts: vec![OnceCell::new(); count],
            above: [vec![OnceCell::new(); count], vec![OnceCell::new(); count]],
        }
    }

    fn above(&self, id: PermissionId, access: Access) -> &[PermissionId] {
        let [delegated, application] = &self.above;
        let cells = match access {
            Access::Delegated => delegated,
            Access::Application => application,
        };
        cells.get(id.index()).map_or(&[], |cell| {
            cell.get_or_init(|| self.catalog.above(id, access))
        })
    }

    /// Tells whether every permission of `lower` is contained in one of `upper`.
    pub(super) fn contains_set(
        &self,
        upper: &[PermissionId],
        lower: &[PermissionId],
        access: Access,
    ) -> bool {
        lower.iter().all(|low| {
            upper.contains(low) || {
                let above = self.above(*low, access);
                upper.iter().any(|high| above.binary_search(high).is_ok())
            }
        })
    }

    /// Returns why a grant of the permission cannot be counted on, if so.
    pub(super) fn doubt(&self, id: PermissionId, scheme: Scheme) -> Option<Doubt> {
        let doubts = self
            .doubts
            .get(id.index())?
            .get_or_init(|| self.doubts_of(id));
        doubts.get(column(scheme)).copied().flatten()
    }

    fn doubts_of(&self, id: PermissionId) -> Doubts {
        let permission = self.catalog.permission(id);
        permission.grants.map(|grant| match grant {
            _ if permission.kind == Kind::Rsc => Some(Doubt::Rsc),
            None => Some(Doubt::Unavailable),
            Some(grant) if matches!(grant.state, State::Disabled | State::Unprovisioned) => {
                Some(Doubt::Unavailable)
            }
            Some(grant) => {
                (grant.peculiarity == Some(Peculiarity::ImportOnly)).then_some(Doubt::ImportOnly)
            }
        })
    }
}
