//! `graphgrant consent show`, `consent url`, `consent letter`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::{Outcome, Place, run, run_at};

pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/consent")
}

pub(crate) fn show(arguments: &[&str]) -> Outcome {
    run_at(&example(), &[&["consent", "show"], arguments].concat())
}

#[track_caller]
pub(crate) fn app(outcome: &Outcome) -> Value {
    outcome.json()["apps"][0].clone()
}

/// The permission of a part, by name.
#[track_caller]
pub(crate) fn ask(app: &Value, name: &str) -> Value {
    let parts = app["parts"].as_array().unwrap().iter();
    let mut asks = parts.flat_map(|part| part["permissions"].as_array().unwrap().clone());
    asks.find(|ask| ask["name"] == name).unwrap()
}

#[test]
fn parts_come_in_the_order_in_which_they_are_asked_for() {
    let app = app(&show(&["--format", "json"]).ends_with(0));
    let parts: Vec<_> = app["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (part["access"].as_str(), part["profile"].as_str()))
        .collect();
    assert_eq!(
        parts,
        [
            (Some("delegated"), None),
            (Some("delegated"), Some("greeting")),
            (Some("application"), None),
        ]
    );
    assert_eq!(ask(&app, "User.Read.All")["type"], "Role");
    assert_eq!(ask(&app, "Mail.Send")["operations"], serde_json::json!([3]));
}

#[test]
fn the_least_role_differs_by_access() {
    let app = app(&show(&["--format", "json"]).ends_with(0));
    let whole = app["whole"].as_array().unwrap();
    let role = |at: usize| whole[at]["who"]["role"].as_str().unwrap().to_owned();
    assert_eq!(role(0), "Cloud Application Administrator");
    assert_eq!(role(1), "Privileged Role Administrator");
    assert_eq!(ask(&app, "User.Read.All")["refused"], "app-role");
    assert_eq!(
        ask(&app, "User.Read.All")["role"],
        "Privileged Role Administrator"
    );
}

#[test]
fn a_policy_decides_whether_users_can_consent() {
    let under = |policy: &str| {
        let arguments = ["--access", "delegated", "--consent-policy", policy];
        let outcome = show(&[&arguments[..], &["--format", "json"]].concat()).ends_with(0);
        let app = app(&outcome);
        ["People.Read", "User.Read", "Calendars.ReadBasic"]
            .map(|name| ask(&app, name)["userConsent"].as_str().unwrap().to_owned())
    };
    assert_eq!(under("none"), ["no", "no", "no"]);
    assert_eq!(under("low"), ["conditional", "conditional", "no"]);
    assert_eq!(under("recommended"), ["no", "yes", "no"]);
    assert_eq!(under("legacy"), ["yes", "yes", "no"]);
}

#[test]
fn all_policies_are_compared_as_a_whole() {
    let outcome = run(&[
        "consent",
        "show",
        "-e",
        "GET /me",
        "--access",
        "delegated",
        "--format",
        "json",
    ])
    .ends_with(0);
    let found: Vec<_> = app(&outcome)["byPolicy"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let word = |value: &Value| value.as_str().unwrap().to_owned();
            (word(&it["policy"]), word(&it["who"]["who"]))
        })
        .collect();
    let expected = [
        ("none", "admin"),
        ("low", "users"),
        ("recommended", "users"),
        ("legacy", "users"),
    ];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn the_tenants_own_policy_is_evaluated() {
    let files = [
        "--tenant-policy",
        "authorization-policy.json",
        "--tenant-policy",
        "permission-grant-policies.json",
    ];
    let outcome = show(&[&files[..], &["--format", "json"]].concat()).ends_with(0);
    let app = app(&outcome);
    // Nobody said what is classified as low, so that is a condition.
    let user = ask(&app, "User.Read");
    assert_eq!(user["userConsent"], "conditional");
    assert_eq!(user["ways"][0][0]["condition"], "classified");
    // One permission is let through for verified publishers, another one is taken out.
    let people = ask(&app, "People.Read");
    let ways: Vec<_> = people["ways"]
        .as_array()
        .unwrap()
        .iter()
        .map(|way| way[0]["condition"].as_str().unwrap())
        .collect();
    assert_eq!(ways, ["classified", "verified-publisher"]);
    assert_eq!(ask(&app, "Mail.Send")["refused"], "excluded");
    let classified = [&files[..], &["--tenant-policy", "classifications.json"]].concat();
    let outcome = show(&[&classified[..], &["--format", "json"]].concat()).ends_with(0);
    let app = self::app(&outcome);
    assert_eq!(ask(&app, "User.Read")["userConsent"], "yes");
    let ways = ask(&app, "People.Read")["ways"].clone();
    assert_eq!(ways.as_array().unwrap().len(), 1);
    assert_eq!(app["policy"]["basis"], "tenant");
}

#[test]
fn broken_tenant_settings_are_told_with_their_place() {
    for (text, part) in [
        ("{", "no JSON"),
        ("{\"includes\": 1}", "without `id`"),
        ("[1]", "neither an object nor a list"),
        ("{\"x\": 1}", "no authorization policy"),
        (
            "{\"defaultUserRolePermissions\": {\"permissionGrantPoliciesAssigned\": 1}}",
            "is no list",
        ),
        ("[]", "no file says which policies are assigned"),
    ] {
        let place = Place::new().with("tenant.json", text);
        let arguments = [
            "consent",
            "show",
            "-e",
            "GET /me",
            "--tenant-policy",
            "tenant.json",
        ];
        let outcome = place.run(&arguments).ends_with(2);
        // A diagnostic is broken into lines.
        let told: String = outcome.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            told.contains(part) || told.replace("│ ", "").contains(part),
            "{part}: {told}"
        );
        assert_eq!(outcome.out, "");
    }
}

