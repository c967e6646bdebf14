//! The manifest of Azure AD Graph. The portal has not taken it since January 2025, and it is still in repositories.

use crate::declared::field::Reader;
use crate::declared::graph_application::{applications, credentials};
use crate::declared::model::{Document, RedirectKind, Registration};
use crate::declared::required::{RequiredFields, opening};
use crate::manifest::model::Audience;
use crate::source::Spanned;
use crate::source::escape::shown;
use crate::source::json::{Node, NodeKind};

/// Fields that only this format has.
pub(super) const FIELDS: [&str; 11] = [
    "replyUrlsWithType",
    "replyUrls",
    "oauth2Permissions",
    "oauth2AllowImplicitFlow",
    "oauth2AllowIdTokenImplicitFlow",
    "accessTokenAcceptedVersion",
    "allowPublicClient",
    "availableToOtherTenants",
    "informationalUrls",
    "homepage",
    "logoutUrl",
];

/// Reads the registrations of a tree.
pub(super) fn read(reader: &mut Reader<'_>, root: &Node, document: &mut Document) {
    for node in applications(reader, root) {
        let found = registration(reader, node);
        document.registrations.push(found);
    }
}

/// Returns whether an object is of this format.
pub(super) fn is_legacy(node: &Node) -> bool {
    FIELDS.iter().any(|field| node.get(field).is_some())
        || matches!(
            node.get("publicClient").map(|value| &value.kind),
            Some(NodeKind::Bool(_))
        )
}

/// Reads one application.
pub(super) fn registration(reader: &mut Reader<'_>, node: &Node) -> Registration {
    let has_any = |fields: &[&str]| fields.iter().any(|field| node.get(field).is_some());
    let shared = ["requiredResourceAccess", "appId", "name", "signInAudience"];
    if !is_legacy(node) && !has_any(&shared) {
        reader.fault(
            opening(node),
            "nothing here describes an app registration",
            "check the kind of the file, or leave it out",
        );
    }
    let name = reader.text(node, "name");
    let mut found = Registration {
        span: node.span,
        name: name.or_else(|| reader.text(node, "displayName")),
        client_id: reader.client_id(node, "appId"),
        audience: reader.audience(node, "signInAudience"),
        implicit_access_tokens: reader.switched_on(node, "oauth2AllowImplicitFlow"),
        implicit_id_tokens: reader.switched_on(node, "oauth2AllowIdTokenImplicitFlow"),
        ..Registration::default()
    };
    if found.audience.is_none() {
        let is_shared = reader.flag(node, "availableToOtherTenants");
        found.audience = is_shared.map(|flag| {
            let audience = if flag.value {
                Audience::MultipleOrgs
            } else {
                Audience::MyOrg
            };
            Spanned::new(audience, flag.span)
        });
    }
    let allowed = reader.switched_on(node, "allowPublicClient");
    found.public_client = allowed.or_else(|| reader.switched_on(node, "publicClient"));
    if let Some(list) = reader.list(node, "requiredResourceAccess") {
        reader.required_access(list.items(), RequiredFields::JSON, &mut found);
    }
    for typed in reader.objects(node, "replyUrlsWithType") {
        typed_url(reader, typed, &mut found);
    }
    let kind = if found.public_client.is_some() {
        RedirectKind::PublicClient
    } else {
        RedirectKind::Web
    };
    let urls = reader.texts(node, "replyUrls");
    reader.redirects(urls, kind, &mut found);
    credentials(reader, node, &mut found);
    found.undecided.append(&mut reader.undecided);
    found
}

fn typed_url(reader: &mut Reader<'_>, node: &Node, into: &mut Registration) {
    let Some(url) = reader.text(node, "url") else {
        return;
    };
    let written = reader.text(node, "type");
    let kind = match written.as_ref().map(|word| word.value.as_str()) {
        Some("InstalledClient") => RedirectKind::PublicClient,
        Some("Spa") => RedirectKind::Spa,
        Some("Web") | None => RedirectKind::Web,
        Some(other) => {
            if !reader.is_placeholder(other) {
                let message = format!("`{}` is no type of a reply URL", shown(other));
                let span = written.as_ref().map_or(node.span, |word| word.span);
                reader.fault(span, message, "use one of `Web`, `Spa`, `InstalledClient`");
            }
            RedirectKind::Web
        }
    };
    reader.redirects(vec![url], kind, into);
}
