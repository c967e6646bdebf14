//! What the plan needs and no file declares.

use crate::catalog::model::{Kind, PermissionId};
use crate::coverage::NeededState;
use crate::declared::Kind as FileKind;
use crate::finding::{self, Finding, Persona, Safety, Severity};
use crate::lint::case::{Case, Comparison, place_in};
use crate::lint::{Context, Rule, repair, rsc, slip};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG001",
    name: "missing-permission",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "an operation needs a permission that the app does not declare",
    explanation: "\
The operations manifest lists a call, and none of the permissions that the app's files declare or grant serves it: \
the call fails with 403 as soon as somebody makes it.

**What to do.** Declare the permission (`lint --fix` adds it where its risk tier allows, `--fix=unsafe` always) and have \
it consented to, or remove the operation from the manifest if the app no longer makes the call. Operations that \
another grant serves, such as an Exchange role or a site's own grant, belong under `routes:`. Where a mistyped entry stands for \
it, the fix corrects that. Bicep, generated files and Terraform that cannot be assessed have no fix; the finding says so.

**When to suppress.** When the permission is declared in a place that this tool does not read.

Scopes of signing in (`openid`, `profile`, ...) that are planned and not declared are told as information: apps may \
ask for them when a user signs in. While a part of the declaration cannot be read, nothing is called missing; \
`cannot-assess` says where.

**Severity.** Information for scopes of signing in.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct MissingPermission;

impl Rule for MissingPermission {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for (case, comparison) in context.comparisons() {
            if comparison.is_veiled {
                continue;
            }
            for needed in &comparison.coverage.needed {
                // Parts of the SharePoint Framework ask for no scopes of signing in: SharePoint signs users in.
                let is_sign_in = context.catalog.permission(needed.permission).kind == Kind::Oidc;
                if is_sign_in && comparison.home.file.document.kind == FileKind::SharePointFramework {
                    continue;
                }
                if let NeededState::Missing { operations } = &needed.state {
                    found.push(missing(
                        context,
                        case,
                        comparison,
                        needed.permission,
                        operations,
                    ));
                }
            }
        }
        found
    }
}