#[test]
fn a_gap_is_the_first_thing_said() {
    let manifest = "access: delegated\noperations: [GET /me, GET /me/mesages]\n";
    let place = Place::new().with("graphgrant.yaml", manifest);
    for arguments in [
        &["consent", "show"][..],
        &["consent", "show", "--format", "markdown"],
        &["consent", "letter"],
        &["consent", "letter", "--format", "html"],
    ] {
        let outcome = place.run(arguments).ends_with(1);
        let gap = outcome.out.find("1 operation of 2 not served");
        let first = outcome.out.find("User.Read");
        assert!(gap.is_some() && gap < first, "{}", outcome.out);
    }
    let json = place
        .run(&["consent", "show", "--format", "json"])
        .ends_with(1);
    assert_eq!(app(&json)["gaps"][0]["reason"], "unknown");
    let url = place.run(&["consent", "url", "--state", "s"]).ends_with(1);
    assert!(url.out.contains("User.Read"), "{}", url.out);
}

#[test]
fn an_access_or_profile_of_its_own_is_no_gap() {
    for arguments in [
        &["--access", "delegated"][..],
        &["--access", "application"],
        &["--profile", "greeting"],
    ] {
        let outcome = show(&[arguments, &["--format", "json"]].concat()).ends_with(0);
        assert_eq!(
            app(&outcome)["gaps"],
            serde_json::json!([]),
            "{arguments:?}"
        );
    }
}

#[test]
fn what_the_user_must_be_allowed_and_licences_are_told() {
    let signs = run(&[
        "consent",
        "show",
        "-e",
        "GET /auditLogs/signIns",
        "--access",
        "delegated",
        "--format",
        "json",
    ])
    .ends_with(0);
    let facts = ask(&app(&signs), "AuditLog.Read.All")["facts"].clone();
    let kinds = |wanted: &str| {
        let facts = facts.as_array().unwrap().iter();
        facts
            .filter(|fact| {
                fact["kinds"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|kind| kind == wanted)
            })
            .count()
    };
    assert!(kinds("user-role") >= 1 && kinds("licence") >= 1, "{facts}");
    let alone = run(&[
        "consent",
        "show",
        "-e",
        "GET /auditLogs/signIns",
        "--access",
        "application",
    ])
    .ends_with(0);
    assert!(
        !alone
            .out
            .contains("What the signed-in user must be allowed")
    );
    assert!(alone.out.contains("Licences"), "{}", alone.out);
}

