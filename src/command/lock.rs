//! `graphgrant lock`: the plan written down beside its manifest.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::cli::{Input, Lock as Options};
use crate::command::manifests::{self, Found, OneAlone};
use crate::command::{Context, app, manifest, plan, warn};
use crate::exit::Exit;
use crate::lock::{Difference, Lock, compare, locked, read};
use crate::manifest::{App, Manifest};
use crate::plan::model::Goal;
use crate::report::json;
use crate::report::words;
use crate::source::escape::shown;
use crate::source::read::{self as file, ReadError, STDIN};
use crate::source::{walk, write};

/// There is no file name to write beside.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("a manifest from standard input has no lock file beside it")]
#[diagnostic(
    code(graphgrant::lock::no_name),
    help("name the lock file: `-o FILE` to write it, `--lock-file FILE` to plan with it")
)]
struct NoName;

/// The lock would replace the manifest it is about.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the lock file would be the manifest itself")]
#[diagnostic(
    code(graphgrant::lock::output_is_input),
    help("name another file for the lock with `-o`")
)]
struct OutputIsInput;

/// Two manifests would have one lock.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{one}` and `{other}` would both be locked in `{lock}`")]
#[diagnostic(
    code(graphgrant::lock::one_lock),
    help("rename one of them, or put it into a folder of its own")
)]
struct OneLock {
    one: String,
    other: String,
    lock: String,
}

/// There is no lock.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("there is no lock file `{name}`")]
#[diagnostic(
    code(graphgrant::lock::missing),
    help("`graphgrant lock` writes it; commit it beside the manifest")
)]
struct Missing {
    name: String,
}

/// The plan is not the one that was written down.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the plan is not the one of `{name}`: {count}")]
#[diagnostic(code(graphgrant::lock::outdated), help("{changes}"))]
struct Outdated {
    name: String,
    count: String,
    changes: String,
}

/// The lock says of the other apps what the new one could not say beside it.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{name}` cannot keep the other apps: {why}")]
#[diagnostic(
    code(graphgrant::lock::others),
    help("lock all apps: leave `--app` out, and review the difference")
)]
struct Others {
    name: String,
    why: &'static str,
}

/// How many changes are told.
const SHOWN: usize = 40;

/// Runs the command.
///
/// # Errors
/// When the manifest cannot be read or the lock not written.
pub fn run(context: &Context, options: &Options) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    if !walk::is_folder(&options.manifest) {
        return one(context, &catalog, options, &options.manifest);
    }
    if options.app.is_some() {
        return Err(OneAlone::new(&options.manifest, "`--app`").into());
    }
    if options.output.is_some() {
        return Err(OneAlone::new(&options.manifest, "`--output`").into());
    }
    let all = manifests::below(&options.manifest)?;
    let mut locks: BTreeMap<PathBuf, &Path> = BTreeMap::new();
    for found in &all {
        let lock = beside(&found.path)?;
        let name = |path: &Path| shown(&path.to_string_lossy());
        if let Some(other) = locks.get(&lock) {
            return Err(OneLock {
                one: name(other),
                other: name(&found.path),
                lock: name(&lock),
            }
            .into());
        }
        locks.insert(lock, &found.path);
    }
    for found in all {
        one(context, &catalog, options, &found.path)?;
    }
    Ok(Exit::Fine)
}

/// Locks one manifest.
fn one(
    context: &Context,
    catalog: &Catalog,
    options: &Options,
    manifest: &Path,
) -> miette::Result<Exit> {
    let path = match &options.output {
        Some(path) => path.clone(),
        None => beside(manifest)?,
    };
    if path == manifest {
        return Err(OutputIsInput.into());
    }
    let input = Input {
        manifest: manifest.to_owned(),
        operations: Vec::new(),
    };
    let manifest = manifest::read(catalog, &input)?;
    manifest::warn_of_nothing(context, &manifest);
    let wanted = options.app.as_deref();
    let apps = app::chosen(&manifest, wanted)?;
    let mut lock = of_apps(catalog, &manifest, &apps, options.objective.into())?;
    // What was there before is told, and may be broken.
    let before = file::text(&path).ok();
    let before = before.and_then(|source| read::lock(&source).ok());
    if apps.len() < manifest.apps.len() {
        keep_others(&mut lock, before.as_ref(), &manifest).map_err(|why| Others {
            name: shown(&path.to_string_lossy()),
            why,
        })?;
    }
    let text = json::lock::write(&lock).into_diagnostic()?;
    write::file(&path, text.as_bytes(), write::Existing::Replace)?;
    let name = shown(&path.to_string_lossy());
    let said = match before {
        None => format!("wrote {name}"),
        Some(before) => {
            let difference = compare(&before, &lock);
            for line in difference.lines().iter().take(SHOWN) {
                context.remark(&words::safe(line));
            }
            if difference.is_empty() {
                format!("wrote {name}: the plan is the same")
            } else {
                format!("wrote {name}: {}", count(&difference))
            }
        }
    };
    context.write(&format!("{said}\n"), None)?;
    Ok(Exit::Fine)
}

