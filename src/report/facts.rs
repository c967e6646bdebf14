//! What the catalog says about a chosen permission besides its grant.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId, State};
use crate::report::words;

/// Returns what has to be done besides consent and what to know, one line each, as the catalog has it.
pub fn of_permission(catalog: &Catalog, id: PermissionId, access: Access) -> Vec<String> {
    let mut lines = Vec::new();
    for row in catalog.permission(id).notes {
        let fact = catalog.permission_note(row);
        if fact.access.is_empty() || fact.access.contains(&access) {
            let texts = fact.prerequisites.iter().copied().chain(fact.note);
            lines.extend(texts.map(str::to_owned));
        }
    }
    if let Some(grant) = catalog.grant_for(id, access)
        && grant.state != State::Visible
    {
        let state = words::state(grant.state);
        lines.push(format!(
            "the data says {state}: it may be impossible to ask for"
        ));
    }
    lines
}
