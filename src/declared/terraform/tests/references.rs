//! What refers to what, and what cannot be decided.

use super::*;

fn inline(body: &str) -> String {
    format!("resource \"azuread_application\" \"inline\" {{\n{body}\n}}\n")
}

fn required(accesses: &str) -> String {
    inline(&format!(
        "required_resource_access {{\nresource_app_id = \"00000003-0000-0000-c000-000000000000\"\n{accesses}\n}}"
    ))
}

fn assignment(body: &str) -> String {
    format!(
        "resource \"azuread_app_role_assignment\" \"a\" {{\n{body}\nresource_object_id = azuread_service_principal.msgraph.object_id\n}}\n"
    )
}

#[track_caller]
fn alone(text: &str, expected: &str) {
    assert_eq!(told(&document(text)), expected.trim_start());
}

#[test]
fn inline_lists_know_ids_names_and_types() {
    alone(
        &format!(
            "{GRAPH}{}",
            required(
                r#"
resource_access {
  id   = "df021288-bdef-4463-88db-98f22de89214"
  type = "Role"
}
resource_access {
  id   = azuread_service_principal.msgraph.oauth2_permission_scope_ids["User.Read"]
  type = "Scope"
}
resource_access {
  id   = "DF021288-BDEF-4463-88DB-98F22DE89214"
  type = "Scope"
}
resource_access {
  id   = azuread_service_principal.msgraph.app_role_ids["User.Read.All"]
  type = "Scope"
}
resource_access {
  id   = azuread_service_principal.msgraph.app_role_ids["User.Raed.All"]
  type = "Role"
}
resource_access {
  id   = "00000000-1111-2222-3333-444444444444"
  type = "role"
}
resource_access {
  id   = "User.Read"
  type = "Scope"
}
resource_access {
  type = "Scope"
}
resource_access {
  id   = azuread_service_principal.msgraph.app_role_ids["user.read.all"]
  type = "Role"
}"#
            )
        ),
        r#"
azuread_application.inline = resource "azuread_application" "inline" {
  declares application df021288-bdef-4463-88db-98f22de89214 [User.Read.All] at resource_access {
  declares delegated User.Read [User.Read] at resource_access {
  declares delegated DF021288-BDEF-4463-88DB-98F22DE89214 [User.Read.All but application] at resource_access {
  declares delegated User.Read.All [User.Read.All but application] at resource_access {
  declares application User.Raed.All [unknown, near User.Read.All] at resource_access {
  declares ?role 00000000-1111-2222-3333-444444444444 [unknown, near ] at resource_access {
  declares delegated User.Read [User.Read] at resource_access {
  declares application user.read.all [User.Read.All] at resource_access {
! a permission must be given by its id here, not by its name `User.Read` at "User.Read"
! `resource_access` needs `id` and `type` at r
! names are looked up as they are written, and it is not `user.read.all` at azuread_service_principal.msgraph.app_role_ids["user.read.all"]
"#,
    );
}
