//! The permissions in the claims of a token: `scp` and `roles`. Claims alone are read, never a token, which is
//! a secret.

use serde_json::Value;

use crate::catalog::model::Access;
use crate::source::Source;
use crate::source::escape::shown;

/// What a token carries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenClaims {
    /// The scopes, when it was issued for a user.
    pub scopes: Option<Vec<String>>,
    /// The app roles, when it was issued for the app alone.
    pub roles: Option<Vec<String>>,
}

/// A file holds no claims. Its text is not kept: it may be a secret.
#[derive(Debug, Clone, thiserror::Error, miette::Diagnostic)]
#[error("`{name}` {what}")]
#[diagnostic(code(graphgrant::consent::claims), help("{help}"))]
pub struct ClaimsError {
    name: String,
    what: &'static str,
    help: &'static str,
}

const HELP: &str = "give the decoded claims as JSON: an object with `scp` or `roles`";

impl TokenClaims {
    /// Reads the claims.
    ///
    /// # Errors
    /// When the text is no JSON object with `scp` or `roles`, or a token itself.
    pub fn read(source: &Source) -> Result<Self, ClaimsError> {
        let text = source.text().trim();
        let fail = |what, help| {
            let name = shown(source.name());
            Err(ClaimsError { name, what, help })
        };
        if text.starts_with("eyJ") {
            return fail(
                "is a token and not its claims",
                "a token is a secret and does not belong in a file; decode it and give the claims",
            );
        }
        let Ok(Value::Object(object)) = serde_json::from_str(text) else {
            return fail("is no JSON object", HELP);
        };
        let list = |value: &Value| match value {
            Value::String(words) => Some(words.split_whitespace().map(str::to_owned).collect()),
            Value::Array(list) => {
                let words = list.iter().map(|it| it.as_str().map(str::to_owned));
                words.collect::<Option<Vec<String>>>()
            }
            _ => None,
        };
        let scopes = object.get("scp").and_then(list);
        let roles = object.get("roles").and_then(list);
        match (scopes, roles) {
            // The roles in a token of a user are the user's, not the app's.
            (Some(scopes), _) => Ok(Self {
                scopes: Some(scopes),
                roles: None,
            }),
            (None, Some(roles)) => Ok(Self {
                scopes: None,
                roles: Some(roles),
            }),
            (None, None) if object.contains_key("aud") => Ok(Self {
                scopes: None,
                roles: Some(Vec::new()),
            }),
            (None, None) => fail("has neither `scp` nor `roles`", HELP),
        }
    }

    /// Returns what is carried under an access; `None` when the token is of the other one.
    pub fn of(&self, access: Access) -> Option<&[String]> {
        match access {
            Access::Delegated => self.scopes.as_deref(),
            Access::Application => self.roles.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_and_tokens_are_not() {
        let read = |text: &str| TokenClaims::read(&Source::new("claims.json", text));
        let user = read(r#"{"scp": "User.Read Mail.Read", "roles": ["of.the.user"]}"#).unwrap();
        assert_eq!(user.of(Access::Delegated).map(<[_]>::len), Some(2));
        assert_eq!(user.of(Access::Application), None);
        let app = read(r#"{"roles": ["Mail.Read"]}"#).unwrap();
        assert_eq!(app.of(Access::Application).map(<[_]>::len), Some(1));
        let bare = read(r#"{"aud": "https://graph.microsoft.com"}"#).unwrap();
        assert_eq!(bare.of(Access::Application), Some(&[][..]));
        for bad in ["", "[]", "{}", r#"{"scp": 1}"#, "eyJhbGciOi.SECRET.x"] {
            let error = read(bad).unwrap_err();
            let shown = format!("{:?}", miette::Report::new(error));
            assert!(!shown.contains("SECRET"), "{shown}");
        }
    }
}
