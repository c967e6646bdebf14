//! The changes that findings offer: edits of `declared` with a title and a judgement of their safety.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::declared::edit;
use crate::declared::{Entry, EntryRole, GRAPH, Kind, Known};
use crate::finding::{Finding, Fix, Safety};
use crate::lint::case::Part;
use crate::source::Span;

/// Returns the change that takes an entry out.
pub(super) fn remove(part: Part<'_>, entry: &Entry, title: &str) -> Option<Fix> {
    let edits = edit::remove(
        &part.file.document,
        part.link.registration,
        index_of(part, entry)?,
    )?;
    Some(Fix {
        title: title.to_owned(),
        safety: Safety::Unsafe,
        file: part.file.path.clone(),
        edits,
    })
}

/// Returns the change that declares a permission: unsafe unless its risk is known to be below tier 1.
pub(super) fn add(
    catalog: &Catalog,
    part: Part<'_>,
    permission: PermissionId,
    access: Access,
) -> Option<Fix> {
    let edits = edit::add(
        catalog,
        &part.file.document,
        part.link.registration,
        permission,
        access,
    )?;
    let name = catalog.name(permission);
    Some(Fix {
        title: format!("declare `{name}` ({})", type_word(part, access)),
        safety: safety(catalog, permission, access),
        file: part.file.path.clone(),
        edits,
    })
}

/// Returns the change that grants a permission where others are granted. Unsafe: unlike a declaration it gives
/// access, as soon as it is applied.
pub(super) fn grant(
    catalog: &Catalog,
    part: Part<'_>,
    permission: PermissionId,
    access: Access,
) -> Option<Fix> {
    let document = &part.file.document;
    let registration = part.link.registration;
    let edits = edit::grant(catalog, document, registration, permission, access)?;
    Some(Fix {
        title: format!("grant `{}`", catalog.name(permission)),
        safety: Safety::Unsafe,
        file: part.file.path.clone(),
        edits,
    })
}

/// Returns the change that makes an entry declare its permission under another access.
pub(super) fn retype(
    catalog: &Catalog,
    part: Part<'_>,
    entry: &Entry,
    access: Access,
) -> Option<Fix> {
    let index = index_of(part, entry)?;
    let document = &part.file.document;
    let edits = edit::retype(catalog, document, part.link.registration, index, access)?;
    // What had the wrong type declared nothing: with the right one it does.
    let safety = match &entry.known {
        Known::Permission(permission) | Known::WrongType { permission, .. } => {
            safety(catalog, *permission, access)
        }
        _ => Safety::Unsafe,
    };
    Some(Fix {
        title: format!("make the type `{}`", type_word(part, access)),
        safety,
        file: part.file.path.clone(),
        edits,
    })
}

/// Returns the change that makes an entry name another permission under the access that it has.
pub(super) fn respell(
    catalog: &Catalog,
    part: Part<'_>,
    entry: &Entry,
    permission: PermissionId,
) -> Option<Fix> {
    let index = index_of(part, entry)?;
    let document = &part.file.document;
    let edits = edit::respell(catalog, document, part.link.registration, index, permission)?;
    let access = entry.access.as_ref()?.value;
    let name = catalog.name(permission);
    Some(Fix {
        title: format!("replace `{}` with `{name}`", entry.key.value),
        safety: safety(catalog, permission, access),
        file: part.file.path.clone(),
        edits,
    })
}

/// Puts a change into a finding, or says why there is none where its format or its text stand in the way.
pub(super) fn offered(finding: Finding, part: Part<'_>, fix: Option<Fix>) -> Finding {
    let mut finding = finding.fixed_by(fix);
    if finding.fix.is_none()
        && let Some(why) = edit::obstacle(&part.file.document, part.link.registration)
    {
        let help = finding.help.take();
        let help = help.map_or_else(String::new, |help| format!("{help}; "));
        finding.help = Some(format!("{help}no fix: {why}"));
    }
    finding
}

