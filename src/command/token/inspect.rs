//! `graphgrant token inspect`: an access token, decoded and not verified.

use std::path::Path;

use miette::IntoDiagnostic as _;

use crate::cli::{AnswerFormat, TokenInspect};
use crate::command::{Context, clock};
use crate::exit::Exit;
use crate::report::{human, json};
use crate::source::read;
use crate::token::Environment;
use crate::token::claims::{self, Shape};
use crate::token::flow::given;
use crate::token::inspection::inspect;

/// The largest input, in bytes.
const LIMIT: u64 = 1 << 20;

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &TokenInspect) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    let acquired = match &options.token_env {
        Some(name) => given::from_environment(&Environment::of_process(), name)?,
        None => given::from_bytes(read::bytes(Path::new(read::STDIN), LIMIT)?)?,
    };
    let shape = claims::read(acquired.token.expose());
    let (inspection, exit) = match &shape {
        Shape::Readable(claims) => (Some(inspect(&catalog, claims, clock::now())), Exit::Fine),
        Shape::Encrypted | Shape::Mangled(_) | Shape::Opaque => (None, Exit::Findings),
    };
    let text = match options.format {
        AnswerFormat::Human => human::token::inspected(
            &catalog,
            &shape,
            inspection.as_ref(),
            None,
            context.look(None),
        ),
        AnswerFormat::Json => {
            let answer = json::token::Inspected::new(&catalog, &shape, inspection.as_ref(), None);
            json::text(&answer).into_diagnostic()?
        }
    };
    context.write(&text, None)?;
    Ok(exit)
}
