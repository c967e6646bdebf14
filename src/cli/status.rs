//! Options of `status`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::cli::{ConsentPart, ReportFormat, TokenOrigin};

/// Options of `status`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("sets").args(["declared", "granted", "token", "live"]).multiple(true).required(true),
    after_help = "\
Examples:
  az ad app show --id CLIENT_ID > registration.json
  az ad sp show --id CLIENT_ID > app.json
  az ad app permission list-grants --id CLIENT_ID > grants.json
  graph=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
  az rest --resource \"$graph\" --url \"${graph%/}/v1.0/servicePrincipals/$(az ad sp show \\
    --id CLIENT_ID --query id --output tsv)/appRoleAssignments\" > roles.json
  graphgrant status --declared registration.json --granted app.json --granted grants.json \\
    --granted roles.json
  graphgrant status --live --flow azure-cli

`--live` asks Microsoft Graph, with a token as `verify` takes it: from standard input unless `--flow` says otherwise.

`az cloud show` tells the address of Microsoft Graph in the cloud that is signed in to; for the DoD it is \
https://dod-graph.microsoft.us instead.

Exit codes: 0 all that is needed is there (where only `--declared` is given: declared), and nothing else; \
1 something is missing or nobody says, or more is there than needed, or no export lists all that is granted, or \
the token has expired or is not valid yet, or the app is switched off; 2 wrong usage or unreadable input; 3 the \
platform refused or could not be reached.")]
pub struct Status {
    /// What it is about
    #[command(flatten)]
    pub part: ConsentPart,
    /// The app registration as exported JSON; may be repeated
    #[arg(long, value_name = "FILE")]
    pub declared: Vec<PathBuf>,
    /// Exported JSON of what is granted: delegated grants, app role assignments, service principals; may be
    /// repeated
    #[arg(long, value_name = "FILE")]
    pub granted: Vec<PathBuf>,
    /// The decoded claims of a token as JSON, never the token itself
    #[arg(long, value_name = "FILE")]
    pub token: Option<PathBuf>,
    /// Read what is declared and granted from the tenant
    #[arg(long)]
    pub live: bool,
    /// Where the token for `--live` comes from
    #[command(flatten)]
    pub origin: TokenOrigin,
    /// How to print the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: ReportFormat,
}
