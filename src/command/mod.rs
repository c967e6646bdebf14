//! One file per subcommand: read inputs, call the core, hand the result to `report`. No analysis here.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use clap::CommandFactory as _;
use miette::{IntoDiagnostic as _, MietteHandlerOpts, WrapErr as _};
use serde::Serialize;

use crate::catalog::{Catalog, bundled};
use crate::cli::{Cli, Color, Command, Global};
use crate::exit::Exit;
use crate::report::Look;
use crate::report::json;
use crate::report::look::Colour;
use crate::source::escape::acts;
use crate::source::{read, write};
use crate::token::TokenError;

pub mod app;
pub mod catalog;
pub mod clock;
pub mod compare;
pub mod completions;
pub mod consent;
pub mod diff;
pub mod explain;
pub mod graph;
pub mod init;
pub mod lint;
pub mod lock;
pub mod man;
pub mod manifest;
mod manifests;
mod misuse;
pub mod permission;
pub mod plan;
pub mod query;
pub mod random;
pub mod refusal;
pub mod status;
pub mod token;
pub mod verify;

pub use misuse::misuse;

/// The columns of a line when there is no terminal that has any.
const WIDTH: usize = 100;

/// How many bytes of JSON are written together. Larger pieces cost more memory than they save calls.
const PIECE: usize = 16 << 10;

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

/// Standard output is closed or full.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("standard output cannot be written")]
#[diagnostic(
    code(graphgrant::output),
    help("check where the output goes, or write to a file with `-o`")
)]
struct Unwritable {
    #[source]
    reason: io::Error,
}

fn told(written: io::Result<()>) -> miette::Result<()> {
    match written {
        // A reader that went away (`| head`) has what it wanted, and the verdict stays.
        Err(reason) if reason.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|reason| Unwritable { reason }.into()),
    }
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
        if let Some(path) = output {
            return Ok(write::file(
                path,
                text.as_bytes(),
                write::Existing::Replace,
            )?);
        }
        let mut stdout = io::stdout().lock();
        let written = if acts(text) {
            let mut stream = anstream::AutoStream::new(stdout, self.choice());
            stream
                .write_all(text.as_bytes())
                .and_then(|()| stream.flush())
        } else {
            // There is nothing to strip or to translate, and looking for it takes longer than writing.
            stdout
                .write_all(text.as_bytes())
                .and_then(|()| stdout.flush())
        };
        told(written)
    }

    /// Writes the JSON of a value to standard output, piece by piece, or to a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_json<T: Serialize>(&self, value: &T, output: Option<&Path>) -> miette::Result<()> {
        if output.is_some() {
            return self.write(&json::text(value).into_diagnostic()?, output);
        }
        // JSON escapes what acts on a terminal: there is nothing to strip.
        let mut stdout = BufWriter::with_capacity(PIECE, io::stdout().lock());
        let written = json::write(value, &mut stdout).map_err(io::Error::from);
        told(written.and_then(|()| stdout.flush()))
    }

    /// Tells something about a result on standard error.
    pub fn remark(&self, text: &str) {
        tell(&format!("note: {text}"));
    }

    /// Returns how a result for people looks: colours and terminal width do not belong into files.
    pub const fn look(&self, output: Option<&Path>) -> Look {
        let is_file = output.is_some();
        Look {
            width: if is_file { WIDTH } else { self.width },
            colour: if self.colour && !is_file {
                Colour::On
            } else {
                Colour::Off
            },
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
    let wish = cli.global.color;
    let width =
        terminal_size::terminal_size_of(io::stdout()).map_or(WIDTH, |(size, _)| size.0.into());
    let diagnostics_colour = wants_colour(wish, &io::stderr());
    // Fails only when a hook is set already, and then diagnostics look as that one wants.
    let _ = miette::set_hook(Box::new(move |_| {
        Box::new(
            MietteHandlerOpts::new()
                .color(diagnostics_colour)
                .terminal_links(false)
                .width(width.max(40))
                .build(),
        )
    }));
    let context = Context {
        colour: wants_colour(wish, &io::stdout()),
        width,
        global: cli.global,
    };
    match cli.command {
        Command::Init(options) => init::run(&context, &options),
        Command::Plan(options) => plan::run(&context, &options),
        Command::Compare(options) => compare::run(&context, &options),
        Command::Lint(options) => lint::run(&context, &options),
        Command::Lock(options) => lock::run(&context, &options),
        Command::Diff(options) => diff::run(&context, &options),
        Command::Consent(consent) => consent::run(&context, consent.action),
        Command::Status(options) => status::run(&context, &options),
        Command::Explain(options) => explain::run(&context, &options),
        Command::Graph(options) => graph::run(&context, &options),
        Command::Query(options) => query::run(&context, &options),
        Command::Token(options) => token::run(&context, &options.action),
        Command::Verify(options) => verify::run(&context, &options),
        Command::Catalog(catalog) => catalog::run(&context, catalog.action),
        Command::Completions { shell } => completions::run(&context, shell, Cli::command()),
        Command::Man => man::run(&context, Cli::command()),
    }
}

fn wants_colour(wish: Color, stream: &impl anstream::stream::RawStream) -> bool {
    match wish {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
    }
}

/// Prints a line to standard error.
fn tell(text: &str) {
    // Nothing is left to do when standard error cannot be written either.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Prints what is wrong with an input, without ending the run.
pub fn warn(report: &miette::Report) {
    tell(&format!("{report:?}"));
}

/// Ends a run that got no token: with [`Exit::Remote`] when the platform refused or could not be reached.
///
/// # Errors
/// When it is the user's to mend.
pub fn refuse(error: TokenError) -> miette::Result<Exit> {
    if !error.is_remote() {
        return Err(error.into());
    }
    warn(&error.into());
    Ok(Exit::Remote)
}

/// Prints why a command could not do its job.
pub fn fail(report: &miette::Report) -> Exit {
    warn(report);
    Exit::Usage
}
