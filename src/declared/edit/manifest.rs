//! Changes to the manifests that are JSON.

use crate::catalog::model::{Access, Kind as PermissionKind, PermissionId};
use crate::catalog::view::Catalog;
use crate::declared::edit::layout::{self, Page, Value};
use crate::declared::edit::list;
use crate::declared::known::{GRAPH, guid};
use crate::declared::model::{Document, Entry, Kind, Known, Registration};
use crate::declared::teams_app;
use crate::finding::Edit;
use crate::source::Span;
use crate::source::json::Node;

/// What becomes of a list that would be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Emptied {
    /// It stays.
    List,
    /// The resource that it belongs to goes.
    Resource,
}

pub(super) fn remove_item(
    document: &Document,
    entry: &Entry,
    emptied: Emptied,
) -> Option<Vec<Edit>> {
    let root = document.tree.of(&document.source)?;
    let mut lists = Vec::new();
    lists_around(root, entry.span, &mut lists);
    let (list, index) = lists.pop()?;
    let text = document.source.text();
    match lists.pop() {
        Some((resources, block)) if emptied == Emptied::Resource && list.items().len() == 1 => {
            list::remove(text, resources, block)
        }
        _ => list::remove(text, list, index),
    }
}

/// Collects the lists around a place, outermost first, each with the index of its item there.
fn lists_around<'n>(node: &'n Node, place: Span, found: &mut Vec<(&'n Node, usize)>) {
    let holds = |span: Span| span.start <= place.start && place.end <= span.end;
    if let Some(index) = node.items().iter().position(|item| holds(item.span)) {
        found.push((node, index));
        if let Some(item) = node.items().get(index).filter(|item| item.span != place) {
            lists_around(item, place, found);
        }
    }
    let mut members = node.members().iter();
    if let Some(member) = members.find(|member| holds(member.value.span)) {
        lists_around(&member.value, place, found);
    }
}

/// Returns the object or list that stands exactly at a place.
fn node_at(node: &Node, place: Span) -> Option<&Node> {
    if node.span == place {
        return Some(node);
    }
    let holds = |node: &&Node| node.span.start <= place.start && place.end <= node.span.end;
    let values = node.members().iter().map(|member| &member.value);
    let mut inner = node.items().iter().chain(values);
    node_at(inner.find(holds)?, place)
}

pub(super) fn add_required(
    catalog: &Catalog,
    document: &Document,
    registration: &Registration,
    permission: PermissionId,
    access: Access,
) -> Option<Vec<Edit>> {
    if catalog.permission(permission).kind == PermissionKind::Rsc {
        return None;
    }
    let id = catalog.grant_for(permission, access)?.id?;
    let root = document.tree.of(&document.source)?;
    let page = Page::new(document.source.text(), root);
    let node = node_at(root, registration.span)?;
    let blocks = &registration.resources;
    let graph = blocks
        .iter()
        .rfind(|block| block.app_id.as_deref() == Some(GRAPH));
    let key = if document.kind == Kind::AgentsToolkit && takes_names(registration) {
        catalog.name(permission)
    } else {
        id
    };
    let entry = Value::Object(vec![
        ("id", Value::Text(key.to_owned())),
        (
            "type",
            Value::Text(access.resource_access_type().to_owned()),
        ),
    ]);
    if let Some(graph) = graph {
        let block = node_at(root, graph.span)?;
        return page.ensure(block, &["resourceAccess"], entry);
    }
    let block = Value::Object(vec![
        ("resourceAppId", Value::Text(GRAPH.to_owned())),
        ("resourceAccess", Value::List(vec![entry])),
    ]);
    let edits = if node.is_array() {
        page.append(node, &block)
    } else {
        page.ensure(node, &["requiredResourceAccess"], block)
    };
    // One block of the resource is enough for all that is added.
    edits.map(layout::alone)
}

/// Returns whether permissions of Microsoft Graph are written by name.
fn takes_names(registration: &Registration) -> bool {
    let mut of_graph = registration
        .entries
        .iter()
        .filter(|entry| entry.resource.as_deref() == Some(GRAPH));
    of_graph.any(|entry| entry.known != Known::Undecided && guid(&entry.key.value).is_none())
}