#[test]
fn steps_stand_in_order() {
    let manifest = "access: application\noperations:\n  - GET /users/{id}/onlineMeetings/{id}\n";
    let place = Place::new().with("graphgrant.yaml", manifest);
    let outcome = place
        .run(&["consent", "show", "--format", "json"])
        .ends_with(0);
    let steps = app(&outcome)["steps"].clone();
    let kinds: Vec<_> = steps
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "register",
            "register",
            "service-principal",
            "replication",
            "prerequisite",
            "prerequisite",
            "grant-app-roles",
            "token",
            "check"
        ],
        "{steps}"
    );
    // A policy is made before it is given to people.
    assert!(
        steps[4]["text"].as_str().unwrap().starts_with("New-Cs"),
        "{steps}"
    );
}

#[test]
fn routes_of_the_manifest_bring_their_steps() {
    let manifest = "access: application\nroutes:\n  - {via: sites-selected, operations: ['GET /sites/{id}'], reason: one site}\noperations: ['GET /sites/{id}']\n";
    let place = Place::new().with("graphgrant.yaml", manifest);
    let outcome = place
        .run(&["consent", "show", "--format", "json"])
        .ends_with(0);
    let app = app(&outcome);
    let steps = app["steps"].as_array().unwrap().iter();
    let route: Vec<_> = steps.filter(|step| step["kind"] == "route").collect();
    assert!(route.len() >= 2, "{app}");
    assert_eq!(
        ask(&app, "Sites.Selected")["askedFor"],
        "route sites-selected"
    );
    let letter = place.run(&["consent", "letter"]).ends_with(0);
    assert!(letter.out.contains("one site"), "{}", letter.out);
}

#[test]
fn what_would_be_easier_is_found_by_planning_again() {
    let changes = |manifest: &str, arguments: &[&str]| {
        let place = Place::new().with("graphgrant.yaml", manifest);
        let all = [&["consent", "show", "--format", "json"], arguments].concat();
        let app = app(&place.run(&all).ends_with(0));
        app["easier"].as_array().unwrap().clone()
    };
    // Calendars.ReadBasic needs an admin in this data, Calendars.Read does not.
    let calendar =
        "access: delegated\noperations:\n  - {request: GET /me/calendarView, select: [subject]}\n";
    let legacy = changes(calendar, &["--consent-policy", "legacy"]);
    assert_eq!(legacy[0]["change"], "no-admin");
    assert_eq!(legacy[0]["adds"], serde_json::json!(["Calendars.Read"]));
    assert_eq!(legacy[0]["after"]["who"]["who"], "users");
    assert!(legacy[0]["widens"]["reads"].as_u64() > Some(0));
    // The recommended policy keeps that from users, so it would not help.
    assert_eq!(changes(calendar, &[]).len(), 0);
    let split = changes(
        "access: delegated\noperations: [GET /me, 'GET /auditLogs/signIns']\n",
        &[],
    );
    assert_eq!(split[0]["change"], "split");
    assert_eq!(split[0]["operations"], serde_json::json!([1]));
    let alone = changes(
        "access: application\noperations: ['GET /users/{id}/messages']\n",
        &[],
    );
    let found: Vec<_> = alone
        .iter()
        .map(|it| it["change"].as_str().unwrap())
        .collect();
    assert_eq!(found, ["signed-in-user", "route"]);
    assert_eq!(alone[1]["route"], "exchange-rbac");
    assert_eq!(alone[1]["drops"], serde_json::json!(["Mail.ReadBasic.All"]));
    assert!(!alone[1]["steps"].as_array().unwrap().is_empty());
}

