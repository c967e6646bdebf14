//! What an admin is asked for at the consent endpoint.
//!
//! The newer endpoint takes scopes: delegated permissions by name, so a base and its increments can be asked
//! for one after another. App roles have no scope of their own: `.default` stands for all that the
//! registration lists. The older endpoint takes no scopes and always asks for the whole registration
//! (<https://learn.microsoft.com/entra/identity-platform/v2-admin-consent>, read 2026-11).

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind, PermissionId};
use crate::consent::model::Consent;
use crate::manifest::model::{App, Audience};
use crate::requirement::Set;

/// The version of the consent endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    /// The newer one.
    V2,
    /// The older one.
    V1,
}

/// A request to an admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminRequest {
    /// The access it is made for; `None` when the whole registration is asked for.
    pub access: Option<Access>,
    /// The profile whose increment it is; the base when `None`.
    pub profile: Option<String>,
    /// What is asked for.
    pub scopes: Scopes,
    /// The permissions of the plan that it brings.
    pub permissions: Set,
    /// Whether users could do without it.
    pub is_needed: bool,
}

/// What is asked for at the endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scopes {
    /// These, by name.
    Named(Set),
    /// All that the registration lists, as the scope `.default`.
    Default,
    /// All that the registration lists, without a word.
    Registration,
}

/// The tenant in the URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tenant {
    /// An id or a domain.
    Known(String),
    /// The tenant of whoever signs in.
    OfTheAdmin,
    /// Nobody said.
    Unknown,
}

/// Returns what an admin is asked for, in the order in which it is; nothing where nothing is.
pub fn requests(catalog: &Catalog, consent: &Consent, endpoint: Endpoint) -> Vec<AdminRequest> {
    let mut requests = Vec::new();
    for part in &consent.parts {
        let is_tenant_wide = |id: &PermissionId| catalog.permission(*id).kind != Kind::Rsc;
        let asks = part.asks.iter().map(|ask| ask.permission);
        let ids: Set = asks.filter(is_tenant_wide).collect();
        if ids.is_empty() {
            continue;
        }
        requests.push(AdminRequest {
            access: Some(part.access),
            profile: part.profile.clone(),
            scopes: match part.access {
                Access::Delegated => Scopes::Named(ids.clone()),
                Access::Application => Scopes::Default,
            },
            permissions: ids,
            is_needed: part.who.is_admin(),
        });
    }
    if endpoint == Endpoint::V1 && !requests.is_empty() {
        let mut permissions: Set = requests
            .iter()
            .flat_map(|it| it.permissions.clone())
            .collect();
        permissions.sort_unstable();
        permissions.dedup();
        return vec![AdminRequest {
            access: None,
            profile: None,
            scopes: Scopes::Registration,
            permissions,
            is_needed: requests.iter().any(|it| it.is_needed),
        }];
    }
    requests
}

/// Returns the tenant that consents: the one that was named, that of the admin where an app takes users of
/// several, or the app's own.
pub fn tenant(app: &App, named: Option<&str>) -> Tenant {
    if let Some(tenant) = named {
        return Tenant::Known(tenant.to_owned());
    }
    let audience = app.audience.as_ref().map(|audience| audience.value);
    match (audience, &app.tenant) {
        (Some(Audience::MultipleOrgs | Audience::AllAccounts), _) => Tenant::OfTheAdmin,
        (_, Some(tenant)) => Tenant::Known(tenant.value.clone()),
        (_, None) => Tenant::Unknown,
    }
}

/// Returns what is wrong with a redirect URI, if something is.
pub fn redirect_mistake(uri: &str) -> Option<&'static str> {
    let (scheme, rest) = uri.split_once(':').unwrap_or(("", uri));
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let host = rest.trim_start_matches('/');
    let is_local = ["localhost", "127.0.0.1", "[::1]"].iter().any(|local| {
        host.strip_prefix(local)
            .is_some_and(|after| after.is_empty() || after.starts_with([':', '/', '?']))
    });
    if !is_scheme || host.is_empty() {
        Some("it is no absolute URI such as https://app.example.com/consented")
    } else if uri.contains(|c: char| c.is_whitespace() || c.is_control() || c == '<' || c == '>') {
        Some("it holds a character that no URI has")
    } else if uri.contains('#') {
        Some("it has a fragment, which a redirect URI must not have")
    } else if scheme.eq_ignore_ascii_case("javascript") || scheme.eq_ignore_ascii_case("data") {
        Some("such a scheme is no place to come back to")
    } else if scheme.eq_ignore_ascii_case("http") && !is_local {
        Some("only `localhost` may do without https")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris_are_absolute_and_safe() {
        for fine in [
            "https://app.example.com/consented?x=1",
            "http://localhost:8400/x",
            "http://localhost",
            "msauth.com.example.app://auth",
            "com.example.app:/callback",
        ] {
            assert_eq!(redirect_mistake(fine), None, "{fine}");
        }
        for bad in [
            "",
            "app.example.com",
            "/consented",
            "https://",
            "http://app.example.com",
            "http://localhost.evil.example",
            "https://a.example/#x",
            "https://a.example/\nx",
            "javascript:alert(1)",
            "data:text/html,x",
        ] {
            assert!(redirect_mistake(bad).is_some(), "{bad}");
        }
    }
}
