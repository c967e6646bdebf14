//! The kind `terraform`: the azuread provider. A delegated grant is one resource that owns its whole list of
//! scopes, so the list holds what is granted already, and import blocks take over what is there.

use std::collections::BTreeSet;

use crate::catalog::model::Access;
use crate::consent::grant::Item;
use crate::report::consent::script::literal::{comment, hcl, identifier};
use crate::report::consent::script::{Artefact, Artefacts, MICROSOFT_GRAPH, Script, head};

/// Returns the configuration, and that of the state before where exports say.
pub fn write(script: &Script<'_>) -> Artefacts {
    let how_to = vec![
        "Needs: Terraform 1.5 or later, signed in as that role. This configuration owns the app's whole list of".to_owned(),
        "Graph scopes for all users: apply it where `terraform plan` destroys nothing that you want to keep.".to_owned(),
        "To go back: apply the configuration of the state before (`before/main.tf`) with the same state.".to_owned(),
    ];
    let mut lines = head::lines(script, &how_to);
    let has_roles = script
        .side(Access::Application)
        .is_some_and(|side| !side.items.is_empty());
    if has_roles && script.holding.is_some_and(|holding| !holding.knows_roles) {
        lines.push(String::new());
        lines.push("The exports do not list all app roles: one that is assigned already has to be imported before.".to_owned());
    }
    lines.extend(head::left_behind(script, NOT_IN_THE_STATE));
    let mut files = vec![Artefact {
        name: "main.tf",
        text: configuration(script, &lines, Item::stays),
    }];
    if script.holding.is_some() {
        let lines =
            vec!["The state before: what exports say is granted, and nothing else.".to_owned()];
        files.push(Artefact {
            name: "before/main.tf",
            text: configuration(script, &lines, Item::was_granted),
        });
    }
    Artefacts {
        files,
        remarks: Vec::new(),
    }
}

/// Terraform takes away only what it manages: nothing that is revoked whole stands in the configuration.
const NOT_IN_THE_STATE: [&str; 2] = [
    "Terraform takes away only what is in its state. Where these are not, apply before/main.tf first, which",
    "imports them, and this configuration afterwards, which then destroys them:",
];

fn configuration(script: &Script<'_>, lines: &[String], keep: fn(&Item) -> bool) -> String {
    let environment = match script.cloud.name {
        "usgov" => "usgovernmentl4",
        "usgov-dod" => "usgovernmentl5",
        "china" => "china",
        _ => "global",
    };
    let mut text = head::commented(lines, "#");
    let (client, declared_client) = placeholder(
        script.client_id(),
        "client_id",
        "The app's client id.",
        "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    );
    let (tenant, declared_tenant) = placeholder(
        script.tenant(),
        "tenant_id",
        "The tenant: its id or a verified domain.",
        "^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$",
    );
    text.extend([format!(
        r#"
terraform {{
  required_version = ">= 1.5"
  required_providers {{
    azuread = {{
      source  = "hashicorp/azuread"
      version = "~> 3.0"
    }}
  }}
}}

provider "azuread" {{
  environment = "{environment}"
  tenant_id   = {tenant}
}}
{declared_client}{declared_tenant}
data "azuread_service_principal" "graph" {{
  client_id = "{MICROSOFT_GRAPH}"
}}
"#
    )]);
    let object = script
        .holding
        .and_then(|holding| holding.client.as_ref())
        .filter(|_| script.client_id().is_some());
    let app = if object.is_some() {
        text.extend([format!(
            "\ndata \"azuread_service_principal\" \"app\" {{\n  client_id = {client}\n}}\n"
        )]);
        "data.azuread_service_principal.app"
    } else {
        text.extend([format!(
            "\nresource \"azuread_service_principal\" \"app\" {{\n  client_id    = {client}\n  use_existing = true\n\n  \
             lifecycle {{\n    prevent_destroy = true\n  }}\n}}\n"
        )]);
        "azuread_service_principal.app"
    };
    for side in &script.sides {
        let items: Vec<&Item> = side.items.iter().filter(|item| keep(item)).collect();
        match side.access {
            Access::Delegated if !items.is_empty() => {
                text.push_str(&delegated(script, &items, app));
            }
            Access::Delegated => {}
            Access::Application => text.push_str(&roles(script, &items, app)),
        }
    }
    text
}

/// A literal, or a variable without a default: Terraform asks for it, and takes nothing else than its kind.
fn placeholder(known: Option<&str>, name: &str, what: &str, pattern: &str) -> (String, String) {
    match known {
        Some(known) => (hcl(known), String::new()),
        None => (
            format!("var.{name}"),
            format!(
                "\nvariable \"{name}\" {{\n  type        = string\n  description = {}\n\n  validation {{\n    \
                 condition     = can(regex({}, var.{name}))\n    error_message = {}\n  }}\n}}\n",
                hcl(what),
                hcl(pattern),
                hcl(&format!(
                    "Give {name}: it was not known when this was written."
                ))
            ),
        ),
    }
}

fn delegated(script: &Script<'_>, items: &[&Item], app: &str) -> String {
    let names: BTreeSet<&str> = items.iter().map(|item| item.name.as_str()).collect();
    let names: Vec<String> = names
        .into_iter()
        .map(|name| format!("    {},\n", hcl(name)))
        .collect();
    let mut text = format!(
        "\nresource \"azuread_service_principal_delegated_permission_grant\" \"graph\" {{\n  \
         service_principal_object_id          = {app}.object_id\n  \
         resource_service_principal_object_id = data.azuread_service_principal.graph.object_id\n  \
         claim_values = [\n{}  ]\n}}\n",
        names.concat()
    );
    let wide = script
        .holding
        .and_then(|holding| holding.tenant_wide.as_ref());
    match wide.map(|wide| wide.id.as_ref()) {
        Some(Some(id)) => text.push_str(&import(
            "azuread_service_principal_delegated_permission_grant.graph",
            &format!("/oauth2PermissionGrants/{id}"),
        )),
        Some(None) => text.push_str(
            "\n# The export leaves the grant's id out: import it by hand before applying, at \
             /oauth2PermissionGrants/ID.\n",
        ),
        None => {}
    }
    text
}

fn roles(script: &Script<'_>, items: &[&Item], app: &str) -> String {
    let mut text = String::new();
    let mut taken = BTreeSet::new();
    let graph = script.holding.and_then(|holding| holding.resource.as_ref());
    for item in items {
        let Some(id) = &item.id else { continue };
        let base = identifier(&item.name);
        let mut label = base.clone();
        let mut number = 2;
        while !taken.insert(label.clone()) {
            label = format!("{base}_{number}");
            number += 1;
        }
        text.extend([format!(
            "\n# {}\nresource \"azuread_app_role_assignment\" \"{label}\" {{\n  app_role_id         = {}\n  \
             principal_object_id = {app}.object_id\n  \
             resource_object_id  = data.azuread_service_principal.graph.object_id\n}}\n",
            comment(&item.name),
            hcl(id),
        )]);
        if let (Some(assignment), Some(graph)) = (&item.assignment, graph) {
            text.push_str(&import(
                &format!("azuread_app_role_assignment.{label}"),
                &format!("/servicePrincipals/{graph}/appRoleAssignedTo/{assignment}"),
            ));
        }
    }
    text
}

fn import(to: &str, id: &str) -> String {
    format!("\nimport {{\n  to = {to}\n  id = {}\n}}\n", hcl(id))
}