#[test]
fn a_smaller_permission_is_refused_for_a_reason() {
    let outcome = run(&[
        "consent",
        "show",
        "-e",
        "PATCH /me/messages/{id}",
        "--access",
        "delegated",
        "--format",
        "json",
    ])
    .ends_with(0);
    let narrower = ask(&app(&outcome), "Mail.ReadWrite")["narrower"].clone();
    assert_eq!(
        narrower[0],
        serde_json::json!({"name": "Mail.Read", "lacks": [0]})
    );
}

const URL: [&str; 6] = [
    "consent",
    "url",
    "--redirect-uri",
    "https://desk.litware.example/consented",
    "--state",
    "a b&c",
];

#[test]
fn urls_name_delegated_scopes_and_take_app_roles_by_default() {
    let outcome = run_at(&example(), &URL).ends_with(0);
    let lines: Vec<&str> = outcome.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", outcome.out);
    let start = "https://login.microsoftonline.com/2f6b8c1d-9e0a-4b7c-8d5e-6f7a8b9c0d1e/v2.0/adminconsent?client_id=7d2c9b1e-3f4a-4c5d-8e6f-0a1b2c3d4e5f&scope=";
    let end = "&redirect_uri=https%3A%2F%2Fdesk.litware.example%2Fconsented&state=a%20b%26c";
    for line in &lines {
        assert!(line.starts_with(start) && line.ends_with(end), "{line}");
    }
    let scope = |at: usize| {
        lines[at]
            .strip_prefix(start)
            .unwrap()
            .strip_suffix(end)
            .unwrap()
    };
    assert!(scope(0).contains("%20https%3A%2F%2Fgraph.microsoft.com%2FUser.Read"));
    assert!(scope(0).contains("%20openid%20") && !scope(0).contains("Mail.Send"));
    assert_eq!(scope(1), "https%3A%2F%2Fgraph.microsoft.com%2FMail.Send");
    assert_eq!(scope(2), "https%3A%2F%2Fgraph.microsoft.com%2F.default");
    let delegated = run_at(&example(), &[&URL[..], &["--access", "delegated"]].concat());
    assert!(!delegated.ends_with(0).out.contains(".default"));
}

#[test]
fn the_older_endpoint_takes_no_scope() {
    let outcome = run_at(&example(), &[&URL[..], &["--endpoint", "v1"]].concat()).ends_with(0);
    assert_eq!(outcome.out.lines().count(), 1);
    assert!(
        outcome.out.contains("/adminconsent?client_id="),
        "{}",
        outcome.out
    );
    assert!(
        !outcome.out.contains("v2.0") && !outcome.out.contains("scope="),
        "{}",
        outcome.out
    );
}

#[test]
fn clouds_change_both_hosts() {
    for (cloud, login, graph) in [
        ("global", "login.microsoftonline.com", "graph.microsoft.com"),
        ("usgov", "login.microsoftonline.us", "graph.microsoft.us"),
        (
            "usgov-dod",
            "login.microsoftonline.us",
            "dod-graph.microsoft.us",
        ),
        (
            "china",
            "login.partner.microsoftonline.cn",
            "microsoftgraph.chinacloudapi.cn",
        ),
    ] {
        let outcome = run_at(&example(), &[&URL[..], &["--cloud", cloud]].concat()).ends_with(0);
        for line in outcome.out.lines() {
            assert!(line.starts_with(&format!("https://{login}/")), "{line}");
            assert!(
                line.contains(&format!("https%3A%2F%2F{graph}%2F")),
                "{line}"
            );
        }
    }
}

