//! `graphgrant catalog`: the permissions data itself.

use crate::cli::CatalogAction;
use crate::command::Context;
use crate::exit::Exit;

pub mod import;

/// Runs a subcommand of `catalog`.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, action: CatalogAction) -> miette::Result<Exit> {
    match action {
        CatalogAction::Import(options) => import::run(context, &options),
        _ => Ok(Exit::Fine),
    }
}
