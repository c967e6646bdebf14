//! The program's command line: its commands and the options that all of them take.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::cli::{
    AccessDiff, Catalog, Compare, Consent, Explain, Graph, Init, Lint, Lock, Plan, Query, Status,
    Token, Verify,
};

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
///
/// The options of a command are built when it is the one that runs: with all of them, parsing would take longer
/// than a short plan.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Write a commented starter manifest
    Init(Init),
    /// Plan the least permissions for the operations of a manifest
    Plan(Plan),
    /// Compare delegated with app-only access, and recommend one
    Compare(Compare),
    /// Judge what apps declare: app manifests, infrastructure files and policy
    Lint(Box<Lint>),
    /// Write down the plan, so that a change of it is noticed
    Lock(Lock),
    /// Say which access is new between two manifests, plans, locks or git revisions
    Diff(AccessDiff),
    /// Say who must consent to a plan, and write the request for it
    Consent(Box<Consent>),
    /// Compare what is needed, declared, granted and in a token
    Status(Box<Status>),
    /// Explain an operation (`GET /me/messages`), a permission (`Mail.Read`), a rule or an error code
    Explain(Explain),
    /// Draw the plan as a graph, or write a page to explore it
    Graph(Graph),
    /// Ask the catalog which permission opens or contains what
    Query(Query),
    /// Acquire an access token, or decode one
    Token(Box<Token>),
    /// Compare an access token, and live answers, with the plan
    Verify(Box<Verify>),
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
