//! The directory roles that tokens of users name by id (`wids`).

use serde::Deserialize;

use crate::token::platform::entries;

const TEXT: &str = include_str!("../../data/platform/roles.yaml");

/// Every member of a tenant has this one; it is no admin role.
pub const MEMBER: &str = "b79fbf4d-3ef9-4689-8143-76b194e85509";

/// A directory role.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The template id, the same in every tenant.
    pub id: String,
    /// Microsoft's name.
    pub name: String,
}

/// Reads the table.
pub fn table() -> Vec<Role> {
    entries(TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_guids_and_stand_once() {
        let mut ids: Vec<String> = table().into_iter().map(|role| role.id).collect();
        assert!(
            ids.iter()
                .all(|id| id.len() == 36 && id.split('-').count() == 5)
        );
        assert!(
            ids.iter()
                .all(|id| *id == id.to_lowercase() && id != MEMBER)
        );
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
