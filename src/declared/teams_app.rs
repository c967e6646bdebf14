//! The manifest of a Teams app: resource-specific consent. Since version 1.12 it stands under
//! `authorization.permissions.resourceSpecific`, from 1.6 on under `webApplicationInfo.applicationPermissions`.

use crate::catalog::model::{Access, Kind as PermissionKind};
use crate::declared::field::{Reader, undecided};
use crate::declared::known::GRAPH;
use crate::declared::model::{Document, Entry, EntryRole, Known, RedirectKind, Registration};
use crate::declared::required::{access_word, opening};
use crate::source::escape::shown;
use crate::source::json::Node;
use crate::source::{Span, Spanned};

/// The most permissions that the manifest's schema allows (1.29, June 2026).
pub(super) const MOST: usize = 16;

/// Fields of which a manifest has at least one.
const FIELDS: [&str; 4] = [
    "manifestVersion",
    "webApplicationInfo",
    "authorization",
    "developer",
];

/// Reads the app of a tree.
pub(super) fn read(reader: &mut Reader<'_>, root: &Node, document: &mut Document) {
    if FIELDS.iter().all(|field| root.get(field).is_none()) {
        reader.fault(
            opening(root),
            "nothing here describes a Teams app",
            "check the kind of the file, or leave it out",
        );
    }
    let mut found = Registration {
        span: root.span,
        name: name(reader, root),
        ..Registration::default()
    };
    let info = reader.object(root, "webApplicationInfo");
    if let Some(info) = info {
        found.client_id = reader.client_id(info, "id");
        let resource = reader.text(info, "resource");
        if resource.is_none_or(|resource| resource.value.is_empty()) && has_permissions(root) {
            reader.fault(
                opening(info),
                "`webApplicationInfo.resource` is missing or empty",
                "write any text, such as the application id URI: without it the permissions are ignored",
            );
        }
        for nested in reader.objects(info, "nestedAppAuthInfo") {
            let uri = reader.text(nested, "redirectUri");
            let uris = uri.into_iter().collect();
            reader.redirects(uris, RedirectKind::Spa, &mut found);
        }
        for name in reader.texts(info, "applicationPermissions") {
            let entry = entry(reader, name.span, name, Some(Access::Application), None);
            keep(entry, &mut found);
        }
    } else if has_permissions(root) {
        reader.fault(
            opening(root),
            "`webApplicationInfo` is missing",
            "name the app registration: without it the permissions are ignored",
        );
    }
    if let Some(authorization) = reader.object(root, "authorization")
        && let Some(permissions) = reader.object(authorization, "permissions")
    {
        resource_specific(reader, permissions, &mut found);
    }
    let bots = root.get("bots").filter(|bots| !bots.items().is_empty());
    found.bots = bots.map(|bots| bots.span);
    found.undecided.append(&mut reader.undecided);
    document.registrations.push(found);
}

fn has_permissions(root: &Node) -> bool {
    let lists: [&[&str]; 2] = [
        &["authorization", "permissions", "resourceSpecific"],
        &["webApplicationInfo", "applicationPermissions"],
    ];
    let mut lists = lists.iter().filter_map(|keys| root.at(keys));
    lists.any(|list| !list.items().is_empty())
}

fn name(reader: &mut Reader<'_>, root: &Node) -> Option<Spanned<String>> {
    let node = root.get("name")?;
    // Before 1.5 the name was plain text.
    if let Some(name) = node.text() {
        return Some(Spanned::new(name.to_owned(), node.span));
    }
    let name = reader.object(root, "name")?;
    reader.text(name, "short")
}

fn resource_specific(reader: &mut Reader<'_>, permissions: &Node, into: &mut Registration) {
    let list = reader.objects(permissions, "resourceSpecific");
    if let Some(beyond) = list.get(MOST) {
        reader.fault(
            beyond.span,
            format!("a Teams app may list at most {MOST} permissions, and this is one more"),
            "remove those that no operation needs",
        );
    }
    for node in list {
        let name = reader.text(node, "name");
        if node.get("name").is_none() {
            reader.fault(
                opening(node),
                "`name` is missing",
                "write the name of the permission, or remove the entry",
            );
        }
        if node.get("type").is_none() {
            reader.fault(
                opening(node),
                "`type` is missing",
                "write `Application` or `Delegated`",
            );
        }
        let written = reader.text(node, "type");
        if let Some(name) = name {
            let (access, bad_type) = access_word(written, type_word);
            let mut entry = entry(reader, node.span, name, None, bad_type);
            let key = &entry.key.value;
            if let (false, Some(access)) = (reader.is_placeholder(key), &access) {
                entry.known = of_access(reader, key, access.value);
            }
            entry.access = access;
            keep(entry, into);
        }
    }
}

/// Returns the word that `type` has for an access.
pub(super) const fn type_word(access: Access) -> &'static str {
    match access {
        Access::Delegated => "Delegated",
        Access::Application => "Application",
    }
}

fn entry(
    reader: &Reader<'_>,
    span: Span,
    key: Spanned<String>,
    access: Option<Access>,
    bad_type: Option<Spanned<String>>,
) -> Entry {
    let known = match access {
        _ if reader.is_placeholder(&key.value) => Known::Undecided,
        Some(access) => of_access(reader, &key.value, access),
        None => reader.known_of_graph(&key.value, None),
    };
    Entry {
        span,
        role: EntryRole::ResourceSpecific,
        access: access.map(|access| Spanned::new(access, key.span)),
        key,
        bad_type,
        resource: Some(GRAPH.to_owned()),
        known,
    }
}

/// Returns what the catalog knows of a name. Upstream lists resource-specific permissions for application
/// access alone, though apps may ask for them on behalf of a user as well.
fn of_access(reader: &Reader<'_>, name: &str, access: Access) -> Known {
    let catalog = reader.ids.catalog();
    match reader.ids.known_exactly(name, None) {
        Known::Permission(permission)
            if catalog.permission(permission).kind == PermissionKind::Rsc =>
        {
            Known::Permission(permission)
        }
        _ => reader.known_of_graph(name, Some(access)),
    }
}

fn keep(entry: Entry, into: &mut Registration) {
    if entry.known == Known::Undecided {
        into.undecided
            .push(undecided(entry.key.span, &shown(&entry.key.value)));
    }
    into.entries.push(entry);
}
