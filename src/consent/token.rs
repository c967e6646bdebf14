//! The permissions in the claims of a token: `scp` and `roles`. Claims alone are read, never a token, which is
//! a secret.

use serde_json::Value;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::consent::policy::is_guid;
use crate::source::Source;
use crate::source::escape::shown;

/// What a token carries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenClaims {
    /// The scopes, when it was issued for a user.
    pub scopes: Option<Vec<String>>,
    /// The app roles, when it was issued for the app alone.
    pub roles: Option<Vec<String>>,
    /// The client id of the app that it was issued to, where it says.
    pub app: Option<String>,
    /// The tenant that it is for, where it says.
    pub tenant: Option<String>,
    /// From when it is valid, where it says (seconds since 1970).
    pub not_before: Option<i64>,
    /// Until when it is valid, where it says (seconds since 1970).
    pub expires: Option<i64>,
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

const OTHER_API: &str = "acquire a token for Microsoft Graph, whose permissions are compared";

/// Microsoft Graph's application id, the audience of tokens that were asked for by it.
const MICROSOFT_GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Whether an audience is Microsoft Graph, in any cloud.
fn is_graph(catalog: &Catalog, audience: &str) -> bool {
    let host = audience.strip_prefix("https://").unwrap_or(audience);
    let host = host.trim_end_matches('/');
    let mut clouds = catalog.clouds();
    audience.eq_ignore_ascii_case(MICROSOFT_GRAPH)
        || clouds.any(|cloud| {
            let mut hosts = cloud.graph_hosts.iter();
            hosts.any(|known| known.eq_ignore_ascii_case(host))
        })
}

const HELP: &str = "give the decoded claims as JSON: an object with `scp` or `roles`";

impl TokenClaims {
    /// Reads the claims.
    ///
    /// # Errors
    /// When the text is no JSON object with `scp` or `roles`, of a token for another API, or a token itself.
    pub fn read(catalog: &Catalog, source: &Source) -> Result<Self, ClaimsError> {
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
        let audiences: Vec<String> = object.get("aud").and_then(list).unwrap_or_default();
        if !audiences.is_empty() && !audiences.iter().any(|it| is_graph(catalog, it)) {
            return fail(
                "is of a token for another API than Microsoft Graph",
                OTHER_API,
            );
        }
        // Tokens of version 1 name the app `appid`, those of version 2 `azp`.
        let app = ["appid", "azp"].into_iter().find_map(|key| {
            let id = object.get(key)?.as_str()?;
            Some(id.to_ascii_lowercase())
        });
        let tenant = object.get("tid").and_then(Value::as_str);
        let tenant = tenant.map(str::to_ascii_lowercase);
        let time = |key: &str| object.get(key)?.as_i64();
        let (not_before, expires) = (time("nbf"), time("exp"));
        let scopes = object.get("scp").and_then(list);
        let roles = object.get("roles").and_then(list);
        match (scopes, roles) {
            // The roles in a token of a user are the user's, not the app's.
            (Some(scopes), _) => Ok(Self {
                scopes: Some(scopes),
                roles: None,
                app,
                tenant,
                not_before,
                expires,
            }),
            (None, Some(roles)) => Ok(Self {
                scopes: None,
                roles: Some(roles),
                app,
                tenant,
                not_before,
                expires,
            }),
            (None, None) if object.contains_key("aud") => Ok(Self {
                scopes: None,
                roles: Some(Vec::new()),
                app,
                tenant,
                not_before,
                expires,
            }),
            (None, None) => fail("has neither `scp` nor `roles`", HELP),
        }
    }

    /// Returns why it says nothing about an app in its tenant, if it does not: it was issued to another app, or
    /// for another tenant.
    pub fn is_not_of(&self, client_id: Option<&str>, tenant: Option<&str>) -> Option<String> {
        if let (Some(app), Some(client_id)) = (&self.app, client_id)
            && !app.eq_ignore_ascii_case(client_id)
        {
            return Some(format!(
                "the token was issued to another app ({}), so what this app's tokens carry is not known",
                shown(app)
            ));
        }
        if let (Some(found), Some(tenant)) = (&self.tenant, tenant)
            && is_guid(tenant)
            && !found.eq_ignore_ascii_case(tenant)
        {
            return Some(format!(
                "the token is for another tenant ({}) than the manifest's, so what tokens carry there is not known",
                shown(found)
            ));
        }
        None
    }

