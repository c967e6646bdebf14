//! What reading alone cannot decide.

use std::collections::BTreeMap;

use crate::catalog::model::PermissionId;
use crate::coverage::NeededState;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Case, Comparison, Part, place_in};
use crate::lint::rsc::{self, Purpose};
use crate::lint::{Context, Rule, repair};
use crate::source::Span;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG034",
    name: "cannot-assess",
    severity: Severity::Info,
    persona: Persona::Regular,
    summary: "a part of the declaration cannot be decided by reading",
    explanation: "\
Variables, `for_each`, functions, modules and placeholders get their value somewhere else. What they declare is not known, so \
nothing is called missing because of them, and no fix touches them. A module puts into doubt the apps that it is handed \
something of, or the name of, to look them up by. The same holds for a registration of which nothing says \
to which app of several it belongs, and for resource-specific permissions of which nothing says what they are for.

**What to do.** Nothing, or judge what the tools make of it: `terraform show -json` of a plan, a compiled ARM template, a \
filled-in manifest. For apps: give both sides the client id.

**When to suppress.** Once you have looked at it.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct CannotAssess;

impl Rule for CannotAssess {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for case in &context.cases {
            let unsure = unsure(context, case);
            for part in &case.parts {
                for undecided in case.undecided_of(*part) {
                    found.push(undecided_part(*part, undecided.span, &undecided.what, &unsure));
                }
                for undecided in &part.registration.undecided_settings {
                    found.push(undecided_part(*part, undecided.span, &undecided.what, &[]));
                }
                found.extend(untold(context, case, *part));
                if part.link.is_ambiguous {
                    found.push(
                        Finding::new(
                            &META,
                            place_in(part.file, repair::home_span(*part)),
                            format!("it cannot be told to which app this belongs: {}", part.link.why),
                            "judged without a plan",
                        )
                        .about(["app"])
                        .help("give the app its `clientId` in the operations manifest, or name the file under its `declared`"),
                    );
                }
            }
        }
        for file in &context.inputs.apps {
            for undecided in file.document.undecided.iter().chain(&file.document.apart) {
                found.push(
                    Finding::new(
                        &META,
                        place_in(file, undecided.span),
                        format!("{} cannot be decided by reading", quoted(&undecided.what)),
                        "known only later",
                    )
                    .about([undecided.what.as_str()])
                    .help("judge what the tool makes of it, such as `terraform show -json`"),
                );
            }
        }
        found
    }
}

/// Resource-specific permissions of a Teams app of which nothing says what they are for: one finding for each
/// reason.
fn untold(context: &Context<'_>, case: &Case<'_>, part: Part<'_>) -> Vec<Finding> {
    let mut by_reason: BTreeMap<String, Vec<(PermissionId, Span)>> = BTreeMap::new();
    for asked in rsc::asked(context.catalog, case) {
        if let (Purpose::Untold(why), true) = (asked.purpose, std::ptr::eq(asked.part.file, part.file)) {
            let place = (asked.permission, asked.entry.key.span);
            by_reason.entry(why).or_default().push(place);
        }
    }
    let tell = |(why, asked): (String, Vec<(PermissionId, Span)>)| {
        let (ids, spans): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        let span = spans.first().copied()?;
        let names = repair::names(context.catalog, &ids);
        Some(
            Finding::new(
                &META,
                place_in(part.file, span),
                format!("it cannot be told what {names} {} for: {why}", if ids.len() == 1 { "is" } else { "are" }),
                "known to the developer alone",
            )
            .about(ids.iter().map(|id| context.catalog.name(*id)))
            .help("list the calls that it opens under a route: `routes: [{via: rsc, operations: [...]}]`"),
        )
    };
    by_reason.into_iter().filter_map(tell).collect()
}

fn undecided_part(part: Part<'_>, span: Span, what: &str, unsure: &[String]) -> Finding {
    let shown = quoted(what);
    let message = match unsure {
        [] => format!("{shown} cannot be decided by reading"),
        names => format!(
            "{shown} cannot be decided by reading, so it is not known whether {} {} declared",
            names.join(" and "),
            if names.len() == 1 { "is" } else { "are" }
        ),
    };
    Finding::new(&META, place_in(part.file, span), message, "known only later")
        .about([what])
        .help("judge what the tool makes of it, such as `terraform show -json` or the filled-in manifest")
}

/// Puts what stands in the file into quotes; what readers say in words has its own.
fn quoted(what: &str) -> String {
    if what.contains(['`', ' ']) {
        what.to_owned()
    } else {
        format!("`{what}`")
    }
}

/// The permissions that would be called missing if everything could be read.
fn unsure(context: &Context<'_>, case: &Case<'_>) -> Vec<String> {
    let veiled = case.comparisons.iter().filter(|it| it.is_veiled);
    let missing = |comparison: &Comparison<'_>| {
        let access = comparison.access();
        let needed = comparison.coverage.needed.iter();
        needed
            .filter(|needed| matches!(needed.state, NeededState::Missing { .. }))
            .map(|needed| {
                format!("`{}` ({access})", context.catalog.name(needed.permission))
            })
            .collect::<Vec<_>>()
    };
    veiled.flat_map(missing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    #[test]
    fn it_says_what_is_not_known_because_of_it() {
        let sample = Sample::new("access: application\noperations: ['GET /sites/{id}']\n")
            .app(&["{\"id\": \"${{SITES}}\", \"type\": \"Role\"}".to_owned()]);
        let told = sample.told(&CannotAssess);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].ends_with("so it is not known whether `Sites.Read.All` (application) is declared"), "{told:?}");
    }

    #[test]
    fn of_several_apps_none_is_guessed() {
        let sample = Sample::new("apps:\n  - {name: a, operations: [GET /me]}\n  - {name: b, operations: [GET /me]}\n")
            .app(&[role("Mail.Read")]);
        assert!(sample.told(&CannotAssess)[0].contains("to which app this belongs"));
    }

    #[test]
    fn what_can_be_read_is_quiet() {
        let sample = Sample::new("operations: [GET /me]\n").app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&CannotAssess), [""; 0]);
    }
}
