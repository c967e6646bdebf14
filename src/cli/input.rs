//! Options that several commands share: where operations come from, the access, how answers are printed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::catalog::model::Access;

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

/// How an answer is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// For people
    Human,
    /// For machines
    Json,
}
