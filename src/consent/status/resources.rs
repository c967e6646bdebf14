//! Resources besides Microsoft Graph: told, and not compared.

use super::Inputs;
use super::model::{ResourceRow, ResourceState};
use crate::consent::granted::Other;

/// The other resources, with what the data knows of them.
pub(super) fn rows(inputs: &Inputs<'_>) -> Vec<ResourceRow> {
    let catalog = inputs.catalog;
    let app_id = |id: &str| {
        let mut principals = inputs.granted.principals.iter();
        principals
            .find(|principal| principal.object_id == id)
            .map_or_else(|| id.to_owned(), |principal| principal.app_id.clone())
    };
    let row = |other: &Other| {
        let id = app_id(&other.id);
        let mut known = catalog.resources();
        let known = known.find(|resource| resource.app_id.eq_ignore_ascii_case(&id));
        let state = match known
            .as_ref()
            .and_then(|it| it.retired.map(|day| (it, day)))
        {
            Some((resource, since)) => ResourceState::Revoked {
                since: since.to_owned(),
                instead: resource.instead.map(str::to_owned),
            },
            None => ResourceState::Other,
        };
        let claimed = other.name.clone();
        ResourceRow {
            name: known.map_or_else(
                || claimed.unwrap_or_else(|| id.clone()),
                |resource| resource.name.to_owned(),
            ),
            declared: other.declared,
            granted: other.scopes + other.roles,
            state,
            id,
        }
    };
    inputs.holding.others.iter().map(row).collect()
}
