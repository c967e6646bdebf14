//! What a bare id is: of a permission, of an app, or of a directory role.

use crate::catalog::Catalog;
use crate::catalog::model::{PermissionId, Scheme};
use crate::token::{app, role};

/// What an id is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identified {
    /// A permission of Microsoft Graph.
    Permission {
        /// The permission.
        id: PermissionId,
        /// The schemes under which it has this id.
        schemes: Vec<Scheme>,
    },
    /// An app or API of Microsoft's.
    App {
        /// Microsoft's name.
        name: String,
        /// The day it stopped or stops working.
        retired: Option<String>,
        /// What to use instead.
        instead: Option<String>,
    },
    /// A built-in directory role.
    Role {
        /// Microsoft's name.
        name: String,
    },
}

/// Finds out what an id is of.
pub fn find(catalog: &Catalog, text: &str) -> Option<Identified> {
    let of_permission = catalog.permission_ids().find_map(|id| {
        let schemes = Scheme::ALL.into_iter().filter(|scheme| {
            let grant = catalog.grant(id, *scheme);
            grant
                .and_then(|grant| grant.id)
                .is_some_and(|id| id.eq_ignore_ascii_case(text))
        });
        let schemes: Vec<Scheme> = schemes.collect();
        (!schemes.is_empty()).then_some(Identified::Permission { id, schemes })
    });
    of_permission
        .or_else(|| {
            let mut resources = catalog.resources();
            let found = resources.find(|found| found.app_id.eq_ignore_ascii_case(text))?;
            Some(Identified::App {
                name: found.name.to_owned(),
                retired: found.retired.map(str::to_owned),
                instead: found.instead.map(str::to_owned),
            })
        })
        .or_else(|| {
            let name = app::name(text)?;
            Some(Identified::App {
                name,
                retired: None,
                instead: None,
            })
        })
        .or_else(|| {
            let mut roles = role::table().into_iter();
            let found = roles.find(|role| role.id.eq_ignore_ascii_case(text))?;
            Some(Identified::Role { name: found.name })
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled;
    use crate::catalog::model::Access;

    #[test]
    fn each_kind_of_id_is_told() {
        let catalog = bundled::open().unwrap();
        let mail = catalog.find_permission("Mail.Read").unwrap();
        for access in Access::ALL {
            let grant = catalog.grant_for(mail, access).unwrap();
            let found = find(&catalog, &grant.id.unwrap().to_uppercase());
            match found.unwrap() {
                Identified::Permission { id, schemes } => {
                    assert!(id == mail && schemes.iter().all(|one| one.access() == access));
                }
                other => panic!("{other:?}"),
            }
        }
        let name = |id: &str| match find(&catalog, id).unwrap() {
            Identified::App { name, .. } | Identified::Role { name } => name,
            Identified::Permission { id, .. } => catalog.name(id).to_owned(),
        };
        assert_eq!(
            name("00000003-0000-0000-c000-000000000000"),
            "Microsoft Graph"
        );
        assert!(name("00000002-0000-0000-c000-000000000000").contains("Azure AD Graph"));
        assert_eq!(
            name("62e90394-69f5-4237-9190-012177145e10"),
            "Global Administrator"
        );
        assert_eq!(find(&catalog, "11111111-1111-1111-1111-111111111111"), None);
    }
}
