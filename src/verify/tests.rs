//! The comparison of tokens with plans, on the bundled catalog.

use serde_json::{Value, json};

use super::*;
use crate::catalog::bundled;
use crate::manifest::Manifest;
use crate::manifest::read::from_source;
use crate::plan::{Options, plan};
use crate::requirement::requirements;
use crate::source::Source;
use crate::token::claims::{Kind, Shape, forge, read};

const APP: &str = "11111111-1111-1111-1111-111111111111";
const TENANT: &str = "22222222-2222-2222-2222-222222222222";

fn manifest(text: &str) -> Manifest {
    let reading = from_source(&Source::new("m.yaml", text), &|_| Ok(()));
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    reading.manifest
}

/// A token that is what it should be, but for `changes`.
fn claims(changes: &Value) -> Value {
    let mut claims = json!({
        "aud": "https://graph.microsoft.com", "iss": format!("https://sts.windows.net/{TENANT}/"), "tid": TENANT, "appid": APP,
        "idtyp": "user", "scp": "Mail.ReadBasic", "iat": 500, "nbf": 500, "exp": 2000,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn rules_of(text: &str, token: &Value, grants: &[export::Grant]) -> (bool, Vec<&'static str>) {
    let catalog = bundled::open().unwrap();
    let manifest = manifest(text);
    let app = &manifest.apps[0];
    let found = requirements(&catalog, app, &manifest.source);
    let plan = plan(&catalog, app, found, &Options::default()).unwrap();
    let header = token
        .get("header")
        .cloned()
        .unwrap_or(json!({"alg": "RS256", "nonce": "n"}));
    let Shape::Readable(claims) = read(&forge(&header, token)) else {
        panic!("not readable")
    };
    let held = Held {
        claims: Some(&claims),
        scope: None,
        mangled: None,
        resource: "https://graph.microsoft.com",
    };
    let expected = Expected {
        client_id: Some(APP),
        tenant: Some(Tenant::Id(TENANT)),
        cloud: "global",
        graph: None,
        now: 1000,
        grants,
    };
    let access = match claims.kind {
        Kind::Application => Access::Application,
        Kind::Delegated | Kind::Unknown => Access::Delegated,
    };
    let verification = verify(&catalog, app, &plan, access, &held, &expected);
    let mut rules: Vec<&str> = verification
        .problems
        .iter()
        .map(|problem| problem.rule.name)
        .collect();
    rules.sort_unstable();
    rules.dedup();
    (verification.is_proven(), rules)
}

const MAIL: &str =
    "access: [delegated]\noperations:\n  - {request: GET /me/messages, select: [subject]}\n";

#[track_caller]
fn case(changes: &Value, is_proven: bool, expected: &[&str]) {
    let (proven, rules) = rules_of(MAIL, &claims(changes), &[]);
    assert_eq!(
        (proven, rules.as_slice()),
        (is_proven, expected),
        "{changes}"
    );
}

#[test]
fn the_expected_token_is_proven() {
    case(&json!({}), true, &[]);
    case(
        &json!({"aud": "00000003-0000-0000-c000-000000000000"}),
        true,
        &[],
    );
    case(
        &json!({"appid": null, "azp": APP.to_uppercase()}),
        true,
        &[],
    );
    case(
        &json!({"scp": "openid profile User.Read Mail.ReadBasic"}),
        true,
        &[],
    );
}

#[test]
fn each_wrong_claim_is_told_apart() {
    case(
        &json!({"tid": "33333333-3333-3333-3333-333333333333", "iss": "https://sts.windows.net/33333333-3333-3333-3333-333333333333/"}),
        false,
        &["wrong-tenant"],
    );
    case(
        &json!({"iss": "https://sts.windows.net/other/"}),
        false,
        &["wrong-tenant"],
    );
    case(
        &json!({"appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46"}),
        false,
        &["wrong-app"],
    );
    case(&json!({"appid": null}), false, &["wrong-app"]);
    case(
        &json!({"aud": "https://graph.microsoft.us"}),
        false,
        &["wrong-cloud"],
    );
    case(
        &json!({"aud": "https://vault.azure.net"}),
        false,
        &["wrong-audience"],
    );
    case(&json!({"aud": null}), false, &["wrong-audience"]);
    case(&json!({"exp": 1000}), false, &["not-valid-now"]);
    case(&json!({"exp": null}), false, &["not-valid-now"]);
    case(&json!({"nbf": 1001}), false, &["not-valid-now"]);
    case(
        &json!({"header": {"alg": "none"}}),
        false,
        &["unreadable-token"],
    );
}

#[test]
fn the_other_access_is_the_wrong_kind() {
    let (proven, rules) = rules_of(
        MAIL,
        &claims(&json!({"idtyp": "app", "scp": null, "roles": ["Mail.ReadBasic"]})),
        &[],
    );
    assert!(!proven && rules.contains(&"wrong-kind"), "{rules:?}");
    let (proven, rules) = rules_of(MAIL, &claims(&json!({"idtyp": null, "scp": null})), &[]);
    assert!(!proven && rules.contains(&"wrong-kind"), "{rules:?}");
}

#[test]
fn permissions_are_missing_excess_or_broader() {
    case(
        &json!({"scp": "User.Read"}),
        false,
        &["permission-missing-in-token"],
    );
    case(
        &json!({"scp": "Mail.ReadBasic Files.ReadWrite.All"}),
        true,
        &["excess-permission-in-token"],
    );
    case(
        &json!({"scp": "Mail.ReadWrite"}),
        true,
        &["broader-permission-in-token"],
    );
    case(
        &json!({"scp": "Mail.ReadBasic Custom.Thing"}),
        true,
        &["unknown-permission-in-token"],
    );
}

#[test]
fn what_only_the_order_says_is_no_proof() {
    let text = "operations:\n  - POST /me/getMailTips\n";
    let (proven, rules) = rules_of(text, &claims(&json!({"scp": "Mail.ReadWrite"})), &[]);
    assert_eq!(
        (proven, rules.as_slice()),
        (false, &["covered-by-implication"][..])
    );
}

#[test]
fn a_route_is_told_and_its_own_permission_compared() {
    let text = "access: [application]\nroutes: [{via: sites-selected, operations: ['GET /sites/{id}/lists']}]\noperations:\n  - GET /sites/{id}/lists\n";
    let of = |roles: Value| {
        let token = claims(&json!({"idtyp": "app", "scp": null, "roles": roles}));
        rules_of(text, &token, &[])
    };
    let (proven, rules) = of(json!(["Sites.Selected"]));
    assert_eq!(
        (proven, rules.as_slice()),
        (false, &["granted-outside-the-token"][..])
    );
    let (proven, rules) = of(json!([]));
    assert!(
        !proven && rules.contains(&"permission-missing-in-token"),
        "{rules:?}"
    );
}

#[test]
fn an_app_token_without_roles_proves_nothing() {
    let text = "access: [application]\noperations:\n  - GET /users\n";
    for roles in [json!(null), json!([]), json!("")] {
        let token = claims(&json!({"idtyp": "app", "scp": null, "roles": roles}));
        let (proven, rules) = rules_of(text, &token, &[]);
        assert!(
            !proven && rules.contains(&"permission-missing-in-token"),
            "{rules:?}"
        );
    }
    // A text in the place of the list is odd, and counts.
    let token = claims(&json!({"idtyp": "app", "scp": null, "roles": "User.ReadBasic.All"}));
    let (_, rules) = rules_of(text, &token, &[]);
    assert!(!rules.contains(&"permission-missing-in-token"), "{rules:?}");
}

#[test]
fn a_grant_that_is_newer_is_told() {
    let grants = [
        export::Grant { created: 400 },
        export::Grant { created: 600 },
    ];
    let (proven, rules) = rules_of(MAIL, &claims(&json!({})), &grants);
    assert_eq!(
        (proven, rules.as_slice()),
        (true, &["older-than-grant"][..])
    );
    let (_, rules) = rules_of(MAIL, &claims(&json!({})), &grants[..1]);
    assert!(rules.is_empty());
}

#[test]
fn unknown_operations_keep_everything_open() {
    let text = format!("{MAIL}  - GET /me/no/such/thing\n");
    let (proven, rules) = rules_of(
        &text,
        &claims(&json!({"scp": "Mail.ReadBasic Files.Read"})),
        &[],
    );
    assert!(!proven && rules.contains(&"unknown-operation"));
    assert!(!rules.contains(&"excess-permission-in-token"), "{rules:?}");
    assert!(rules.contains(&"answer-rests-on-detail"), "{rules:?}");
}

#[test]
fn a_token_that_no_operation_is_for_proves_nothing() {
    let token = claims(&json!({"idtyp": "app", "scp": null, "roles": ["User.Read.All"]}));
    let (proven, rules) = rules_of("operations:\n  - GET /me\n", &token, &[]);
    assert!(!proven && rules.contains(&"wrong-kind"), "{rules:?}");
}

#[test]
fn the_issuer_tells_the_cloud_where_the_audience_does_not() {
    let guid = "00000003-0000-0000-c000-000000000000";
    let of =
        |host: &str| claims(&json!({"aud": guid, "iss": format!("https://{host}/{TENANT}/v2.0")}));
    for (host, expected) in [
        ("login.microsoftonline.com", true),
        ("sts.windows.net", true),
        ("login.microsoftonline.us", false),
        ("login.partner.microsoftonline.cn", false),
    ] {
        let (proven, rules) = rules_of(MAIL, &of(host), &[]);
        assert_eq!(proven, expected, "{host}");
        assert_eq!(rules.contains(&"wrong-cloud"), !expected, "{host}");
    }
}

#[test]
fn times_at_the_edge_of_numbers_are_borne() {
    for time in [i64::MIN, -1, i64::MAX] {
        for name in ["exp", "nbf", "iat"] {
            let grants = [export::Grant { created: i64::MAX }];
            rules_of(MAIL, &claims(&json!({name: time})), &grants);
        }
    }
    case(&json!({"exp": i64::MIN}), false, &["not-valid-now"]);
    case(&json!({"nbf": i64::MAX}), false, &["not-valid-now"]);
}

#[test]
fn an_operation_of_the_other_access_is_not_missing() {
    let text = "operations:\n  - GET /me\n  - GET /users\n";
    let token = claims(&json!({"idtyp": "app", "scp": null, "roles": ["User.ReadBasic.All"]}));
    let (_, rules) = rules_of(text, &token, &[]);
    assert!(!rules.contains(&"unsupported-operation"), "{rules:?}");
}

#[test]
fn findings_stand_at_the_manifests_lines() {
    let catalog = bundled::open().unwrap();
    let text = format!("app: {{clientId: {APP}, tenant: {TENANT}}}\n{MAIL}");
    let manifest = manifest(&text);
    let app = &manifest.apps[0];
    let found = requirements(&catalog, app, &manifest.source);
    let plan = plan(&catalog, app, found, &Options::default()).unwrap();
    let token = claims(&json!({"scp": "", "appid": "x"}));
    let Shape::Readable(claims) = read(&forge(&json!({"alg": "RS256"}), &token)) else {
        panic!("not readable")
    };
    let held = Held {
        claims: Some(&claims),
        scope: None,
        mangled: None,
        resource: "https://graph.microsoft.com",
    };
    let expected = Expected {
        client_id: Some(APP),
        tenant: Some(Tenant::Id(TENANT)),
        cloud: "global",
        graph: None,
        now: 1000,
        grants: &[],
    };
    let verification = verify(&catalog, app, &plan, Access::Delegated, &held, &expected);
    let told = findings::findings(
        &manifest.source,
        app,
        &plan,
        &verification,
        findings::Weight::AsRuled,
    );
    let marked: Vec<(&str, &str)> = told
        .findings
        .iter()
        .map(|finding| {
            (
                finding.rule.id,
                finding.place.source.slice(finding.place.span),
            )
        })
        .collect();
    assert_eq!(marked, [("GV011", APP), ("GV001", "GET /me/messages")]);
}

#[test]
fn scopes_of_an_answer_stand_in_for_an_opaque_token() {
    let held = Held {
        claims: None,
        scope: Some(
            "openid https://graph.microsoft.com/Mail.Read User.Read User.Read api://other/Files.Read",
        ),
        mangled: None,
        resource: "https://graph.microsoft.com",
    };
    assert_eq!(held.names(), ["Mail.Read", "User.Read", "openid"]);
}
