//! Declares a permission, written as its neighbours are.

use crate::catalog::model::{Access, Kind as PermissionKind, PermissionId};
use crate::catalog::view::Catalog;
use crate::declared::known::{GRAPH, guid};
use crate::declared::model::{Document, Entry, EntryRole, Registration};
use crate::declared::terraform::edit::decided;
use crate::declared::terraform::edit::place::{Page, Spot, Within, find, uses_of_local};
use crate::declared::terraform::edit::trial::{Wanted, tried};
use crate::declared::terraform::module::Address;
use crate::finding::Edit;
use crate::source::Span;
use crate::source::hcl::{self, Block, Body, Expression, ExpressionKind, Step};

/// Returns the edits that declare a permission; in a file that only grants, those that grant it.
pub(in crate::declared) fn add(
    catalog: &Catalog,
    document: &Document,
    registration: usize,
    permission: PermissionId,
    access: Access,
) -> Option<Vec<Edit>> {
    let found = decided(document, registration)?;
    if catalog.permission(permission).kind == PermissionKind::Rsc {
        return None;
    }
    let new = New::of(catalog, permission, access)?;
    added(document, registration, found, new, EntryRole::Declares)
}

/// Returns the edits that grant a permission, as others of the same access are granted in the file.
pub(in crate::declared) fn grant(
    catalog: &Catalog,
    document: &Document,
    registration: usize,
    permission: PermissionId,
    access: Access,
) -> Option<Vec<Edit>> {
    let found = decided(document, registration)?;
    let new = New::of(catalog, permission, access)?;
    added(document, registration, found, new, EntryRole::Grants)
}

fn added(
    document: &Document,
    registration: usize,
    found: &Registration,
    new: New<'_>,
    role: EntryRole,
) -> Option<Vec<Edit>> {
    let body = hcl::parse(&document.source).ok()?.body;
    let writer = Writer {
        document,
        found,
        body: &body,
        page: Page {
            text: document.source.text(),
        },
        new,
    };
    let edits = match role {
        EntryRole::Grants => writer.granted()?,
        _ => writer.edits()?,
    };
    let keys = [new.name, new.id];
    let wanted = Wanted::Added(&keys, new.access);
    tried(document, registration, edits, &wanted)
}

/// What is added.
#[derive(Debug, Clone, Copy)]
struct New<'c> {
    name: &'c str,
    id: &'c str,
    access: Access,
}

impl<'c> New<'c> {
    fn of(catalog: &'c Catalog, permission: PermissionId, access: Access) -> Option<Self> {
        Some(Self {
            name: catalog.name(permission),
            id: catalog.grant_for(permission, access)?.id?,
            access,
        })
    }
}

struct Writer<'t> {
    document: &'t Document,
    found: &'t Registration,
    body: &'t Body,
    page: Page<'t>,
    new: New<'t>,
}

impl<'t> Writer<'t> {
    fn edits(&self) -> Option<Vec<Edit>> {
        let mut resources = self.found.resources.iter().rev();
        let graph = resources.find(|resource| resource.app_id.as_deref() == Some(GRAPH));
        if let Some(graph) = graph {
            return match find(self.body, graph.span)? {
                Spot::Nested(_, block) => self.in_list(block),
                Spot::Whole(block) => self.in_api_access(block),
                Spot::Item(..) | Spot::Member(..) => None,
            };
        }
        let mut spots = self.found.resources.iter();
        let is_split =
            spots.any(|resource| matches!(find(self.body, resource.span), Some(Spot::Whole(_))));
        let home = self.home();
        match home {
            Some((address, block)) if address.kind == "azuread_application" && !is_split => {
                self.new_list(block)
            }
            Some((address, block)) => Some(self.new_api_access(&address, block)),
            None if self.found.resources.is_empty() => self.granted(),
            None => None,
        }
    }

    /// Returns the block of the application.
    fn home(&self) -> Option<(Address, &'t Block)> {
        let mut blocks = self.body.blocks();
        let block = blocks.find(|block| block.span == self.found.span)?;
        let address = Address::of(block)?;
        (!address.is_data && address.is_application()).then_some((address, block))
    }

