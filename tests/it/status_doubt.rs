//! `graphgrant status`, where exports or a token leave open what is granted.

use serde_json::{Value, json};

use crate::run::Outcome;
use crate::status::{ID, STATUS, flat, place, registration, row, states, whole};
use crate::tenant::assignment;

#[test]
fn what_nobody_declared_may_be_granted_all_the_same() {
    let declared = ["status", "--declared", "app.json"];
    let outcome = whole().run(&declared).ends_with(1);
    assert!(!outcome.out.contains("missing"), "{}", outcome.out);
    let cells: String = outcome.out.replace(['│', '\n'], " ");
    assert!(cells.contains("not declared: operation No. 1"), "{cells}");
    let json = [&declared[..], &["--format", "json"]].concat();
    let people = row(&whole().run(&json).ends_with(1), "delegated", "People.Read");
    assert_eq!(states(&people), ["not-declared"]);
    assert_eq!(
        (
            &people["states"][0]["fault"],
            &people["states"][0]["operations"]
        ),
        (&json!(true), &json!([0]))
    );
    // With what is granted known, it is missing.
    let known = [&STATUS[..], &["--declared", "app.json"]].concat();
    let place = place("[GET /me/people]", "openid", "on").with("app.json", &registration(ID));
    let people = row(&place.run(&known).ends_with(1), "delegated", "People.Read");
    assert_eq!(states(&people), ["missing"]);
}

#[test]
fn grants_that_nothing_ties_to_the_app_are_not_judged() {
    let place = whole();
    let arguments = ["status", "--granted", "grants.json"];
    for more in [&[][..], &["--declared", "app.json"]] {
        let outcome = place.run(&[&arguments[..], more].concat()).ends_with(1);
        for part in [
            "not known whose grants these are",
            &format!("az ad sp show --id {ID}"),
        ] {
            assert!(
                flat(&outcome.out).contains(part),
                "{part} in {}",
                outcome.out
            );
        }
        assert!(!outcome.out.contains("All that is"), "{}", outcome.out);
    }
    let json = place.run(&[&arguments[..], &["--format", "json"]].concat());
    let json = json.ends_with(1);
    assert_eq!(json.json()["apps"][0]["fault"], true);
    let people = row(&json, "delegated", "People.Read");
    assert_eq!(
        (&people["granted"], states(&people)),
        (&Value::Null, vec!["not-known"])
    );
}