/// Adds what is locked of the other apps of a manifest.
fn keep_others(
    lock: &mut Lock,
    before: Option<&Lock>,
    manifest: &Manifest,
) -> Result<(), &'static str> {
    let Some(before) = before else {
        return Err("there is no lock that has them");
    };
    if before.catalog != lock.catalog {
        return Err("they are locked with other data");
    }
    if before.objective != lock.objective || before.lock_version != lock.lock_version {
        return Err("they are locked with another objective");
    }
    let is_new = |name: &Option<String>| lock.apps.iter().any(|app| app.name == *name);
    for app in &manifest.apps {
        let name = app.name.as_ref().map(|name| name.value.clone());
        if !is_new(&name) && !before.apps.iter().any(|locked| locked.name == name) {
            return Err("one of them is not in it");
        }
    }
    let kept = before.apps.iter().filter(|app| !is_new(&app.name)).cloned();
    let kept: Vec<_> = kept.collect();
    lock.apps.extend(kept);
    lock.apps
        .sort_by(|a, b| (&a.name, &a.client_id).cmp(&(&b.name, &b.client_id)));
    Ok(())
}

/// Returns what a lock of a manifest says.
///
/// # Errors
/// When the manifest asks for what does not exist.
pub fn of_manifest(catalog: &Catalog, manifest: &Manifest, goal: Goal) -> miette::Result<Lock> {
    let apps: Vec<&App> = manifest.apps.iter().collect();
    of_apps(catalog, manifest, &apps, goal)
}

fn of_apps(
    catalog: &Catalog,
    manifest: &Manifest,
    apps: &[&App],
    goal: Goal,
) -> miette::Result<Lock> {
    let options = crate::plan::Options {
        goal,
        ..crate::plan::Options::default()
    };
    let mut plans = Vec::new();
    for app in apps.iter().copied() {
        let plan = plan::resolve_app(catalog, app, &manifest.source, &options)?;
        plans.push((app, plan));
    }
    let planned: Vec<_> = plans.iter().map(|(app, plan)| (*app, plan)).collect();
    Ok(locked(catalog, goal, &planned))
}

/// Holds a manifest against its lock, and tells what differs.
///
/// # Errors
/// When there is no lock, or it cannot be read.
pub fn check(
    catalog: &Catalog,
    manifest: &Manifest,
    path: &Path,
    lock_file: Option<&Path>,
) -> miette::Result<Exit> {
    let path = match lock_file {
        Some(path) => path.to_owned(),
        None => beside(path)?,
    };
    let name = shown(&path.to_string_lossy());
    let source = match file::text(&path) {
        Err(ReadError::NotFound { .. }) => return Err(Missing { name }.into()),
        other => other?,
    };
    let difference = difference(catalog, manifest, &read::lock(&source)?)?;
    if difference.is_empty() {
        return Ok(Exit::Fine);
    }
    let lines = difference.lines();
    let mut changes: Vec<String> = lines.iter().take(SHOWN).map(|it| words::safe(it)).collect();
    if lines.len() > SHOWN {
        changes.push(format!("and {} more", lines.len() - SHOWN));
    }
    changes.push("`graphgrant lock` writes the new plan down; review its difference".to_owned());
    let report = Outdated {
        name,
        count: count(&difference),
        changes: changes.join("\n"),
    };
    warn(&report.into());
    Ok(Exit::Findings)
}

/// Holds all manifests of a folder and of those below it against their locks. One that cannot be keeps no other
/// from being told.
///
/// # Errors
/// When there is no manifest.
pub fn check_below(
    context: &Context,
    catalog: &Catalog,
    folder: &Path,
    output: Option<&Path>,
) -> miette::Result<Exit> {
    let mut worst = Exit::Fine;
    let mut told = String::new();
    for found in manifests::below(folder)? {
        let said = match check_one(catalog, &found) {
            Ok(true) => "as locked",
            Ok(false) => {
                if worst == Exit::Fine {
                    worst = Exit::Findings;
                }
                "not as locked, or not served as a whole"
            }
            Err(error) => {
                warn(&error);
                worst = Exit::Usage;
                "cannot be told"
            }
        };
        let name = shown(&found.path.to_string_lossy());
        let _ = writeln!(told, "{name}: {said}");
    }
    context.write(&told, output)?;
    Ok(worst)
}

/// Returns whether the plan of a manifest is that of its lock, and serves everything.
fn check_one(catalog: &Catalog, found: &Found) -> miette::Result<bool> {
    let manifest = manifest::from_text(catalog, &found.source)?;
    let mut is_fine = check(catalog, &manifest, &found.path, None)? == Exit::Fine;
    let options = crate::plan::Options::default();
    for app in &manifest.apps {
        let plan = plan::resolve_app(catalog, app, &manifest.source, &options)?;
        is_fine &= !plan::warn_of_unserved(catalog, &manifest, &plan);
    }
    Ok(is_fine)
}

/// Returns what differs between a lock and the plan of a manifest.
///
/// # Errors
/// When the manifest asks for what does not exist.
pub(super) fn difference(
    catalog: &Catalog,
    manifest: &Manifest,
    before: &Lock,
) -> miette::Result<Difference> {
    let now = of_manifest(catalog, manifest, goal(&before.objective))?;
    Ok(compare(before, &now))
}

/// The objective that a lock was made with; one that nobody knows is found as a difference.
fn goal(word: &str) -> Goal {
    let all = [Goal::Documented, Goal::Fewest, Goal::NoAdmin];
    let found = all.into_iter().find(|goal| goal.word() == word);
    found.unwrap_or(Goal::Documented)
}

fn count(difference: &Difference) -> String {
    let apps = difference.apps.iter();
    let number = apps.map(|app| app.changes.len() + usize::from(app.movement.is_some()));
    words::count(number.sum(), "change")
}

/// Returns the lock file of a manifest: `graphgrant.lock` for `graphgrant.yaml`.
///
/// # Errors
/// When the manifest is standard input.
pub fn beside(manifest: &Path) -> miette::Result<PathBuf> {
    if manifest.as_os_str() == STDIN {
        return Err(NoName.into());
    }
    Ok(manifest.with_extension("lock"))
}
