//! `graphgrant status`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::run::{Outcome, Place, run_at};

pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/consent")
}

pub(crate) fn of_example(arguments: &[&str]) -> Outcome {
    let all = [
        &["status", "--format", "json", "--declared", "declared.json"],
        &["--granted", "principals.json", "--granted", "grants.json"][..],
        &["--granted", "roles.json"],
        arguments,
    ]
    .concat();
    run_at(&example(), &all)
}

/// The row of a permission.
#[track_caller]
pub(crate) fn row(outcome: &Outcome, access: &str, name: &str) -> Value {
    let all = outcome.json()["apps"][0]["permissions"].clone();
    let mut rows = all.as_array().unwrap().iter();
    let found = rows.find(|row| row["name"] == name && row["access"] == access);
    assert!(found.is_some(), "{name} in {all:#}");
    found.unwrap().clone()
}

pub(crate) fn states(row: &Value) -> Vec<&str> {
    let states = row["states"].as_array().unwrap().iter();
    states
        .map(|state| state["state"].as_str().unwrap())
        .collect()
}

/// A text without the breaks of its lines.
pub(crate) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_sets_of_the_example_are_told_apart() {
    let outcome = of_example(&["--token", "claims.json"]).ends_with(1);
    let of = |access, name| row(&outcome, access, name);
    let fine = of("delegated", "User.Read");
    assert_eq!(states(&fine), ["fine"]);
    for cell in ["needed", "declared", "granted", "inToken"] {
        assert_eq!(fine[cell], true, "{cell}");
    }
    assert_eq!(states(&of("delegated", "Calendars.Read")), ["broader"]);
    let covered = of("delegated", "Calendars.ReadBasic");
    assert_eq!(states(&covered), ["covered-by-broader"]);
    assert_eq!(
        covered["states"][0]["permissions"],
        json!(["Calendars.Read"])
    );
    assert_eq!(states(&of("delegated", "Mail.Read")), ["excess"]);
    let missing = of("delegated", "Mail.Send");
    assert_eq!(states(&missing), ["missing", "declared-not-granted"]);
    assert_eq!(missing["states"][0]["operations"], json!([3]));
    let users = of("delegated", "People.Read");
    assert_eq!(states(&users), ["granted-not-declared", "users-alone"]);
    assert_eq!(
        (&users["granted"], &users["grantedByUsers"]),
        (&json!(false), &json!(1))
    );
    let wide = of("application", "Directory.Read.All");
    assert_eq!(states(&wide), ["broader", "granted-not-declared"]);
    // The token is of a user: it says nothing about app roles.
    assert_eq!(wide["inToken"], Value::Null);
    let wrong = outcome.json()["apps"][0]["permissions"].clone();
    let wrong = wrong.as_array().unwrap().iter().any(|row| {
        row["name"] == "User.Read.All" && row["needed"] == false && states(row) == ["wrong-type"]
    });
    assert!(wrong);
    let unknown = of("application", "0badc0de-0bad-4bad-8bad-0badc0de0bad");
    assert_eq!(states(&unknown), ["unknown-id"]);
    let resource = outcome.json()["apps"][0]["resources"][0].clone();
    assert_eq!(resource["state"], "revoked-resource");
    assert_eq!(resource["name"], "Azure AD Graph");
}

#[test]
fn what_no_export_tells_stays_unknown() {
    let arguments = ["status", "--format", "json", "--declared", "declared.json"];
    let outcome = run_at(&example(), &arguments).ends_with(1);
    let mail = row(&outcome, "delegated", "Mail.Send");
    assert_eq!(mail["granted"], Value::Null);
    assert_eq!(states(&mail), ["not-known"]);
    // What is asked for by nobody is too much in a registration as well.
    assert_eq!(states(&row(&outcome, "delegated", "Mail.Read")), ["excess"]);
    assert_eq!(
        states(&row(&outcome, "delegated", "People.Read")),
        ["not-declared"]
    );
}

pub(crate) const ID: &str = "5c3f0b1e-7d0a-4d2c-9a53-0f6b1f3f7a21";