    /// Adds to a block `required_resource_access`.
    fn in_list(&self, list: &'t Block) -> Option<Vec<Edit>> {
        let Some(sample) = list.body.blocks_of("resource_access").last() else {
            return self.extended(EntryRole::Declares);
        };
        let id = sample.body.attribute("id")?;
        let kind = sample.body.attribute("type")?;
        let page = self.page;
        let gap = |name: Span, value: Span| page.slice(Span::new(name.end, value.start));
        let indent = page.indent(sample.span.start);
        let inner = page.indent(id.span.start);
        let (key, comment) = self.like(&id.value)?;
        let end = page.line_end();
        let start = page.own_lines(sample.span)?.start;
        let before = page.slice(Span::new(page.line_start(start.saturating_sub(1)), start));
        let blank = if before.trim().is_empty() { end } else { "" };
        let id_gap = gap(id.name.span, id.value.span);
        let type_gap = gap(kind.name.span, kind.value.span);
        let word = self.new.access.resource_access_type();
        let text = format!(
            "{blank}{indent}resource_access {{{end}{inner}id{id_gap}{key}{comment}{end}{inner}type{type_gap}\"{word}\"{end}{indent}}}{end}"
        );
        let at = page.next_line(sample.span.end);
        Some(vec![Edit::item(at, text)])
    }

    /// Adds to one of the lists of an `azuread_application_api_access`.
    fn in_api_access(&self, block: &'t Block) -> Option<Vec<Edit>> {
        let (own, other) = match self.new.access {
            Access::Application => ("role_ids", "scope_ids"),
            Access::Delegated => ("scope_ids", "role_ids"),
        };
        if let Some(attribute) = block.body.attribute(own) {
            let ExpressionKind::List(items) = &attribute.value.kind else {
                return self.extended(EntryRole::Declares);
            };
            let (key, comment) = match items.last() {
                Some(last) => self.like(last)?,
                None => self.plain(),
            };
            return appended(self.page, &attribute.value, &key, Some(&comment));
        }
        let neighbour = block.body.attribute(other)?;
        let sample = match &neighbour.value.kind {
            ExpressionKind::List(items) => items.last(),
            _ => None,
        };
        let (key, comment) = sample.map_or_else(|| Some(self.plain()), |item| self.like(item))?;
        let end = self.page.line_end();
        let indent = self.page.indent(neighbour.span.start);
        let text =
            format!("{end}{indent}{own} = [{end}{indent}  {key},{comment}{end}{indent}]{end}");
        let at = self.page.next_line(neighbour.span.end);
        Some(vec![insert(at, text)])
    }

    /// Adds to the list that an entry of the same sort stands in.
    fn extended(&self, role: EntryRole) -> Option<Vec<Edit>> {
        let is_alike = |entry: &&Entry| {
            let access = entry.access.as_ref().map(|access| access.value);
            entry.role == role
                && entry.resource.as_deref() == Some(GRAPH)
                && access == Some(self.new.access)
        };
        let mut samples = self.found.entries.iter().rev().filter(is_alike);
        samples.find_map(|sample| self.beside(sample))
    }

    /// Adds to the list of an entry, or a block like its own.
    fn beside(&self, sample: &Entry) -> Option<Vec<Edit>> {
        match find(self.body, sample.span)? {
            Spot::Item(within, list, at) => {
                let ExpressionKind::List(items) = &list.kind else {
                    return None;
                };
                if !is_only_for(self.body, within, self.found, sample) {
                    return None;
                }
                let (key, comment) = match &items.get(at)?.kind {
                    // A name, from which the id is looked up elsewhere.
                    ExpressionKind::Text(text) if guid(text).is_none() => {
                        (format!("\"{}\"", self.new.name), String::new())
                    }
                    _ => self.like(items.get(at)?)?,
                };
                appended(self.page, list, &key, Some(&comment))
            }
            Spot::Whole(block) => self.another(block),
            Spot::Nested(..) | Spot::Member(..) => None,
        }
    }

    /// Adds a grant where the file has grants of the same sort.
    fn granted(&self) -> Option<Vec<Edit>> {
        self.extended(EntryRole::Grants)
    }

