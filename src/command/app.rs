//! The options that all commands about a manifest's apps share.

use std::path::Path;

use crate::cli::Input;
use crate::manifest::{App, Manifest};
use crate::source::escape::shown;
use crate::source::suggest;

/// The app asked for is not in the manifest.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the manifest has no app `{name}`")]
#[diagnostic(code(graphgrant::plan::unknown_app), help("{help}"))]
struct UnknownApp {
    name: String,
    help: String,
}

/// The report would replace the manifest it is about.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`--output` names the manifest itself")]
#[diagnostic(
    code(graphgrant::plan::output_is_input),
    help("choose another file for the report")
)]
struct OutputIsInput;

/// Refuses to write a report over the manifest that it is about.
///
/// # Errors
/// When the output is the manifest.
pub fn output_is_another(input: &Input, output: Option<&Path>) -> miette::Result<()> {
    if output == Some(input.manifest.as_path()) {
        return Err(OutputIsInput.into());
    }
    Ok(())
}

/// An output for one app, and a manifest of several.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("this output is for one app, and the manifest has {count}")]
#[diagnostic(
    code(graphgrant::plan::several_apps),
    help("choose with `--app`: {apps}")
)]
pub struct SeveralApps {
    count: usize,
    apps: String,
}

/// Returns the refusal of a manifest with several apps.
pub fn several<'a>(apps: impl Iterator<Item = &'a App>) -> SeveralApps {
    let mut count = 0;
    let mut names = Vec::new();
    for app in apps {
        count += 1;
        names.extend(
            app.name
                .as_ref()
                .map(|name| format!("`{}`", shown(&name.value))),
        );
    }
    SeveralApps {
        count,
        apps: names.join(", "),
    }
}

/// Returns the only app that the options choose.
///
/// # Errors
/// When the manifest has no such app, or several and none was chosen.
pub fn one<'a>(manifest: &'a Manifest, wanted: Option<&str>) -> miette::Result<&'a App> {
    match chosen(manifest, wanted)?.as_slice() {
        [app] => Ok(app),
        apps => Err(several(apps.iter().copied()).into()),
    }
}

/// The apps that the options choose.
///
/// # Errors
/// When the manifest has no such app.
pub fn chosen<'a>(manifest: &'a Manifest, wanted: Option<&str>) -> miette::Result<Vec<&'a App>> {
    let name = |app: &'a App| app.name.as_ref().map(|name| name.value.as_str());
    let names: Vec<&str> = manifest.apps.iter().filter_map(name).collect();
    let Some(wanted) = wanted else {
        return Ok(manifest.apps.iter().collect());
    };
    let mut apps = manifest.apps.iter();
    if let Some(app) = apps.find(|app| name(app) == Some(wanted)) {
        return Ok(vec![app]);
    }
    let help = if names.is_empty() {
        "no app of this manifest has a name; leave `--app` out".to_owned()
    } else {
        shown(&suggest::help(wanted, &names))
    };
    let name = shown(wanted);
    Err(UnknownApp { name, help }.into())
}
