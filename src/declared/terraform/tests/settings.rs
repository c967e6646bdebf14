//! What a file says of an app besides its permissions.

use super::*;
use crate::declared::model::{CredentialKind, RedirectKind};
use crate::manifest::model::Audience;

#[track_caller]
fn app(inner: &str) -> Document {
    document(&format!(
        "resource \"azuread_application\" \"app\" {{\n{inner}\n}}\n"
    ))
}

#[test]
fn settings_are_read_with_their_places() {
    let found = app(r#"display_name = "My app"
sign_in_audience = "AzureADMultipleOrgs"
fallback_public_client_enabled = true
web {
  redirect_uris = ["https://a.example/x", "https://${local.host}/y", var.z]
  implicit_grant {
    access_token_issuance_enabled = true
    id_token_issuance_enabled = var.x
  }
}
single_page_application {
  redirect_uris = local.uris
}
public_client {
  redirect_uris = var.uris
}
}
locals {
  host = "b.example"
  uris = ["https://c.example"]
"#);
    let app = &found.registrations[0];
    let slice = |span| found.source.slice(span);
    let name = app.name.as_ref().unwrap();
    assert_eq!(
        (name.value.as_str(), slice(name.span)),
        ("My app", "\"My app\"")
    );
    assert_eq!(app.audience.unwrap().value, Audience::MultipleOrgs);
    let uris: Vec<_> = app
        .redirects
        .iter()
        .map(|one| (one.kind, one.uri.value.as_str()))
        .collect();
    assert_eq!(
        uris,
        [
            (RedirectKind::Web, "https://a.example/x"),
            (RedirectKind::Web, "https://b.example/y"),
            (RedirectKind::Spa, "https://c.example"),
        ]
    );
    assert_eq!(
        slice(app.implicit_access_tokens.unwrap()),
        "access_token_issuance_enabled = true"
    );
    assert_eq!(app.implicit_id_tokens, None);
    assert_eq!(
        slice(app.public_client.unwrap()),
        "fallback_public_client_enabled = true"
    );
    assert!(app.undecided.is_empty());
    let doubts: Vec<_> = app
        .undecided_settings
        .iter()
        .map(|doubt| slice(doubt.span))
        .collect();
    assert_eq!(doubts, ["var.z", "var.x", "var.uris"]);
}

#[test]
fn credentials_say_until_when_they_are_good() {
    let found = app(r#"password {
  display_name = "inline"
  start_date = "2026-01-01T00:00:00Z"
  end_date = "2030-01-01T00:00:00Z"
}
}
resource "azuread_application_password" "a" {
  application_id = azuread_application.app.id
  end_date_relative = "8760h"
}
resource "azuread_application_password" "b" {
  application_id = azuread_application.app.id
  end_date = timeadd(timestamp(), "240h")
}
resource "azuread_application_password" "c" {
  application_id = azuread_application.app.id
  end_date = var.end
}
resource "azuread_application_certificate" "d" {
  application_id = azuread_application.app.id
  type = "AsymmetricX509Cert"
  value = file("cert.pem")
  end_date = "2027-01-01T00:00:00Z"
}
resource "azuread_service_principal" "sp" {
  client_id = azuread_application.app.client_id
}
resource "azuread_service_principal_password" "e" {
  service_principal_id = azuread_service_principal.sp.id
"#);
    assert_eq!(found.registrations.len(), 1);
    let app = &found.registrations[0];
    let all: Vec<_> = app
        .credentials
        .iter()
        .map(|one| (one.kind, one.end.as_ref().map(|end| end.value.as_str())))
        .collect();
    let (password, certificate) = (CredentialKind::Password, CredentialKind::Certificate);
    assert_eq!(
        all,
        [
            (password, Some("2030-01-01T00:00:00Z")),
            (password, Some("8760h")),
            (password, Some("240h")),
            (password, None),
            (certificate, Some("2027-01-01T00:00:00Z")),
            (password, None),
        ]
    );
    let start = app.credentials[0].start.as_ref().unwrap();
    assert_eq!(start.value, "2026-01-01T00:00:00Z");
    assert_eq!(app.undecided_settings.len(), 1);
    assert_eq!(app.undecided_settings[0].what, "the variable `end`");
}

#[test]
fn secrets_are_never_shown() {
    let text = r#"provider "azuread" {
  client_id = "11111111-2222-3333-4444-555555555555"
  client_secret = "oW~8Qsecret-one"
}
# was oW~8Qsecret-one
resource "azuread_application" "app" {
  display_name = "oW~8Qsecret-one"
}
resource "azuread_application_password" "a" {
  application_id = azuread_application.app.id
  value = "oW~8Qsecret-two"
}
resource "azuread_application_certificate" "b" {
  application_id = azuread_application.app.id
  value = <<-EOT
    -----BEGIN PRIVATE KEY-----
    secret-three
    -----END PRIVATE KEY-----
  EOT
}
resource "azurerm_key_vault_secret" "c" {
  name = "password"
  value = "oW~8Qsecret-four"
}
locals {
  db_password = var.x == "" ? "oW~8Qsecret-five" : "x"
  settings = { "api-key" = "oW~8Qsecret-six" }
}
"#;
    let found = document(text);
    assert!(
        !found.source.text().contains("ecret-"),
        "{}",
        found.source.text()
    );
    assert_eq!(found.source.text().len(), text.len());
    assert!(!format!("{found:?}").contains("ecret-"));
    let comment = &found.comments[0];
    assert!(comment.text.starts_with("was ***"));
    let secrets: Vec<_> = found.registrations[0]
        .credentials
        .iter()
        .map(|one| one.secret.unwrap())
        .map(|span| text.get(span.start..span.end).unwrap())
        .collect();
    assert_eq!(secrets[0], "oW~8Qsecret-two");
    assert!(secrets[1].contains("secret-three"));
    // What is shown can still be read, and changed.
    document(found.source.text());
    let broken = read(
        ids(),
        &Source::new("t", "client_secret = \"secret-one\"\nx = ["),
    )
    .unwrap_err();
    assert!(!broken.file.text().contains("secret-one"));
}
