//! `graphgrant query`: questions about the catalog's order and reach.

mod plan;

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::cli::{AnswerFormat, Query, Question};
use crate::command::{Context, permission};
use crate::exit::Exit;
use crate::graph::query;
use crate::report::human;
use crate::report::json::{self, answer};

/// Runs the command.
///
/// # Errors
/// When a permission is unknown, or inputs cannot be read or results not written.
pub fn run(context: &Context, options: &Query) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    let text = answer(context, &catalog, options)?;
    context.write(&text, None)?;
    Ok(Exit::Fine)
}

fn answer(context: &Context, catalog: &Catalog, options: &Query) -> miette::Result<String> {
    let look = context.look(None);
    let access: Option<Access> = options.access.map(Into::into);
    let is_wanted = |of| access.is_none_or(|only| only == of);
    let is_human = options.format == AnswerFormat::Human;
    match &options.question {
        Question::Needs {
            permission,
            input,
            app,
        } => plan::needs(
            context,
            catalog,
            options,
            (permission, input, app.as_deref()),
        ),
        Question::WhatIf {
            input,
            drop,
            add,
            app,
        } => match (drop, add) {
            (Some(drop), _) => {
                plan::without(context, catalog, options, (drop, input, app.as_deref()))
            }
            (None, Some(add)) => {
                plan::with(context, catalog, options, (add, input, app.as_deref()))
            }
            // The command line asks for one of the two.
            (None, None) => Ok(String::new()),
        },
        Question::Opens { permission } => {
            let id = permission::find(catalog, permission)?;
            let mut opened = query::opens(catalog, id);
            opened.retain(|one| is_wanted(one.scheme.access()));
            if is_human {
                return Ok(human::query::opens(catalog, id, &opened, look));
            }
            json::text(&answer::Opens::new(catalog, id, &opened)).into_diagnostic()
        }
        Question::Covers { upper, lower } => {
            let pair = [
                permission::find(catalog, upper)?,
                permission::find(catalog, lower)?,
            ];
            let [upper, lower] = pair;
            let mut found = query::covers(catalog, upper, lower);
            found.retain(|one| is_wanted(one.access));
            if is_human {
                return Ok(human::query::covers(catalog, pair, &found, look));
            }
            json::text(&answer::Covers::new(catalog, pair, &found)).into_diagnostic()
        }
        Question::Between { first, second } => {
            let pair = [
                permission::find(catalog, first)?,
                permission::find(catalog, second)?,
            ];
            let [first, second] = pair;
            let mut found = query::between(catalog, first, second);
            found.retain(|one| is_wanted(one.access));
            if is_human {
                return Ok(human::query::between(catalog, pair, &found, look));
            }
            json::text(&answer::Between::new(catalog, pair, &found)).into_diagnostic()
        }
    }
}