fn missing(
    context: &Context<'_>,
    case: &Case<'_>,
    comparison: &Comparison<'_>,
    permission: PermissionId,
    operations: &[usize],
) -> Finding {
    let catalog = context.catalog;
    let name = catalog.name(permission);
    let access = comparison.access();
    let requirements = comparison.requirements;
    let needing: Vec<_> = operations
        .iter()
        .filter_map(|index| requirements.get(*index))
        .collect();
    let is_sign_in = catalog.permission(permission).kind == Kind::Oidc;
    let why = match needing.as_slice() {
        [] if is_sign_in => "`signIn` asks for it".to_owned(),
        [] => "the manifest asks for it by name".to_owned(),
        [one] => format!("`{}` needs it", one.request),
        [first, rest @ ..] => {
            format!("`{}` and {} more need it", first.request, rest.len())
        }
    };
    let home = comparison.home;
    let message = format!("the {access} permission `{name}` is not declared, and {why}");
    let related = needing
        .iter()
        .filter_map(|requirement| case.operation_place(requirement, "this call needs it"));
    let instead = slip::instead(context, case, permission, access);
    let help = match &instead {
        Some((_, written)) => format!("`{written}` stands there, and was most likely meant to be `{name}` ({}): correct it and have it consented to", access.resource_access_type()),
        None => format!("declare `{name}` ({}) and have it consented to", access.resource_access_type()),
    };
    let fix = instead.map(|(fix, _)| fix);
    let fix = fix.or_else(|| repair::add(catalog, home, permission, access));
    let finding = Finding::new(
        &META,
        place_in(home.file, repair::home_span(home)),
        message,
        format!("`{name}` is not among these"),
    )
    .explained(related)
    .about([name, access.name()])
    .help(help);
    let mut finding = repair::offered(finding, home, fix);
    if let Some(narrow) = rsc::asked_instead(catalog, case, permission, access) {
        let narrow = catalog.name(narrow);
        finding.help = Some(format!(
            "the Teams app asks for `{narrow}`: where that is enough, name the calls under `routes: [{{via: rsc, operations: [...]}}]`; else declare `{name}`"
        ));
        // Which of the two is meant is not for a tool to decide.
        if let Some(fix) = &mut finding.fix {
            fix.safety = Safety::Unsafe;
        }
    }
    if is_sign_in {
        finding.severity = Severity::Info;
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role, scope};

    const CALLS: &str = "access: application\noperations:\n  - {request: 'GET /users/{id}/messages', select: [body], expand: [], search: false}\n";

    #[test]
    fn it_fires_for_what_no_file_declares() {
        let sample = Sample::new(CALLS).app(&[role("Calendars.Read")]);
        assert_eq!(
            sample.told(&MissingPermission),
            ["app.json: the application permission `Mail.Read` is not declared, and `GET /users/{id}/messages` needs it"]
        );
        let finding = &sample.findings(&MissingPermission)[0];
        assert_eq!(finding.related.len(), 1);
        assert_eq!(finding.severity, Severity::Error);
    }

    #[test]
    fn it_is_quiet_for_what_is_declared_or_contained() {
        for held in ["Mail.Read", "Mail.ReadWrite"] {
            let sample = Sample::new(CALLS).app(&[role(held)]);
            assert_eq!(sample.told(&MissingPermission), [""; 0], "{held}");
        }
    }

    #[test]
    fn files_of_one_app_are_judged_together() {
        let sample = Sample::new(CALLS).app(&[]).app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&MissingPermission), [""; 0]);
    }

    #[test]
    fn registrations_of_several_stages_are_judged_one_by_one() {
        let other = Sample::app_text(&[role("Mail.Read")]).replace("11111111-", "99999999-");
        let sample = Sample::new(CALLS).app(&[role("Calendars.Read")]).file("prod.json", &other);
        let told = sample.told(&MissingPermission);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("app.json: "));
    }

    #[test]
    fn it_is_quiet_while_a_part_cannot_be_read() {
        let sample = Sample::new(CALLS).app(&["{\"id\": \"${{MAIL}}\", \"type\": \"Role\"}".to_owned()]);
        assert_eq!(sample.told(&MissingPermission), [""; 0]);
    }

    #[test]
    fn it_is_quiet_while_a_file_of_the_app_cannot_be_read() {
        let app = Sample::app_text(&[role("Calendars.Read")]);
        let sound = Sample::new(CALLS).file("app.json", &app);
        assert_eq!(sound.told(&MissingPermission).len(), 1);
        let broken = sound.file("aad.manifest.json", "{\"appId\": ");
        assert_eq!(broken.inputs.unreadable.len(), 1);
        assert_eq!(broken.told(&MissingPermission), [""; 0]);
    }

    #[test]
    fn what_a_teams_app_asks_for_in_single_places_is_pointed_at() {
        let calls = "access: application\noperations: ['GET /teams/{id}/channels/{id}/messages']\n";
        let asked = crate::lint::sample::rsc("ChannelMessage.Read.Group", "Application");
        let sample = Sample::new(calls).app(&[role("Calendars.Read")]).teams(&[asked]);
        let found = sample.findings(&MissingPermission);
        assert!(found[0].help.as_ref().unwrap().contains("the Teams app asks for `ChannelMessage.Read.Group`"));
        assert_eq!(found[0].fix.as_ref().unwrap().safety, Safety::Unsafe);
    }

    #[test]
    fn solutions_of_sharepoint_ask_for_no_scopes_of_signing_in() {
        let solution = "{\"solution\": {\"name\": \"a\", \"id\": \"22222222-2222-3333-4444-555555555555\", \"version\": \"1.0.0.0\", \"webApiPermissionRequests\": [{\"resource\": \"Microsoft Graph\", \"scope\": \"User.Read\"}]}, \"paths\": {}}";
        let sample = Sample::new("access: delegated\nsignIn: [openid]\noperations: [GET /me/manager]\n")
            .file("package-solution.json", solution);
        let told = sample.told(&MissingPermission);
        assert!(!told.iter().any(|it| it.contains("openid")), "{told:?}");
    }

    #[test]
    fn scopes_of_signing_in_are_information() {
        let sample = Sample::new("access: delegated\nsignIn: [openid]\noperations: [GET /me/manager]\n")
            .app(&[scope("User.Read")]);
        let found = sample.findings(&MissingPermission);
        let openid = found.iter().find(|it| it.message.contains("`openid`"));
        assert_eq!(openid.unwrap().severity, Severity::Info);
    }
}