/// A place with a manifest and a delegated grant for all.
pub(crate) fn place(operations: &str, scope: &str, graph: &str) -> Place {
    let manifest =
        format!("app: {{clientId: {ID}}}\naccess: delegated\noperations: {operations}\n");
    let principals = json!({"value": [
        {"id": "11111111-1111-4111-8111-111111111111", "appId": ID, "servicePrincipalType": "Application"},
        {"id": "22222222-2222-4222-8222-222222222222", "appId": "00000003-0000-0000-c000-000000000000",
         "servicePrincipalType": "Application", "accountEnabled": graph == "on"},
    ]});
    let grants = json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#oauth2PermissionGrants",
        "value": [{"id": "g", "clientId": "11111111-1111-4111-8111-111111111111", "consentType": "AllPrincipals",
        "principalId": null, "resourceId": "22222222-2222-4222-8222-222222222222", "scope": scope}]});
    Place::new()
        .with("graphgrant.yaml", &manifest)
        .with("principals.json", &principals.to_string())
        .with("grants.json", &grants.to_string())
        .with("roles.json", NO_ROLES)
}

/// An app role assignment list that says it is one, and is empty.
const NO_ROLES: &str = r#"{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#appRoleAssignments", "value": []}"#;

pub(crate) const STATUS: [&str; 9] = [
    "status",
    "--granted",
    "principals.json",
    "--granted",
    "grants.json",
    "--granted",
    "roles.json",
    "--format",
    "json",
];

#[test]
fn exactly_what_is_needed_is_fine() {
    let place = place("[GET /me]", "User.Read", "on");
    let outcome = place.run(&STATUS).ends_with(0);
    assert_eq!(outcome.json()["apps"][0]["fault"], false);
    let human = place.run(&STATUS[..7]).ends_with(0);
    assert!(
        human.out.contains("All that is needed is there"),
        "{}",
        human.out
    );
    let markdown = place.run(&[&STATUS[..7], &["--format", "markdown"]].concat());
    assert!(markdown.ends_with(0).out.contains("| `User.Read` | yes |"));
}

#[test]
fn nothing_is_too_much_while_an_operation_is_in_doubt() {
    let place = place("[GET /me, GET /me/mesages]", "User.Read Mail.Read", "on");
    let outcome = place.run(&STATUS).ends_with(1);
    assert_eq!(
        states(&row(&outcome, "delegated", "Mail.Read")),
        ["in-doubt"]
    );
    // `GET /me` is in doubt as well: nobody said what it selects.
    assert_eq!(outcome.json()["apps"][0]["doubt"], json!([0, 1]));
}

#[test]
fn containment_by_the_order_alone_is_unconfirmed() {
    let place = place(
        "['PATCH /me/messages/{id}', GET /me/mailFolders]",
        "Mail.ReadWrite",
        "on",
    );
    let outcome = place.run(&STATUS).ends_with(0);
    assert_eq!(
        states(&row(&outcome, "delegated", "Mail.ReadWrite")),
        ["fine"]
    );
    // The operation does not accept it, and the order puts it above the one that is accepted.
    let calendar = "[{request: GET /me/calendarView, select: [subject]}]";
    let place = self::place(calendar, "Calendars.Read.Shared", "on");
    let outcome = place.run(&STATUS);
    let covered = row(&outcome, "delegated", "Calendars.ReadBasic");
    assert_eq!(states(&covered), ["covered-by-implication"]);
    assert_eq!(
        covered["states"][0]["permissions"],
        json!(["Calendars.Read.Shared"])
    );
    let human = flat(&place.run(&STATUS[..7]).out);
    assert!(human.contains("unconfirmed"), "{human}");
}

#[test]
fn a_resource_that_is_switched_off_is_a_finding() {
    let outcome = place("[GET /me]", "User.Read", "off")
        .run(&STATUS)
        .ends_with(1);
    assert_eq!(
        states(&row(&outcome, "delegated", "User.Read")),
        ["revoked-resource"]
    );
}

