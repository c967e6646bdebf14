//! The problems of a verification as findings with places in the manifest, for pipelines and code scanning.

use std::path::PathBuf;

use crate::finding::{Finding, Findings, Place, Related, Severity};
use crate::manifest::App;
use crate::plan::model::AppPlan;
use crate::source::{Source, Span};
use crate::verify::model::{At, Problem, Verification};
use crate::verify::rule;

/// What gives a finding its severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Its rule.
    AsRuled,
    /// Its rule, and no more than a remark where it does not keep the token from being proven.
    AsCounted,
}

/// Returns the findings of a verification.
pub fn findings(
    source: &Source,
    app: &App,
    plan: &AppPlan,
    verification: &Verification,
    weight: Weight,
) -> Findings {
    let writer = Writer {
        source,
        app,
        plan,
        weight,
    };
    let problems = verification.problems.iter();
    let mut findings: Vec<Finding> = problems.map(|problem| writer.finding(problem)).collect();
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| (finding.place.span, finding.rule.id);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.subject.cmp(&other.subject))
    });
    Findings {
        findings,
        rules: rule::ALL.to_vec(),
        files: vec![PathBuf::from(source.name())],
        remarks: verification
            .is_unreached()
            .then(|| "Microsoft Graph could not be reached by any live call".to_owned())
            .into_iter()
            .collect(),
    }
}

struct Writer<'a> {
    source: &'a Source,
    app: &'a App,
    plan: &'a AppPlan,
    weight: Weight,
}

impl Writer<'_> {
    fn finding(&self, problem: &Problem) -> Finding {
        let related = problem.also.iter().map(|index| Related {
            place: self.place(At::Operation(*index)),
            label: "this one too".to_owned(),
        });
        Finding {
            rule: problem.rule,
            severity: if self.weight == Weight::AsCounted && !problem.blocks {
                Severity::Info
            } else {
                problem.rule.severity
            },
            message: problem.message.clone(),
            place: self.place(problem.at),
            label: match problem.at {
                At::Operation(_) => "this operation".to_owned(),
                At::App => "this app".to_owned(),
                At::ClientId | At::Tenant | At::Cloud | At::Access => "expected here".to_owned(),
            },
            related: related.collect(),
            help: Some(problem.help.clone()).filter(|help| !help.is_empty()),
            subject: vec![problem.subject.clone()],
            fix: None,
            suppressed: None,
        }
    }

    fn place(&self, at: At) -> Place {
        let app = self.app;
        let span = match at {
            At::App => None,
            At::ClientId => app.client_id.as_ref().map(|found| found.span),
            At::Tenant => app.tenant.as_ref().map(|found| found.span),
            At::Cloud => app.cloud.as_ref().map(|found| found.span),
            At::Access => app.access_span,
            At::Operation(index) => {
                let requirement = self.plan.requirements.get(index);
                requirement.map(|requirement| requirement.span)
            }
        };
        Place {
            path: PathBuf::from(self.source.name()),
            source: self.source.clone(),
            span: span.unwrap_or_else(|| self.first_line()),
        }
    }

    /// The first line of what the manifest says of the app.
    fn first_line(&self) -> Span {
        let named = self.app.name.as_ref().map(|name| name.span);
        named.unwrap_or_else(|| {
            let start = self.app.span.start;
            let text = self.source.slice(self.app.span);
            let end = text.find('\n').unwrap_or(text.len());
            Span::new(start, start + end)
        })
    }
}