    /// Writes an `azuread_app_role_assignment` after another one.
    fn another(&self, block: &'t Block) -> Option<Vec<Edit>> {
        let address = Address::of(block)?;
        let role = block.body.attribute("app_role_id")?;
        let principal = block.body.attribute("principal_object_id")?;
        let label = block.labels.get(1)?;
        let inside = |span: Span| block.span.start <= span.start && span.end <= block.span.end;
        // What its comments say would be said of another permission.
        if self
            .document
            .comments
            .iter()
            .any(|comment| inside(comment.span))
        {
            return None;
        }
        let whose = Address::referred(&principal.value)
            .map_or_else(|| address.name.clone(), |principal| principal.name);
        let new_label =
            self.free_label(&address.kind, &format!("{whose}_{}", snake(self.new.name)));
        let (key, comment) = self.like(&role.value)?;
        let page = self.page;
        let text = [
            page.slice(Span::new(block.span.start, label.span.start)),
            &format!("\"{new_label}\""),
            page.slice(Span::new(label.span.end, role.value.span.start)),
            &key,
            &comment,
            page.slice(Span::new(role.value.span.end, block.span.end)),
        ];
        let new = self.after(block.span, &text.concat());
        Some(vec![Edit::item(new.span.start, new.text)])
    }

    /// Writes the first list of Microsoft Graph into an application.
    fn new_list(&self, block: &'t Block) -> Option<Vec<Edit>> {
        let page = self.page;
        let end = page.line_end();
        let closing = block.span.end.checked_sub(1)?;
        let last_line = page.slice(Span::new(page.line_start(closing), closing));
        if !last_line.trim().is_empty() {
            return None;
        }
        let outer = page.indent(block.span.start);
        let first = block.body.attributes().next();
        let indent = first.map_or_else(
            || format!("{outer}  "),
            |attribute| page.indent(attribute.span.start).to_owned(),
        );
        let unit = indent.strip_prefix(outer).unwrap_or("  ");
        let (inner, deep) = (format!("{indent}{unit}"), format!("{indent}{unit}{unit}"));
        let (key, comment) = self.plain();
        let word = self.new.access.resource_access_type();
        let text = format!(
            "{indent}required_resource_access {{{end}{inner}resource_app_id = \"{GRAPH}\" # Microsoft Graph{end}{end}{inner}resource_access {{{end}{deep}id   = {key}{comment}{end}{deep}type = \"{word}\"{end}{inner}}}{end}{indent}}}{end}"
        );
        let last = block.body.blocks_of("required_resource_access").last();
        let at = last.map_or_else(
            || page.line_start(closing),
            |last| page.next_line(last.span.end),
        );
        let before = page.slice(Span::new(page.line_start(at.saturating_sub(1)), at));
        let is_apart = before.trim().is_empty() || before.trim_end().ends_with('{');
        let blank = if is_apart { "" } else { end };
        Some(vec![insert(at, format!("{blank}{text}"))])
    }

    /// Writes an `azuread_application_api_access` after those that there are, or after the application.
    fn new_api_access(&self, address: &Address, home: &'t Block) -> Vec<Edit> {
        let end = self.page.line_end();
        let (key, comment) = self.plain();
        let list = match self.new.access {
            Access::Application => "role_ids",
            Access::Delegated => "scope_ids",
        };
        let kind = "azuread_application_api_access";
        let label = self.free_label(kind, &format!("{}_graph", address.name));
        let text = format!(
            "resource \"{kind}\" \"{label}\" {{{end}  application_id = {address}.id{end}  api_client_id  = \"{GRAPH}\" # Microsoft Graph{end}{end}  {list} = [{end}    {key},{comment}{end}  ]{end}}}"
        );
        let mut spots = self.found.resources.iter().rev();
        let neighbour = spots.find_map(|resource| match find(self.body, resource.span)? {
            Spot::Whole(block) => Some(block.span),
            _ => None,
        });
        vec![self.after(neighbour.unwrap_or(home.span), &text)]
    }

    /// Returns the edit that writes a block after another one of the file.
    fn after(&self, span: Span, text: &str) -> Edit {
        let end = self.page.line_end();
        let at = self.page.next_line(span.end);
        let is_ended = self.page.slice(Span::new(0, at)).ends_with('\n');
        let first = if is_ended { "" } else { end };
        insert(at, format!("{first}{end}{text}{end}"))
    }

    fn free_label(&self, kind: &str, wanted: &str) -> String {
        let is_taken = |label: &str| {
            self.body
                .blocks()
                .filter_map(Address::of)
                .any(|address| !address.is_data && address.kind == kind && address.name == label)
        };
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let mut labels = std::iter::once(wanted.to_owned()).chain(numbered);
        labels.find(|label| !is_taken(label)).unwrap_or_default()
    }

