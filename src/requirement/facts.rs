//! What an analysis asks of the catalog again and again, decoded once.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind, PermissionId, Scheme, State};
use crate::catalog::overlay::Peculiarity;
use crate::catalog::record::{GrantOf, column};

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

/// What is remembered of a permission, by scheme.
#[derive(Debug, Clone, Copy)]
struct Traits {
    doubts: [Option<Doubt>; 3],
    is_property_scoped: [bool; 3],
}

/// The permissions above one, by permission and access.
type Above = BTreeMap<(PermissionId, Access), Rc<[PermissionId]>>;

/// The catalog with a memory for permissions.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) catalog: &'a Catalog,
    traits: Vec<OnceCell<Traits>>,
    above: RefCell<Above>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        let count = catalog.permission_ids().count();
        Self {
            catalog,
            traits: vec![OnceCell::new(); count],
            above: RefCell::default(),
        }
    }

    fn above(&self, id: PermissionId, access: Access) -> Rc<[PermissionId]> {
        let mut known = self.above.borrow_mut();
        let above = known.entry((id, access));
        Rc::clone(above.or_insert_with(|| self.catalog.above(id, access).into()))
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
        let traits = self.traits(id)?;
        traits.doubts.get(column(scheme)).copied().flatten()
    }

    /// Tells whether a set rests on a permission that serves some properties of the object alone.
    pub(super) fn is_property_scoped(&self, set: &[PermissionId], scheme: Scheme) -> bool {
        set.iter().any(|id| {
            let traits = self.traits(*id);
            traits
                .is_some_and(|traits| traits.is_property_scoped.get(column(scheme)) == Some(&true))
        })
    }

    fn traits(&self, id: PermissionId) -> Option<&Traits> {
        let cell = self.traits.get(id.index())?;
        Some(cell.get_or_init(|| {
            let permission = self.catalog.permission_bytes(id);
            Traits {
                doubts: permission.grants.map(|grant| match grant {
                    _ if permission.kind == Kind::Rsc => Some(Doubt::Rsc),
                    None => Some(Doubt::Unavailable),
                    Some(grant) => doubt_of(&grant),
                }),
                is_property_scoped: permission.grants.map(|grant| {
                    grant.and_then(|grant| grant.peculiarity) == Some(Peculiarity::PropertyScoped)
                }),
            }
        }))
    }
}

fn doubt_of<T>(grant: &GrantOf<T>) -> Option<Doubt> {
    if matches!(grant.state, State::Disabled | State::Unprovisioned) {
        Some(Doubt::Unavailable)
    } else {
        (grant.peculiarity == Some(Peculiarity::ImportOnly)).then_some(Doubt::ImportOnly)
    }
}
