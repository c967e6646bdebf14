//! Why the import does what it does, by kind of repair: the words `catalog check` prints.

use crate::path::RepairKind;

/// The repairs that are not about how a path is spelled.
const OTHERS: [(&str, &str); 5] = [
    (
        "unreadable-name",
        "no permission can be called so; it is dropped",
    ),
    (
        "application-needs-admin",
        "only an admin can consent to an app role, whatever the data says",
    ),
    (
        "consent-conflict",
        "the files disagree; what the service principal of Microsoft Graph offers decides",
    ),
    (
        "id-conflict",
        "the files disagree; what the service principal of Microsoft Graph offers decides",
    ),
    (
        "me-without-user",
        "`/me` is the signed-in user, and an app alone has none",
    ),
];

/// Returns why a repair of this kind is made, or `None` for a kind that nothing makes.
pub fn of(kind: &str) -> Option<&'static str> {
    OTHERS
        .iter()
        .find(|(name, _)| *name == kind)
        .map(|(_, reason)| *reason)
        .or_else(|| {
            RepairKind::ALL
                .into_iter()
                .find(|k| k.name() == kind)
                .map(RepairKind::reason)
        })
}
