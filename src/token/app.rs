//! The apps of Microsoft's own that tokens name by id.

use serde::Deserialize;

use crate::token::platform::entries;

const TEXT: &str = include_str!("../../data/platform/apps.yaml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    name: String,
}

/// Returns Microsoft's name of an app of its own.
pub fn name(id: &str) -> Option<String> {
    let mut entries = entries::<Entry>(TEXT).into_iter();
    entries
        .find(|entry| entry.id.eq_ignore_ascii_case(id))
        .map(|entry| entry.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::inspection::GRAPH_APP;

    #[test]
    fn known_apps_have_their_names() {
        assert_eq!(name(GRAPH_APP).as_deref(), Some("Microsoft Graph"));
        let cli = "04B07795-8ddb-461a-bbee-02f9e1bf7b46";
        assert_eq!(name(cli).as_deref(), Some("Azure CLI"));
        assert_eq!(name("11111111-1111-1111-1111-111111111111"), None);
    }
}
