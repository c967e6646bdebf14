//! The `application` resource of Microsoft Graph as JSON: one, a list of them, a page (`{"value": [...]}`) as
//! `az ad app list` and Microsoft Graph answer, or `requiredResourceAccess` alone, as `az ad app create` takes
//! it from a file.

use crate::declared::field::Reader;
use crate::declared::model::{CredentialKind, Document, Redirect, RedirectKind, Registration};
use crate::declared::required::{RequiredFields, opening};
use crate::source::Spanned;
use crate::source::json::Node;

/// Fields of which a registration has at least one.
const FIELDS: [&str; 10] = [
    "requiredResourceAccess",
    "appId",
    "displayName",
    "signInAudience",
    "web",
    "spa",
    "publicClient",
    "api",
    "passwordCredentials",
    "keyCredentials",
];

/// Reads the registrations of a tree.
pub(super) fn read(reader: &mut Reader<'_>, root: &Node, document: &mut Document) {
    if is_required_access(root) {
        let mut found = Registration {
            span: root.span,
            ..Registration::default()
        };
        reader.required_access(root.items(), RequiredFields::JSON, &mut found);
        document.registrations.push(found);
        return;
    }
    for node in applications(reader, root) {
        let found = registration(reader, node);
        document.registrations.push(found);
    }
}

/// Returns whether a tree is the value of `requiredResourceAccess` alone.
pub(super) fn is_required_access(root: &Node) -> bool {
    let mut items = root.items().iter();
    items.any(|item| item.get("resourceAppId").is_some() || item.get("resourceAccess").is_some())
}

/// Returns the objects that describe an application each.
pub(super) fn applications<'n>(reader: &mut Reader<'_>, root: &'n Node) -> Vec<&'n Node> {
    if root.is_array() {
        return reader.only_objects("value", root.items());
    }
    let is_page = FIELDS.iter().all(|field| root.get(field).is_none());
    match root.get("value") {
        Some(value) if is_page && value.is_array() => reader.only_objects("value", value.items()),
        _ => vec![root],
    }
}

/// Reads one application.
pub(super) fn registration(reader: &mut Reader<'_>, node: &Node) -> Registration {
    if FIELDS.iter().all(|field| node.get(field).is_none()) {
        reader.fault(
            opening(node),
            "nothing here describes an app registration",
            "check the kind of the file, or leave it out",
        );
    }
    let mut found = Registration {
        span: node.span,
        name: reader.text(node, "displayName"),
        client_id: reader.client_id(node, "appId"),
        audience: reader.audience(node, "signInAudience"),
        public_client: reader.switched_on(node, "isFallbackPublicClient"),
        ..Registration::default()
    };
    if let Some(list) = reader.list(node, "requiredResourceAccess") {
        reader.required_access(list.items(), RequiredFields::JSON, &mut found);
    }
    for (key, kind) in [
        ("web", RedirectKind::Web),
        ("spa", RedirectKind::Spa),
        ("publicClient", RedirectKind::PublicClient),
    ] {
        if let Some(platform) = reader.object(node, key) {
            let uris = reader.texts(platform, "redirectUris");
            reader.redirects(uris, kind, &mut found);
        }
    }
    if let Some(web) = reader.object(node, "web")
        && let Some(implicit) = reader.object(web, "implicitGrantSettings")
    {
        found.implicit_access_tokens = reader.switched_on(implicit, "enableAccessTokenIssuance");
        found.implicit_id_tokens = reader.switched_on(implicit, "enableIdTokenIssuance");
    }
    credentials(reader, node, &mut found);
    found.undecided.append(&mut reader.undecided);
    found
}

/// Reads the credentials of an application in either format.
pub(super) fn credentials(reader: &mut Reader<'_>, node: &Node, into: &mut Registration) {
    let found = &mut into.credentials;
    reader.credentials(node, "passwordCredentials", CredentialKind::Password, found);
    reader.credentials(node, "keyCredentials", CredentialKind::Certificate, found);
    found.sort_by_key(|credential| credential.span);
}

impl Reader<'_> {
    /// Keeps redirect URIs, but for those that are only known later: nobody can judge them.
    pub(super) fn redirects(
        &self,
        uris: Vec<Spanned<String>>,
        kind: RedirectKind,
        into: &mut Registration,
    ) {
        for uri in uris {
            if !self.is_placeholder(&uri.value) {
                into.redirects.push(Redirect { uri, kind });
            }
        }
    }
}
