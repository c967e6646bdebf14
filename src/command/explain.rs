//! `graphgrant explain`: one operation, one permission or one rule.

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::catalog::model::PermissionId;
use crate::cli::{AnswerFormat, Explain};
use crate::command::{Context, manifest, permission, warn};
use crate::exit::Exit;
use crate::graph;
use crate::lint::rule;
use crate::manifest::model::Audience;
use crate::report::{human, json};
use crate::requirement;
use crate::source::Spanned;

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &Explain) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    if is_request(&options.subject) {
        return operation(context, &catalog, options);
    }
    if let Some(rule) = rule::find(options.subject.trim()) {
        let text = match options.format {
            AnswerFormat::Human => human::rule::explain(rule, context.look(None)),
            AnswerFormat::Json => {
                json::text(&json::rule::Explanation::new(rule)).into_diagnostic()?
            }
        };
        context.write(&text, None)?;
        return Ok(Exit::Fine);
    }
    match permission::find(&catalog, &options.subject) {
        Ok(id) => explain_permission(context, &catalog, id, options.format),
        Err(error) => {
            warn(&error.into());
            Ok(Exit::Findings)
        }
    }
}

/// Permissions are one word without a slash; everything else is meant as a request.
fn is_request(subject: &str) -> bool {
    let subject = subject.trim();
    subject.contains('/') || subject.contains(char::is_whitespace)
}

fn operation(context: &Context, catalog: &Catalog, options: &Explain) -> miette::Result<Exit> {
    let manifest = manifest::requests(catalog, std::slice::from_ref(&options.subject))?;
    let mut exit = Exit::Fine;
    for app in &manifest.apps {
        // Personal accounts are part of the whole answer.
        let mut app = app.clone();
        app.audience = Some(Spanned::new(Audience::AllAccounts, app.span));
        for operation in &app.operations {
            let requirement = requirement::requirement(catalog, &app, operation, &manifest.source);
            if requirement.operation.is_none() {
                exit = Exit::Findings;
            }
            let text = match options.format {
                AnswerFormat::Human => {
                    human::explain::operation(catalog, &requirement, context.look(None))
                }
                AnswerFormat::Json => {
                    let origin = json::requirement::origin(catalog);
                    let answer =
                        json::requirement::Explanation::new(catalog, &origin, &requirement);
                    json::text(&answer).into_diagnostic()?
                }
            };
            context.write(&text, None)?;
        }
    }
    Ok(exit)
}

fn explain_permission(
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
