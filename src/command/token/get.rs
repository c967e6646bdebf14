//! `graphgrant token get`: acquires an access token.

use miette::IntoDiagnostic as _;

use crate::cli::{AnswerFormat, FlowName, TokenGet};
use crate::command::token::origin::Origin;
use crate::command::{Context, clock, refuse};
use crate::exit::Exit;
use crate::report::{human, json};
use crate::token::claims::{self, Shape};
use crate::token::inspection::inspect;

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &TokenGet) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    let origin = Origin::new(&catalog, &options.origin, FlowName::ClientSecret, None)?;
    let acquired = match origin.acquire() {
        Ok(acquired) => acquired,
        Err(error) => return refuse(error),
    };
    for remark in &acquired.remarks {
        context.remark(remark);
    }
    if options.print_token {
        let mut line = zeroize::Zeroizing::new(acquired.token.trimmed().to_owned());
        line.push('\n');
        context.write(&line, None)?;
        return Ok(Exit::Fine);
    }
    let shape = claims::read(acquired.token.expose());
    let inspection = match &shape {
        Shape::Readable(claims) => Some(inspect(&catalog, claims, clock::now())),
        Shape::Encrypted | Shape::Mangled(_) | Shape::Opaque => None,
    };
    let text = match options.format {
        AnswerFormat::Human => human::token::inspected(
            &catalog,
            &shape,
            inspection.as_ref(),
            acquired.expires_in,
            context.look(None),
        ),
        AnswerFormat::Json => {
            let expires = acquired.expires_in;
            let answer =
                json::token::Inspected::new(&catalog, &shape, inspection.as_ref(), expires);
            json::text(&answer).into_diagnostic()?
        }
    };
    context.write(&text, None)?;
    Ok(Exit::Fine)
}
