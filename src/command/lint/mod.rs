//! `graphgrant lint`: what apps declare, judged by what they call, by policy and by rules.

mod base;
mod before;
mod files;
mod fixes;
mod gone;
mod inputs;
mod locks;
mod output;
mod policies;

use std::path::Path;

use clap::ValueEnum as _;

use crate::cli::{FixName, Lint, LintFormat, SeverityName};
use crate::command::{Context, clock};
use crate::exit::Exit;
use crate::finding::Findings;
use crate::lint::fix::Allowed;
use crate::lint::{Options, rule};
use crate::manifest::policy::Level;
use crate::report::{human, words};
use crate::source::escape::shown;
use crate::source::walk;

use base::Base;
use files::Files;
use inputs::Reading;

/// No file of the run is one that is judged.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("nothing in {paths} declares permissions or lists operations")]
#[diagnostic(
    code(graphgrant::lint::nothing),
    help(
        "name the folder that has the app manifest, or the file with `--kind`; `graphgrant init` writes an operations manifest"
    )
)]
struct NothingToJudge {
    paths: String,
}

/// The safety of fixes stands apart from `--fix`, and so is taken for a path.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{word}` does not exist")]
#[diagnostic(
    code(graphgrant::lint::fix_apart),
    help("did you mean `--fix={word}`? `--fix` takes its value with `=` alone")
)]
struct FixApart {
    word: String,
}

impl From<SeverityName> for Level {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Info => Self::Info,
            SeverityName::Warning => Self::Warning,
            SeverityName::Error => Self::Error,
        }
    }
}

impl From<FixName> for Allowed {
    fn from(name: FixName) -> Self {
        match name {
            FixName::Safe => Self::Safe,
            FixName::Unsafe => Self::Unsafe,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &Lint) -> miette::Result<Exit> {
    if options.list_rules {
        let rules: Vec<_> = rule::TABLE.iter().map(|rule| rule.rule()).collect();
        let text = if options.format == LintFormat::Json {
            output::rules_json(&rules)?
        } else {
            human::rule::list(&rules, context.look(options.output.as_deref()))
        };
        context.write(&text, options.output.as_deref())?;
        return Ok(Exit::Fine);
    }
    let today = clock::today(options.today.as_deref())?;
    let base = match &options.policy_from {
        Some(revision) => Some(Base::open(revision)?),
        None => None,
    };
    let (catalog, other_catalog) = base::catalog(context, base.as_ref())?;
    let apart = options
        .paths
        .iter()
        .find_map(|path| fix_apart(options, path));
    if let Some(apart) = apart {
        return Err(apart.into());
    }
    let mut files = Files::gather(options)?;
    if let Some(base) = &base {
        files.read_tracked(&base.files()?);
        files.read_tracked(&base.under_review()?);
    }
    let mut reading = Reading::new(&catalog, files, base.as_ref(), options)?;
    reading.inputs.changed.extend(other_catalog);
    let wish = Options {
        pedantic: options.pedantic,
    };
    let fixed = match (options.fix, options.diff) {
        (None, false) => None,
        (fix, _) => Some(fixes::settle(
            &catalog,
            &mut reading,
            fix.map_or(Allowed::Safe, Allowed::from),
            wish,
            today,
        )),
    };
    let fail_on = options.fail_on.map(Level::from);
    if options.diff {
        let fixed = fixed.unwrap_or_default();
        let text = fixed.difference(&reading);
        for remark in fixed.remarks() {
            context.remark(&remark);
        }
        // Nothing has changed, so the verdict is that on the files as they are.
        fixed.undo(&mut reading);
        let findings = reading.judge(&catalog, wish, today);
        something(&findings, options)?;
        if text.is_empty() {
            context.remark(&no_fix(&findings));
        }
        context.write(&text, options.output.as_deref())?;
        return Ok(exit(reading.fail(&findings, fail_on)));
    }
    if let Some(fixed) = &fixed {
        for remark in fixed.write(&reading)? {
            context.remark(&remark);
        }
    }
    let findings = reading.judge(&catalog, wish, today);
    something(&findings, options)?;
    let text = output::write(context, &findings, &reading.inputs.here, options)?;
    context.write(&text, options.output.as_deref())?;
    Ok(exit(reading.fail(&findings, fail_on)))
}

/// Finds a path that is none and was perhaps meant as the value of `--fix`.
fn fix_apart(options: &Lint, path: &Path) -> Option<FixApart> {
    let word = path.to_str()?;
    let is_meant = options.fix.is_some() && FixName::from_str(word, false).is_ok();
    (is_meant && !walk::is_there(path)).then(|| FixApart {
        word: word.to_owned(),
    })
}

/// Refuses a run that had nothing to judge: a check of the wrong folder must not pass.
fn something(findings: &Findings, options: &Lint) -> Result<(), NothingToJudge> {
    if !findings.files.is_empty() || !findings.findings.is_empty() {
        return Ok(());
    }
    let paths = options.paths.iter();
    let paths: Vec<String> = paths
        .map(|path| format!("`{}`", shown(&path.to_string_lossy())))
        .collect();
    Err(NothingToJudge {
        paths: paths.join(", "),
    })
}

/// Says why a difference is empty.
fn no_fix(findings: &Findings) -> String {
    let fixes = findings.counted().filter_map(|it| it.fix.as_ref());
    let left = fixes.filter(|fix| !Allowed::Safe.covers(fix)).count();
    match left {
        0 => "no fix applies, so nothing would change".to_owned(),
        _ => format!(
            "no safe fix applies, so nothing would change; `--fix=unsafe --diff` shows {}",
            words::count(left, "other fix")
        ),
    }
}

fn exit(fails: bool) -> Exit {
    if fails { Exit::Findings } else { Exit::Fine }
}
