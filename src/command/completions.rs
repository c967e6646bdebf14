//! `graphgrant completions`: made from the one definition of the command line.

use clap_complete::Shell;

use crate::command::Context;
use crate::exit::Exit;

/// Runs the command.
///
/// # Errors
/// When the result cannot be written.
pub fn run(context: &Context, shell: Shell, mut command: clap::Command) -> miette::Result<Exit> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut script);
    context.write(&String::from_utf8_lossy(&script), None)?;
    Ok(Exit::Fine)
}
