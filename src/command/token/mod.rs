//! `graphgrant token`: acquiring and reading access tokens.

pub mod dialogue;
pub mod get;
pub mod inspect;
pub mod origin;

use crate::cli::TokenAction;
use crate::command::Context;
use crate::exit::Exit;

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, action: &TokenAction) -> miette::Result<Exit> {
    match action {
        TokenAction::Get(options) => get::run(context, options),
        TokenAction::Inspect(options) => inspect::run(context, options),
    }
}
