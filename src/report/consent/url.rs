//! The URL of the admin consent endpoint.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::catalog::model::{Kind, PermissionId};
use crate::consent::request::{AdminRequest, Endpoint, Scopes, Tenant};

/// What a URL is made of besides the request.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The version of the endpoint.
    pub endpoint: Endpoint,
    /// The host of the identity platform.
    pub login_host: &'a str,
    /// The host of Microsoft Graph.
    pub graph_host: &'a str,
    /// The tenant that consents.
    pub tenant: &'a Tenant,
    /// The app; a placeholder when `None`.
    pub client_id: Option<&'a str>,
    /// Where the admin is sent afterwards; a placeholder when `None`.
    pub redirect_uri: Option<&'a str>,
    /// What comes back unchanged.
    pub state: &'a str,
}

impl Place<'_> {
    /// Returns whether all is known that a URL needs.
    pub fn is_complete(&self) -> bool {
        self.client_id.is_some() && self.redirect_uri.is_some() && *self.tenant != Tenant::Unknown
    }
}

/// What stands before the host of a URL that is not complete.
const INCOMPLETE: &str = "<incomplete>.";

/// Returns the URL. What nobody said stands in angle brackets. A browser would escape those and go on, so they
/// stand in the host too, where no browser takes them.
pub fn write(catalog: &Catalog, request: &AdminRequest, place: Place<'_>) -> String {
    let tenant = match (place.tenant, place.endpoint) {
        (Tenant::Known(tenant), _) => encoded(tenant),
        (Tenant::OfTheAdmin, Endpoint::V2) => "organizations".to_owned(),
        (Tenant::OfTheAdmin, Endpoint::V1) => "common".to_owned(),
        (Tenant::Unknown, _) => "<tenant>".to_owned(),
    };
    let version = match place.endpoint {
        Endpoint::V2 => "/v2.0",
        Endpoint::V1 => "",
    };
    let or = |value: Option<&str>, placeholder: &str| {
        value.map_or_else(|| placeholder.to_owned(), encoded)
    };
    let mut url = format!(
        "https://{}{}/{tenant}{version}/adminconsent?client_id={}",
        if place.is_complete() { "" } else { INCOMPLETE },
        place.login_host,
        or(place.client_id, "<client-id>"),
    );
    let scope = match &request.scopes {
        Scopes::Named(ids) => {
            let names: Vec<String> = ids.iter().map(|id| scope(catalog, *id, place)).collect();
            Some(names.join(" "))
        }
        Scopes::Default => Some(format!("https://{}/.default", place.graph_host)),
        Scopes::Registration => None,
    };
    // Writing to a String cannot fail.
    if let Some(scope) = scope {
        let _ = write!(url, "&scope={}", encoded(&scope));
    }
    let _ = write!(
        url,
        "&redirect_uri={}&state={}",
        or(place.redirect_uri, "<redirect-uri>"),
        encoded(place.state),
    );
    url
}

/// Scopes of signing in belong to no resource; all others are named with Microsoft Graph's host.
fn scope(catalog: &Catalog, id: PermissionId, place: Place<'_>) -> String {
    let name = catalog.name(id);
    if catalog.permission(id).kind == Kind::Oidc {
        name.to_owned()
    } else {
        format!("https://{}/{name}", place.graph_host)
    }
}

/// Returns a text in which all but letters, digits and `-._~` is percent-encoded.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_place_in_the_url() {
        assert_eq!(encoded("a b&c=d#é\n"), "a%20b%26c%3Dd%23%C3%A9%0A");
        assert_eq!(
            encoded("https://x.example/y?z"),
            "https%3A%2F%2Fx.example%2Fy%3Fz"
        );
    }
}
