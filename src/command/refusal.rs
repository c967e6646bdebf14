//! `graphgrant explain` of a code, of a rule of `verify`, and of a pasted error.

use std::path::Path;

use miette::IntoDiagnostic as _;

use crate::cli::AnswerFormat;
use crate::command::{Context, warn};
use crate::exit::Exit;
use crate::report::{human, json};
use crate::source::read;
use crate::token::aadsts;
use crate::token::refusal::{Refusal, aadsts_codes};
use crate::verify::probe::of_pasted;

/// The text is no error that is known.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("this is neither an answer of Microsoft Graph nor an error of the identity platform")]
#[diagnostic(
    code(graphgrant::explain::pasted),
    help(
        "paste the whole answer: the status line and the JSON with `error`, or the text with the AADSTS code"
    )
)]
struct NoError;

/// Returns the codes when a subject is one or holds some: `AADSTS65001`, its sentence, or the number alone.
pub fn codes_of(subject: &str) -> Vec<u32> {
    let digits = subject.trim();
    let is_number = digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let mut codes = aadsts_codes(subject);
    if codes.is_empty() && is_number {
        codes.extend(digits.parse::<u32>());
    }
    codes
}

/// Explains codes.
///
/// # Errors
/// When the answer cannot be written.
pub fn codes(context: &Context, codes: &[u32], format: AnswerFormat) -> miette::Result<Exit> {
    let table = aadsts::table();
    let text = match format {
        AnswerFormat::Human => {
            let look = context.look(None);
            let each = codes.iter();
            each.map(|code| human::refusal::code(*code, &table, look))
                .collect()
        }
        AnswerFormat::Json => {
            let refusal = Refusal {
                codes: codes.to_vec(),
                ..Refusal::default()
            };
            let answer = json::refusal::Explanation::of_platform(&refusal, &table);
            json::text(&answer).into_diagnostic()?
        }
    };
    context.write(&text, None)?;
    Ok(if codes.iter().all(|code| table.code(*code).is_some()) {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

/// Explains what is pasted on standard input.
///
/// # Errors
/// When it cannot be read, or the answer not written.
pub fn pasted(context: &Context, format: AnswerFormat) -> miette::Result<Exit> {
    let source = read::text(Path::new(read::STDIN))?;
    let look = context.look(None);
    let text = if let Some(diagnosis) = of_pasted(source.text()) {
        match format {
            AnswerFormat::Human => human::refusal::answer(&diagnosis, look),
            AnswerFormat::Json => {
                json::text(&json::refusal::Explanation::of_graph(&diagnosis)).into_diagnostic()?
            }
        }
    } else if let Some(refusal) = Refusal::of_pasted(source.text()) {
        let table = aadsts::table();
        match format {
            AnswerFormat::Human => human::refusal::refusal(&refusal, &table, look),
            AnswerFormat::Json => {
                let answer = json::refusal::Explanation::of_platform(&refusal, &table);
                json::text(&answer).into_diagnostic()?
            }
        }
    } else {
        warn(&NoError.into());
        return Ok(Exit::Findings);
    };
    context.write(&text, None)?;
    Ok(Exit::Fine)
}
