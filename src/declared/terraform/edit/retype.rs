//! Makes an entry declare its permission under another access.

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::view::Catalog;
use crate::declared::known::guid;
use crate::declared::model::{Document, Known};
use crate::declared::terraform::edit::add::{appended, map_of};
use crate::declared::terraform::edit::decided;
use crate::declared::terraform::edit::place::{Page, Spot, Within, find};
use crate::declared::terraform::edit::remove::cut;
use crate::declared::terraform::edit::trial::{Wanted, tried};
use crate::finding::Edit;
use crate::source::Span;
use crate::source::hcl::{self, Block, Body, Expression, ExpressionKind, Step};

/// Returns the edits that give an entry another type, and the id that belongs to it. Grants have none: the
/// kind of their block says what they grant.
pub(in crate::declared) fn retype(
    catalog: &Catalog,
    document: &Document,
    registration: usize,
    entry: usize,
    access: Access,
) -> Option<Vec<Edit>> {
    let found = decided(document, registration)?;
    let entry = found.entries.get(entry)?;
    let permission = match &entry.known {
        Known::Permission(permission) | Known::WrongType { permission, .. } => *permission,
        // A name under the access that it does not have.
        Known::Unknown { .. } => catalog.find_permission(&entry.key.value)?,
        Known::OtherResource | Known::Undecided => return None,
    };
    let grant = catalog.grant_for(permission, access)?;
    let written = entry.access.as_ref().map(|access| access.value);
    if matches!(entry.known, Known::Permission(_)) && written == Some(access) {
        return None;
    }
    let body = hcl::parse(&document.source).ok()?.body;
    let page = Page {
        text: document.source.text(),
    };
    let edits = match find(&body, entry.span)? {
        Spot::Nested(_, block) => retype_block(catalog, page, block, permission, access)?,
        spot @ Spot::Item(within, list, at) => {
            let ExpressionKind::List(items) = &list.kind else {
                return None;
            };
            moved(
                catalog,
                page,
                &body,
                spot,
                within,
                items.get(at)?,
                permission,
                access,
            )?
        }
        Spot::Whole(_) | Spot::Member(..) => return None,
    };
    let keys = [
        catalog.name(permission),
        grant.id.unwrap_or_default(),
        entry.key.value.as_str(),
    ];
    tried(
        document,
        registration,
        edits,
        &Wanted::Changed(entry, &keys, access),
    )
}

fn retype_block(
    catalog: &Catalog,
    page: Page<'_>,
    block: &Block,
    permission: PermissionId,
    access: Access,
) -> Option<Vec<Edit>> {
    let kind = block.body.attribute("type")?;
    let id = block.body.attribute("id")?;
    let word = access.resource_access_type();
    let ExpressionKind::Text(written) = &kind.value.kind else {
        return None;
    };
    let mut edits = Vec::new();
    if written != word {
        edits.push(Edit::new(kind.value.span, format!("\"{word}\"")));
    }
    let right = with_access(catalog, page, &id.value, permission, access)?;
    if right != page.slice(id.value.span) {
        edits.push(Edit::new(id.value.span, right));
    }
    (!edits.is_empty()).then_some(edits)
}

/// Returns an id written as before, but of a permission under an access.
fn with_access(
    catalog: &Catalog,
    page: Page<'_>,
    id: &Expression,
    permission: PermissionId,
    access: Access,
) -> Option<String> {
    match &id.kind {
        ExpressionKind::Text(text) if guid(text).is_some() => {
            let right = catalog.grant_for(permission, access)?.id?;
            let is_right = right.eq_ignore_ascii_case(text);
            Some(if is_right {
                page.slice(id.span).to_owned()
            } else {
                format!("\"{right}\"")
            })
        }
        ExpressionKind::Traversal(_, steps) => {
            let map = steps.iter().find_map(|step| match step {
                Step::Attribute(name) if is_map(&name.value) => Some(name.span),
                _ => None,
            })?;
            let text = page.slice(id.span);
            let before = text.get(..map.start - id.span.start)?;
            let after = text.get(map.end - id.span.start..)?;
            Some(format!("{before}{}{after}", map_of(access)))
        }
        _ => None,
    }
}

fn is_map(name: &str) -> bool {
    Access::ALL.into_iter().any(|access| map_of(access) == name)
}

/// Moves an item from `role_ids` to `scope_ids`, or back.
#[expect(
    clippy::too_many_arguments,
    reason = "the place of the item is found once, with everything around it"
)]
fn moved(
    catalog: &Catalog,
    page: Page<'_>,
    body: &Body,
    spot: Spot<'_>,
    within: Within<'_>,
    item: &Expression,
    permission: PermissionId,
    access: Access,
) -> Option<Vec<Edit>> {
    let from = within.attribute?;
    let to = match (from.name.value.as_str(), access) {
        ("role_ids", Access::Delegated) => "scope_ids",
        ("scope_ids", Access::Application) => "role_ids",
        _ => return None,
    };
    let right = with_access(catalog, page, item, permission, access)?;
    let ExpressionKind::List(items) = &from.value.kind else {
        return None;
    };
    let Some(target) = within.block.body.attribute(to) else {
        // The only one takes its list along; others stay where they are.
        if items.len() == 1 {
            let renamed = Edit::new(from.name.span, to);
            let item = Edit::new(item.span, right);
            // Where another fix would begin a list of the same name: it has to wait for this one.
            let next = page.next_line(from.span.end);
            let guard = Edit::new(Span::new(next, next), "");
            return Some(vec![renamed, item, guard]);
        }
        let gap = page.slice(Span::new(from.name.span.end, from.value.span.start));
        let list = format!("{to}{gap}[{right}]");
        let next = page.next_line(from.span.end);
        let indent = page.indent(from.span.start);
        let text = format!("{indent}{list}{}", page.line_end());
        let added = Edit::new(Span::new(next, next), text);
        return Some(vec![cut(body, page, spot)?, added]);
    };
    let mut edits = appended(page, &target.value, &right, None)?;
    edits.push(cut(body, page, spot)?);
    Some(edits)
}