#[test]
fn a_set_has_to_be_given_and_a_token_is_refused() {
    let place = Place::new()
        .with("graphgrant.yaml", "operations: [GET /me]\n")
        .with("token.txt", "eyJhbGciOi.VERYSECRET.x")
        .with("broken.json", "{");
    let outcome = place.run(&["status"]).ends_with(2);
    assert!(outcome.err.contains("--granted"), "{}", outcome.err);
    let outcome = place.run(&["status", "--token", "token.txt"]).ends_with(2);
    assert!(!outcome.err.contains("VERYSECRET"), "{}", outcome.err);
    place
        .run(&["status", "--granted", "broken.json"])
        .ends_with(2);
    place
        .run(&["status", "--granted", "absent.json"])
        .ends_with(2);
}

/// A registration that declares User.Read.
pub(crate) fn registration(app: &str) -> String {
    json!({"id": "55555555-5555-4555-8555-555555555555", "appId": app, "signInAudience": "AzureADMyOrg",
        "requiredResourceAccess": [{"resourceAppId": "00000003-0000-0000-c000-000000000000",
        "resourceAccess": [{"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"}]}]})
    .to_string()
}

pub(crate) const OTHER_APP: &str = "99999999-7d0a-4d2c-9a53-0f6b1f3f7a21";

pub(crate) fn whole() -> Place {
    place("[GET /me/people]", "People.Read", "on")
        .with("app.json", &registration(ID))
        .with("other.json", &registration(OTHER_APP))
}

#[test]
fn good_news_needs_sets_that_are_known() {
    let good = "All that is needed is there";
    let place = place(
        "[{request: GET /me, select: [displayName]}]",
        "User.Read",
        "on",
    )
    .with("app.json", &registration(ID))
    .with("other.json", &registration(OTHER_APP));
    let declared = place
        .run(&["status", "--declared", "app.json"])
        .ends_with(0);
    assert!(!declared.out.contains(good), "{}", declared.out);
    let part = "1 permission declared, and nobody said whether granted.";
    assert!(declared.out.contains(part), "{}", declared.out);
    // A registration of another app says nothing about this one.
    let other = place
        .run(&["status", "--declared", "other.json"])
        .ends_with(1);
    for part in [
        "nothing is known",
        "no registration given is the app's",
        OTHER_APP,
    ] {
        assert!(other.out.contains(part), "{part} in {}", other.out);
    }
    let granted = place.run(&STATUS[..7]).ends_with(0);
    assert!(granted.out.contains(good), "{}", granted.out);
}

/// Makes of the grant for all one that a single user gave.
fn give_to_one_user(place: &Place) {
    let path = place.path().join("grants.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let of_user = text.replace("AllPrincipals", "Principal").replace(
        "\"principalId\":null",
        "\"principalId\":\"44444444-4444-4444-8444-444444444444\"",
    );
    assert_ne!(of_user, text);
    std::fs::write(path, of_user).unwrap();
}

#[test]
fn what_single_users_granted_is_not_there_for_all() {
    let place = place(
        "[{request: GET /me, select: [displayName]}]",
        "User.Read",
        "on",
    );
    give_to_one_user(&place);
    let outcome = place.run(&STATUS[..7]).ends_with(0);
    assert!(
        !outcome.out.contains("All that is needed"),
        "{}",
        outcome.out
    );
    assert!(
        outcome.out.contains("by single users for themselves"),
        "{}",
        outcome.out
    );
}

#[test]
fn what_needs_an_admin_is_missing_where_single_users_have_it() {
    // Calendars.ReadBasic needs an admin in this data.
    let calendar = "[{request: GET /me/calendarView, select: [subject]}]";
    let place = place(calendar, "Calendars.ReadBasic", "on");
    place.run(&STATUS).ends_with(0);
    give_to_one_user(&place);
    let outcome = place.run(&STATUS).ends_with(1);
    let row = row(&outcome, "delegated", "Calendars.ReadBasic");
    assert_eq!(states(&row), ["users-alone"]);
    assert_eq!(row["states"][0]["fault"], true);
}

