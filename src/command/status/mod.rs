//! `graphgrant status`: needed, declared, granted and in the token, in one table.

mod live;

use miette::IntoDiagnostic as _;

use crate::cli::{ReportFormat, Status};
use crate::command::{Context, app, consent, manifest, warn};
use crate::consent::granted::{self, of_client};
use crate::consent::status::{self, Inputs};
use crate::consent::token::TokenClaims;
use crate::exit::Exit;
use crate::report::consent::status as words;
use crate::report::json;
use crate::source::Source;
use crate::source::read;

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &Status) -> miette::Result<Exit> {
    app::output_is_another(&options.part.input, options.part.output.as_deref())?;
    let catalog = context.catalog()?;
    let manifest = manifest::read(&catalog, &options.part.input)?;
    let (planned, mut exit) = consent::planned(&catalog, &manifest, &options.part)?;
    let files = options.declared.iter().chain(&options.granted);
    let files: Vec<Source> = files
        .map(|path| {
            let bytes = read::bytes(path, granted::LIMIT)?;
            read::decode(path.to_string_lossy(), bytes)
        })
        .collect::<Result<_, _>>()?;
    let mut files = files;
    if options.live {
        let planned = planned.iter().map(|planned| planned.app);
        for app in planned {
            match live::read(&catalog, &options.origin, app) {
                Ok(found) => files.extend(found),
                Err(error) if error.is_remote() => {
                    warn(&error.into());
                    return Ok(Exit::Remote);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    let granted = granted::read(&files)?;
    let token = match &options.token {
        Some(path) => Some(TokenClaims::read(&read::text(path)?)?),
        None => None,
    };
    let mut apps = Vec::new();
    for planned in planned {
        let client_id = planned.app.client_id.as_ref().map(|id| id.value.as_str());
        let holding = of_client(&catalog, &granted, client_id)?;
        let found = status::status(&Inputs {
            catalog: &catalog,
            app: planned.app,
            plan: &planned.plan,
            granted: &granted,
            holding: &holding,
            token: token.as_ref(),
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
