//! The kind `bicep`: the Microsoft Graph extension. Deploying a grant writes its whole list of scopes, so the
//! list holds what is granted already; deploying never deletes.

use crate::catalog::model::Access;
use crate::consent::grant::Item;
use crate::report::consent::script::literal::{bicep as quoted, comment, identifier};
use crate::report::consent::script::{Artefact, Artefacts, MICROSOFT_GRAPH, Script, head};

/// The configuration that names the extension (<https://github.com/microsoftgraph/msgraph-bicep-types>, read
/// 2026-11).
const CONFIGURATION: &str = r#"{
  "extensions": {
    "microsoftGraphV1": "br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:1.0.0"
  }
}
"#;

/// Returns the template with its configuration, and the template of the state before where exports say.
pub fn write(script: &Script<'_>) -> Artefacts {
    let mut how_to = vec![
        "Needs: `bicepconfig.json` beside this file with the extension microsoftGraphV1, and a deployment as that role.".to_owned(),
        "A deployment writes the whole list of Graph scopes that the app has for all users.".to_owned(),
        "To go back: deploy `before/main.bicep`; it writes the list as it was, and does not delete app roles.".to_owned(),
        format!(
            "Microsoft Graph is that of the cloud that is deployed to: for this app the cloud `{}`; check that the extension is offered there.",
            script.cloud.name
        ),
    ];
    if let Some(tenant) = script.tenant() {
        how_to.push(format!("Tenant: {tenant}."));
    }
    let mut lines = head::lines(script, &how_to);
    lines.extend(head::left_behind(script, NEVER_DELETED));
    let mut files = vec![
        Artefact {
            name: "main.bicep",
            text: template(script, &lines, Item::stays),
        },
        Artefact {
            name: "bicepconfig.json",
            text: CONFIGURATION.to_owned(),
        },
    ];
    if script.holding.is_some() {
        let lines =
            vec!["The state before: what exports say is granted, and nothing else.".to_owned()];
        files.push(Artefact {
            name: "before/main.bicep",
            text: template(script, &lines, Item::was_granted),
        });
        files.push(Artefact {
            name: "before/bicepconfig.json",
            text: CONFIGURATION.to_owned(),
        });
    }
    Artefacts {
        files,
        remarks: vec![
            "bicep needs a `bicepconfig.json` that names the extension microsoftGraphV1; `-o FOLDER/` writes it too"
                .to_owned(),
        ],
    }
}

/// A deployment writes lists.
const NEVER_DELETED: [&str; 2] = [
    "A deployment deletes nothing. Take these away with one of the scripts (`graphgrant consent script",
    "azure-cli --prune`):",
];

fn template(script: &Script<'_>, lines: &[String], keep: fn(&Item) -> bool) -> String {
    let mut text = head::commented(lines, "//");
    text.push_str("\nextension microsoftGraphV1\n");
    let client = script.client_id().map_or_else(
        || {
            text.push_str(
                "\n@description('The app\\'s client id: it was not known when this was written.')\n\
                 @minLength(36)\n@maxLength(36)\nparam clientId string\n",
            );
            "clientId".to_owned()
        },
        quoted,
    );
    text.extend([format!(
        "\nresource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {{\n  appId: '{MICROSOFT_GRAPH}'\n}}\n"
    )]);
    let is_there = script
        .holding
        .is_some_and(|holding| holding.client.is_some());
    let existing = if is_there { "existing " } else { "" };
    text.extend([format!(
        "\nresource app 'Microsoft.Graph/servicePrincipals@v1.0' {existing}= {{\n  appId: {client}\n}}\n"
    )]);
    for side in &script.sides {
        let items: Vec<&Item> = side.items.iter().filter(|item| keep(item)).collect();
        match side.access {
            Access::Delegated if !items.is_empty() => text.push_str(&delegated(&items)),
            Access::Delegated => {}
            Access::Application => text.push_str(&roles(&items)),
        }
    }
    text
}

fn delegated(items: &[&Item]) -> String {
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    // One literal: whoever reads the template without running it sees what it grants.
    format!(
        "\nresource delegated 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = {{\n  clientId: app.id\n  \
         consentType: 'AllPrincipals'\n  resourceId: graph.id\n  scope: {}\n}}\n",
        quoted(&names.join(" "))
    )
}

fn roles(items: &[&Item]) -> String {
    let mut text = String::new();
    let mut taken = std::collections::BTreeSet::new();
    for item in items {
        let Some(id) = &item.id else { continue };
        let base = format!("role_{}", identifier(&item.name));
        let mut label = base.clone();
        let mut number = 2;
        while !taken.insert(label.clone()) {
            label = format!("{base}_{number}");
            number += 1;
        }
        text.extend([format!(
            "\n// {}\nresource {label} 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {{\n  appRoleId: {}\n  \
             principalId: app.id\n  resourceId: graph.id\n}}\n",
            comment(&item.name),
            quoted(id),
        )]);
    }
    text
}
