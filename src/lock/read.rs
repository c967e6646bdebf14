//! A text to a lock: a lock file, or the JSON form of a plan.

use miette::Diagnostic;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::lock::model::{Lock, VERSION};
use crate::lock::plan_form;
use crate::source::escape::shown;
use crate::source::{Named, Source, Span};

/// The version of the JSON form of plans that is read.
const PLAN_VERSION: u32 = 1;

/// Why a text is no lock. Texts of the user are escaped.
#[derive(Debug, Clone, Error, Diagnostic)]
pub enum LockError {
    /// It has a mistake.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unreadable(#[from] Box<Unreadable>),
    /// It was written by another version of the program.
    #[error("`{name}` has version {found}, and version {known} is what this program reads")]
    #[diagnostic(
        code(graphgrant::lock::version),
        help("write it again with this program, or use the program that wrote it")
    )]
    Version {
        /// The file.
        name: String,
        /// Its version.
        found: u32,
        /// The version that is read.
        known: u32,
    },
}

impl LockError {
    /// Returns the place of a mistake; the start for a text of another version.
    pub fn span(&self) -> Span {
        match self {
            Self::Unreadable(mistake) => mistake.span,
            Self::Version { .. } => Span::default(),
        }
    }
}

/// A text with a mistake.
#[derive(Debug, Clone, Error, Diagnostic)]
#[error("`{name}` cannot be read as {what}: {message}")]
#[diagnostic(code(graphgrant::lock::unreadable), help("{help}"))]
pub struct Unreadable {
    /// The file.
    name: String,
    /// What it should be.
    what: &'static str,
    /// What is wrong.
    message: String,
    /// What to do.
    help: &'static str,
    /// The text.
    #[source_code]
    text: Named,
    /// Where.
    #[label("here")]
    span: Span,
}

/// What a text is, told by its first keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A lock file.
    Lock,
    /// What `plan --format json` prints.
    Plan,
    /// Something else: a manifest, if anything.
    Other,
}

/// Tells what a text is. One that is broken is told by the key that it names.
pub fn kind(source: &Source) -> Kind {
    let text = source.text().trim_start();
    if !text.starts_with('{') {
        Kind::Other
    } else if text.contains("\"lockVersion\"") {
        Kind::Lock
    } else if text.contains("\"schemaVersion\"") {
        Kind::Plan
    } else {
        Kind::Other
    }
}

/// Reads a lock file.
pub fn lock(source: &Source) -> Result<Lock, LockError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Probe {
        lock_version: u32,
    }
    let what = Expected {
        what: "a lock",
        help: "`graphgrant lock` writes it; take a broken one from git again, or write it anew",
    };
    // A newer form may have any other keys: its version is what has to be told.
    let probe: Probe = parse(source, what)?;
    check(source, probe.lock_version, VERSION)?;
    parse(source, what)
}

/// Reads the JSON form of a plan.
pub fn plan(source: &Source) -> Result<Lock, LockError> {
    let what = Expected {
        what: "a plan",
        help: "`graphgrant plan --format json` prints one",
    };
    let document: plan_form::Document = parse(source, what)?;
    check(source, document.schema_version, PLAN_VERSION)?;
    Ok(document.into_lock())
}

fn check(source: &Source, found: u32, known: u32) -> Result<(), LockError> {
    if found == known {
        return Ok(());
    }
    Err(LockError::Version {
        name: shown(source.name()),
        found,
        known,
    })
}

#[derive(Clone, Copy)]
struct Expected {
    what: &'static str,
    help: &'static str,
}

fn parse<T: DeserializeOwned>(source: &Source, expected: Expected) -> Result<T, LockError> {
    serde_json::from_str(source.text()).map_err(|error| {
        let message = error.to_string();
        // The place is told by the snippet.
        let message = message.split(" at line ").next().unwrap_or_default();
        LockError::from(Box::new(Unreadable {
            name: shown(source.name()),
            what: expected.what,
            message: shown(message),
            help: expected.help,
            text: source.to_named(),
            span: place(source, error.line(), error.column()),
        }))
    })
}

/// The place of a line and a column in bytes, both from 1.
fn place(source: &Source, line: usize, column: usize) -> Span {
    let text = source.text();
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = before.map(str::len).sum();
    let at = text.floor_char_boundary(start + column.saturating_sub(1));
    Span::new(at, text.ceil_char_boundary(at + 1))
}
