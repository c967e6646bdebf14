//! `graphgrant catalog diff OLD NEW`: what changed between two catalogs, and which operations it touches.

use std::path::Path;

use miette::IntoDiagnostic as _;

use crate::catalog::diff::{self, Changes};
use crate::catalog::{Catalog, bundled};
use crate::cli::{AnswerFormat, Diff, Input};
use crate::command::catalog::import;
use crate::command::{Context, manifest, open};
use crate::exit::Exit;
use crate::report;
use crate::requirement::change::{Touched, touched};
use crate::requirement::requirements;

/// Runs the command. The exit code says whether anything relevant changed: with a manifest, whether one of
/// its operations is touched.
///
/// # Errors
/// When a catalog or the manifest cannot be read.
pub fn run(context: &Context, options: &Diff) -> miette::Result<Exit> {
    let old = load(&options.old)?;
    let new = load(&options.new)?;
    let changes = diff::diff(&old, &new);
    let touched = match &options.manifest {
        Some(path) => Some(touched_by(path, &old, &new)?),
        None => None,
    };
    let text = match options.format {
        AnswerFormat::Human => report::diff::human(&changes, touched.as_deref()),
        AnswerFormat::Json => report::diff::json(&changes, touched.as_deref()).into_diagnostic()?,
    };
    context.write(&text, None)?;
    Ok(exit(&changes, touched.as_deref()))
}

fn exit(changes: &Changes, touched: Option<&[Touched]>) -> Exit {
    let is_same = touched.map_or(
        changes.permissions.is_empty() && changes.operations.is_empty(),
        <[_]>::is_empty,
    );
    if is_same { Exit::Fine } else { Exit::Findings }
}

fn load(path: &Path) -> miette::Result<Catalog> {
    if path == Path::new("bundled") {
        bundled::open().into_diagnostic()
    } else if path.is_dir() {
        import::compile_folder(path)
    } else {
        open(path)
    }
}

/// The operations of the manifest whose needs are other ones in the newer catalog.
fn touched_by(path: &Path, old: &Catalog, new: &Catalog) -> miette::Result<Vec<Touched>> {
    let input = Input {
        manifest: path.to_owned(),
        operations: Vec::new(),
    };
    let manifest = manifest::read(new, &input)?;
    let mut all = Vec::new();
    for app in &manifest.apps {
        let before = requirements(old, app, &manifest.source);
        let after = requirements(new, app, &manifest.source);
        all.extend(touched((old, &before), (new, &after)));
    }
    Ok(all)
}
