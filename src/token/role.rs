//! The directory roles that tokens of users name by id (`wids`).

use serde::Deserialize;

const TEXT: &str = include_str!("../../data/platform/roles.yaml");

/// Every member of a tenant has this one; it is no admin role.
pub const MEMBER: &str = "b79fbf4d-3ef9-4689-8143-76b194e85509";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "for the reader of the data")]
    source: String,
    #[expect(dead_code, reason = "for the reader of the data")]
    date: String,
    entries: Vec<Role>,
}

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
///
/// # Panics
/// Never: a test reads it.
#[expect(
    clippy::expect_used,
    reason = "the text is part of the program, and a test reads it"
)]
pub fn table() -> Vec<Role> {
    let file: File = serde_yaml::from_str(TEXT).expect("the embedded table");
    file.entries
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
