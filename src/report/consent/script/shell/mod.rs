//! The kinds for bash: plain REST with curl, the Azure CLI, the CLI for Microsoft 365. They differ in how a
//! request is sent; all else is one engine, which reads what is granted, adds what is missing, records the
//! state before and goes back to it.

use serde::Serialize;

use crate::catalog::model::Access;
use crate::consent::grant::{Fate, Item, Side};
use crate::report::consent::script::literal::{bash, comment, json};
use crate::report::consent::script::{Artefact, Artefacts, MICROSOFT_GRAPH, Script, head};

const ENGINE: &str = include_str!("engine.sh");

/// How requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// With curl, and a token from the environment.
    Curl,
    /// With `az rest`.
    AzureCli,
    /// With `m365 request`.
    Microsoft365Cli,
}

/// What the engine adds and takes away.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Wanted<'a> {
    scopes: Vec<&'a str>,
    roles: Vec<RoleOf<'a>>,
    drop_scopes: Vec<&'a str>,
    drop_roles: Vec<RoleOf<'a>>,
}

#[derive(Debug, Serialize)]
struct RoleOf<'a> {
    id: &'a str,
    name: &'a str,
}

/// Returns the script.
///
/// # Errors
/// Never: keys are text.
pub fn write(script: &Script<'_>, sender: Sender) -> serde_json::Result<Artefacts> {
    let graph = script.graph();
    let (name, transport) = match sender {
        Sender::Curl => ("grant.sh", include_str!("rest.sh")),
        Sender::AzureCli => ("grant-azure-cli.sh", include_str!("azure_cli.sh")),
        Sender::Microsoft365Cli => ("grant-m365.sh", include_str!("m365.sh")),
    };
    let how_to = how_to(script, sender, &script.file_word(name, bash), &graph);
    let client_id = script.client_id();
    let client_id = client_id.unwrap_or("REPLACE-WITH-THE-CLIENT-ID");
    let tenant = script.tenant();
    let tenant = tenant.unwrap_or("REPLACE-WITH-THE-TENANT");
    let wanted = json(&serde_json::to_string(&wanted(&script.sides))?);
    let head = head::commented(&head::lines(script, &how_to), "#");
    let text = format!(
        "#!/usr/bin/env bash\n{head}set -euo pipefail\n\n\
         readonly client_id={}\n\
         readonly tenant={}\n\
         readonly graph={}\n\
         readonly resource_app_id='{MICROSOFT_GRAPH}'\n\
         # shellcheck disable=SC2016 # texts, exactly as they are\n\
         readonly role={}\n\
         # shellcheck disable=SC2016\n\
         readonly wanted={}\n\n\
         {transport}{ENGINE}",
        bash(client_id),
        bash(tenant),
        bash(&graph),
        bash(&head::role(script)),
        bash(&wanted),
    );
    Ok(Artefacts {
        files: vec![Artefact { name, text }],
        remarks: Vec::new(),
    })
}

fn wanted(sides: &[Side]) -> Wanted<'_> {
    let of = |access: Access, keep: fn(&Item) -> bool| {
        let sides = sides.iter().filter(move |side| side.access == access);
        sides
            .flat_map(|side| &side.items)
            .filter(move |it| keep(it))
    };
    let is_revoked: fn(&Item) -> bool = |item| matches!(item.fate, Fate::Revoked { .. });
    let names = |keep| of(Access::Delegated, keep).map(|item| item.name.as_str());
    let roles = |keep| {
        let with_id = of(Access::Application, keep);
        with_id.filter_map(|item| {
            Some(RoleOf {
                id: item.id.as_deref()?,
                name: &item.name,
            })
        })
    };
    Wanted {
        scopes: names(Item::is_needed).collect(),
        roles: roles(Item::is_needed).collect(),
        drop_scopes: names(is_revoked).collect(),
        drop_roles: roles(is_revoked).collect(),
    }
}

fn how_to(script: &Script<'_>, sender: Sender, name: &str, graph: &str) -> Vec<String> {
    let cloud = script.cloud.name;
    let mut lines = match sender {
        Sender::Curl => vec![
            "Needs: bash, curl, jq, and an access token for Microsoft Graph in GRAPH_TOKEN, for example".to_owned(),
            format!("  export GRAPH_TOKEN=\"$(az account get-access-token --resource {graph} --query accessToken --output tsv)\""),
            format!("The token needs: {}; Application.ReadWrite.All too where the tenant does not have the app yet.", super::head_permissions(script).join(", ")),
        ],
        Sender::AzureCli => {
            let cloud = match cloud {
                "usgov" | "usgov-dod" => "AzureUSGovernment",
                "china" => "AzureChinaCloud",
                _ => "AzureCloud",
            };
            vec![
                "Needs: bash, jq and the Azure CLI (Azure Cloud Shell has them), signed in:".to_owned(),
                format!("  az cloud set --name {cloud} && az login --allow-no-subscriptions --tenant {}", script.tenant().unwrap_or("TENANT")),
                "Not with `az ad app permission admin-consent`, which grants all that is registered, nor with".to_owned(),
                "`az ad app permission grant`, which deletes the grants that users gave.".to_owned(),
            ]
        }
        Sender::Microsoft365Cli => {
            let cloud = match cloud {
                "usgov" => "USGovHigh",
                "usgov-dod" => "USGovDoD",
                "china" => "China",
                _ => "Public",
            };
            vec![
                "Needs: bash, jq and the CLI for Microsoft 365, signed in with an app that may do this:".to_owned(),
                format!("  m365 login --cloud {cloud} --tenant {} --appId THE-CLIENT-ID-OF-THE-CLI", script.tenant().unwrap_or("TENANT")),
                format!("That app needs: {}; Application.ReadWrite.All too where the tenant does not have the app yet.", super::head_permissions(script).join(", ")),
            ]
        }
    };
    lines.push(format!(
        "Tenant: {}. Microsoft Graph: {graph}.",
        script
            .tenant()
            .map_or_else(|| "not known yet".to_owned(), comment)
    ));
    lines.push(format!(
        "  bash {name} preview             tell what would change"
    ));
    lines.push(format!(
        "  bash {name}                     change it; the state before goes to a file here"
    ));
    lines.push(format!(
        "  bash {name} restore STATE_FILE  go back to that state"
    ));
    lines
}
