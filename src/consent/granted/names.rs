//! What ids and names of Microsoft Graph's permissions stand for.

use std::collections::BTreeMap;

use super::holding::Known;
use super::model::{Grant, Granted, MICROSOFT_GRAPH};
use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};

/// The ids and names of Microsoft Graph's permissions: the catalog's, and those that the tenant's own
/// service principal has besides.
pub(super) struct Names<'a> {
    catalog: &'a Catalog,
    by_id: BTreeMap<String, (PermissionId, Access)>,
    tenant: BTreeMap<String, (String, Access)>,
}

impl<'a> Names<'a> {
    pub(super) fn new(catalog: &'a Catalog, granted: &Granted) -> Self {
        let mut by_id = BTreeMap::new();
        for permission in catalog.permission_ids() {
            for access in Access::ALL {
                let grant = catalog.grant_for(permission, access);
                if let Some(id) = grant.and_then(|grant| grant.id) {
                    by_id.insert(id.to_ascii_lowercase(), (permission, access));
                }
            }
        }
        let mut tenant = BTreeMap::new();
        let graph = granted.principals.iter();
        for principal in graph.filter(|principal| principal.app_id == MICROSOFT_GRAPH) {
            let of = [
                (Access::Delegated, &principal.scopes),
                (Access::Application, &principal.roles),
            ];
            for (access, offers) in of {
                for offer in offers.iter().flatten() {
                    tenant.insert(offer.id.clone(), (offer.name.clone(), access));
                }
            }
        }
        Self {
            catalog,
            by_id,
            tenant,
        }
    }

    pub(super) fn is_role(&self, id: &str) -> bool {
        matches!(self.by_id.get(id), Some((_, Access::Application)))
    }

    pub(super) fn all_scopes(&self, grant: &Grant) -> bool {
        let mut scopes = grant.scopes.iter();
        scopes.all(|scope| matches!(self.scope(scope), Known::Permission(_)))
    }

    pub(super) fn scope(&self, name: &str) -> Known {
        let Some(permission) = self.catalog.find_permission(name) else {
            return Known::Unknown(None);
        };
        if self
            .catalog
            .grant_for(permission, Access::Delegated)
            .is_some()
        {
            Known::Permission(permission)
        } else {
            Known::WrongType(permission)
        }
    }

    pub(super) fn id(&self, id: &str, access: Access) -> Known {
        if let Some((permission, belongs_to)) = self.by_id.get(id) {
            return if *belongs_to == access {
                Known::Permission(*permission)
            } else {
                Known::WrongType(*permission)
            };
        }
        // The tenant's own Microsoft Graph may have an id that the data lacks, with a name that it knows.
        let Some((name, belongs_to)) = self.tenant.get(id) else {
            return Known::Unknown(None);
        };
        match self.catalog.find_permission(name) {
            Some(permission) if *belongs_to != access => Known::WrongType(permission),
            Some(permission) if self.catalog.grant_for(permission, access).is_some() => {
                Known::Permission(permission)
            }
            _ => Known::Unknown(Some(name.clone())),
        }
    }
}
