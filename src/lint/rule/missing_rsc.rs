//! A declared route through a Teams app whose manifest does not ask for it.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule, repair, rsc, slip};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG017",
    name: "missing-rsc",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "a route through resource-specific consent is declared, and the Teams app does not ask for it",
    explanation: "\
The operations manifest says that calls are opened by resource-specific consent. The Teams app manifest that belongs to the \
app does not list the permission, so nobody is ever asked for it and the calls fail.

**What to do.** Add the permission under `authorization.permissions.resourceSpecific` (`lint --fix`).

**When to suppress.** When another Teams app of the same registration asks for it.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct MissingRsc;

impl Rule for MissingRsc {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let mut found = Vec::new();
        for case in &context.cases {
            for missing in rsc::missing(catalog, case) {
                let (part, access) = (missing.part, missing.access);
                let name = catalog.name(missing.permission);
                let calls = missing.operations.iter();
                let calls = calls.filter_map(|it| case.operation_place(it, "takes the route"));
                let instead = slip::instead(context, case, missing.permission, access);
                let help = match &instead {
                    Some((_, written)) => format!("`{written}` stands there, which is near: correct it"),
                    None => format!("add `{name}` under `authorization.permissions.resourceSpecific`"),
                };
                let fix = instead.map(|(fix, _)| fix);
                found.push(
                    Finding::new(
                        &META,
                        place_in(part.file, repair::home_span(part)),
                        format!("the route `rsc` needs `{name}`, and the Teams app does not ask for it"),
                        format!("`{name}` is not asked for"),
                    )
                    .explained(calls)
                    .about([name, access.name()])
                    .help(help)
                    .fixed_by(fix.or_else(|| repair::add(catalog, part, missing.permission, access))),
                );
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, rsc};

    const ROUTE: &str = "access: application\nroutes: [{via: rsc, operations: ['GET /teams/{id}/channels/{id}/messages']}]\noperations: ['GET /teams/{id}/channels/{id}/messages']\n";

    #[test]
    fn it_fires_until_the_teams_app_asks() {
        let sample = Sample::new(ROUTE).teams(&[rsc("TeamSettings.Read.Group", "Application")]);
        let found = sample.findings(&MissingRsc);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].fix.is_some());
        let sample = Sample::new(ROUTE).teams(&[rsc("ChannelMessage.Read.Group", "Application")]);
        assert_eq!(sample.told(&MissingRsc), [""; 0]);
    }

    #[test]
    fn the_permission_for_another_kind_of_place_is_enough() {
        let call = "'POST /users/{id}/teamwork/sendActivityNotification'";
        let yaml = format!("access: application\nroutes: [{{via: rsc, operations: [{call}]}}]\noperations: [{call}]\n");
        let sample = Sample::new(&yaml).teams(&[rsc("TeamsActivity.Send.User", "Application")]);
        assert_eq!(sample.told(&MissingRsc), [""; 0]);
        assert_eq!(Sample::new(&yaml).teams(&[]).told(&MissingRsc).len(), 1);
    }

    #[test]
    fn what_a_route_needs_together_stands_for_nothing_else_of_it() {
        let call = "'GET /groups/{id}/members'";
        let yaml = format!("access: application\nroutes: [{{via: rsc, operations: [{call}]}}]\noperations: [{call}]\n");
        let told = |names: &[&str]| {
            let asked: Vec<_> = names.iter().map(|name| rsc(name, "Application")).collect();
            Sample::new(&yaml).teams(&asked).told(&MissingRsc)
        };
        assert_eq!(told(&["Member.Read.Group", "Owner.Read.Group"]), [""; 0]);
        let found = told(&["Member.Read.Group"]);
        assert!(found.len() == 1 && found[0].contains("Owner.Read.Group"), "{found:?}");
    }

    #[test]
    fn without_a_teams_app_nothing_can_be_said() {
        assert_eq!(Sample::new(ROUTE).app(&[]).told(&MissingRsc), [""; 0]);
    }
}
