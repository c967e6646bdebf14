//! Options of `graph`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::{AccessName, Input};
use crate::graph::node::Extent;

/// Options of `graph`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant graph -o permissions.html          a page to explore, in any browser, without network
  graphgrant graph --format dot | dot -Tsvg -o permissions.svg
  graphgrant graph --format mermaid --show plan

Exit codes: 0 drawn; 1 an operation is unknown, or unsupported in every access wanted; 2 wrong usage or unreadable input.")]
pub struct Graph {
    /// The operations
    #[command(flatten)]
    pub input: Input,
    /// How to write the graph
    #[arg(long, value_name = "FORMAT", default_value = "html")]
    pub format: GraphFormat,
    /// How much of what would serve an operation is drawn; html shows all that is accepted, dot and
    /// mermaid the plan, json what a plan may take, unless this says otherwise
    #[arg(long, value_name = "EXTENT")]
    pub show: Option<ExtentName>,
    /// Draw only this access
    #[arg(long, value_name = "ACCESS")]
    pub access: Option<AccessName>,
    /// Draw this app of a manifest with several
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// One self-contained page to explore
    Html,
    /// For Graphviz
    Dot,
    /// For wikis and pull requests
    Mermaid,
    /// Nodes and links (schemas/graph.schema.json)
    Json,
}

/// How much of what would serve an operation is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExtentName {
    /// What the plan takes
    Plan,
    /// That, and all that a plan may take
    Admissible,
    /// All that the data accepts
    Accepted,
}

impl From<ExtentName> for Extent {
    fn from(name: ExtentName) -> Self {
        match name {
            ExtentName::Plan => Self::Plan,
            ExtentName::Admissible => Self::Admissible,
            ExtentName::Accepted => Self::Accepted,
        }
    }
}
