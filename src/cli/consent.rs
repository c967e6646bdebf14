//! Options of `consent`.

use clap::{Args, Subcommand};

use crate::cli::{AccessName, Input};

/// Options of `consent`.
#[derive(Debug, Args)]
pub struct Consent {
    /// What to do about consent
    #[command(subcommand)]
    pub action: ConsentAction,
}

/// The subcommands of `consent`.
#[derive(Debug, Subcommand)]
pub enum ConsentAction {
    /// Say who must consent to what, under which policy, and what it takes besides
    Show(ConsentShow),
}

/// The part of a manifest that a consent is about.
#[derive(Debug, Args)]
pub struct ConsentPart {
    /// The operations
    #[command(flatten)]
    pub input: Input,
    /// Only this access
    #[arg(long, value_name = "ACCESS")]
    pub access: Option<AccessName>,
    /// The base and this profile only; may be repeated
    #[arg(long, value_name = "NAME")]
    pub profile: Vec<String>,
    /// Only this app of a manifest with several
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
}

/// Options of `consent show`.
#[derive(Debug, Args)]
pub struct ConsentShow {
    /// What it is about
    #[command(flatten)]
    pub part: ConsentPart,
}
