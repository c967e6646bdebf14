//! Options of `plan`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::{AccessName, Input};

/// Options of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant plan                               the manifest graphgrant.yaml
  graphgrant plan -e 'GET /me' -e 'POST /me/sendMail'
  graphgrant plan --format scopes               what to ask for in a token request
  graphgrant plan --format rra -o access.json   requiredResourceAccess of an app registration
  graphgrant plan --locked .                    whether all manifests below are as locked; prints no plan
                                                and takes no --format

Exit codes: 0 all operations are served; 1 one is unknown, or unsupported in every access wanted, or with
`--locked` the plan is another one; 2 wrong usage or unreadable input.")]
pub struct Plan {
    /// The operations
    #[command(flatten)]
    pub input: Input,
    /// How to print the plan
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: PlanFormat,
    /// Plan only this access
    #[arg(long, value_name = "ACCESS")]
    pub access: Option<AccessName>,
    /// What to minimise
    #[arg(long, value_name = "OBJECTIVE", default_value = "documented")]
    pub objective: ObjectiveName,
    /// Plan the base and this profile only; may be repeated
    #[arg(long, value_name = "NAME")]
    pub profile: Vec<String>,
    /// Plan only this app of a manifest with several
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// Fail when the plan is not the one of the lock file (graphgrant.lock, see `graphgrant lock`)
    #[arg(long, conflicts_with_all = ["operations", "access", "objective", "profile"])]
    pub locked: bool,
    /// Use this lock file
    #[arg(long, value_name = "FILE", requires = "locked")]
    pub lock_file: Option<PathBuf>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How a plan is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// Tables and diagnostics
    Human,
    /// The stable machine form (schemas/plan.schema.json)
    Json,
    /// For a pull request or wiki
    Markdown,
    /// Scope names to paste into MSAL
    Scopes,
    /// `requiredResourceAccess` of an app registration
    Rra,
}

/// What a plan minimises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ObjectiveName {
    /// The documented least permissions
    Documented,
    /// As few permissions as possible
    Fewest,
    /// No admin consent where that is possible
    NoAdmin,
}
