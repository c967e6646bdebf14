//! Who the user of a token is: compared with what a call names, and never shown.

use std::fmt;

use serde_json::{Map, Value};

use crate::token::tenant::is_id;

/// The claims that hold the id, and those that hold the name that a path can have in its place.
const CLAIMS: [&str; 5] = ["oid", "upn", "unique_name", "preferred_username", "email"];

/// The id and the names of a user. `Debug` shows nothing of them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct User(Vec<String>);

impl User {
    pub(super) fn of(claims: &Map<String, Value>) -> Self {
        let found = CLAIMS.iter().filter_map(|name| claims.get(*name)?.as_str());
        Self(found.map(str::to_owned).collect())
    }

    /// Returns whether an id or a name is that of the user; `None` when the token has nothing of its kind.
    pub fn is(&self, name: &str) -> Option<bool> {
        if self.0.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            return Some(true);
        }
        let mut own = self.0.iter();
        own.any(|own| is_id(own) == is_id(name)).then_some(false)
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("User(..)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_user_is_known_by_id_and_by_name() {
        const ID: &str = "44444444-4444-4444-4444-444444444444";
        const OTHER: &str = "55555555-5555-5555-5555-555555555555";
        let of = |claims: Value| User::of(claims.as_object().unwrap());
        let both = of(json!({"oid": ID, "upn": "Anna@contoso.example", "email": 7}));
        assert_eq!(both.is(ID), Some(true));
        assert_eq!(both.is("anna@CONTOSO.example"), Some(true));
        assert_eq!(both.is(OTHER), Some(false));
        assert_eq!(both.is("adele@contoso.example"), Some(false));
        assert_eq!(of(json!({"oid": ID})).is("anna@contoso.example"), None);
        assert_eq!(of(json!({"upn": "a@b.example"})).is(ID), None);
        assert!(!format!("{both:?}").contains("Anna"));
    }
}
