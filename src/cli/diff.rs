//! Options of `diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::ObjectiveName;

/// Options of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
A side is a file (a manifest, a lock, or what `plan --format json` printed) or a git revision: `REV` is the
manifest in that revision, `REV:PATH` another file in it. As in git PATH starts at the top of the repository, and
`./PATH` at the current folder. A file wins over a revision of the same name. A folder stands for all manifests in
it and below: those of one path are compared, and an app that moved is known by its client id, else by its name.

Access is new when the catalog's order does not say that it was contained in what was held before.

Examples:
  graphgrant diff origin/main                    what this branch adds
  graphgrant diff origin/main -m .               the same of all apps below this folder
  graphgrant diff v1.0 v1.1 -m api/graphgrant.yaml
  graphgrant diff HEAD:graphgrant.lock graphgrant.lock --format markdown

Exit codes: 0 no new access; 1 new access, or an operation that came is unknown; 2 wrong usage or
unreadable input.")]
pub struct AccessDiff {
    /// The older side
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The newer side; the manifest when left out
    #[arg(value_name = "NEW")]
    pub new: Option<String>,
    /// The manifest that revisions without a path stand for, or a folder of several
    #[arg(
        short,
        long,
        value_name = "MANIFEST",
        default_value = "graphgrant.yaml"
    )]
    pub manifest: PathBuf,
    /// What to minimise when a manifest is planned
    #[arg(long, value_name = "OBJECTIVE", default_value = "documented")]
    pub objective: ObjectiveName,
    /// How to print the difference
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: DiffFormat,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How a difference is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people
    Human,
    /// The stable machine form (schemas/diff.schema.json)
    Json,
    /// For a comment in a pull request
    Markdown,
}
