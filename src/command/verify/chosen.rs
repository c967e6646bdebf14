//! Which app and which access a token is compared with.

use crate::catalog::model::Access;
use crate::cli::Verify;
use crate::manifest::{App, Manifest};
use crate::source::escape::shown;
use crate::source::suggest;
use crate::token::claims::{Kind, Shape};
use crate::verify::Held;

/// The manifest has several apps, or not the one that is asked for.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{what}")]
#[diagnostic(code(graphgrant::verify::app), help("{help}"))]
pub(super) struct WhichApp {
    what: String,
    help: String,
}

/// Nothing tells whom the token is for.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{what}")]
#[diagnostic(code(graphgrant::verify::which_access), help("{help}"))]
pub(super) struct WhichAccess {
    what: String,
    help: &'static str,
}

impl WhichAccess {
    fn new(shape: &Shape) -> Self {
        let open = "whether it is for a user or for the app alone cannot be told";
        let unread = "say it with `--access delegated` or `--access application`; what the token holds stays unknown, \
                      and `--probe` asks Microsoft Graph what it allows";
        let (what, help) = match shape {
            Shape::Mangled(why) => (
                format!("the token is mangled: it looks like a JSON Web Token, but {why}"),
                "give the whole token; no service takes it as it is",
            ),
            Shape::Encrypted => (
                format!("the token is encrypted, so only its resource can read it: {open}"),
                unread,
            ),
            Shape::Opaque => (
                format!("the token is no JSON Web Token, so only its resource can read it: {open}"),
                unread,
            ),
            Shape::Readable(_) => (
                format!("the token has no `idtyp`, `scp` or `roles`: {open}"),
                "acquire a token for Microsoft Graph, or say it with `--access delegated` or `--access application`",
            ),
        };
        Self { what, help }
    }
}

/// The app that the options choose, or the only one.
pub(super) fn one_app<'a>(
    manifest: &'a Manifest,
    wanted: Option<&str>,
) -> Result<&'a App, WhichApp> {
    let name = |app: &'a App| app.name.as_ref().map(|name| name.value.as_str());
    let names: Vec<&str> = manifest.apps.iter().filter_map(name).collect();
    let list = || {
        let names: Vec<String> = names
            .iter()
            .map(|name| format!("`{}`", shown(name)))
            .collect();
        names.join(", ")
    };
    match (wanted, manifest.apps.as_slice()) {
        (None, [one]) => Ok(one),
        (None, several) => Err(WhichApp {
            what: format!(
                "a token is for one app, and the manifest has {}",
                several.len()
            ),
            help: format!("choose with `--app`: {}", list()),
        }),
        (Some(wanted), apps) => apps
            .iter()
            .find(|app| name(app) == Some(wanted))
            .ok_or_else(|| WhichApp {
                what: format!("the manifest has no app `{}`", shown(wanted)),
                help: shown(&suggest::help(wanted, &names)),
            }),
    }
}

/// The access that is compared: what is asked for, else the token's, else the only one of the manifest.
pub(super) fn access(
    options: &Verify,
    app: &App,
    held: &Held<'_>,
    shape: &Shape,
) -> Result<Access, WhichAccess> {
    if let Some(access) = options.access {
        return Ok(access.into());
    }
    let kind = held.claims.map_or(Kind::Unknown, |claims| claims.kind);
    match (kind, app.access.as_slice()) {
        (Kind::Delegated, _) => Ok(Access::Delegated),
        (Kind::Application, _) => Ok(Access::Application),
        (Kind::Unknown, [one]) => Ok(*one),
        // Only tokens of users come with scopes.
        (Kind::Unknown, _) if held.scope.is_some() => Ok(Access::Delegated),
        (Kind::Unknown, _) => Err(WhichAccess::new(shape)),
    }
}
