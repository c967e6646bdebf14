//! Makes an entry name another permission.

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::view::Catalog;
use crate::declared::known::guid;
use crate::declared::model::{Document, Entry, EntryRole};
use crate::declared::terraform::edit::add::is_only_for;
use crate::declared::terraform::edit::decided;
use crate::declared::terraform::edit::place::{Page, Spot, find};
use crate::declared::terraform::edit::trial::{Wanted, tried};
use crate::finding::Edit;
use crate::source::hcl;

/// Returns the edits that put another id or name in the place of the one that an entry has.
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
    if let Spot::Item(within, ..) | Spot::Member(within, ..) = spot {
        let here = |other: &&Entry| other.span == entry.span;
        let made = found.entries.iter().filter(here).count();
        if !is_only_for(&body, within, made) {
            return None;
        }
    }
    let takes_id = guid(written).is_some() || is_id(spot, entry, access);
    let key = if takes_id {
        catalog.grant_for(permission, access)?.id?
    } else {
        catalog.grant_for(permission, access)?;
        catalog.name(permission)
    };
    let edits = vec![Edit::new(entry.key.span, format!("\"{key}\""))];
    let wanted = Wanted::Changed(entry, &[key], access);
    tried(document, registration, edits, &wanted)
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
