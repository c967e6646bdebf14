//! `graphgrant explain` of a request.

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::catalog::model::Method;
use crate::cli::AnswerFormat;
use crate::command::{Context, manifest};
use crate::exit::Exit;
use crate::manifest::Manifest;
use crate::manifest::model::Audience;
use crate::path::{self, Version};
use crate::report::{human, json};
use crate::requirement::{self, Requirement};
use crate::source::Spanned;
use crate::source::escape::shown;

/// A path without a method.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{path}` has no method")]
#[diagnostic(code(graphgrant::explain::missing_method), help("{help}"))]
struct NoMethod {
    path: String,
    help: String,
}

/// Returns whether a subject is meant as a request: it has a method or a path.
pub(super) fn is_meant(subject: &str) -> bool {
    let mut words = subject.split_whitespace();
    let first = words.next().unwrap_or_default();
    let is_method = |word: &str| {
        Method::ALL
            .iter()
            .any(|method| method.name().eq_ignore_ascii_case(word))
    };
    subject.contains('/') || (is_method(first) && words.next().is_some())
}

/// Explains a request.
pub(super) fn explain(
    context: &Context,
    catalog: &Catalog,
    subject: &str,
    format: AnswerFormat,
) -> miette::Result<Exit> {
    let is_bare = !subject.contains(char::is_whitespace);
    if is_bare && path::parse(subject, &|host| catalog.cloud_of_host(host)).is_ok() {
        return Err(no_method(catalog, subject)?.into());
    }
    let manifest = manifest::single(catalog, subject)?;
    let mut exit = Exit::Fine;
    for requirement in requirements(catalog, &manifest) {
        if requirement.operation.is_none() {
            exit = Exit::Findings;
        }
        let text = match format {
            AnswerFormat::Human => {
                human::explain::operation(catalog, &requirement, context.look(None))
            }
            AnswerFormat::Json => {
                let origin = json::requirement::origin(catalog);
                let answer = json::requirement::Explanation::new(catalog, &origin, &requirement);
                json::text(&answer).into_diagnostic()?
            }
        };
        context.write(&text, None)?;
        if is_beta(catalog, &requirement.request) && requirement.operation.is_some() {
            context.remark(
                "the permissions data does not tell versions apart: this answer is for `v1.0` and `beta` alike",
            );
        }
    }
    Ok(exit)
}

fn requirements(catalog: &Catalog, manifest: &Manifest) -> Vec<Requirement> {
    let mut found = Vec::new();
    for app in &manifest.apps {
        // Personal accounts are part of the whole answer.
        let mut app = app.clone();
        app.audience = Some(Spanned::new(Audience::AllAccounts, app.span));
        for operation in &app.operations {
            found.push(requirement::requirement(
                catalog,
                &app,
                operation,
                &manifest.source,
            ));
        }
    }
    found
}

fn is_beta(catalog: &Catalog, request: &str) -> bool {
    let url = request.split_whitespace().nth(1).unwrap_or_default();
    let url = path::parse(url, &|host| catalog.cloud_of_host(host));
    url.is_ok_and(|url| url.version == Some(Version::Beta))
}

/// Says which methods a path is known to take.
fn no_method(catalog: &Catalog, path: &str) -> miette::Result<NoMethod> {
    let mut known = Vec::new();
    for method in Method::ALL {
        let request = format!("{} {path}", method.name());
        let manifest = manifest::single(catalog, &request)?;
        let found = requirements(catalog, &manifest);
        if found.iter().any(|found| found.operation.is_some()) {
            known.push(format!("`{}`", shown(&request)));
        }
    }
    Ok(NoMethod {
        path: shown(path),
        help: if known.is_empty() {
            format!(
                "write the HTTP method first, as in `GET {}`; no method of this path is known",
                shown(path)
            )
        } else {
            format!("explain one of {}", known.join(", "))
        },
    })
}
