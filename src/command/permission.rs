//! Names of permissions on the command line.

use crate::catalog::Catalog;
use crate::catalog::model::PermissionId;
use crate::source::escape::shown;
use crate::source::suggest;

/// A name that is none of Microsoft Graph's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[error("Microsoft Graph has no permission `{name}`")]
#[diagnostic(code(graphgrant::unknown_permission), help("{help}"))]
pub struct UnknownPermission {
    name: String,
    help: String,
}

/// Finds a permission by name.
///
/// # Errors
/// When there is none; with the nearest name as help.
pub fn find(catalog: &Catalog, name: &str) -> Result<PermissionId, UnknownPermission> {
    catalog
        .find_permission(name.trim())
        .ok_or_else(|| UnknownPermission {
            name: shown(name),
            help: suggest::nearest(name, catalog.permission_ids().map(|id| catalog.name(id)))
                .map_or_else(
                    || {
                        "write its name as Microsoft does, such as `Mail.Read`; `graphgrant explain` also takes \
                         a request such as `GET /me/messages`"
                            .to_owned()
                    },
                    |nearest| format!("did you mean `{}`?", shown(nearest)),
                ),
        })
}
