//! The reading of manifests and of `-e`, for all commands that take them.

use std::path::Path;

use crate::catalog::Catalog;
use crate::cli::Input;
use crate::command::{Context, manifests};
use crate::manifest::init::FILE_NAME;
use crate::manifest::read::{Reading, from_requests, from_source};
use crate::manifest::{Manifest, ManifestError};
use crate::path;
use crate::report::words;
use crate::source::escape::shown;
use crate::source::read::{self, ReadError};
use crate::source::{Named, Source, walk};

/// A manifest with mistakes: all of them.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{what}")]
#[diagnostic(code(graphgrant::manifest))]
struct Mistakes {
    what: String,
    #[source_code]
    source_code: Named,
    #[related]
    all: Vec<ManifestError>,
}

/// Nobody named a manifest, and the usual one is not there.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is no `{FILE_NAME}` here")]
#[diagnostic(code(graphgrant::manifest::missing), help("{help}"))]
struct Missing {
    help: String,
}

/// Somebody named a folder.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{name}` is a folder, and this is about one manifest")]
#[diagnostic(code(graphgrant::manifest::folder), help("{help}"))]
struct IsFolder {
    name: String,
    help: String,
}

/// A manifest has nothing but a policy.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{name}` has a policy alone: there is nothing to plan")]
#[diagnostic(code(graphgrant::manifest::policy_alone), help("{help}"))]
struct PolicyAlone {
    name: String,
    help: String,
}

/// Names what may be meant instead of what stands in a folder.
fn meant_in(folder: &Path) -> Option<String> {
    manifests::named_below(folder).map(|named| {
        format!("name one of those in folders below: {named}; `lock`, `plan --locked` and `diff --manifest` take a folder, too")
    })
}

/// Reads the operations that a command is about.
///
/// # Errors
/// When the manifest cannot be read or has a mistake.
pub fn read(catalog: &Catalog, input: &Input) -> miette::Result<Manifest> {
    if input.operations.is_empty() {
        let path = &input.manifest;
        if walk::is_folder(path) {
            let help = manifests::named_below(path).map_or_else(
                || "it has no operations manifest, nor has a folder below it: `graphgrant init` writes one".to_owned(),
                |named| format!("name one of those in it: {named}; `lock`, `plan --locked` and `diff --manifest` take a folder, too"),
            );
            let name = shown(&path.to_string_lossy());
            return Err(IsFolder { name, help }.into());
        }
        let source = match read::text(path) {
            Err(ReadError::NotFound { .. }) if path.as_os_str() == FILE_NAME => {
                let help = meant_in(Path::new(".")).unwrap_or_else(|| {
                    "`graphgrant init` writes one; `-e 'GET /me'` plans a single request; or name the manifest".to_owned()
                });
                return Err(Missing { help }.into());
            }
            other => other?,
        };
        let manifest = from_text(catalog, &source)?;
        refuse_policy(&manifest, path)?;
        Ok(manifest)
    } else {
        requests(catalog, &input.operations)
    }
}

/// Refuses a manifest that has a policy alone, where it is about apps.
///
/// # Errors
/// When it has.
pub(super) fn refuse_policy(manifest: &Manifest, path: &Path) -> miette::Result<()> {
    if !manifest.is_policy() {
        return Ok(());
    }
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let help = meant_in(folder.unwrap_or(Path::new(".")));
    Err(PolicyAlone {
        name: shown(&path.to_string_lossy()),
        help: help.unwrap_or_else(|| {
            "list what an app calls under `operations:`, here or in a manifest in a folder below".to_owned()
        }),
    }
    .into())
}

/// Reads a manifest's text.
///
/// # Errors
/// When it has a mistake.
pub fn from_text(catalog: &Catalog, source: &Source) -> miette::Result<Manifest> {
    sound(from_source(source, &|url| check_url(catalog, url)))
}

/// Makes a manifest of single requests.
///
/// # Errors
/// When one is no request.
pub fn requests(catalog: &Catalog, requests: &[String]) -> miette::Result<Manifest> {
    sound(from_requests(requests, &|url| check_url(catalog, url)))
}

/// Tells of the apps of which a manifest lists nothing: no plan at all is rarely what is meant.
pub fn warn_of_nothing(context: &Context, manifest: &Manifest) {
    for app in manifest.apps.iter().filter(|app| app.lists_nothing()) {
        let whose = app.name.as_ref().map_or_else(String::new, |name| {
            format!(" of the app `{}`", shown(&name.value))
        });
        context.remark(&format!(
            "the manifest lists no operation{whose}, and neither `permissions` nor `signIn`: nothing is planned"
        ));
    }
}

/// Makes a manifest of the one request that a command is about.
///
/// # Errors
/// When it is no request.
pub fn single(catalog: &Catalog, request: &str) -> miette::Result<Manifest> {
    let request = [request.to_owned()];
    let reading = from_requests(&request, &|url| check_url(catalog, url));
    if reading.errors.is_empty() {
        return Ok(reading.manifest);
    }
    let text = reading.manifest.source.text();
    Err(Mistakes {
        what: "this is no request".to_owned(),
        source_code: Source::new("request", text).to_named(),
        all: reading.errors,
    }
    .into())
}

/// Reads a manifest's text with all its mistakes, which are then no errors.
pub fn reading(catalog: &Catalog, source: &Source) -> Reading {
    from_source(source, &|url| check_url(catalog, url))
}

fn check_url(catalog: &Catalog, url: &str) -> Result<(), String> {
    path::parse(url, &|host| catalog.cloud_of_host(host))
        .map(|_| ())
        .map_err(|error| error.to_string())
}

fn sound(reading: Reading) -> miette::Result<Manifest> {
    if reading.errors.is_empty() {
        return Ok(reading.manifest);
    }
    let source = &reading.manifest.source;
    let count = words::count(reading.errors.len(), "mistake");
    Err(Mistakes {
        what: format!("`{}` has {count}", shown(source.name())),
        source_code: source.to_named(),
        all: reading.errors,
    }
    .into())
}
