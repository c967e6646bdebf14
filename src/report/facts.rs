//! What several formats say: facts about a chosen permission, and texts with the operations they are about.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId, State};
use crate::catalog::record::of_access;
use crate::report::words;
use crate::requirement::Requirement;

/// Returns what has to be done besides consent and what to know, one line each, as the catalog has it.
pub fn of_permission(catalog: &Catalog, id: PermissionId, access: Access) -> Vec<String> {
    let permission = catalog.permission_bytes(id);
    let mut lines = Vec::new();
    for row in permission.notes {
        let fact = catalog.permission_note(row);
        if fact.access.is_empty() || fact.access.contains(&access) {
            let texts = fact.prerequisites.iter().copied().chain(fact.note);
            lines.extend(texts.map(str::to_owned));
        }
    }
    if let Some(grant) = of_access(permission.grants, access)
        && grant.state != State::Visible
    {
        let state = words::state(grant.state);
        lines.push(format!(
            "the data says {state}: it may be impossible to ask for"
        ));
    }
    lines
}

/// Returns texts about requirements, each once with those it is about, in the order of the first of them.
pub fn by_text(
    requirements: &[Requirement],
    texts: impl Fn(&Requirement) -> Vec<String>,
) -> Vec<(String, Vec<usize>)> {
    let mut grouped: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, requirement) in requirements.iter().enumerate() {
        for text in texts(requirement) {
            let about = grouped.entry(text).or_default();
            if about.last() != Some(&at) {
                about.push(at);
            }
        }
    }
    let mut all: Vec<(String, Vec<usize>)> = grouped.into_iter().collect();
    all.sort_by(|first, second| first.1.cmp(&second.1).then(first.0.cmp(&second.0)));
    all
}
