//! What is declared and nothing needs.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::rsc::{self, Purpose};
use crate::lint::{Context, Excess, Rule, repair};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG003",
    name: "excess-permission",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "no operation, `permissions` entry or route needs a permission that the app has",
    explanation: "\
The app declares, or is granted, a permission that nothing in its operations manifest needs. Whoever steals the app's \
credential gets it all the same, and admins consent to more than the app uses.

**What to do.** Remove it (`lint --fix=unsafe`), and revoke the grant: removing a declaration takes nothing away \
that was consented to. If the app does need it, add the operation to the manifest, or name the permission with a reason \
under `permissions:` when no call shows it. Bicep, generated files and Terraform that cannot be assessed have no fix.

**When to suppress.** While a migration needs it for a known time.

Resource-specific permissions of a Teams app are excess when the manifest has routes via `rsc` and none of them takes the permission. Where nothing says what they are for, `cannot-assess` tells it.

While an operation is unknown, or needs a detail that could call for the permission, it is not called excess \
(`permission-in-doubt` tells it), and no fix removes it. Permissions of which no operation is known at all are told apart \
(`unmapped-permission`).",
    security: Some("5.0"),
};

/// The rule.
#[derive(Debug)]
pub struct ExcessPermission;

impl Rule for ExcessPermission {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let mut found = Vec::new();
        for Excess { part, entry, name, access } in context.excess(true) {
            let verb = repair::verb(entry);
            let finding = Finding::new(
                &META,
                place_in(part.file, entry.key.span),
                format!("the {access} permission `{name}` is {verb}, and nothing in the operations manifest needs it"),
                "needed by nothing",
            )
            .about([name, access.name()])
            .help("remove it and revoke its grant; or list the call that needs it, or the permission with a reason under `permissions:`");
            let fix = repair::remove(part, entry, &format!("remove `{name}`"));
            found.push(repair::offered(finding, part, fix));
        }
        for case in context.cases.iter().filter(|case| case.is_whole()) {
            for asked in rsc::asked(catalog, case) {
                if asked.purpose != Purpose::Nothing {
                    continue;
                }
                let name = catalog.name(asked.permission);
                let title = format!("remove `{name}`");
                found.push(
                    Finding::new(
                        &META,
                        place_in(asked.part.file, asked.entry.key.span),
                        format!("the resource-specific permission `{name}` is asked for, and no route of the operations manifest takes it"),
                        "needed by nothing",
                    )
                    .about([name, asked.access.name()])
                    .help("remove it; or list the call that needs it under a route via `rsc`")
                    .fixed_by(repair::remove(asked.part, asked.entry, &title)),
                );
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role, rsc, scope};

    const CALLS: &str = "access: [delegated, application]\noperations:\n  - {request: 'GET /sites/{id}', access: application}\n  - {request: GET /me/drive, access: delegated}\n";

    #[test]
    fn it_fires_for_what_nothing_needs() {
        let sample = Sample::new(CALLS).app(&[role("Sites.Read.All"), role("Mail.Send")]);
        assert_eq!(
            sample.told(&ExcessPermission),
            ["app.json: the application permission `Mail.Send` is declared, and nothing in the operations manifest needs it"]
        );
    }

    #[test]
    fn signing_in_is_never_excess() {
        let held = ["User.Read", "openid", "profile", "offline_access", "email"].map(scope);
        let sample = Sample::new(CALLS).app(&held);
        assert_eq!(sample.told(&ExcessPermission), [""; 0]);
    }

    #[test]
    fn for_an_app_that_signs_nobody_in_the_default_scope_is_excess() {
        let sample = Sample::new("access: application\noperations: ['GET /sites/{id}']\n")
            .app(&[role("Sites.Read.All"), scope("User.Read")]);
        assert_eq!(sample.told(&ExcessPermission).len(), 1);
    }

    #[test]
    fn in_doubt_nothing_is_excess() {
        let sample = Sample::new(&format!("{CALLS}  - GET /no/such/thing\n"))
            .app(&[role("Sites.Read.All"), role("Mail.Send")]);
        assert_eq!(sample.told(&ExcessPermission), [""; 0]);
    }

    #[test]
    fn beside_an_operation_that_cannot_be_read_nothing_is_excess() {
        let sample = Sample::new(&format!("{CALLS}  - GTE /users/{{id}}/sendMail\n"))
            .app(&[role("Sites.Read.All"), role("Mail.Send")]);
        assert_eq!(sample.told(&ExcessPermission), [""; 0]);
    }

    #[test]
    fn what_is_asked_for_by_name_is_needed() {
        let sample = Sample::new(&format!("permissions: [{{name: Mail.Send, access: application}}]\n{CALLS}"))
            .app(&[role("Sites.Read.All"), role("Mail.Send")]);
        assert_eq!(sample.told(&ExcessPermission), [""; 0]);
    }

    const ROUTE: &str = "access: application\nroutes: [{via: rsc, operations: ['GET /teams/{id}/channels/{id}/messages']}]\noperations: ['GET /teams/{id}/channels/{id}/messages']\n";

    #[test]
    fn resource_specific_permissions_that_no_route_takes_are_excess() {
        let asked = [
            rsc("ChannelMessage.Read.Group", "Application"),
            rsc("TeamSettings.Read.Group", "Application"),
        ];
        let sample = Sample::new(ROUTE).teams(&asked);
        assert_eq!(
            sample.told(&ExcessPermission),
            ["manifest.json: the resource-specific permission `TeamSettings.Read.Group` is asked for, and no route of the operations manifest takes it"]
        );
        let found = sample.findings(&ExcessPermission);
        assert_eq!(found[0].fix.as_ref().unwrap().safety, finding::Safety::Unsafe);
    }

    #[test]
    fn what_resource_specific_consent_is_for_is_not_guessed() {
        let quiet = |yaml: &str, entry: String| {
            let sample = Sample::new(yaml).teams(&[entry]);
            assert_eq!(sample.told(&ExcessPermission), [""; 0], "{yaml}");
        };
        let settings = || rsc("TeamSettings.Read.Group", "Application");
        // No route, no call that is known, access that the data does not know, an operation in doubt.
        quiet("access: application\noperations: [GET /users]\n", settings());
        quiet(ROUTE, rsc("LiveShareSession.ReadWrite.Chat", "Application"));
        quiet(ROUTE, rsc("TeamSettings.Read.Group", "Delegated"));
        quiet(&format!("{ROUTE}  - GET /no/such/thing\n").replace("operations: ['GET /teams/{id}/channels/{id}/messages']\n  -", "operations:\n  - GET /teams/{id}/channels/{id}/messages\n  -"), settings());
        // The permission for the same in another kind of place.
        let activity = "access: application\nroutes: [{via: rsc, operations: ['POST /users/{id}/teamwork/sendActivityNotification']}]\noperations: ['POST /users/{id}/teamwork/sendActivityNotification']\n";
        for place in ["User", "Chat", "Group"] {
            quiet(activity, rsc(&format!("TeamsActivity.Send.{place}"), "Application"));
        }
    }

    #[test]
    fn bots_are_sent_messages_without_a_call() {
        let route = ROUTE.replace("/channels/{id}/messages", "");
        let text = |bots: &str| format!("{{\"manifestVersion\": \"1.17\", \"id\": \"22222222-2222-3333-4444-555555555555\", {bots}\"webApplicationInfo\": {{\"id\": \"11111111-2222-3333-4444-555555555555\", \"resource\": \"x\"}}, \"authorization\": {{\"permissions\": {{\"resourceSpecific\": [{}]}}}}}}", rsc("ChatMessage.Read.Chat", "Application"));
        let without = Sample::new(&route).file("manifest.json", &text(""));
        assert_eq!(without.told(&ExcessPermission).len(), 1);
        let with = Sample::new(&route).file("manifest.json", &text("\"bots\": [{\"botId\": \"11111111-2222-3333-4444-555555555555\"}], "));
        assert_eq!(with.told(&ExcessPermission), [""; 0]);
    }

    #[test]
    fn without_an_operations_manifest_nothing_is_excess() {
        let sample = Sample::without_operations().app(&[role("Mail.Send")]);
        assert_eq!(sample.told(&ExcessPermission), [""; 0]);
    }
}