    /// Returns the id with its name behind it.
    fn plain(&self) -> (String, String) {
        (
            format!("\"{}\"", self.new.id),
            format!(" # {}", self.new.name),
        )
    }

    /// Returns the key as a neighbour writes its own, and a comment if that has one.
    fn like(&self, sample: &Expression) -> Option<(String, String)> {
        match &sample.kind {
            ExpressionKind::Text(text) if guid(text).is_some() => {
                let line = self.page.next_line(sample.span.end);
                let after = self.page.slice(Span::new(sample.span.end, line));
                let after = after.trim_start_matches([',', ' ', '\t']);
                let mark = ["#", "//"].into_iter().find(|mark| after.starts_with(mark));
                let comment =
                    mark.map_or_else(String::new, |mark| format!(" {mark} {}", self.new.name));
                Some((format!("\"{}\"", self.new.id), comment))
            }
            ExpressionKind::Traversal(_, steps) => {
                let is_map =
                    |name: &str| Access::ALL.into_iter().any(|access| map_of(access) == name);
                let map = steps.iter().find_map(|step| match step {
                    Step::Attribute(name) if is_map(&name.value) => Some(name.span),
                    _ => None,
                })?;
                let before = self.page.slice(Span::new(sample.span.start, map.start));
                let (map, name) = (map_of(self.new.access), self.new.name);
                Some((format!("{before}{map}[\"{name}\"]"), String::new()))
            }
            _ => None,
        }
    }
}

/// Returns the attribute of a service principal that has the ids of an access by their names.
pub(super) const fn map_of(access: Access) -> &'static str {
    match access {
        Access::Delegated => "oauth2_permission_scope_ids",
        Access::Application => "app_role_ids",
    }
}

/// Returns whether the value that an entry stands in, if it has a name, is used for nothing else than the entries
/// of the registration that stand where this one does.
pub(super) fn is_only_for(
    body: &Body,
    within: Within<'_>,
    found: &Registration,
    entry: &Entry,
) -> bool {
    if within.top.kind.value != "locals" {
        return true;
    }
    let here = |other: &&Entry| other.span == entry.span;
    let made = found.entries.iter().filter(here).count();
    let name = within
        .attribute
        .map(|attribute| attribute.name.value.as_str());
    name.is_some_and(|name| uses_of_local(body, name) == made)
}

/// Returns the edits that put an item at the end of a list.
pub(super) fn appended(
    page: Page<'_>,
    of: &Expression,
    item: &str,
    comment: Option<&str>,
) -> Option<Vec<Edit>> {
    let ExpressionKind::List(items) = &of.kind else {
        return None;
    };
    let inside = Span::new(of.span.start + 1, of.span.end - 1);
    let Some(last) = items.last() else {
        if page.slice(inside).trim().is_empty() {
            return Some(vec![Edit::new(inside, item)]);
        }
        // Behind the comments, on the line before the bracket.
        let line = page.line_start(inside.end);
        let is_free =
            line > inside.start && page.slice(Span::new(line, inside.end)).trim().is_empty();
        let outer = page.indent(inside.end);
        let comment = comment.unwrap_or_default();
        let text = format!("{outer}  {item},{comment}{}", page.line_end());
        return is_free.then(|| vec![Edit::item(line, text)]);
    };
    let has_own_line = page
        .own_lines(last.span)
        .is_some_and(|lines| lines.end <= inside.end);
    if !has_own_line {
        return Some(vec![Edit::item(last.span.end, format!(", {item}"))]);
    }
    let indent = page.indent(last.span.start);
    let comment = comment.unwrap_or_default();
    let text = format!("{indent}{item},{comment}{}", page.line_end());
    let next = page.next_line(last.span.end);
    if page.after_comma(last.span.end).is_some() {
        return Some(vec![Edit::item(next, text)]);
    }
    Some(vec![
        insert(last.span.end, ",".to_owned()),
        insert(next, text),
    ])
}

fn insert(at: usize, text: String) -> Edit {
    Edit::new(Span::new(at, at), text)
}

/// Returns a permission's name as labels are written: `user_read_all`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    let mut before = '_';
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            if character.is_ascii_uppercase() && before.is_ascii_lowercase() {
                text.push('_');
            }
            text.push(character.to_ascii_lowercase());
        } else if before != '_' {
            text.push('_');
        }
        before = if character.is_ascii_alphanumeric() {
            character
        } else {
            '_'
        };
    }
    text
}
