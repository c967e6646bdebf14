//! A verification for people: the verdict, how each operation stands, what speaks against the token.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::finding::{Finding, Findings, Rule, Severity};
use crate::manifest::read::COMMAND_LINE;
use crate::plan::model::AppPlan;
use crate::report::finding::Located;
use crate::report::human::token::UNVERIFIED;
use crate::report::look::{Look, Tone};
use crate::report::table::Table;
use crate::report::words;
use crate::verify::probe::{Answer, Outcome};
use crate::verify::{Verdict, Verification};

/// What no claim of a user's token shows.
const OF_USER: &str = "The token allows no more than the signed-in user may do: directory roles and rights on the data itself count \
                       too.";

/// Returns the result of a verification.
pub fn write(
    catalog: &Catalog,
    plan: &AppPlan,
    verification: &Verification,
    findings: &Findings,
    look: Look,
) -> String {
    let mut out = String::new();
    heading(verification, look, &mut out);
    out.push_str(&operations(catalog, plan, verification, look));
    if !verification.answers.is_empty() {
        let _ = writeln!(out, "{}", look.paint(Tone::Heading, "Live calls"));
        out.push_str(&answers(plan, &verification.answers).render(look));
    }
    let mut last: Option<&Finding> = None;
    for finding in &findings.findings {
        let is_same = |last: &Finding| last.rule == finding.rule && last.help == finding.help;
        if let Some(last) = last.filter(|last| !is_same(last)) {
            help(last, look, &mut out);
        }
        line(finding, look, &mut out);
        last = Some(finding);
    }
    if let Some(last) = last {
        help(last, look, &mut out);
        out.push('\n');
    }
    if verification.access == Access::Delegated && verification.is_proven() {
        out.push_str(&look.paragraph("", OF_USER));
    }
    out.push_str(&look.paragraph("", UNVERIFIED));
    out.push_str(&super::plan::data(catalog, look));
    out
}

fn heading(verification: &Verification, look: Look, out: &mut String) {
    let access = look.paint(Tone::Heading, words::access(verification.access));
    let verdict = if verification.is_proven() {
        look.paint(Tone::Good, success(verification))
    } else {
        look.paint(Tone::Bad, &failure(verification))
    };
    let _ = writeln!(out, "{access}: {verdict}");
    let (allowed, reachable) = verification.probed();
    if reachable > 0 {
        let count = words::count(reachable, "operation");
        let told = match allowed {
            0 => format!("Microsoft Graph confirmed none of {count} by a live call."),
            _ => format!("Microsoft Graph confirmed {allowed} of {count} by live calls."),
        };
        out.push_str(&look.paragraph("", &told));
    }
}

fn success(verification: &Verification) -> &'static str {
    let mut rules = verification.problems.iter().map(|problem| problem.rule.id);
    if rules.any(|id| id == "GV026") {
        "the token covers every operation of this access and nothing speaks against it"
    } else {
        "the token covers every operation of this access and is the expected one"
    }
}

/// What is certain, and then what is only open.
fn failure(verification: &Verification) -> String {
    let (mut certain, mut open) = (Vec::new(), Vec::new());
    let blocking = verification
        .problems
        .iter()
        .filter(|problem| problem.blocks);
    for problem in blocking {
        let (list, clause) = match problem.certain {
            Some(clause) => (&mut certain, clause),
            None => (&mut open, still_open(problem.rule)),
        };
        if !list.contains(&clause) {
            list.push(clause);
        }
    }
    let certain = (!certain.is_empty()).then(|| format!("the token {}", certain.join(" and ")));
    let open = (!open.is_empty()).then(|| format!("not proven: {}", open.join(", ")));
    let parts: Vec<String> = certain.into_iter().chain(open).collect();
    parts.join("; ")
}

/// What a rule leaves open.
fn still_open(rule: &Rule) -> &'static str {
    match rule.id {
        "GV005" => "what a route outside the token allows",
        "GV010" | "GV018" => "of which tenant the token is",
        "GV011" => "of which app the token is",
        "GV013" => "for which API the token is",
        "GV014" => "for which access the token is",
        "GV015" => "until when the token is valid",
        "GV017" => "what the token holds",
        "GV019" => "that the token is enough for all that an operation may need",
        "GV022" | "GV023" => "what Microsoft Graph allows",
        _ => "that the token covers every operation",
    }
}

fn operations(
    catalog: &Catalog,
    plan: &AppPlan,
    verification: &Verification,
    look: Look,
) -> String {
    let mut table = Table::new(&["#", "Operation", "Verdict", "In the token"]);
    for (index, (requirement, verdict)) in plan
        .requirements
        .iter()
        .zip(&verification.verdicts)
        .enumerate()
    {
        let by = match verdict {
            Verdict::Exact { by } | Verdict::Other { by } => words::set(catalog, by),
            Verdict::Implied { by, stands_for } => format!(
                "{}, which contains {}",
                words::set(catalog, by),
                words::set(catalog, stands_for)
            ),
            Verdict::Missing { lacks } if !lacks.is_empty() => {
                format!("lacks {}", words::set(catalog, lacks))
            }
            _ => "-".to_owned(),
        };
        table.push([
            (index + 1).to_string(),
            words::safe(&requirement.request),
            told(verdict).to_owned(),
            by,
        ]);
    }
    table.render(look)
}

const fn told(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Exact { .. } => "exact",
        Verdict::Other { .. } => "covered by another",
        Verdict::Implied { .. } => "implied, unconfirmed",
        Verdict::Route => "outside the token",
        Verdict::Missing { .. } => "missing",
        Verdict::Uncompared => "not compared",
        Verdict::Unknown => "unknown",
        Verdict::Elsewhere => "other access",
        Verdict::Unsupported => "unsupported",
        Verdict::Excluded => "not wanted",
    }
}

fn answers(plan: &AppPlan, answers: &[Answer]) -> Table {
    let mut table = Table::new(&["Call", "Status", "Result"]);
    for answer in answers {
        let requirement = plan.requirements.get(answer.operation);
        let request = requirement.map_or("", |requirement| requirement.request.as_str());
        let (status, result) = match &answer.result {
            Ok(diagnosis) => (
                diagnosis.status.to_string(),
                match diagnosis.outcome {
                    Outcome::Allowed => "allowed".to_owned(),
                    _ => diagnosis.meaning.clone(),
                },
            ),
            Err(skipped) => {
                let why = words::safe(&skipped.why);
                let what = match answer.called {
                    Some(_) => "no answer",
                    None => "not called",
                };
                ("-".to_owned(), format!("{what}: {why}"))
            }
        };
        table.push([words::safe(request), status, result]);
    }
    table
}

fn line(finding: &Finding, look: Look, out: &mut String) {
    let tone = match finding.severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Doubtful,
        Severity::Info => Tone::Quiet,
    };
    let label = format!("{} {}", finding.severity.word(), finding.rule.id);
    let place = Located::new(&finding.place);
    let message = words::safe(&finding.message);
    let message = if place.path == COMMAND_LINE {
        message
    } else {
        format!("{message} ({}:{})", words::safe(&place.path), place.start)
    };
    let indent = " ".repeat(label.len() + 2);
    let text = look.paragraph(&indent, &message);
    let text = text.get(indent.len()..).unwrap_or(&text).to_owned();
    let _ = write!(out, "{}: {text}", look.paint(tone, &label));
}

fn help(finding: &Finding, look: Look, out: &mut String) {
    if let Some(help) = &finding.help {
        out.push_str(&look.paragraph("  help: ", &words::safe(help)));
    }
}
