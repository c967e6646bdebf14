//! Documents as short texts, for the tests of readers.

use std::fmt::Write;
use std::sync::LazyLock;

use crate::catalog::{Catalog, bundled};
use crate::declared::known::Ids;
use crate::declared::model::{Document, EntryRole, Known, Registration, Undecided};
use crate::source::Span;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| bundled::open().unwrap());
static IDS: LazyLock<Ids<'static>> = LazyLock::new(|| Ids::new(&CATALOG));

/// Returns the ids of the catalog, made once for all tests.
pub(in crate::declared) fn ids() -> &'static Ids<'static> {
    &IDS
}

/// Writes a document in lines. Places are shown by the first line of what stands there.
pub(in crate::declared) fn told(document: &Document) -> String {
    let mut text = String::new();
    for found in &document.registrations {
        write!(text, "{}", registration(document, found)).unwrap();
    }
    for undecided in &document.undecided {
        writeln!(text, "? {}", doubt(document, undecided)).unwrap();
    }
    for apart in &document.apart {
        writeln!(text, "apart: {}", doubt(document, apart)).unwrap();
    }
    for fault in &document.faults {
        writeln!(
            text,
            "! {} at {}",
            fault.message,
            first_line(document, fault.span)
        )
        .unwrap();
    }
    text
}

fn registration(document: &Document, found: &Registration) -> String {
    let catalog = bundled::open().unwrap();
    let mut text = String::new();
    let name = found.name.as_ref().map_or("", |name| &name.value);
    writeln!(text, "{name} = {}", first_line(document, found.span)).unwrap();
    for entry in &found.entries {
        let role = match entry.role {
            EntryRole::Declares => "declares",
            EntryRole::Grants => "grants",
            EntryRole::ResourceSpecific | EntryRole::TenantShared => "asks",
        };
        let access = entry
            .access
            .as_ref()
            .map_or("?", |access| access.value.name());
        let known = match &entry.known {
            Known::Permission(permission) => catalog.name(*permission).to_owned(),
            Known::WrongType {
                permission,
                belongs_to,
            } => format!("{} but {belongs_to}", catalog.name(*permission)),
            Known::Unknown { nearest } => format!("unknown, near {}", nearest.join("|")),
            Known::OtherResource => "other".to_owned(),
            Known::Undecided => "undecided".to_owned(),
        };
        let bad = entry.bad_type.as_ref().map_or("", |word| &word.value);
        writeln!(
            text,
            "  {role} {access}{bad} {} [{known}] at {}",
            entry.key.value,
            first_line(document, entry.span)
        )
        .unwrap();
    }
    for undecided in &found.undecided {
        writeln!(text, "  ? {}", doubt(document, undecided)).unwrap();
    }
    for elsewhere in &found.elsewhere {
        let what = doubt(document, &elsewhere.undecided);
        writeln!(text, "  elsewhere: {what}").unwrap();
    }
    text
}

pub(in crate::declared) fn doubt(document: &Document, undecided: &Undecided) -> String {
    format!(
        "{} at {}",
        undecided.what,
        first_line(document, undecided.span)
    )
}

fn first_line(document: &Document, span: Span) -> &str {
    document
        .source
        .slice(span)
        .lines()
        .next()
        .unwrap_or_default()
}

/// Writes a document in lines with everything that readers find.
pub(in crate::declared) fn told_whole(document: &Document) -> String {
    let mut told = told(document);
    for found in &document.registrations {
        for redirect in &found.redirects {
            writeln!(told, "  {:?} {}", redirect.kind, redirect.uri.value).unwrap();
        }
        for credential in &found.credentials {
            let end = credential.end.as_ref().map(|end| &end.value);
            writeln!(told, "  {:?} until {end:?}", credential.kind).unwrap();
        }
        for resource in &found.resources {
            let (id, count) = (&resource.app_id, resource.permissions);
            writeln!(told, "  {count} of {id:?} ({})", resource.written.value).unwrap();
        }
        for undecided in &found.undecided_settings {
            writeln!(told, "  settings ? {}", doubt(document, undecided)).unwrap();
        }
        let implicit = [found.implicit_access_tokens, found.implicit_id_tokens];
        writeln!(
            told,
            "  implicit {implicit:?}, public {:?}",
            found.public_client
        )
        .unwrap();
        writeln!(
            told,
            "  audience {:?}",
            found.audience.map(|audience| audience.value)
        )
        .unwrap();
    }
    told
}
