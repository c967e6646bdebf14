//! The command line: the one source of parsing, help, completions and man pages. No decisions, no I/O.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::catalog::model::Access;

/// Find the least Microsoft Graph permissions an app needs
#[derive(Debug, Parser)]
#[command(
    name = "graphgrant",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command
    #[command(flatten)]
    pub global: Global,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// Use another compiled catalog
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Global options"
    )]
    pub catalog: Option<PathBuf>,
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Global options"
    )]
    pub color: Color,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented starter manifest
    Init(Init),
    /// Plan the least permissions for the operations of a manifest
    Plan(Plan),
    /// Explain an operation (`GET /me/messages`) or a permission (`Mail.Read`)
    Explain(Explain),
    /// Ask the catalog which permission opens or contains what
    Query(Query),
    /// Inspect, check, compare or import the permissions data
    Catalog(Catalog),
    /// Print shell completions
    #[command(after_help = "\
Examples:
  graphgrant completions bash > ~/.local/share/bash-completion/completions/graphgrant
  graphgrant completions powershell >> $PROFILE")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the man page
    #[command(after_help = "Example: graphgrant man > ~/.local/share/man/man1/graphgrant.1")]
    Man,
}

/// Where the operations come from.
#[derive(Debug, Args)]
pub struct Input {
    /// The operations manifest, `-` for standard input
    #[arg(value_name = "MANIFEST", default_value = "graphgrant.yaml")]
    pub manifest: PathBuf,
    /// Plan this request instead of a manifest; may be repeated
    #[arg(
        short = 'e',
        long = "operation",
        value_name = "REQUEST",
        conflicts_with = "manifest"
    )]
    pub operations: Vec<String>,
}

/// Options of `init`.
#[derive(Debug, Args)]
#[command(after_help = "The starter is valid as it stands: `graphgrant plan` works on it at once.")]
pub struct Init {
    /// The file to write
    #[arg(value_name = "FILE", default_value = "graphgrant.yaml")]
    pub file: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// Options of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant plan                               the manifest graphgrant.yaml
  graphgrant plan -e 'GET /me' -e 'POST /me/sendMail'
  graphgrant plan --format scopes               what to ask for in a token request
  graphgrant plan --format rra -o access.json   requiredResourceAccess of an app registration

Exit codes: 0 all operations are served; 1 one is unknown, or unsupported in every access wanted;
2 wrong usage or unreadable input.")]
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

/// Delegated or application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AccessName {
    /// On behalf of a signed-in user
    Delegated,
    /// The app alone
    Application,
}

impl From<AccessName> for Access {
    fn from(name: AccessName) -> Self {
        match name {
            AccessName::Delegated => Self::Delegated,
            AccessName::Application => Self::Application,
        }
    }
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

/// Options of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant explain 'GET /users/{id}/messages'
  graphgrant explain Mail.Read --format json

Exit codes: 0 explained; 1 the operation or permission is unknown; 2 wrong usage.")]
pub struct Explain {
    /// A request such as `GET /users/{id}/messages`, or a permission name
    #[arg(value_name = "SUBJECT")]
    pub subject: String,
    /// How to print the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
}

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// For people
    Human,
    /// For machines
    Json,
}

/// Options of `query`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant query opens Mail.Read --access application
  graphgrant query covers Mail.ReadWrite Mail.Read
  graphgrant query between Mail.ReadBasic Mail.ReadWrite")]
pub struct Query {
    /// The question
    #[command(subcommand)]
    pub question: Question,
    /// How to print the answer
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
    /// Ask about this access only
    #[arg(long, global = true, value_name = "ACCESS")]
    pub access: Option<AccessName>,
}

/// The questions of `query`.
#[derive(Debug, Subcommand)]
pub enum Question {
    /// Which operations a permission opens
    Opens {
        /// The permission
        permission: String,
    },
    /// Whether the first permission gives all that the second gives
    Covers {
        /// The permission that should give more
        upper: String,
        /// The permission that should give less
        lower: String,
    },
    /// Which permissions lie between two in the order
    Between {
        /// One end
        first: String,
        /// The other end
        second: String,
    },
}

/// Options of `catalog`.
#[derive(Debug, Args)]
pub struct Catalog {
    /// What to do with the catalog
    #[command(subcommand)]
    pub action: CatalogAction,
}

/// The subcommands of `catalog`.
#[derive(Debug, Subcommand)]
pub enum CatalogAction {
    /// Show where the catalog comes from and how large it is
    Info {
        /// How to print it
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: AnswerFormat,
    },
    /// List what the import repaired and check the overlay against upstream
    Check {
        /// List every repair, not only their counts
        #[arg(long)]
        list: bool,
        /// How to print it
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: AnswerFormat,
    },
    /// Print the compiled catalog as JSON
    Export {
        /// Write to a file instead of standard output
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Turn Microsoft's permissions data into data/upstream/, or into a compiled catalog
    Import(Import),
    /// Say what changed between two catalogs
    Diff(Diff),
}

/// Options of `catalog import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The folder with permissions.json, provisioningInfo.json and permissions-descriptions.json
    #[arg(long, value_name = "DIR")]
    pub upstream: PathBuf,
    /// The data folder to write
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Write one compiled catalog for `--catalog` instead of a data folder
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub compiled: Option<PathBuf>,
    /// The upstream commit; may be left out when the files are those imported before
    #[arg(long, value_name = "HASH", requires = "date", value_parser = commit_hash)]
    pub commit: Option<String>,
    /// The day of that commit (YYYY-MM-DD)
    #[arg(long, value_name = "DAY", requires = "commit", value_parser = day)]
    pub date: Option<String>,
}

/// Options of `catalog diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// A compiled catalog, or a folder with Microsoft's files; `bundled` for the bundled one
    pub old: PathBuf,
    /// The newer one
    pub new: PathBuf,
    /// Say which operations of this manifest are touched
    #[arg(long, value_name = "MANIFEST")]
    pub manifest: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
}

fn commit_hash(text: &str) -> Result<String, String> {
    let is_hash = (7..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit());
    if is_hash {
        Ok(text.to_owned())
    } else {
        Err("give 7 to 64 hexadecimal digits".to_owned())
    }
}

fn day(text: &str) -> Result<String, String> {
    let is_day = text.len() == 10
        && text.char_indices().all(|(at, c)| match at {
            4 | 7 => c == '-',
            _ => c.is_ascii_digit(),
        });
    if is_day {
        Ok(text.to_owned())
    } else {
        Err("write the day as YYYY-MM-DD".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_plain_words() {
        assert!(commit_hash("6cbd6bb").is_ok() && day("2026-08-07").is_ok());
        for text in ["", "6cbd6bb\t", "latest", "2026-8-7", "2026-08-07\n"] {
            assert!(commit_hash(text).is_err() && day(text).is_err(), "{text}");
        }
    }
}
