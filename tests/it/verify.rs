//! `verify`, its live calls, and `explain` of errors, from outside.

use serde_json::{Value, json};

use crate::run::{Outcome, Place};
use crate::server::{Reply, Request, Server, token};

const APP: &str = "11111111-1111-1111-1111-111111111111";
const TENANT: &str = "22222222-2222-2222-2222-222222222222";

const MANIFEST: &str = "\
app:
  name: reader
  clientId: 11111111-1111-1111-1111-111111111111
  tenant: 22222222-2222-2222-2222-222222222222
access: [application]
probe:
  values:
    users/id: adele@contoso.example
operations:
  - GET /users/{id}
  - GET /users/{id}/messages?$select=subject
  - POST /users/{id}/sendMail
";

pub(crate) fn app_token(roles: &Value, changes: &Value) -> String {
    let mut claims = json!({
        "aud": "https://graph.microsoft.com", "iss": format!("https://sts.windows.net/{TENANT}/"), "tid": TENANT, "appid": APP,
        "idtyp": "app", "oid": "o", "sub": "o", "ver": "1.0", "roles": roles, "iat": 1_000, "nbf": 1_000, "exp": 4_102_444_800_i64,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    token(&claims)
}

pub(crate) fn place() -> Place {
    Place::new().with("graphgrant.yaml", MANIFEST)
}

/// The permissions that the plan names, so that the test does not depend on the data.
pub(crate) fn planned() -> Value {
    let plan = place().run(&["plan", "--format", "json"]);
    let plan = plan.json();
    let plan = plan.get("apps").map_or(&plan, |apps| &apps[0]);
    let permissions = plan["access"]["application"]["permissions"]
        .as_array()
        .unwrap();
    permissions
        .iter()
        .map(|permission| permission["name"].clone())
        .collect()
}

fn told(outcome: &Outcome) -> String {
    let text = outcome.out.replace('│', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_right_token_is_proven_offline() {
    let text = app_token(&planned(), &json!({}));
    let outcome = place().run_with(&["verify"], &text).ends_with(0);
    assert!(
        told(&outcome).contains("covers every operation of this access and is the expected one")
    );
    assert!(told(&outcome).contains("not verified"));
    assert!(!outcome.out.contains("eyJ") && !outcome.err.contains("eyJ"));
    let outcome = place().run_given(
        &["verify", "--token-env", "T", "--format", "json"],
        "",
        &[("T", &text)],
    );
    let answer = outcome.ends_with(0).json();
    assert_eq!(answer["proven"], true);
    assert_eq!(answer["access"], "application");
    assert_eq!(answer["operations"][0]["verdict"], "exact");
    let rules = answer["findings"].as_array().unwrap().iter();
    // What users hold rests on `$select`, and the plan says the same.
    let rules: Vec<&Value> = rules.map(|finding| &finding["rule"]).collect();
    assert_eq!(rules, ["GV009"]);
}

#[test]
fn what_is_missing_and_too_much_is_told_at_its_line() {
    let text = app_token(
        &json!(["Files.ReadWrite.All"]),
        &json!({"appid": "x", "exp": 2_000}),
    );
    let outcome = place().run_with(&["verify"], &text).ends_with(1);
    for expected in [
        "GV001",
        "GV003",
        "GV011",
        "GV015",
        "graphgrant.yaml:10:5",
        "least privilege",
        "acquire a new token",
    ] {
        assert!(
            told(&outcome).contains(expected),
            "{expected}: {}",
            outcome.out
        );
    }
}

#[test]
fn excess_fails_only_when_exactness_is_asked_for() {
    let mut roles = planned();
    roles.as_array_mut().unwrap().push(json!("Files.Read.All"));
    let text = app_token(&roles, &json!({}));
    let outcome = place().run_with(&["verify"], &text).ends_with(0);
    assert!(
        told(&outcome).contains("proves nothing about least privilege"),
        "{}",
        outcome.out
    );
    place().run_with(&["verify", "--exact"], &text).ends_with(1);
}

#[test]
fn pipelines_get_their_formats() {
    let text = app_token(&json!([]), &json!({}));
    let run = |format: &str| {
        place()
            .run_with(&["verify", "--format", format], &text)
            .ends_with(1)
    };
    let sarif = run("sarif").json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["ruleId"] == "GV001"));
    let region = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(region["artifactLocation"]["uri"], "graphgrant.yaml");
    assert!(run("junit").out.contains("<testsuite"));
    assert!(run("markdown").out.contains("GV001"));
    let json = run("json").json();
    assert_eq!(json["findings"][0]["rule"], "GV001");
    let place = place();
    place
        .run_with(&["verify", "--format", "sarif", "-o", "out.sarif"], &text)
        .ends_with(1);
    assert!(place.path().join("out.sarif").exists());
}

#[test]
fn test_reports_fail_as_the_command_does() {
    let mut roles = planned();
    roles.as_array_mut().unwrap().push(json!("Files.Read.All"));
    let text = app_token(&roles, &json!({}));
    let run = |more: &[&str], code| {
        let arguments = [&["verify", "--format", "junit"], more].concat();
        place().run_with(&arguments, &text).ends_with(code).out
    };
    let passed = run(&[], 0);
    assert!(
        passed.contains("GV003") && passed.contains("failures=\"0\""),
        "{passed}"
    );
    let failed = run(&["--exact"], 1);
    assert!(failed.contains("failures=\"1\""), "{failed}");
}

/// Runs `verify` of the right token with a domain in the place of the tenant's id.
fn of_domain(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (Outcome, Server) {
    let server = Server::start(answer);
    let url = server.url();
    let text = app_token(&planned(), &json!({}));
    let arguments = [
        "verify",
        "--tenant",
        "contoso.example",
        "--allow-http-loopback",
        "--authority",
        &url,
        "--timeout",
        "2",
    ];
    let outcome = place().run_with(&arguments, &text);
    assert!(!outcome.err.contains("panicked"), "{}", outcome.err);
    (outcome, server)
}

fn configuration(tenant: &str) -> Reply {
    Reply::json(
        200,
        &json!({"issuer": format!("https://login.microsoftonline.com/{tenant}/v2.0")}),
    )
}

#[test]
fn a_tenant_by_domain_is_looked_up_and_compared() {
    let (outcome, server) = of_domain(|_| configuration(TENANT));
    outcome.ends_with(0);
    let [request] = &server.seen()[..] else {
        panic!("{:?}", server.seen())
    };
    assert_eq!(request.method, "GET");
    assert_eq!(
        request.target,
        "/contoso.example/v2.0/.well-known/openid-configuration"
    );
    assert_eq!(request.header("authorization"), None);
    let (outcome, _) = of_domain(|_| configuration("33333333-3333-3333-3333-333333333333"));
    assert!(told(&outcome.ends_with(1)).contains("GV010"));
}

#[test]
fn a_tenant_that_cannot_be_looked_up_is_not_passed_over() {
    for kind in 0..6 {
        let (outcome, _) = of_domain(move |_| match kind {
            0 => Reply::json(
                400,
                &json!({"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found.", "error_codes": [90002]}),
            ),
            1 => configuration("{tenantid}"),
            2 => Reply::With(
                302,
                vec![("Location", "https://evil.example/".to_owned())],
                Vec::new(),
            ),
            3 => Reply::Text(200, "text/html", "<html>".to_owned()),
            4 => Reply::Raw(Vec::new()),
            _ => Reply::Hang,
        });
        let outcome = outcome.ends_with(1);
        let told = told(&outcome);
        assert!(
            told.contains("GV018") && told.contains("not proven"),
            "{kind}: {told}"
        );
    }
    // A token of a shared tenant has nothing to be compared with.
    let text = app_token(&planned(), &json!({}));
    place()
        .run_with(&["verify", "--tenant", "organizations"], &text)
        .ends_with(0);
}

#[test]
fn a_single_request_has_no_place_worth_showing() {
    let text = token(
        &json!({"aud": "https://graph.microsoft.com", "scp": "Files.Read", "exp": 4_102_444_800_i64}),
    );
    let outcome = Place::new()
        .run_with(&["verify", "-e", "GET /me"], &text)
        .ends_with(1);
    assert!(
        outcome.out.contains("GV001") && !outcome.out.contains("-e:"),
        "{}",
        outcome.out
    );
}

#[test]
fn a_token_that_nothing_is_meant_for_is_not_proven() {
    let text = app_token(&json!(["User.Read.All"]), &json!({}));
    let outcome = Place::new()
        .run_with(&["verify", "-e", "GET /me"], &text)
        .ends_with(1);
    assert!(
        told(&outcome).contains("no operation is one of that access"),
        "{}",
        outcome.out
    );
}

#[test]
fn permissions_of_another_access_or_api_are_not_compared() {
    let user = token(
        &json!({"aud": "https://graph.microsoft.com", "idtyp": "user", "scp": "Mail.Read Calendars.ReadBasic", "exp": 4_102_444_800_i64}),
    );
    let arguments = [
        "verify",
        "--access",
        "application",
        "-e",
        "GET /users/{id}/calendarView",
    ];
    let outcome = Place::new().run_with(&arguments, &user).ends_with(1);
    let shown = told(&outcome);
    assert!(
        shown.contains("the token is for the other access") && shown.contains("not compared"),
        "{shown}"
    );
    for never in [
        "covered",
        "Calendars.ReadBasic",
        "appRoleAssignment",
        "not proven",
    ] {
        assert!(!shown.contains(never), "{never}: {shown}");
    }
    let other = app_token(&planned(), &json!({"aud": "https://management.azure.com"}));
    let outcome = place().run_with(&["verify"], &other).ends_with(1);
    let shown = told(&outcome);
    assert!(
        shown.contains("the token is not for Microsoft Graph") && shown.contains("another API"),
        "{shown}"
    );
    assert!(!shown.contains("exact"), "{shown}");
    let json = place()
        .run_with(&["verify", "--format", "json"], &other)
        .ends_with(1)
        .json();
    assert_eq!(json["operations"][0]["verdict"], "not-compared");
    assert_eq!(json["held"], json!([]));
}

#[test]
fn the_headline_says_what_is_certain() {
    let tenant = "33333333-3333-3333-3333-333333333333";
    for (roles, changes, expected) in [
        (planned(), json!({"exp": 2_000}), "the token has expired"),
        (
            planned(),
            json!({"tid": tenant, "iss": format!("https://sts.windows.net/{tenant}/")}),
            "the token is of another tenant",
        ),
        (
            json!(["User.Read.All"]),
            json!({"appid": "x"}),
            "the token is of another app and does not cover every operation of this access",
        ),
        (
            planned(),
            json!({"exp": null}),
            "not proven: until when the token is valid",
        ),
        (
            json!([]),
            json!({"appid": null}),
            "the token does not cover every operation of this access; not proven: of which app the token is",
        ),
    ] {
        let outcome = place()
            .run_with(&["verify"], &app_token(&roles, &changes))
            .ends_with(1);
        let shown = told(&outcome);
        assert!(shown.contains(expected), "{expected}: {shown}");
        assert_eq!(
            shown.contains("not proven"),
            expected.contains("not proven"),
            "{shown}"
        );
    }
}

#[test]
fn a_claim_that_is_not_there_is_named_once() {
    let text = app_token(&json!(null), &json!({}));
    let outcome = place().run_with(&["verify"], &text).ends_with(1);
    let shown = told(&outcome);
    assert!(shown.contains("the token has no `roles` claim"), "{shown}");
    assert_eq!(shown.matches("GV001").count(), 1, "{shown}");
    assert!(!shown.contains("grant it and"), "{shown}");
}

#[test]
fn a_newer_grant_is_told_by_an_export() {
    let grants = r#"{"value": [{"appRoleId": "x", "createdDateTime": "2026-01-01T00:00:00Z"}]}"#;
    let place = place().with("grants.json", grants).with("bad.json", "[]");
    let text = app_token(&planned(), &json!({}));
    let outcome = place
        .run_with(&["verify", "--grants", "grants.json"], &text)
        .ends_with(0);
    assert!(told(&outcome).contains("GV016"), "{}", outcome.out);
    place
        .run_with(&["verify", "--grants", "bad.json"], &text)
        .ends_with(2);
}

#[test]
fn what_cannot_be_read_is_not_proven() {
    let outcome = place().run_with(&["verify"], "EwBwA8l6BAAU").ends_with(1);
    assert!(told(&outcome).contains("GV017"), "{}", outcome.out);
    let whole = app_token(&json!([]), &json!({}));
    let encrypted = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d";
    for (token, cause, is_chosen) in [
        ("EwBwA8l6BAAU", "no JSON Web Token", true),
        (encrypted, "encrypted", true),
        (whole.get(..120).unwrap(), "mangled", false),
    ] {
        let outcome = Place::new()
            .run_with(&["verify", "-e", "GET /users"], token)
            .ends_with(2);
        let told = outcome.err.replace('│', " ");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(cause), "{told}");
        assert_eq!(told.contains("--access"), is_chosen, "{told}");
        assert!(!told.contains("EwBw") && !told.contains("eyJ"), "{told}");
    }
    Place::new().run_with(&["verify", "-"], "x").ends_with(2);
    place().run_with(&["verify"], "").ends_with(2);
}

#[test]
fn a_token_can_be_acquired_and_verified_at_once() {
    let text = app_token(&planned(), &json!({}));
    let server = Server::start(move |request| {
        assert_eq!(request.field("client_id").unwrap(), APP);
        Reply::json(
            200,
            &json!({"access_token": text, "token_type": "Bearer", "expires_in": 3599}),
        )
    });
    let url = server.url();
    let arguments = [
        "verify",
        "--flow",
        "client-secret",
        "--allow-http-loopback",
        "--authority",
        &url,
        "--timeout",
        "5",
    ];
    place()
        .run_given(&arguments, "", &[("AZURE_CLIENT_SECRET", "secret-1")])
        .ends_with(0);
    assert_eq!(
        server.seen()[0].target,
        format!("/{TENANT}/oauth2/v2.0/token")
    );
    let arguments = [&arguments[..], &["--tenant", "common"]].concat();
    place()
        .run_given(&arguments, "", &[("AZURE_CLIENT_SECRET", "secret-1")])
        .ends_with(2);
}

#[test]
fn codes_are_explained() {
    let outcome = Place::new().run(&["explain", "AADSTS65001"]).ends_with(0);
    insta::assert_snapshot!(outcome.out);
    let json = Place::new()
        .run(&["explain", "aadsts7000215", "--format", "json"])
        .ends_with(0)
        .json();
    assert_eq!(json["platform"]["codes"][0]["code"], 7_000_215);
    Place::new().run(&["explain", "50011"]).ends_with(0);
    // For every kind of app, not for this program alone.
    let redirect = Place::new().run(&["explain", "AADSTS50011"]).ends_with(0);
    for platform in ["Web", "Single-page application", "Mobile and desktop"] {
        assert!(told(&redirect).contains(platform), "{}", redirect.out);
    }
    let sentence = "invalid_client: AADSTS7000215: Invalid client secret / provided";
    Place::new().run(&["explain", sentence]).ends_with(0);
    let unknown = Place::new().run(&["explain", "AADSTS1234567"]).ends_with(1);
    assert!(unknown.out.contains("error?code=1234567"));
    let rule = Place::new().run(&["explain", "GV003"]).ends_with(0);
    assert!(rule.out.contains("excess-permission-in-token"));
}

#[test]
fn pasted_errors_are_explained() {
    let explain = |text: &str, more: &[&str]| {
        Place::new().run_with(&[&["explain", "-"], more].concat(), text)
    };
    let graph = "HTTP/1.1 403 Forbidden\r\nrequest-id: 1-2\r\n\r\n{\"error\": {\"code\": \"Forbidden\", \"message\": \"Missing scope permissions on the request. API requires one of 'Chat.Read, Chat.ReadWrite'. Scopes on the request 'User.Read'.\"}}";
    let outcome = explain(graph, &[]).ends_with(0);
    insta::assert_snapshot!(outcome.out);
    let json = explain(graph, &["--format", "json"]).ends_with(0).json();
    assert_eq!(
        json["graph"]["accepted"],
        json!(["Chat.Read", "Chat.ReadWrite"])
    );
    let platform = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The secret expired. Trace ID: t-1 Correlation ID: c-1 Timestamp: x","error_codes":[7000222],"trace_id":"t-1","correlation_id":"c-1"}"#;
    let outcome = explain(platform, &[]).ends_with(0);
    for expected in ["AADSTS7000222", "expired", "t-1", "c-1"] {
        assert!(
            outcome.out.contains(expected),
            "{expected}: {}",
            outcome.out
        );
    }
    let both = "AADSTS65001 and AADSTS50076";
    let pasted = explain(both, &[]).ends_with(0);
    let named = Place::new().run(&["explain", both]).ends_with(0);
    for outcome in [&pasted, &named] {
        for heading in ["AADSTS65001\n", "AADSTS50076\n"] {
            assert_eq!(outcome.out.matches(heading).count(), 1, "{}", outcome.out);
        }
    }
    let json = Place::new()
        .run(&["explain", both, "--format", "json"])
        .ends_with(0)
        .json();
    assert_eq!(json["platform"]["codes"][1]["code"], 50_076);
    Place::new()
        .run(&["explain", "AADSTS65001 AADSTS1234567"])
        .ends_with(1);
    explain("nothing that is known", &[]).ends_with(1);
    explain("", &[]).ends_with(1);
}
