//! Options of `explain`.

use clap::Args;

use crate::cli::AnswerFormat;

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
