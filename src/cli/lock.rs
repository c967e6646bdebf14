//! Options of `lock`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::ObjectiveName;

/// Options of `lock`.
#[derive(Debug, Args)]
#[command(after_help = "\
The lock is written beside the manifest: `graphgrant.yaml` has `graphgrant.lock`. Commit it.
`graphgrant plan --locked` fails when the plan would be another one, and says why.

Examples:
  graphgrant lock
  graphgrant lock .                               every manifest below this folder
  graphgrant lock api/graphgrant.yaml --objective fewest
  graphgrant lock --app Worker                    this app anew, the others as they are locked
  graphgrant lock - -o plans.lock < graphgrant.yaml")]
pub struct Lock {
    /// The operations manifest, `-` for standard input, or a folder: all manifests in it and below
    #[arg(value_name = "MANIFEST", default_value = "graphgrant.yaml")]
    pub manifest: PathBuf,
    /// Only this app of a manifest that has several; what is locked of the others stays
    #[arg(long, value_name = "APP")]
    pub app: Option<String>,
    /// What to minimise
    #[arg(long, value_name = "OBJECTIVE", default_value = "documented")]
    pub objective: ObjectiveName,
    /// Write to this file instead
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
