//! Options of `compare`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::Input;

/// Options of `compare`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant compare                            the manifest graphgrant.yaml
  graphgrant compare --format html -o access.html
  graphgrant compare -e 'GET /me/messages'

Both accesses are planned, whatever `access` the manifest wants for the app as a whole: that is taken as a
word on who is there when the app runs. What it says of a single operation stands.

Exit codes: 0 compared; 1 an operation is unknown, or unsupported in every access wanted; 2 wrong usage or unreadable input.")]
pub struct Compare {
    /// The operations
    #[command(flatten)]
    pub input: Input,
    /// How to print the comparison
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: CompareFormat,
    /// Compare only this app of a manifest with several
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How a comparison is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// Tables
    Human,
    /// The stable machine form (schemas/compare.schema.json)
    Json,
    /// For a pull request or wiki
    Markdown,
    /// One self-contained page
    Html,
}
