//! `graphgrant catalog`: the permissions data itself.

use crate::cli::CatalogAction;
use crate::command::Context;
use crate::exit::Exit;

pub mod check;
pub mod diff;
pub mod export;
pub mod import;
pub mod info;

/// Runs a subcommand of `catalog`.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, action: CatalogAction) -> miette::Result<Exit> {
    match action {
        CatalogAction::Info { format } => info::run(context, format),
        CatalogAction::Check { list, format } => check::run(context, list, format),
        CatalogAction::Export { output } => export::run(context, output.as_deref()),
        CatalogAction::Import(options) => import::run(context, &options),
        CatalogAction::Diff(options) => diff::run(context, &options),
    }
}