/// Returns the change that puts permissions under the same access in the place of an entry; where that cannot be
/// done at once, what of it comes first.
pub(super) fn replace(
    catalog: &Catalog,
    part: Part<'_>,
    entry: &Entry,
    others: &[PermissionId],
    title: &str,
) -> Option<Fix> {
    let access = entry.access.as_ref()?.value;
    // A new id in the same place leaves everything else alone.
    let at_once = others.split_first();
    let at_once = at_once.and_then(|(first, rest)| {
        let fix = respell(catalog, part, entry, *first)?;
        Some((
            Fix {
                title: title.to_owned(),
                ..fix
            },
            rest,
        ))
    });
    let (first, rest) = match at_once {
        Some(found) => found,
        None => (remove(part, entry, title)?, others),
    };
    let also = |id: &PermissionId| match entry.role {
        EntryRole::Grants => grant(catalog, part, *id, access),
        _ => add(catalog, part, *id, access),
    };
    let added: Option<Vec<Fix>> = rest.iter().map(also).collect();
    let added = added?;
    // In each other's way, as in a list of one entry: then what is wide is excess afterwards.
    let fix = joined(first, added.clone()).or_else(|| added.into_iter().next())?;
    Some(Fix {
        safety: Safety::Unsafe,
        ..fix
    })
}

/// Puts a change and others of the same file together; `None` when they get in each other's way.
fn joined(mut fix: Fix, others: Vec<Fix>) -> Option<Fix> {
    for other in others {
        if other.file != fix.file {
            return None;
        }
        fix.edits.extend(other.edits);
    }
    fix.edits.sort();
    let pairs = fix.edits.iter().zip(fix.edits.iter().skip(1));
    let is_apart = pairs
        .into_iter()
        .all(|(one, next)| one.span.end <= next.span.start);
    is_apart.then_some(fix)
}

/// Returns whether giving a permission needs a second thought.
pub(super) fn safety(catalog: &Catalog, permission: PermissionId, access: Access) -> Safety {
    let risk = catalog
        .grant_for(permission, access)
        .and_then(|grant| grant.risk);
    match risk {
        Some((2.., _)) => Safety::Safe,
        // What nobody has judged is not known to be below tier 1.
        Some((0 | 1, _)) | None => Safety::Unsafe,
    }
}

/// Returns the word that the file has for an access.
const fn type_word(part: Part<'_>, access: Access) -> &'static str {
    match (part.file.document.kind, access) {
        (Kind::TeamsApp, Access::Application) => "Application",
        (Kind::TeamsApp, Access::Delegated) => "Delegated",
        _ => access.resource_access_type(),
    }
}

/// Returns where the declarations of a registration begin: the resource of Microsoft Graph, else what names the
/// registration.
pub(super) fn home_span(part: Part<'_>) -> Span {
    let registration = part.registration;
    let mut resources = registration.resources.iter();
    let graph = resources.find(|resource| resource.app_id.as_deref() == Some(GRAPH));
    if let Some(graph) = graph {
        return graph.written.span;
    }
    if let Some(entry) = registration.entries.first() {
        return entry.key.span;
    }
    let name = registration.name.as_ref().map(|name| name.span);
    name.unwrap_or_else(|| first_line(part))
}

/// The first line of a registration: a label over the whole of it hides its point.
fn first_line(part: Part<'_>) -> Span {
    let span = part.registration.span;
    let text = part.file.document.source.slice(span);
    let line = text.lines().next().unwrap_or_default();
    Span::new(span.start, span.start + line.trim_end().len())
}

/// Returns what an entry does with its permission, as a participle.
pub(super) const fn verb(entry: &Entry) -> &'static str {
    match entry.role {
        EntryRole::Declares => "declared",
        EntryRole::Grants => "granted",
        EntryRole::ResourceSpecific | EntryRole::TenantShared => "asked for",
    }
}

/// Returns the names of permissions in backticks, joined with `and`.
pub(super) fn names(catalog: &Catalog, permissions: &[PermissionId]) -> String {
    let quoted: Vec<String> = permissions
        .iter()
        .map(|id| format!("`{}`", catalog.name(*id)))
        .collect();
    quoted.join(" and ")
}

fn index_of(part: Part<'_>, entry: &Entry) -> Option<usize> {
    let mut entries = part.registration.entries.iter();
    entries.position(|other| std::ptr::eq(other, entry))
}
