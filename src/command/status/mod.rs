//! `graphgrant status`: needed, declared, granted and in the token, in one table.

mod live;

use std::path::PathBuf;

use miette::IntoDiagnostic as _;

use crate::cli::{ReportFormat, Status};
use crate::command::{Context, app, clock, consent, manifest, warn};
use crate::consent::granted::{self, of_client};
use crate::consent::status::{self, Inputs};
use crate::consent::token::TokenClaims;
use crate::exit::Exit;
use crate::report::consent::status as words;
use crate::report::json;
use crate::source::Source;
use crate::source::escape::shown;
use crate::source::read;

/// A file was given for another set than it is of.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{name}` {what}, and `--{given}` takes {takes}")]
#[diagnostic(code(graphgrant::status::wrong_file), help("{help}"))]
struct WrongFile {
    name: String,
    what: &'static str,
    given: &'static str,
    takes: &'static str,
    help: &'static str,
}

/// The set that a file is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Declared,
    Granted,
}

impl Set {
    const fn option(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Granted => "granted",
        }
    }
}

/// Reads the exports of a set.
fn exports(paths: &[PathBuf], set: Set) -> miette::Result<Vec<Source>> {
    let mut files = Vec::new();
    for path in paths {
        let bytes = read::bytes(path, granted::LIMIT)?;
        let file = read::decode(path.to_string_lossy(), bytes)?;
        let told = granted::read(std::slice::from_ref(&file))?;
        let wrong = match set {
            // An empty list that does not say of what, as `az rest --query` leaves it.
            Set::Declared | Set::Granted if !told.tells_anything() => Some(WrongFile {
                name: shown(file.name()),
                what: "is an empty list that does not say of what",
                given: set.option(),
                takes: "exports that say what they are of",
                help: "export it again with its `@odata.context`, as Microsoft Graph and `az rest` without `--query` answer",
            }),
            Set::Declared if !told.tells_declared() => Some(WrongFile {
                name: shown(file.name()),
                what: if told.tells_granted() {
                    "says what is granted"
                } else {
                    "does not say what is declared"
                },
                given: "declared",
                takes: "an app registration with its `requiredResourceAccess`",
                help: "give it with `--granted`; the registration is what `az ad app show --id CLIENT_ID` prints",
            }),
            Set::Granted if !told.tells_granted() => Some(WrongFile {
                name: shown(file.name()),
                what: "is an app registration, which says what is declared",
                given: "granted",
                takes: "delegated grants, app role assignments and service principals",
                help: "give it with `--declared`; declaring grants nothing",
            }),
            Set::Declared | Set::Granted => None,
        };
        if let Some(wrong) = wrong {
            return Err(wrong.into());
        }
        files.push(file);
    }
    Ok(files)
}

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &Status) -> miette::Result<Exit> {
    app::output_is_another(&options.part.input, options.part.output.as_deref())?;
    let catalog = context.catalog()?;
    let manifest = manifest::read(&catalog, &options.part.input)?;
    let (planned, mut exit) = consent::planned(&catalog, &manifest, &options.part)?;
    let mut files = exports(&options.declared, Set::Declared)?;
    files.extend(exports(&options.granted, Set::Granted)?);
    // What a tenant says of one app, so that an empty list is known to be its own.
    let mut live = Vec::new();
    if options.live {
        let planned: Vec<_> = planned.iter().map(|planned| planned.app).collect();
        match live::read(&catalog, &options.origin, &planned) {
            Ok(told) => {
                for found in told {
                    live.push([files.clone(), found.files].concat());
                    if let Some(remark) = found.remark {
                        context.remark(&remark);
                    }
                }
            }
            Err(error) if error.is_remote() => {
                warn(&error.into());
                return Ok(Exit::Remote);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let token = match &options.token {
        Some(path) => Some(TokenClaims::read(&catalog, &read::text(path)?)?),
        None => None,
    };
    let mut apps = Vec::new();
    for (at, planned) in planned.into_iter().enumerate() {
        let granted = granted::read(live.get(at).unwrap_or(&files))?;
        let client_id = planned.app.client_id.as_ref().map(|id| id.value.as_str());
        let holding = of_client(&catalog, &granted, client_id)?;
        let found = status::status(&Inputs {
            catalog: &catalog,
            app: planned.app,
            plan: &planned.plan,
            asked: options.part.access.map(Into::into),
            granted: &granted,
            holding: &holding,
            token: token.as_ref(),
            now: clock::now(),
        });
        if found.has_fault() {
            exit = Exit::Findings;
        }
        apps.push((planned, found));
    }
    let output = options.part.output.as_deref();
    let text = match options.format {
        ReportFormat::Human => words::page(&catalog, &apps).to_human(context.look(output)),
        ReportFormat::Markdown => words::page(&catalog, &apps).to_markdown(),
        ReportFormat::Json => {
            json::text(&json::status::Document::new(&catalog, &apps)).into_diagnostic()?
        }
    };
    context.write(&text, output)?;
    Ok(exit)
}