#[test]
fn the_tenant_is_that_of_the_admin_where_an_app_takes_several() {
    let manifest = "app: {name: x, clientId: 7d2c9b1e-3f4a-4c5d-8e6f-0a1b2c3d4e5f, tenant: litware.example, audience: AzureADMultipleOrgs}\naccess: delegated\noperations: [GET /me]\n";
    let place = Place::new().with("graphgrant.yaml", manifest);
    let with = |arguments: &[&str]| place.run(&[&URL[..], arguments].concat()).ends_with(0).out;
    assert!(with(&[]).contains(".com/organizations/v2.0/"));
    assert!(with(&["--endpoint", "v1"]).contains(".com/common/adminconsent"));
    assert!(with(&["--tenant", "a/b c"]).contains(".com/a%2Fb%20c/v2.0/"));
}

#[test]
fn what_is_not_known_cannot_be_run_by_accident() {
    let outcome = run(&["consent", "url", "-e", "GET /me", "--access", "delegated"]).ends_with(0);
    for part in [
        "/<tenant>/",
        "client_id=<client-id>",
        "redirect_uri=<redirect-uri>",
    ] {
        assert!(outcome.out.contains(part), "{}", outcome.out);
    }
    assert!(outcome.err.contains("works nowhere"), "{}", outcome.err);
}

#[test]
fn a_state_is_random_unless_it_is_given() {
    let state = || {
        let outcome = run(&["consent", "url", "-e", "GET /me", "--access", "delegated"]);
        let url = outcome.ends_with(0).out;
        url.trim().rsplit("&state=").next().unwrap().to_owned()
    };
    let (first, second) = (state(), state());
    assert_ne!(first, second);
    assert_eq!(first.len(), 32);
    assert!(first.chars().all(|c| c.is_ascii_hexdigit()));
}

#[test]
fn a_redirect_uri_that_cannot_be_one_is_refused() {
    for uri in [
        "app.example.com",
        "http://app.example.com",
        "javascript:alert(1)",
    ] {
        let arguments = ["consent", "url", "-e", "GET /me", "--redirect-uri", uri];
        run(&arguments).ends_with(2);
    }
}

#[test]
fn personal_accounts_have_no_admin() {
    let manifest = "app: {audience: PersonalMicrosoftAccount}\naccess: delegated\noperations: [GET /me/messages]\n";
    let place = Place::new().with("graphgrant.yaml", manifest);
    let url = place.run(&["consent", "url"]).ends_with(0);
    assert_eq!(url.out, "");
    assert!(url.err.contains("no admin"), "{}", url.err);
    let outcome = place
        .run(&["consent", "show", "--format", "json"])
        .ends_with(0);
    let app = app(&outcome);
    assert_eq!(app["whole"][0]["who"]["who"], "users");
    assert_eq!(app["cautions"][0]["caution"], "personal-accounts");
}

#[test]
fn a_letter_tells_claims_from_facts() {
    let letter = run_at(&example(), &["consent", "letter"]).ends_with(0);
    for part in [
        "# Permission request for `Litware Visitor Desk`",
        "*the developer says:* `Finds out which meeting rooms are taken.`",
        "- **Who approves:** Privileged Role Administrator",
        "## What it does not get",
        "## How to undo",
        "Smaller, refused: `User.ReadBasic.All` does not serve operation No. 5",
        "Facts come from Microsoft's published permissions data.",
    ] {
        assert!(letter.out.contains(part), "{part} in\n{}", letter.out);
    }
    let html = run_at(&example(), &["consent", "letter", "--format", "html"]).ends_with(0);
    for part in [
        "<!doctype html>",
        "default-src 'none'",
        "<b>The developer says</b><code>Finds out which meeting rooms are taken.</code>",
        "<h2>How to undo</h2>",
    ] {
        assert!(html.out.contains(part), "{part} in\n{}", html.out);
    }
    for absent in ["<script", "http://", "<img", "<link", "url("] {
        assert!(!html.out.contains(absent), "{absent}");
    }
}

#[test]
fn a_result_does_not_replace_its_manifest() {
    for action in ["show", "url", "letter"] {
        let place = Place::new().with("graphgrant.yaml", "operations: [GET /me]\n");
        place
            .run(&["consent", action, "-o", "graphgrant.yaml"])
            .ends_with(2);
    }
}
