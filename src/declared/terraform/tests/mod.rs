//! Terraform files and what is read from them, as short texts.

mod broken;
mod edits;
mod examples;
mod references;
mod settings;

use std::fmt::Write;

use crate::catalog::bundled;
use crate::declared::known::Ids;
use crate::declared::model::{Document, EntryRole, Known, Registration, Undecided};
use crate::declared::terraform::{read, read_in_module};
use crate::source::{Source, Span};

/// Blocks that most files have.
const GRAPH: &str = r#"
data "azuread_application_published_app_ids" "ids" {}
resource "azuread_service_principal" "msgraph" {
  client_id    = data.azuread_application_published_app_ids.ids.result["MicrosoftGraph"]
  use_existing = true
}
"#;

const APP: &str = r#"
resource "azuread_application" "app" {
  display_name = "App"
}
resource "azuread_service_principal" "app" {
  client_id = azuread_application.app.client_id
}
"#;

#[track_caller]
fn document(text: &str) -> Document {
    let catalog = bundled::open().unwrap();
    read(&Ids::new(&catalog), &Source::new("main.tf", text)).unwrap()
}

fn beside(text: &str, others: &[(&str, &str)]) -> Document {
    let catalog = bundled::open().unwrap();
    let others: Vec<_> = others
        .iter()
        .map(|(name, text)| Source::new(*name, *text))
        .collect();
    let others: Vec<_> = others.iter().collect();
    read_in_module(&Ids::new(&catalog), &Source::new("main.tf", text), &others).unwrap()
}

/// Writes a document in lines. Places are shown by the first line of what stands there.
fn told(document: &Document) -> String {
    let mut text = String::new();
    for found in &document.registrations {
        write!(text, "{}", registration(document, found)).unwrap();
    }
    for undecided in &document.undecided {
        writeln!(text, "? {}", doubt(document, undecided)).unwrap();
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
    text
}

fn doubt(document: &Document, undecided: &Undecided) -> String {
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

/// Compares what is told of a text, after [`GRAPH`] and [`APP`].
#[track_caller]
fn case(text: &str, expected: &str) {
    assert_eq!(
        told(&document(&format!("{GRAPH}{APP}{text}"))),
        expected.trim_start()
    );
}
