//! `graphgrant consent show`.

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
    let first = url.err.lines().find(|line| line.contains("is unknown"));
    assert!(first.unwrap().contains("GET /me/mesages"), "{}", url.err);
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
fn each_route_names_its_second_step() {
    for (via, operation, second) in [
        (
            "sites-selected",
            "GET /sites/{id}",
            "call POST /sites/{id}/permissions with role",
        ),
        (
            "exchange-rbac",
            "GET /users/{id}/messages",
            "New-ManagementRoleAssignment -App",
        ),
        (
            "rsc",
            "GET /teams/{id}/channels/{id}/messages",
            "install the Teams app in each team",
        ),
        ("entra-role", "PATCH /users/{id}", "with the unit as scope"),
        (
            "ownership",
            "PATCH /applications/{id}",
            "make the service principal an owner",
        ),
    ] {
        let manifest = format!(
            "access: application\nroutes: [{{via: {via}, operations: ['{operation}'], reason: x}}]\noperations: ['{operation}']\n"
        );
        let place = Place::new().with("graphgrant.yaml", &manifest);
        let shown = place.run(&["consent", "show", "--format", "json"]);
        let app = app(&shown.ends_with(0));
        let steps = app["steps"].as_array().unwrap().iter();
        let routes: Vec<_> = steps.filter(|step| step["kind"] == "route").collect();
        let is_second = |step: &&Value| step["text"].as_str().unwrap().contains(second);
        let at = routes.iter().position(is_second);
        assert!(at > Some(0), "{via}: {routes:#?}");
    }
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
    // It still takes an admin, of a role that can grant less, and risks less; what it costs is told.
    let role = |when: &str| alone[0][when]["who"]["role"].clone();
    assert_eq!(role("before"), "Privileged Role Administrator");
    assert_eq!(role("after"), "Cloud Application Administrator");
    let tier1 = |when: &str| alone[0][when]["tier1"].clone();
    assert_eq!((tier1("before"), tier1("after")), (1.into(), 0.into()));
    assert!(alone[0]["widens"]["reads"].as_u64() > Some(0));
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

#[test]
fn a_result_does_not_replace_its_manifest() {
    for action in ["show", "url", "letter"] {
        let place = Place::new().with("graphgrant.yaml", "operations: [GET /me]\n");
        place
            .run(&["consent", action, "-o", "graphgrant.yaml"])
            .ends_with(2);
    }
}

#[test]
fn a_condition_is_told_once_and_not_in_every_cell() {
    let arguments = [
        "consent",
        "show",
        "--consent-policy",
        "low",
        "--format",
        "markdown",
    ];
    let shown = run_at(&example(), &arguments).ends_with(0).out;
    let table: Vec<&str> = shown
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let people = table.iter().find(|line| line.contains("`People.Read`"));
    assert!(people.unwrap().contains("| yes, if (1) |"), "{shown}");
    let condition = "the tenant has classified what is asked for as `low`";
    let asks = table.iter().filter(|line| line.contains("Administrator |"));
    assert!(asks.clone().count() > 5, "{table:#?}");
    assert!(
        asks.clone().all(|line| !line.contains(condition)),
        "{table:#?}"
    );
    // Once below each table that has such a cell: the base and the profile.
    assert_eq!(
        shown.matches(&format!("(1) {condition}.")).count(),
        2,
        "{shown}"
    );
}