#[test]
fn an_export_that_is_cut_off_is_never_all_there_is() {
    let place = whole();
    let path = place.path().join("grants.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let more = text.replacen('{', "{\"@odata.nextLink\":\"https://more\",", 1);
    for (scope, state) in [
        ("People.Read", "fine"),
        ("openid", "not-known"),
        ("People.Read.All", "covered-by-broader"),
    ] {
        std::fs::write(&path, more.replace("People.Read", scope)).unwrap();
        let outcome = place.run(&STATUS).ends_with(1);
        assert_eq!(outcome.json()["apps"][0]["fault"], true);
        // What is not on this page may be on the next one: it is not called missing.
        let people = row(&outcome, "delegated", "People.Read");
        assert_eq!(states(&people), [state]);
        let human = place.run(&STATUS[..7]).ends_with(1);
        let told = flat(&human.out);
        assert!(told.contains("An export is not complete"), "{told}");
        // What stands in its place is granted, so no registration is spoken of.
        assert!(!told.contains("as declared"), "{told}");
        assert!(!human.out.contains("nothing else"), "{}", human.out);
    }
}

#[test]
fn a_token_that_is_not_valid_is_not_called_fine() {
    let claims = |times: &str| {
        let text = format!("{{\"scp\": \"People.Read\", \"appid\": \"{ID}\"{times}}}");
        whole().with("claims.json", &text)
    };
    let arguments = ["status", "--token", "claims.json"];
    let good = claims(", \"exp\": 99999999999")
        .run(&arguments)
        .ends_with(0);
    assert!(
        good.out.contains("carries all that is needed"),
        "{}",
        good.out
    );
    for (times, told) in [
        (", \"exp\": 1000", "it has expired"),
        (", \"nbf\": 99999999999", "it is not valid yet"),
    ] {
        let place = claims(times);
        let bad = place.run(&arguments).ends_with(1);
        let told = format!("No service takes the token: {told}.");
        assert!(bad.out.contains(&told), "{}", bad.out);
        for absent in ["all that is needed", "fine"] {
            assert!(!bad.out.contains(absent), "{absent} in {}", bad.out);
        }
        let json = place.run(&[&arguments[..], &["--format", "json"]].concat());
        let json = json.ends_with(1).json();
        assert_eq!(json["apps"][0]["fault"], true);
        let remark = json["apps"][0]["remarks"][0].as_str().unwrap();
        assert!(remark.contains("no service takes the token"), "{remark}");
    }
}

#[test]
fn a_token_without_what_was_granted_is_not_fine() {
    for (scope, state, code) in [
        ("People.Read", "fine", 0),
        ("User.Read", "granted-not-in-token", 1),
        (
            "People.Read Directory.ReadWrite.All",
            "in-token-not-granted",
            1,
        ),
    ] {
        let claims = format!("{{\"scp\": \"{scope}\", \"appid\": \"{ID}\", \"exp\": 99999999999}}");
        let place = whole().with("claims.json", &claims);
        let arguments = [&STATUS[..7], &["--token", "claims.json"]].concat();
        let human = place.run(&arguments).ends_with(code);
        assert_eq!(
            human.out.contains("All that is needed"),
            code == 0,
            "{}",
            human.out
        );
        let json = place
            .run(&[&arguments[..], &["--format", "json"]].concat())
            .ends_with(code);
        let of = if state.starts_with("in-token") {
            "Directory.ReadWrite.All"
        } else {
            "People.Read"
        };
        assert!(
            states(&row(&json, "delegated", of)).contains(&state),
            "{}",
            json.out
        );
    }
}

#[test]
fn grants_that_do_not_count_leave_a_declared_permission_open() {
    let place = whole();
    let other = std::fs::read_to_string(place.path().join("grants.json")).unwrap();
    let other = other.replace("11111111-1111", "99999999-9999");
    let place = place.with("other.json", &other);
    let arguments = [
        "status",
        "--declared",
        "app.json",
        "--granted",
        "principals.json",
        "--granted",
        "other.json",
    ];
    let human = place.run(&arguments).ends_with(1);
    assert!(
        flat(&human.out).contains("all of other apps"),
        "{}",
        human.out
    );
    assert!(!human.out.contains("All that is"), "{}", human.out);
}

/// Runs `status` with some of the exports of a place.
fn with(exports: &[&str], more: &[&str], operations: &str) -> Outcome {
    let place = place(operations, "User.Read", "on");
    let roles = json!({"@odata.context": "x#appRoleAssignments", "value": [assignment(
        "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222", USER_READ_ALL)]});
    let manifest = format!(
        "app: {{clientId: {ID}}}\naccess: application\noperations: [{{request: 'GET /users/{{id}}', select: [department]}}]\n"
    );
    let place = place
        .with("role.json", &roles.to_string())
        .with("alone.yaml", &manifest);
    let exports = exports.iter().flat_map(|file| ["--granted", *file]);
    let arguments: Vec<&str> = std::iter::once("status")
        .chain(more.iter().copied())
        .chain(exports)
        .collect();
    place.run(&arguments)
}

const USER_READ_ALL: &str = "df021288-bdef-4463-88db-98f22de89214";

const ME: &str = "[{request: GET /me, select: [displayName]}]";

#[test]
fn a_list_that_nobody_gave_is_never_called_empty() {
    let good = "nothing else";
    let grants = ["principals.json", "grants.json"];
    // All lists: all is known.
    let all = [&grants[..], &["roles.json"]].concat();
    let known = with(&all, &[], ME).ends_with(0);
    assert!(known.out.contains(good), "{}", known.out);
    // Nobody said which app roles there are: the app may have any.
    let half = with(&grants, &[], ME).ends_with(1);
    assert!(!half.out.contains(good), "{}", half.out);
    for part in [
        "Which app roles are granted is not known",
        "`--access delegated` looks at delegated access alone",
    ] {
        assert!(flat(&half.out).contains(part), "{part} in {}", half.out);
    }
    let json = with(&grants, &["--format", "json"], ME).ends_with(1).json();
    let app = &json["apps"][0];
    assert_eq!(
        (&app["fault"], &app["unread"]),
        (&json!(true), &json!(["application"]))
    );
    // Of one access alone it can be told, and only of that.
    let alone = with(&grants, &["--access", "delegated"], ME).ends_with(0);
    let told = flat(&alone.out);
    assert!(
        told.contains("as far as delegated access goes: the other one was not looked at"),
        "{told}"
    );
}

#[test]
fn a_list_of_delegated_grants_is_missed_as_a_list_of_app_roles_is() {
    let roles = ["principals.json", "role.json"];
    let half = with(&roles, &["alone.yaml"], ME).ends_with(1);
    for part in [
        "Which delegated permissions are granted is not known",
        "`--access application` looks at application access alone",
    ] {
        assert!(flat(&half.out).contains(part), "{part} in {}", half.out);
    }
    assert!(!half.out.contains("nothing else"), "{}", half.out);
    let alone = with(&roles, &["alone.yaml", "--access", "application"], ME);
    assert!(
        flat(&alone.out).contains("as far as application access goes"),
        "{}",
        alone.out
    );
    // What is looked at alone is all that is judged: the scope that nobody needs is not of this access.
    let both = ["principals.json", "role.json", "grants.json"];
    let alone = with(&both, &["alone.yaml", "--access", "application"], ME);
    assert!(!alone.out.contains("Delegated access"), "{}", alone.out);
    let whole = with(&both, &["alone.yaml"], ME).ends_with(1);
    assert!(whole.out.contains("Delegated access"), "{}", whole.out);
}

#[test]
fn good_news_says_which_set_it_is_of() {
    let place = whole();
    let claims = format!("{{\"scp\": \"People.Read\", \"appid\": \"{ID}\", \"exp\": 99999999999}}");
    let place = place.with("claims.json", &claims);
    let token = place
        .run(&["status", "--token", "claims.json"])
        .ends_with(0);
    assert!(
        token
            .out
            .contains("The token carries all that is needed, and nothing else."),
        "{}",
        token.out
    );
    assert!(!token.out.contains("is there"), "{}", token.out);
}

#[test]
fn a_token_of_another_tenant_is_not_compared() {
    let own = "2f6b8c1d-9e0a-4b7c-8d5e-6f7a8b9c0d1e";
    let claims = |tenant: &str| {
        json!({"scp": "People.Read", "appid": ID, "tid": tenant, "exp": 99_999_999_999_u64})
            .to_string()
    };
    let manifest = format!(
        "app: {{clientId: {ID}, tenant: {own}}}\naccess: delegated\noperations: [GET /me/people]\n"
    );
    let place = whole()
        .with("graphgrant.yaml", &manifest)
        .with("own.json", &claims(&own.to_uppercase()))
        .with(
            "other.json",
            &claims("3f6b8c1d-9e0a-4b7c-8d5e-6f7a8b9c0d1e"),
        );
    place.run(&["status", "--token", "own.json"]).ends_with(0);
    let other = place.run(&["status", "--token", "other.json"]).ends_with(1);
    assert!(
        flat(&other.out).contains("is for another tenant"),
        "{}",
        other.out
    );
    let json = place.run(&["status", "--token", "other.json", "--format", "json"]);
    let people = row(&json.ends_with(1), "delegated", "People.Read");
    assert_eq!(
        (&people["inToken"], states(&people)),
        (&Value::Null, vec!["not-known"])
    );
    // A name cannot be held against an id without asking; that is told.
    let place = place.with("graphgrant.yaml", &manifest.replace(own, "contoso.com"));
    let named = place.run(&["status", "--token", "own.json"]).ends_with(0);
    assert!(flat(&named.out).contains("not compared"), "{}", named.out);
}
