//! Terraform files and what is read from them, as short texts.

mod broken;
mod edits;
mod examples;
mod handed;
mod references;
mod settings;

use std::fmt::Write;

use crate::catalog::bundled;
use crate::declared::known::Ids;
use crate::declared::model::{Document, Known};
use crate::declared::terraform::{read, read_in_module};
use crate::declared::told::{ids, told};
use crate::source::Source;

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
    read(ids(), &Source::new("main.tf", text)).unwrap()
}

fn beside(text: &str, others: &[(&str, &str)]) -> Document {
    let others: Vec<_> = others
        .iter()
        .map(|(name, text)| Source::new(*name, *text))
        .collect();
    let others: Vec<_> = others.iter().collect();
    read_in_module(ids(), &Source::new("main.tf", text), &others).unwrap()
}

/// Compares what is told of a text, after [`GRAPH`] and [`APP`].
#[track_caller]
fn case(text: &str, expected: &str) {
    assert_eq!(
        told(&document(&format!("{GRAPH}{APP}{text}"))),
        expected.trim_start()
    );
}
