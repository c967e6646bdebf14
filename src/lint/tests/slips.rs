//! What becomes of entries that declare nothing.

use std::collections::BTreeSet;

use crate::declared::GRAPH;
use crate::finding::{Finding, Safety};
use crate::lint::fix::Allowed;
use crate::lint::sample::{Sample, id, role, rsc, scope};
use crate::lint::tests::laws::settled;

use crate::catalog::model::Access;
use crate::lint::slip::Words;

const CALLS: &str = "access: [delegated, application]\noperations:\n  - {request: 'GET /users/{id}/calendar/events', access: application, expand: [], select: [subject]}\n  - {request: GET /me/manager, access: delegated}\n";

fn of_rule(sample: &Sample, name: &str) -> Vec<Finding> {
    let findings = sample.inspect().findings;
    findings
        .into_iter()
        .filter(|it| it.rule.name == name)
        .collect()
}

fn slipped(entry: &str) -> String {
    let at = entry.find("\", \"type").unwrap();
    let last = if entry.as_bytes()[at - 1] == b'0' {
        "1"
    } else {
        "0"
    };
    let (before, after) = entry.split_at(at);
    format!("{}{last}{after}", before.split_at(at - 1).0)
}

/// A path, the text of a file with a key, the wrong key and the right one.
type Spelled<'t> = (&'t str, &'t dyn Fn(&str) -> String, &'t str, &'t str);

#[test]
fn what_is_missing_takes_the_place_of_the_slip_in_every_format() {
    let app = |key: &str| {
        format!(
            "{{\"resourceAppId\": \"{GRAPH}\", \"resourceAccess\": [{{\"id\": \"{key}\", \"type\": \"Scope\"}}]}}"
        )
    };
    let right = id("User.Read.All", Access::Delegated);
    let wrong = right.replace("a154be20", "a154be21");
    let graph = |key: &str| {
        format!(
            "{{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"web\": {{}}, \"requiredResourceAccess\": [{}]}}",
            app(key)
        )
    };
    let legacy = |key: &str| {
        format!(
            "{{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"oauth2AllowImplicitFlow\": false, \"requiredResourceAccess\": [{}]}}",
            app(key)
        )
    };
    let toolkit = |key: &str| {
        format!(
            "{{\"appId\": \"${{{{APP}}}}\", \"web\": {{}}, \"requiredResourceAccess\": [{}]}}",
            app(key)
        )
    };
    let solution = |key: &str| {
        format!(
            "{{\"paths\": {{}}, \"solution\": {{\"name\": \"a\", \"id\": \"22222222-2222-3333-4444-555555555555\", \"version\": \"1.0.0.0\", \"webApiPermissionRequests\": [{{\"resource\": \"Microsoft Graph\", \"scope\": \"{key}\"}}]}}}}"
        )
    };
    let block = |key: &str| {
        format!(
            "resource \"azuread_application\" \"a\" {{\n  display_name = \"a\"\n  required_resource_access {{\n    resource_app_id = \"{GRAPH}\"\n    resource_access {{\n      id   = {key}\n      type = \"Scope\"\n    }}\n  }}\n}}\ndata \"azuread_service_principal\" \"graph\" {{\n  client_id = \"{GRAPH}\"\n}}\n"
        )
    };
    let list = |key: &str| {
        format!(
            "locals {{\n  scopes = [\"{key}\"]\n}}\nresource \"azuread_application\" \"a\" {{\n  display_name = \"a\"\n}}\nresource \"azuread_application_api_access\" \"graph\" {{\n  application_id = azuread_application.a.id\n  api_client_id  = \"{GRAPH}\"\n  scope_ids      = local.scopes\n}}\n"
        )
    };
    let looked_up = |key: &str| {
        block(&format!(
            "data.azuread_service_principal.graph.oauth2_permission_scope_ids[\"{key}\"]"
        ))
    };
    let literal = |key: &str| block(&format!("\"{key}\""));
    let (name, slip) = ("User.Read.All", "User.Raed.All");
    let all: [Spelled<'_>; 8] = [
        ("app.json", &graph, &wrong, &right),
        ("app.json", &legacy, &wrong, &right),
        ("aad.manifest.json", &toolkit, &wrong, &right),
        ("aad.manifest.json", &toolkit, slip, name),
        ("package-solution.json", &solution, slip, name),
        ("main.tf", &literal, &wrong, &right),
        ("main.tf", &looked_up, slip, name),
        ("main.tf", &list, &wrong, &right),
    ];
    let calls = "access: delegated\noperations: [GET /me/manager]\n";
    for (path, text, wrong, right) in all {
        let sample = Sample::new(calls).file(path, &text(wrong));
        let found = of_rule(&sample, "unknown-permission");
        assert_eq!(found.len(), 1, "{path}");
        assert!(
            found[0]
                .help
                .as_ref()
                .unwrap()
                .starts_with("did you mean `User.Read.All`? It is needed")
        );
        let (after, _) = settled(sample, Allowed::Unsafe);
        assert_eq!(
            after.inputs.apps[0].document.source.text(),
            text(right),
            "{path}"
        );
    }
}

