//! The judgement of app manifests: rules, policy, suppressions, and which file belongs to which.
//!
//! [`Inputs`] go in (files that were read, plans, policies, the day), [`Findings`] come out, sorted and the
//! same in any order of the files. `associate` finds which app manifest belongs to which app, `case` puts the
//! sides of an app together and has them compared by `coverage`, each file of `rule` looks at all of it for
//! one thing, `policy` gives the severities, `suppression` sets aside, `fix` applies what findings offer.
//! Nothing here reads or writes files, knows the clock, or prints.

mod allowance;
pub mod associate;
pub mod case;
pub mod comments;
pub mod fix;
pub mod input;
pub mod policy;
mod repair;
mod rsc;
pub mod rule;
mod slip;
pub mod suppression;
mod tier;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::coverage::HeldState;
use crate::declared::Entry;
use crate::finding::{self, Finding, Findings, Persona};
use crate::lint::associate::Link;
use crate::lint::case::{Case, Comparison, Part};
use crate::lint::input::Inputs;
use crate::lint::policy::Policies;
use crate::lint::suppression::Suppressions;
use crate::source::escape::shown;

/// A rule: what it is, and how it is checked.
pub trait Rule: Sync {
    /// Returns what the rule is.
    fn rule(&self) -> &'static finding::Rule;

    /// Returns what the rule has to say of a run.
    fn check(&self, context: &Context<'_>) -> Vec<Finding>;

    /// Returns what the rule has to say once suppressions are settled; nothing for most.
    fn review(&self, _context: &Context<'_>) -> Vec<Finding> {
        Vec::new()
    }
}

/// How strict a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether pedantic rules take part.
    pub pedantic: bool,
}

/// What rules look at.
#[derive(Debug)]
pub struct Context<'a> {
    /// The permissions data.
    pub catalog: &'a Catalog,
    /// The day on which dates are judged.
    pub today: Date,
    /// The files.
    pub inputs: &'a Inputs,
    /// Where every registration belongs.
    pub links: &'a [Link],
    /// The apps.
    pub cases: Vec<Case<'a>>,
    /// The suppressions in comments and policies.
    pub suppressions: Suppressions<'a>,
    /// The ids of the rules that take part.
    asked: Vec<&'static str>,
}

/// An entry of a permission that nothing needs.
#[derive(Debug)]
pub struct Excess<'a, 'c> {
    /// Where.
    pub part: Part<'a>,
    /// The entry.
    pub entry: &'a Entry,
    /// The name of the permission.
    pub name: &'c str,
    /// The access.
    pub access: Access,
}

impl<'a> Context<'a> {
    /// Puts a run together.
    pub fn new(catalog: &'a Catalog, today: Date, inputs: &'a Inputs, links: &'a [Link]) -> Self {
        Self {
            catalog,
            today,
            inputs,
            links,
            cases: Case::all(catalog, inputs, links),
            suppressions: Suppressions::new(inputs, links),
            asked: Vec::new(),
        }
    }

    /// Returns whether a rule takes part in the run.
    pub fn takes_part(&self, rule: &finding::Rule) -> bool {
        self.asked.contains(&rule.id)
    }

    /// Returns every entry of a permission that nothing needs: of those whose operations are known, or of those
    /// of which no operation is.
    pub fn excess(&self, opens_known: bool) -> Vec<Excess<'a, '_>> {
        let mut found = Vec::new();
        for (case, comparison) in self.comparisons().filter(|(case, _)| case.is_whole()) {
            let access = comparison.access();
            for held in &comparison.coverage.held {
                let permission = held.permission;
                let name = self.catalog.name(permission);
                let entries = case.entries_of(self.catalog, permission, access);
                let is_excess = |entry: &Entry| {
                    let state = comparison.of_role(entry.role).state_of(permission);
                    state == Some(&HeldState::Excess { opens_known })
                };
                let entries = entries.into_iter().filter(|(_, entry)| is_excess(entry));
                found.extend(entries.map(|(part, entry)| Excess {
                    part,
                    entry,
                    name,
                    access,
                }));
            }
        }
        found
    }

    /// Returns every comparison with its app.
    pub fn comparisons(&self) -> impl Iterator<Item = (&Case<'a>, &Comparison<'a>)> {
        let cases = self.cases.iter();
        cases.flat_map(|case| case.comparisons.iter().map(move |found| (case, found)))
    }
}

/// Judges a run.
pub fn inspect(context: &mut Context<'_>, options: Options) -> Findings {
    let policies = Policies::new(context.inputs, context.links, options.pedantic);
    let is_asked = |rule: &finding::Rule| {
        rule.persona == Persona::Regular || options.pedantic || policies.names(rule)
    };
    let rules: Vec<&dyn Rule> = rule::TABLE
        .iter()
        .copied()
        .filter(|rule| is_asked(rule.rule()))
        .collect();
    context.asked = rules.iter().map(|rule| rule.rule().id).collect();
    let mut found: Vec<Finding> = Vec::new();
    for rule in &rules {
        found.extend(rule.check(context));
    }
    policies.weigh(&mut found);
    context.suppressions.settle(&mut found, context.today);
    for rule in &rules {
        let mut late = rule.review(context);
        policies.weigh(&mut late);
        found.extend(late);
    }
    sort(&mut found);
    Findings {
        findings: found,
        rules: rules.iter().map(|rule| rule.rule()).collect(),
        files: files(context.inputs),
        remarks: remarks(context),
    }
}

fn sort(found: &mut Vec<Finding>) {
    found.sort_by(|one, other| key(one).cmp(&key(other)));
    found.dedup();
}

fn key(finding: &Finding) -> impl Ord + '_ {
    (
        &finding.place.path,
        finding.place.span,
        finding.rule.id,
        &finding.subject,
        &finding.message,
    )
}

fn files(inputs: &Inputs) -> Vec<std::path::PathBuf> {
    let operations = inputs.operations.iter().map(|file| &file.path);
    let apps = inputs.apps.iter().map(|file| &file.path);
    let unreadable = inputs.unreadable.iter().map(|file| &file.path);
    let all: BTreeSet<_> = operations.chain(apps).chain(unreadable).cloned().collect();
    all.into_iter().collect()
}

/// Says of every registration by what it was judged.
fn remarks(context: &Context<'_>) -> Vec<String> {
    let mut remarks = BTreeSet::new();
    for case in &context.cases {
        for part in &case.parts {
            let path = shown(&part.file.path.to_string_lossy());
            let several = part.file.document.registrations.len() > 1;
            let what = match &part.registration.name {
                Some(name) if several => format!("{path} (`{}`)", shown(&name.value)),
                _ => path,
            };
            let why = &part.link.why;
            remarks.insert(match &case.operations {
                Some(operations) => {
                    let manifest = shown(&operations.file.path.to_string_lossy());
                    let app = match &operations.app.name {
                        Some(name) if operations.file.manifest.apps.len() > 1 => {
                            format!(" (app `{}`)", shown(&name.value))
                        }
                        _ => String::new(),
                    };
                    format!("{what} is judged by {manifest}{app}: {why}")
                }
                None => format!("{what} is judged without a plan: {why}"),
            });
        }
    }
    remarks.into_iter().collect()
}