pub(super) fn add_resource_specific(
    catalog: &Catalog,
    document: &Document,
    registration: &Registration,
    permission: PermissionId,
    access: Access,
) -> Option<Vec<Edit>> {
    let is_full = registration.entries.len() >= teams_app::MOST;
    if catalog.permission(permission).kind != PermissionKind::Rsc || is_full {
        return None;
    }
    let root = document.tree.of(&document.source)?;
    let page = Page::new(document.source.text(), root);
    let node = node_at(root, registration.span)?;
    let name = Value::Text(catalog.name(permission).to_owned());
    let keys = ["authorization", "permissions", "resourceSpecific"];
    let older = ["webApplicationInfo", "applicationPermissions"];
    if node.at(&keys).is_none() && node.at(&older).is_some() {
        return (access == Access::Application)
            .then(|| page.ensure(node, &older, name))
            .flatten();
    }
    let word = teams_app::type_word(access).to_owned();
    let entry = Value::Object(vec![("name", name), ("type", Value::Text(word))]);
    page.ensure(node, &keys, entry)
}

pub(super) fn add_request(
    catalog: &Catalog,
    document: &Document,
    registration: &Registration,
    permission: PermissionId,
    access: Access,
) -> Option<Vec<Edit>> {
    let is_scope = access == Access::Delegated
        && catalog.permission(permission).kind == PermissionKind::Oauth2
        && catalog.grant_for(permission, access).is_some();
    if !is_scope {
        return None;
    }
    let root = document.tree.of(&document.source)?;
    let page = Page::new(document.source.text(), root);
    let node = node_at(root, registration.span)?;
    let request = Value::Object(vec![
        ("resource", Value::Text("Microsoft Graph".to_owned())),
        ("scope", Value::Text(catalog.name(permission).to_owned())),
    ]);
    page.ensure(node, &["webApiPermissionRequests"], request)
}

pub(super) fn retype_required(
    catalog: &Catalog,
    document: &Document,
    entry: &Entry,
    access: Access,
) -> Option<Vec<Edit>> {
    let permission = match &entry.known {
        Known::Permission(permission) | Known::WrongType { permission, .. } => *permission,
        // A name under the access that it does not have.
        Known::Unknown { .. } => catalog.find_permission(&entry.key.value)?,
        Known::OtherResource | Known::Undecided => return None,
    };
    let grant = catalog.grant_for(permission, access)?;
    let mut edits = Vec::new();
    if guid(&entry.key.value).is_some() && !grant.id?.eq_ignore_ascii_case(&entry.key.value) {
        edits.push(replaced(entry.key.span, grant.id?));
    }
    edits.extend(typed(
        document,
        entry,
        access,
        access.resource_access_type(),
    )?);
    finished(edits)
}

pub(super) fn retype_resource_specific(
    document: &Document,
    entry: &Entry,
    access: Access,
) -> Option<Vec<Edit>> {
    // In the older list a name is all there is.
    if entry.span == entry.key.span {
        return None;
    }
    finished(typed(
        document,
        entry,
        access,
        teams_app::type_word(access),
    )?)
}

pub(super) fn respell(
    catalog: &Catalog,
    kind: Kind,
    entry: &Entry,
    permission: PermissionId,
) -> Option<Vec<Edit>> {
    let access = entry.access.as_ref()?.value;
    let name = catalog.name(permission);
    let key = match kind {
        Kind::TeamsApp | Kind::SharePointFramework => name,
        Kind::AgentsToolkit if guid(&entry.key.value).is_none() => name,
        _ => catalog.grant_for(permission, access)?.id?,
    };
    Some(vec![replaced(entry.key.span, key)])
}

/// Returns the edits that give an entry its type.
fn typed(document: &Document, entry: &Entry, access: Access, word: &str) -> Option<Vec<Edit>> {
    if let Some(written) = &entry.access {
        let changes = written.value != access;
        return Some(Vec::from_iter(
            changes.then(|| replaced(written.span, word)),
        ));
    }
    if let Some(bad) = &entry.bad_type {
        return Some(vec![replaced(bad.span, word)]);
    }
    let root = document.tree.of(&document.source)?;
    let page = Page::new(document.source.text(), root);
    let node = node_at(root, entry.span)?;
    page.set(node, "type", &Value::Text(word.to_owned()))
}

fn replaced(span: Span, text: &str) -> Edit {
    Edit::new(span, layout::quoted(text))
}

fn finished(mut edits: Vec<Edit>) -> Option<Vec<Edit>> {
    edits.sort();
    (!edits.is_empty()).then_some(edits)
}