    /// Returns what is presumed of it when it is compared: what it does not say, or what no file ties together.
    pub fn presumed(&self, client_id: Option<&str>, tenant: Option<&str>) -> Vec<String> {
        let mut lines = Vec::new();
        if self.app.is_none() && client_id.is_some() {
            lines.push(
                "the claims name no app (`appid` or `azp`); they are taken to be of this one"
                    .to_owned(),
            );
        }
        match (&self.tenant, tenant) {
            (Some(found), Some(tenant)) if !is_guid(tenant) => lines.push(format!(
                "the token is for the tenant {}; whether that is {} was not compared, as only ids can be",
                shown(found),
                shown(tenant)
            )),
            (None, Some(_)) => lines.push(
                "the claims name no tenant (`tid`); they are taken to be of the manifest's".to_owned(),
            ),
            _ => {}
        }
        lines
    }

    /// Returns why no service takes it at a time (seconds since 1970), if it says so: as in `verify`, to the
    /// second.
    pub fn is_not_valid(&self, now: i64) -> Option<&'static str> {
        match (self.not_before, self.expires) {
            (Some(from), _) if from > now => Some("it is not valid yet"),
            (_, Some(until)) if until <= now => Some("it has expired"),
            _ => None,
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
    use crate::catalog::bundled;

    #[test]
    fn a_token_of_another_tenant_says_nothing_of_this_one() {
        let catalog = bundled::open().unwrap();
        let read =
            |text: &str| TokenClaims::read(&catalog, &Source::new("claims.json", text)).unwrap();
        let (own, other) = (
            "2f6b8c1d-9e0a-4b7c-8d5e-6f7a8b9c0d1e",
            "3f6b8c1d-9e0a-4b7c-8d5e-6f7a8b9c0d1e",
        );
        let claims = read(&format!(
            r#"{{"scp": "User.Read", "appid": "a", "tid": "{own}"}}"#
        ));
        let upper = own.to_uppercase();
        for tenant in [None, Some(own), Some(upper.as_str())] {
            assert_eq!(claims.is_not_of(Some("a"), tenant), None);
            assert_eq!(claims.presumed(Some("a"), tenant), Vec::<String>::new());
        }
        let why = claims.is_not_of(Some("a"), Some(other)).unwrap();
        assert!(why.contains("another tenant"), "{why}");
        // A domain and an id cannot be held against each other without asking.
        assert_eq!(claims.is_not_of(Some("a"), Some("contoso.com")), None);
        let told = claims.presumed(Some("a"), Some("contoso.com"));
        assert!(told[0].contains("not compared"), "{told:?}");
        let bare = read(r#"{"scp": "User.Read"}"#);
        let told = bare.presumed(Some("a"), Some(own));
        assert!(
            told[0].contains("name no app") && told[1].contains("name no tenant"),
            "{told:?}"
        );
        assert_eq!(bare.presumed(None, None), Vec::<String>::new());
    }

    #[test]
    fn claims_are_read_and_tokens_are_not() {
        let catalog = bundled::open().unwrap();
        let read = |text: &str| TokenClaims::read(&catalog, &Source::new("claims.json", text));
        let user = read(r#"{"scp": "User.Read Mail.Read", "roles": ["of.the.user"]}"#).unwrap();
        assert_eq!(user.of(Access::Delegated).map(<[_]>::len), Some(2));
        assert_eq!(user.of(Access::Application), None);
        let app = read(r#"{"roles": ["Mail.Read"]}"#).unwrap();
        assert_eq!(app.of(Access::Application).map(<[_]>::len), Some(1));
        let bare = read(r#"{"aud": "https://graph.microsoft.com"}"#).unwrap();
        assert_eq!(bare.of(Access::Application), Some(&[][..]));
        for graph in [
            "https://graph.microsoft.us/",
            "00000003-0000-0000-c000-000000000000",
        ] {
            read(&format!(r#"{{"aud": "{graph}", "roles": []}}"#)).unwrap();
        }
        let own = read(r#"{"scp": "User.Read", "azp": "ABC"}"#).unwrap();
        assert_eq!(own.is_not_of(Some("abc"), None), None);
        assert_eq!(own.is_not_of(None, None), None);
        assert!(own.is_not_of(Some("abd"), None).is_some());
        let timed = read(r#"{"scp": "User.Read", "nbf": 500, "exp": 1000}"#).unwrap();
        assert!(timed.is_not_valid(499).unwrap().contains("not valid yet"));
        assert_eq!(timed.is_not_valid(500), None);
        assert_eq!(timed.is_not_valid(999), None);
        assert!(timed.is_not_valid(1000).unwrap().contains("expired"));
        assert_eq!(own.is_not_valid(i64::MAX), None);
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"scp": 1}"#,
            "eyJhbGciOi.SECRET.x",
            r#"{"scp": "User.Read", "aud": "https://vault.azure.net"}"#,
        ] {
            let error = read(bad).unwrap_err();
            let shown = format!("{:?}", miette::Report::new(error));
            assert!(!shown.contains("SECRET"), "{shown}");
        }
    }
}
