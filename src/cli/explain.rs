//! Options of `explain`.

use clap::Args;

use crate::cli::AnswerFormat;

/// Options of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant explain 'GET /users/{id}/messages'
  graphgrant explain Mail.Read --format json
  graphgrant explain missing-permission

Exit codes: 0 explained; 1 the operation, permission or rule is unknown; 2 wrong usage.")]
pub struct Explain {
    /// A request such as `GET /users/{id}/messages`, a permission, or a rule of `lint` by name or id
    #[arg(value_name = "SUBJECT")]
    pub subject: String,
    /// How to print the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
}