#[test]
fn the_same_in_a_teams_app() {
    let route = "access: application\nroutes: [{via: rsc, operations: ['GET /teams/{id}/channels/{id}/messages']}]\noperations: ['GET /teams/{id}/channels/{id}/messages']\n";
    let sample = Sample::new(route).teams(&[rsc("ChanelMessage.Read.Group", "Application")]);
    let (after, _) = settled(sample, Allowed::Unsafe);
    let text = after.inputs.apps[0].document.source.text();
    assert!(
        text.contains("ChannelMessage.Read.Group") && !text.contains("Chanel"),
        "{text}"
    );
}

#[test]
fn what_is_below_tier_1_takes_it_without_a_second_thought() {
    let calls = "access: delegated\noperations:\n  - {request: GET /me, select: [displayName], expand: []}\n";
    let sample = Sample::new(calls).app(&[slipped(&scope("User.Read"))]);
    let fix = of_rule(&sample, "missing-permission")[0]
        .fix
        .clone()
        .unwrap();
    assert_eq!(fix.safety, Safety::Safe);
    let (after, _) = settled(sample, Allowed::Safe);
    assert_eq!(
        after.permissions(),
        BTreeSet::from(["delegated User.Read".to_owned()])
    );
    assert!(of_rule(&after, "unknown-permission").is_empty());
}

#[test]
fn what_is_declared_already_is_no_news() {
    let entries = [scope("User.Read.All"), slipped(&scope("User.Read.All"))];
    let calls = "access: delegated\noperations: [GET /me/manager]\n";
    let sample = Sample::new(calls).app(&entries);
    let found = &of_rule(&sample, "unknown-permission")[0];
    assert_eq!(
        found.help.as_deref(),
        Some("`User.Read.All` is declared already: remove this one if that was meant")
    );
    assert_eq!(found.fix.as_ref().unwrap().safety, Safety::Unsafe);
    let (safe, _) = settled(Sample::new(calls).app(&entries), Allowed::Safe);
    assert_eq!(of_rule(&safe, "unknown-permission").len(), 1);
    let (after, _) = settled(sample, Allowed::Unsafe);
    assert!(of_rule(&after, "unknown-permission").is_empty());
    // The same in the operations manifest.
    let listed = Sample::new("permissions: [Mail.Raed, Mail.Read]\noperations: [GET /me]\n");
    let found = &of_rule(&listed, "unknown-permission")[0];
    assert!(
        found
            .help
            .as_ref()
            .unwrap()
            .starts_with("`Mail.Read` is listed already")
    );
}

#[test]
fn in_doubt_a_slip_stays() {
    let calls = format!("{CALLS}  - GET /no/such/thing\n");
    let sample = Sample::new(&calls).app(&[slipped(&role("Mail.Send"))]);
    let found = of_rule(&sample, "unknown-permission");
    assert!(found[0].fix.is_none());
    let sure = Sample::new(CALLS).app(&[slipped(&role("Mail.Send"))]);
    assert!(of_rule(&sure, "unknown-permission")[0].fix.is_some());
}

#[test]
fn a_name_of_known_words_may_be_one_that_the_data_lacks() {
    let catalog = crate::catalog::bundled::open().unwrap();
    let words = Words::new(&catalog);
    let has_slip = |written| words.has_slip(written);
    assert!(has_slip("ChanelMessage.Read.Group") && has_slip("Mail.Raed"));
    assert!(!has_slip("ChatMessage.Read.Group") && !has_slip("sites.send"));
    let route = "access: application\nroutes: [{via: rsc, operations: ['GET /teams/{id}/channels/{id}/messages']}]\noperations: ['GET /teams/{id}/channels/{id}/messages']\n";
    let sample = Sample::new(route).teams(&[rsc("ChatMessage.Read.Group", "Application")]);
    let (after, _) = settled(sample, Allowed::Unsafe);
    let text = after.inputs.apps[0].document.source.text();
    assert!(
        text.contains("ChatMessage.Read.Group") && text.contains("ChannelMessage.Read.Group"),
        "{text}"
    );
}

