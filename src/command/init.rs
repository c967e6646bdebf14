//! `graphgrant init`: the starter manifest.

use crate::cli::Init;
use crate::command::Context;
use crate::exit::Exit;
use crate::manifest::init::STARTER;
use crate::source::escape::shown;
use crate::source::write::{self, Existing, WriteError};

/// The file is there, and nobody said to replace it.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{name}` already exists")]
#[diagnostic(
    code(graphgrant::init::exists),
    help("`--force` replaces it; or name another file")
)]
struct Exists {
    name: String,
}

/// Runs the command.
///
/// # Errors
/// When the file is there and must stay, or cannot be written.
pub fn run(context: &Context, options: &Init) -> miette::Result<Exit> {
    let existing = if options.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    match write::file(&options.file, STARTER.as_bytes(), existing) {
        Ok(()) => {}
        Err(WriteError::Exists { name }) => return Err(Exists { name }.into()),
        Err(error) => return Err(error.into()),
    }
    let name = shown(&options.file.to_string_lossy());
    let next = if name == crate::manifest::init::FILE_NAME {
        "graphgrant plan".to_owned()
    } else {
        format!("graphgrant plan {name}")
    };
    context.write(
        &format!("wrote {name}; list what the app calls in it, then run `{next}`\n"),
        None,
    )?;
    Ok(Exit::Fine)
}
