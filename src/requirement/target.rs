//! Whose data a delegated permission reaches, by its name.

use super::facts::Facts;
use super::model::Set;
use crate::catalog::model::{PermissionId, Scheme};
use crate::catalog::names::{Name, Verb};
use crate::catalog::record::column;
use crate::manifest::model::Target;
use crate::path::Url;

/// Returns whose data a call touches when the manifest does not say.
pub(super) fn by_default(url: &Url) -> Target {
    match url.segments.as_slice() {
        [first, second, ..]
            if first.is_word("users") && second.can_be_id() && !second.is_word("me") =>
        {
            Target::Any
        }
        _ => Target::Own,
    }
}

/// Returns the permission of the same kind, or the next one, that reaches other people's data, when `id` by its name
/// reaches the signed-in user's alone.
pub(super) fn wider_twin(
    facts: &Facts<'_>,
    id: PermissionId,
    target: Target,
    scheme: Scheme,
) -> Option<PermissionId> {
    let name = Name::parse(facts.catalog.name(id));
    if target == Target::Own || !name.constraint.is_empty() || name.action.is_empty() {
        return None;
    }
    let constraints = match target {
        Target::Shared => ["Shared", "All"],
        Target::Own | Target::Any => ["All", "Shared"],
    };
    // Where reading a few properties has no such form, reading has.
    let actions = match (name.verb, name.qualifier) {
        (Some(Verb::ReadBasic), "") => &[name.action, "Read"][..],
        _ => &[name.action],
    };
    let mut pairs = actions
        .iter()
        .flat_map(|action| constraints.map(|it| (action, it)));
    pairs.find_map(|(action, constraint)| {
        let twin = format!("{}.{action}.{constraint}", name.family);
        let twin = facts.catalog.find_permission(&twin)?;
        let grants = facts.catalog.permission_bytes(twin).grants;
        grants.get(column(scheme))?.is_some().then_some(twin)
    })
}

/// Tells whether no permission of a set stops at the signed-in user's own data.
pub(super) fn reaches(facts: &Facts<'_>, set: &Set, target: Target, scheme: Scheme) -> bool {
    set.iter()
        .all(|id| wider_twin(facts, *id, target, scheme).is_none())
}
