//! `graphgrant man`: one page for the program and all its commands, made from the definition of the
//! command line.

use clap::Command;
use clap_mangen::Man;
use miette::IntoDiagnostic as _;

use crate::command::Context;
use crate::exit::Exit;

/// Runs the command.
///
/// # Errors
/// When the result cannot be written.
pub fn run(context: &Context, mut command: Command) -> miette::Result<Exit> {
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone())
        .render(&mut page)
        .into_diagnostic()?;
    let mut text = String::from_utf8_lossy(&page).into_owned();
    sections(&command, "", &mut text)?;
    context.write(&text, None)?;
    Ok(Exit::Fine)
}

/// Adds a section for each command below.
fn sections(command: &Command, prefix: &str, text: &mut String) -> miette::Result<()> {
    for below in command.get_subcommands() {
        let name = format!("{prefix}{}", below.get_name());
        if below.get_name() == "help" {
            continue;
        }
        let man = Man::new(below.clone());
        let mut section = Vec::new();
        man.render_synopsis_section(&mut section)
            .and_then(|()| man.render_description_section(&mut section))
            .and_then(|()| man.render_options_section(&mut section))
            .and_then(|()| man.render_extra_section(&mut section))
            .into_diagnostic()?;
        text.push_str(&format_section(&name, &String::from_utf8_lossy(&section)));
        sections(below, &format!("{name} "), text)?;
    }
    Ok(())
}

/// Makes the sections of a page into parts of one section.
fn format_section(name: &str, section: &str) -> String {
    let title = name.to_uppercase();
    format!(".SH \"{title}\"\n{}", section.replace(".SH ", ".SS "))
}
