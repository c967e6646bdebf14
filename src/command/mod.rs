//! One file per subcommand: read inputs, call the core, hand the result to `report`. No analysis here.

use std::io::Write;
use std::path::Path;

use miette::{IntoDiagnostic as _, WrapErr as _};

use crate::catalog::{Catalog, bundled};
use crate::cli::{Cli, Color, Command, Global};
use crate::exit::Exit;
use crate::source::{read, write};

pub mod catalog;

/// The world as commands see it.
#[derive(Debug)]
pub struct Context {
    /// Whether results are coloured.
    pub colour: bool,
    /// The columns of the terminal, or a readable width when there is none.
    pub width: usize,
    /// The options of every command.
    pub global: Global,
}

impl Context {
    /// Opens the catalog: the bundled one, unless `--catalog` names another.
    ///
    /// # Errors
    /// When the named file cannot be read or is no catalog.
    pub fn catalog(&self) -> miette::Result<Catalog> {
        match &self.global.catalog {
            None => bundled::open().into_diagnostic(),
            Some(path) => open(path),
        }
    }

    /// Writes a result to standard output, or to a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, text: &str, output: Option<&Path>) -> miette::Result<()> {
        match output {
            Some(path) => Ok(write::file(
                path,
                text.as_bytes(),
                write::Existing::Replace,
            )?),
            None => anstream::AutoStream::new(std::io::stdout(), self.choice())
                .write_all(text.as_bytes())
                .into_diagnostic()
                .wrap_err("standard output cannot be written"),
        }
    }

    const fn choice(&self) -> anstream::ColorChoice {
        if self.colour {
            anstream::ColorChoice::Always
        } else {
            anstream::ColorChoice::Never
        }
    }
}

/// The largest compiled catalog that is read, in bytes.
const CATALOG_LIMIT: u64 = 64 * 1024 * 1024;

/// Opens a compiled catalog from a file.
///
/// # Errors
/// When the file cannot be read or is no catalog.
pub fn open(path: &Path) -> miette::Result<Catalog> {
    let bytes = read::bytes(path, CATALOG_LIMIT)?;
    Catalog::from_bytes(bytes)
        .into_diagnostic()
        .wrap_err_with(|| format!("`{}` cannot be used as a catalog", path.display()))
}

/// Runs a command.
///
/// # Errors
/// When inputs cannot be read or results not written: the caller exits with [`Exit::Usage`].
pub fn run(cli: Cli) -> miette::Result<Exit> {
    let context = Context {
        colour: wants_colour(cli.global.color),
        width: 100,
        global: cli.global,
    };
    match cli.command {
        Command::Catalog(catalog) => catalog::run(&context, catalog.action),
        _ => Ok(Exit::Fine),
    }
}

fn wants_colour(wish: Color) -> bool {
    match wish {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
        }
    }
}

/// Prints why a command could not do its job.
pub fn fail(report: &miette::Report) -> Exit {
    // A reader that went away (`| head`) is no failure.
    let is_broken_pipe = report.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    });
    if is_broken_pipe {
        return Exit::Fine;
    }
    // Nothing is left to do when standard error cannot be written either.
    let _ = writeln!(anstream::stderr(), "{report:?}");
    Exit::Usage
}
