//! Options of `consent script`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::ConsentPart;

/// Options of `consent script`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant consent script azure-cli -o grant.sh      read what is granted, add what is missing
  graphgrant consent script rest --access application  only the app roles
  graphgrant consent script terraform --existing app.json --existing grants.json -o infra/
  graphgrant consent script powershell --existing graphgrant-before-APP-TIME.json --prune

What is granted, for `--existing` (and so for `--prune`), each to its last page:
  az ad sp show --id CLIENT_ID > app.json
  az ad app permission list-grants --id CLIENT_ID > grants.json
  graph=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
  az rest --resource \"$graph\" --url \"${graph%/}/v1.0/servicePrincipals/$(az ad sp show \\
    --id CLIENT_ID --query id --output tsv)/appRoleAssignments\" > roles.json
  az ad app show --id CLIENT_ID > registration.json    for `rra`, instead of the others
`az cloud show` tells the address in the cloud that is signed in to; for the DoD, https://dod-graph.microsoft.us.
The file that a script recorded before its change (graphgrant-before-...json) tells all of the first three.

`-o` takes a file, or a folder: one that exists, or a path that ends with `/`.

The scripts (azure-cli, powershell, rest, m365) read what is granted when they run. The kinds that own whole \
lists (rra, terraform, bicep) must be told with `--existing`, else they stop: what they would drop is not known.

Exit codes: 0 written; 1 written with a gap (an operation that is not served, a permission that is left out, more \
scopes than one grant takes: the head says which), or stopped; 2 wrong usage or unreadable input.")]
pub struct ConsentScript {
    /// What to write
    #[arg(value_name = "KIND")]
    pub kind: ScriptKind,
    /// What it is about
    #[command(flatten)]
    pub part: ConsentPart,
    /// Exported JSON of what is granted, or for `rra` declared (below: the commands); may be repeated
    #[arg(long, value_name = "FILE")]
    pub existing: Vec<PathBuf>,
    /// The app is new: nothing is granted or declared yet
    #[arg(long, conflicts_with = "existing")]
    pub nothing_granted: bool,
    /// Take away what the operations do not need, too; what that is, the exports of `--existing` say
    #[arg(long, requires = "existing", conflicts_with_all = ["profile", "split"])]
    pub prune: bool,
    /// Write delegated access, each profile and app-only access apart, in the order of asking
    #[arg(long, requires = "output")]
    pub split: bool,
}

/// The kinds of scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScriptKind {
    /// `requiredResourceAccess` of the app registration (JSON)
    Rra,
    /// bash with the Azure CLI
    AzureCli,
    /// Graph PowerShell
    Powershell,
    /// bash with curl and a token
    Rest,
    /// bash with the CLI for Microsoft 365
    M365,
    /// Terraform with the azuread provider
    Terraform,
    /// Bicep with the Microsoft Graph extension
    Bicep,
}

impl ScriptKind {
    /// Returns whether it owns whole lists, instead of reading them when it runs.
    pub const fn owns_lists(self) -> bool {
        matches!(self, Self::Rra | Self::Terraform | Self::Bicep)
    }
}
