//! Makes an entry name another permission.

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::view::Catalog;
use crate::declared::known::guid;
use crate::declared::model::{Document, Entry, EntryRole, Known};
use crate::declared::terraform::edit::add::is_only_for;
use crate::declared::terraform::edit::decided;
use crate::declared::terraform::edit::place::{Page, Spot, find};
use crate::declared::terraform::edit::trial::{Wanted, tried};
use crate::finding::Edit;
use crate::source::{Span, hcl};

/// Returns the edits that put another id or name in the place of the one that an entry has. Where a comment behind
/// it has its name, that changes, too; a name that stands there with more words is left to people.
pub(in crate::declared) fn respell(
    catalog: &Catalog,
    document: &Document,
    registration: usize,
    entry: usize,
    permission: PermissionId,
) -> Option<Vec<Edit>> {
    let found = decided(document, registration)?;
    let entry = found.entries.get(entry)?;
    let access = entry.access.as_ref()?.value;
    let page = Page {
        text: document.source.text(),
    };
    // A name after a point, or a text put together, is not spelled here.
    let written = &entry.key.value;
    if page.slice(entry.key.span) != format!("\"{written}\"") {
        return None;
    }
    let body = hcl::parse(&document.source).ok()?.body;
    let spot = find(&body, entry.span)?;
    if let Spot::Item(within, ..) | Spot::Member(within, ..) = spot
        && !is_only_for(&body, within, found, entry)
    {
        return None;
    }
    let takes_id = guid(written).is_some() || is_id(spot, entry, access);
    let key = if takes_id {
        catalog.grant_for(permission, access)?.id?
    } else {
        catalog.grant_for(permission, access)?;
        catalog.name(permission)
    };
    let new = catalog.name(permission);
    let old = match &entry.known {
        Known::Permission(old) => catalog.name(*old),
        _ => new,
    };
    let mut edits = vec![Edit::new(entry.key.span, format!("\"{key}\""))];
    edits.extend(renamed(document, page, entry, [old, new]));
    tried(
        document,
        registration,
        edits,
        &Wanted::Respelled(entry, key, [old, new]),
    )
}

/// Returns the edit of the comment that has the name of an entry behind it on its line.
fn renamed(
    document: &Document,
    page: Page<'_>,
    entry: &Entry,
    [old, new]: [&str; 2],
) -> Option<Edit> {
    let from = entry.key.span.end;
    let line = Span::new(from, page.next_line(from));
    let mut comments = document.comments.iter();
    let comment = comments.find(|it| line.start <= it.span.start && it.span.start < line.end)?;
    let at = page.slice(comment.span).find(old)?;
    let start = comment.span.start + at;
    let is_name = comment.text.trim() == old && old != new;
    is_name.then(|| Edit::new(Span::new(start, start + old.len()), new))
}

/// Returns whether an entry stands where the provider takes an id alone.
fn is_id(spot: Spot<'_>, entry: &Entry, access: Access) -> bool {
    let takes_ids = entry.role == EntryRole::Declares || access == Access::Application;
    let key = entry.key.span;
    takes_ids
        && match spot {
            Spot::Nested(_, block) | Spot::Whole(block) => {
                let mut values = block.body.attributes().map(|attribute| &attribute.value);
                values.any(|value| value.span == key)
            }
            Spot::Item(within, ..) => within.attribute.is_some_and(|attribute| {
                matches!(attribute.name.value.as_str(), "role_ids" | "scope_ids")
            }),
            Spot::Member(..) => false,
        }
}
