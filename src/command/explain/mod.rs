//! `graphgrant explain`: an operation, a permission, a rule, an id, an error code, or a pasted error.

mod identifier;
mod request;

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::catalog::model::PermissionId;
use crate::cli::{AnswerFormat, Explain};
use crate::command::{Context, refusal, warn};
use crate::exit::Exit;
use crate::graph;
use crate::lint::rule;
use crate::report::{human, json};
use crate::source::escape::shown;
use crate::source::read;
use crate::source::suggest;
use crate::verify;

/// Nothing is known by that name.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is nothing to explain by the name `{name}`")]
#[diagnostic(code(graphgrant::explain::unknown), help("{help}"))]
struct Unknown {
    name: String,
    help: String,
}

/// What all can be explained.
const SUBJECTS: &str = "give a request (`GET /me/messages`), a permission (`Mail.Read`) or its id, a rule of `lint` or \
                        `verify` (`GG001`, `missing-permission`), an error code (`AADSTS65001`), the id of an app or \
                        directory role, or `-` to paste an answer";

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &Explain) -> miette::Result<Exit> {
    let subject = options.subject.trim();
    if subject == read::STDIN {
        return refusal::pasted(context, options.format);
    }
    let codes = refusal::codes_of(subject);
    if !codes.is_empty() {
        return refusal::codes(context, &codes, options.format);
    }
    let catalog = context.catalog()?;
    if request::is_meant(subject) {
        return request::explain(context, &catalog, subject, options.format);
    }
    if let Some(rule) = rule::find(subject).or_else(|| verify::rule::find(subject)) {
        let text = match options.format {
            AnswerFormat::Human => human::rule::explain(rule, context.look(None)),
            AnswerFormat::Json => {
                json::text(&json::rule::Explanation::new(rule)).into_diagnostic()?
            }
        };
        context.write(&text, None)?;
        return Ok(Exit::Fine);
    }
    if let Some(id) = catalog.find_permission(subject) {
        return permission(context, &catalog, id, options.format);
    }
    if let Some(found) = identifier::find(&catalog, subject) {
        return identifier::explain(context, &catalog, subject, &found, options.format);
    }
    warn(&unknown(&catalog, subject).into());
    Ok(Exit::Findings)
}

fn unknown(catalog: &Catalog, subject: &str) -> Unknown {
    let rules = rule::TABLE.iter().map(|rule| rule.rule().name);
    let rules = rules.chain(verify::rule::ALL.iter().map(|rule| rule.name));
    let permissions = catalog.permission_ids().map(|id| catalog.name(id));
    let nearest =
        suggest::nearest(subject, permissions).or_else(|| suggest::nearest(subject, rules));
    Unknown {
        name: shown(subject),
        help: match nearest {
            Some(nearest) => format!("did you mean `{}`? Otherwise {SUBJECTS}", shown(nearest)),
            None => SUBJECTS.to_owned(),
        },
    }
}

fn permission(
    context: &Context,
    catalog: &Catalog,
    id: PermissionId,
    format: AnswerFormat,
) -> miette::Result<Exit> {
    let known = graph::permission::known(catalog, id);
    let text = match format {
        AnswerFormat::Human => human::explain::permission(catalog, &known, context.look(None)),
        AnswerFormat::Json => {
            let answer = json::permission::Explanation::new(catalog, &known);
            json::text(&answer).into_diagnostic()?
        }
    };
    context.write(&text, None)?;
    Ok(Exit::Fine)
}
