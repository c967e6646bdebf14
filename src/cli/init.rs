//! Options of `init`.

use std::path::PathBuf;

use clap::Args;

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