#[test]
fn grants_of_another_app_say_nothing_about_this_one() {
    let place = whole();
    let path = place.path().join("grants.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let other = "33333333-3333-4333-8333-333333333333";
    let others = text.replace("11111111-1111-4111-8111-111111111111", other);
    std::fs::write(path, others).unwrap();
    let outcome = place.run(&STATUS).ends_with(1);
    let row = row(&outcome, "delegated", "People.Read");
    assert_eq!(
        (&row["granted"], states(&row)),
        (&Value::Null, vec!["not-known"])
    );
    // What owns the whole list would drop the rest.
    let stopped = place
        .run(&[
            "consent",
            "script",
            "terraform",
            "--existing",
            "grants.json",
            "--existing",
            "principals.json",
        ])
        .ends_with(1);
    assert_eq!(stopped.out, "");
    assert!(stopped.err.contains("cannot be known"), "{}", stopped.err);
}

#[test]
fn a_file_of_another_set_is_refused() {
    let place = whole().with("empty.json", "{\"value\": []}");
    for (option, file, told) in [
        ("--granted", "empty.json", "does not say of what"),
        ("--declared", "empty.json", "does not say of what"),
        ("--declared", "grants.json", "says what is granted"),
        ("--declared", "principals.json", "says what is granted"),
        ("--granted", "app.json", "is an app registration"),
    ] {
        let refused = place.run(&["status", option, file]).ends_with(2);
        let said: String = refused.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.replace("│ ", "").contains(told), "{said}");
        assert_eq!(refused.out, "");
    }
}

#[test]
fn a_token_of_another_app_or_api_is_not_compared() {
    let place = whole().with(
        "other-token.json",
        &json!({"aud": "https://graph.microsoft.com", "appid": OTHER_APP, "scp": "People.Read"})
            .to_string(),
    );
    let other = place
        .run(&["status", "--token", "other-token.json", "--format", "json"])
        .ends_with(1);
    let row = row(&other, "delegated", "People.Read");
    assert_eq!(
        (&row["inToken"], states(&row)),
        (&Value::Null, vec!["not-known"])
    );
    assert!(
        other.json()["apps"][0]["remarks"][0]
            .as_str()
            .unwrap()
            .contains(OTHER_APP)
    );
    let place = place.with(
        "vault.json",
        &json!({"aud": "https://vault.azure.net", "appid": ID, "scp": "People.Read"}).to_string(),
    );
    let refused = place.run(&["status", "--token", "vault.json"]).ends_with(2);
    assert!(refused.err.contains("another API"), "{}", refused.err);
}

#[test]
fn an_app_that_the_tenant_switched_off_is_not_fine() {
    let place = place(
        "[{request: GET /me, select: [displayName]}]",
        "User.Read",
        "on",
    );
    let path = place.path().join("principals.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let off = text.replacen("{\"appId\"", "{\"accountEnabled\":false,\"appId\"", 1);
    assert_ne!(off, text);
    std::fs::write(path, off).unwrap();
    let outcome = place.run(&STATUS[..7]).ends_with(1);
    assert!(
        outcome.out.contains("switched the app off"),
        "{}",
        outcome.out
    );
    // It is told once, and nothing is called good.
    assert_eq!(outcome.out.matches("switched").count(), 2);
    assert!(
        !outcome.out.contains("All that is needed") && !outcome.out.contains("do not tell"),
        "{}",
        outcome.out
    );
    let json = place.run(&STATUS).ends_with(1).json();
    let remark = json["apps"][0]["remarks"][0].as_str().unwrap();
    assert!(remark.contains("switched off"), "{remark}");
}

#[test]
fn without_a_client_id_the_only_registration_is_presumed_and_told() {
    let place = whole();
    let text = "access: delegated\noperations: [{request: GET /me, select: [displayName]}]\n";
    std::fs::write(place.path().join("graphgrant.yaml"), text).unwrap();
    let outcome = place
        .run(&["status", "--declared", "app.json"])
        .ends_with(0);
    assert!(
        outcome.out.contains("taken to be the app's"),
        "{}",
        outcome.out
    );
    let two = [
        "status",
        "--declared",
        "app.json",
        "--declared",
        "other.json",
    ];
    let outcome = place.run(&two).ends_with(1);
    assert!(
        outcome.out.contains("no registration given is the app's"),
        "{}",
        outcome.out
    );
}
