//! Options of `query`.

use clap::{Args, Subcommand};

use crate::cli::{AccessName, AnswerFormat};

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
