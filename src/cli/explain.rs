//! Options of `explain`.

use clap::Args;

use crate::cli::AnswerFormat;

/// Options of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant explain 'GET /users/{id}/messages'
  graphgrant explain Mail.Read --format json
  graphgrant explain 570282fd-fa5c-430d-a7fd-fc8dc98a9dca   the id of a permission, app or directory role
  graphgrant explain missing-permission         a rule of `lint` or `verify`, by name or id
  graphgrant explain AADSTS65001                an error code of the identity platform
  graphgrant explain - < answer.txt             an answer of Microsoft Graph, or an error reply

Exit codes: 0 explained; 1 the subject is unknown; 2 wrong usage.")]
pub struct Explain {
    /// A request such as `GET /users/{id}/messages`, a permission, its id, a rule, an AADSTS code, or `-` for a pasted error
    #[arg(value_name = "SUBJECT")]
    pub subject: String,
    /// How to print the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
}