#[test]
fn what_somebody_decided_to_keep_stays_beside_the_right_one() {
    let wrong = slipped(&scope("User.Read.All"));
    let text = Sample::app_text(std::slice::from_ref(&wrong));
    let comment = "// graphgrant: allow(unknown-permission, *) reason=r owner=o until=2099-01-01\n";
    let calls = "access: delegated\noperations: [GET /me/manager]\n";
    let sample = Sample::new(calls).file("app.json", &format!("{comment}{text}"));
    let (after, _) = settled(sample, Allowed::Unsafe);
    assert!(after.inputs.apps[0].document.source.text().contains(&wrong));
    assert_eq!(after.permissions().len(), 1);
}

#[test]
fn the_plan_says_which_of_id_and_type_is_wrong() {
    let entry = format!(
        "{{\"id\": \"{}\", \"type\": \"Role\"}}",
        id("Calendars.Read", Access::Delegated)
    );
    let sample = Sample::new(CALLS).app(&[entry.clone(), scope("User.Read.All")]);
    let needed = of_rule(&sample, "missing-permission");
    assert!(
        needed.iter().any(|it| it.message.contains("`Calendars.")),
        "{needed:?}"
    );
    let calls = "access: application\npermissions: [{name: Calendars.Read, access: application, reason: r}]\noperations: []\n";
    let (after, _) = settled(
        Sample::new(calls).app(std::slice::from_ref(&entry)),
        Allowed::Unsafe,
    );
    assert_eq!(
        after.permissions(),
        BTreeSet::from(["application Calendars.Read".to_owned()])
    );
    assert_eq!(
        after.inputs.apps[0].document.registrations[0].entries.len(),
        1
    );
    let (after, _) = settled(Sample::without_operations().app(&[entry]), Allowed::Unsafe);
    assert_eq!(
        after.permissions(),
        BTreeSet::from(["delegated Calendars.Read".to_owned()])
    );
}

#[test]
fn an_entry_without_a_type_gets_one_instead_of_a_second_entry() {
    let entry = format!("{{\"id\": \"{}\"}}", id("User.Read.All", Access::Delegated));
    let calls = "access: delegated\noperations: [GET /me/manager]\n";
    let (after, _) = settled(Sample::new(calls).app(&[entry]), Allowed::Unsafe);
    assert_eq!(
        after.permissions(),
        BTreeSet::from(["delegated User.Read.All".to_owned()])
    );
    assert_eq!(
        after.inputs.apps[0].document.registrations[0].entries.len(),
        1
    );
}

#[test]
fn findings_that_have_no_fix_say_why() {
    let told = |path: &str, text: &str| {
        let sample = Sample::new(
            "app: {name: App}\naccess: application\noperations: []\npermissions: [{name: Calendars.Read, access: application, reason: r}]\n",
        );
        let found = of_rule(&sample.file(path, text), "missing-permission");
        found[0].help.clone().unwrap()
    };
    let bicep = "resource app 'Microsoft.Graph/applications@v1.0' = {\n  uniqueName: 'App'\n  displayName: 'App'\n}\n";
    assert!(told("main.bicep", bicep).ends_with("; no fix: Bicep files are never changed"));
    let app = "resource \"azuread_application\" \"app\" {\n  display_name = \"App\"\n}\n";
    let other = app.replace("App", "Other").replace("\"app\"", "\"other\"");
    let again = format!(
        "{other}resource \"azuread_application_api_access\" \"other\" {{\n  application_id = azuread_application.other.id\n  api_client_id  = \"{GRAPH}\"\n  role_ids       = local.roles\n}}\nlocals {{\n  roles = [\"810c84a8-4a9e-49e6-bf7d-12d183f40d01\"]\n}}\n"
    );
    let odd = format!(
        "{app}{again}resource \"azuread_application_api_access\" \"graph\" {{\n  application_id = azuread_application.app.id\n  api_client_id  = \"{GRAPH}\"\n  role_ids       = local.roles\n}}\n"
    );
    assert!(
        told("main.tf", &odd)
            .ends_with("; no fix: what is written here cannot be changed without changing more"),
        "{}",
        told("main.tf", &odd)
    );
}
