//! What is accepted and wider than what would do.

use std::collections::BTreeSet;

use crate::catalog::model::PermissionId;
use crate::coverage::HeldState;
use crate::declared::EntryRole;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Case, Comparison, place_in};
use crate::lint::{Context, Rule, repair};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG005",
    name: "broader-permission",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a narrower permission would serve all operations that a declared one serves",
    explanation: "\
The permission is accepted for the calls, and the plan serves all of them with less: the narrower permission is contained \
in this one and not the other way round.

**What to do.** Declare the narrower one, have it consented to, and revoke the wide grant (`lint --fix=unsafe` replaces \
the declaration).

**When to suppress.** When tenants have consented already and a second consent is not worth the difference.

While an operation that could call for the wide permission is unknown or needs a detail, it is not called too broad.",
    security: Some("4.0"),
};

/// The rule.
#[derive(Debug)]
pub struct BroaderPermission;

impl Rule for BroaderPermission {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for (case, comparison) in context.comparisons() {
            if !case.is_whole() {
                continue;
            }
            let of_declared = [(false, &comparison.coverage)];
            let of_granted = comparison.granted.as_ref().map(|granted| (true, granted));
            for (is_grant, coverage) in of_declared.into_iter().chain(of_granted) {
                for held in &coverage.held {
                    let narrower = match &held.state {
                        HeldState::Serves {
                            broader_than,
                            doubt,
                            ..
                        } if doubt.is_empty() => broader_than,
                        // The plan has what it contains: by the order, and so unconfirmed, but the plan itself
                        // is what serves the calls.
                        _ => continue,
                    };
                    if !narrower.is_empty() && !comparison.is_unknown() {
                        let wide = (held.permission, is_grant);
                        found.extend(broader(context, case, comparison, wide, narrower));
                    }
                }
            }
        }
        found
    }
}

fn broader(
    context: &Context<'_>,
    case: &Case<'_>,
    comparison: &Comparison<'_>,
    (permission, is_grant): (PermissionId, bool),
    narrower: &[PermissionId],
) -> Vec<Finding> {
    let catalog = context.catalog;
    let access = comparison.access();
    let name = catalog.name(permission);
    let instead = repair::names(catalog, narrower);
    let served = comparison.served_by(permission);
    let entries = case.entries_of(catalog, permission, access).into_iter();
    let entries = entries.filter(|(_, entry)| (entry.role == EntryRole::Grants) == is_grant);
    // What is declared and what is granted are replaced each in its place: a declaration is no grant, nor the
    // other way round.
    let mut replaced = BTreeSet::new();
    let found = entries.map(|(part, entry)| {
        let operations = served.iter().filter_map(|index| {
            let requirement = comparison.requirements.get(*index)?;
            case.operation_place(requirement, "this call needs less")
        });
        // The narrower one is put down once; the wide one goes from everywhere.
        let is_first = replaced.insert(entry.role);
        let title = format!("replace `{name}` with {instead}");
        let is_held = |id: PermissionId| {
            let mut held = case.entries_of(catalog, id, access).into_iter();
            held.any(|(_, other)| other.role == entry.role)
        };
        let lacking = narrower.iter().filter(|id| is_first && !is_held(**id));
        let lacking: Vec<PermissionId> = lacking.copied().collect();
        let fix = repair::replace(catalog, part, entry, &lacking, &title);
        let finding = Finding::new(
            &META,
            place_in(part.file, entry.key.span),
            format!("the {access} permission `{name}` is broader than needed: {instead} would do"),
            format!("{instead} would do"),
        )
        .explained(operations)
        .about([name, access.name()])
        .help(format!("declare {instead} instead, and revoke the grant of `{name}`"));
        repair::offered(finding, part, fix)
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    const CALLS: &str = "access: application\noperations:\n  - {request: 'GET /users/{id}/messages', select: [body], expand: [], search: false}\n";

    #[test]
    fn it_names_the_narrower_one() {
        let sample = Sample::new(CALLS).app(&[role("Mail.ReadWrite")]);
        assert_eq!(
            sample.told(&BroaderPermission),
            ["app.json: the application permission `Mail.ReadWrite` is broader than needed: `Mail.Read` would do"]
        );
    }

    #[test]
    fn it_is_quiet_for_the_planned_one_and_in_doubt() {
        let sample = Sample::new(CALLS).app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&BroaderPermission), [""; 0]);
        let sample = Sample::new(&format!("{CALLS}  - GET /no/such/thing\n")).app(&[role("Mail.ReadWrite")]);
        assert_eq!(sample.told(&BroaderPermission), [""; 0]);
    }

    #[test]
    fn it_is_quiet_where_a_write_needs_it() {
        let sample = Sample::new(&format!("{CALLS}  - {{request: 'POST /users/{{id}}/messages', properties: [subject]}}\n"))
            .app(&[role("Mail.ReadWrite")]);
        assert_eq!(sample.told(&BroaderPermission), [""; 0]);
    }
}
