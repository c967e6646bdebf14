//! The kind for Graph PowerShell.

use crate::catalog::model::Access;
use crate::consent::grant::{Fate, Item};
use crate::report::consent::script::literal::powershell as quoted;
use crate::report::consent::script::{
    Artefact, Artefacts, MICROSOFT_GRAPH, Script, head, head_permissions,
};

const ENGINE: &str = include_str!("engine.ps1");

pub(super) const NAME: &str = "grant.ps1";

const MODULES: [&str; 3] = [
    "Microsoft.Graph.Authentication",
    "Microsoft.Graph.Applications",
    "Microsoft.Graph.Identity.SignIns",
];

/// The first version whose parameters the script uses.
const MODULE_VERSION: &str = "2.0.0";

/// Returns the script.
pub fn write(script: &Script<'_>) -> Artefacts {
    let environment = match script.cloud.name {
        "usgov" => "USGov",
        "usgov-dod" => "USGovDoD",
        "china" => "China",
        _ => "Global",
    };
    let how_to = how_to(script);
    let is_revoked: fn(&Item) -> bool = |item| matches!(item.fate, Fate::Revoked { .. });
    let strings = |texts: &mut dyn Iterator<Item = &str>| {
        let texts: Vec<String> = texts.map(quoted).collect();
        format!("@({})", texts.join(", "))
    };
    let scopes = |keep: fn(&Item) -> bool| {
        strings(&mut items(script, Access::Delegated, keep).map(|item| item.name.as_str()))
    };
    let roles = |keep: fn(&Item) -> bool| {
        let entries: Vec<String> = items(script, Access::Application, keep)
            .filter_map(|item| {
                let id = quoted(item.id.as_deref()?);
                Some(format!(
                    "\n    @{{ Id = {id}; Name = {} }}",
                    quoted(&item.name)
                ))
            })
            .collect();
        if entries.is_empty() {
            "@()".to_owned()
        } else {
            format!("@({}\n)", entries.join(""))
        }
    };
    let text = format!(
        "{head}#Requires -Version 5.1\n{modules}\
         [CmdletBinding()]\n\
         param(\n    \
             [ValidateSet('apply', 'preview', 'restore')] [string] $Mode = 'apply',\n    \
             [string] $StateFile,\n    \
             [switch] $Force\n\
         )\n\
         Set-StrictMode -Version 2.0\n\
         $ErrorActionPreference = 'Stop'\n\n\
         $ClientId = {client}\n\
         $Tenant = {tenant}\n\
         $Environment = '{environment}'\n\
         $GraphUrl = {graph}\n\
         $ResourceAppId = '{MICROSOFT_GRAPH}'\n\
         $AdminRole = {role}\n\
         $ConnectScopes = {connect}\n\
         $Scopes = {scopes}\n\
         $Roles = {roles}\n\
         $DropScopes = {drop_scopes}\n\
         $DropRoles = {drop_roles}\n\
         {ENGINE}",
        head = head::commented(&head::lines(script, &how_to), "#"),
        modules = MODULES
            .map(|name| {
                format!("#Requires -Modules @{{ ModuleName = '{name}'; ModuleVersion = '{MODULE_VERSION}' }}\n")
            })
            .concat(),
        client = quoted(script.client_id().unwrap_or("REPLACE-WITH-THE-CLIENT-ID")),
        tenant = quoted(script.tenant().unwrap_or("REPLACE-WITH-THE-TENANT")),
        graph = quoted(&script.graph()),
        role = quoted(&head::role(script)),
        connect = strings(&mut head_permissions(script).into_iter()),
        scopes = scopes(Item::is_needed),
        roles = roles(Item::is_needed),
        drop_scopes = scopes(is_revoked),
        drop_roles = roles(is_revoked),
    );
    Artefacts {
        files: vec![Artefact { name: NAME, text }],
        remarks: Vec::new(),
    }
}

/// Returns what the head says of running it.
fn how_to(script: &Script<'_>) -> Vec<String> {
    let call = match script.file_word(NAME, quoted) {
        word if word.starts_with('\'') => format!("& {word}"),
        word => format!("./{word}"),
    };
    vec![
        format!(
            "Needs: PowerShell 5.1 or later with {}, version {MODULE_VERSION} or later.",
            MODULES.join(", ")
        ),
        format!(
            "Signs in with: {}; once more, with Application.ReadWrite.All besides, to create the app in the tenant or to delete it again.",
            head_permissions(script).join(", ")
        ),
        format!("  {call} -Mode preview                        tell what would change"),
        format!(
            "  {call}                                      change it; the state before goes to a file here"
        ),
        format!("  {call} -Mode restore -StateFile STATE_FILE  go back to that state"),
    ]
}

fn items<'s>(
    script: &'s Script<'_>,
    access: Access,
    keep: fn(&Item) -> bool,
) -> impl Iterator<Item = &'s Item> {
    let side = script.side(access);
    side.into_iter()
        .flat_map(|side| &side.items)
        .filter(move |item| keep(item))
}
