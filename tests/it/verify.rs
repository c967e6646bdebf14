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

fn app_token(roles: &Value, changes: &Value) -> String {
    let mut claims = json!({
        "aud": "https://graph.microsoft.com", "iss": format!("https://sts.windows.net/{TENANT}/"), "tid": TENANT, "appid": APP,
        "idtyp": "app", "oid": "o", "sub": "o", "ver": "1.0", "roles": roles, "iat": 1_000, "nbf": 1_000, "exp": 4_102_444_800_i64,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    token(&claims)
}

fn place() -> Place {
    Place::new().with("graphgrant.yaml", MANIFEST)
}

/// The permissions that the plan names, so that the test does not depend on the data.
fn planned() -> Value {
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
    assert!(told(&outcome).contains("covers every operation and is the expected one"));
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
    let both = Place::new()
        .run_with(&["verify", "-e", "GET /users"], "EwBwA8l6BAAU")
        .ends_with(2);
    assert!(both.err.contains("--access"), "{}", both.err);
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

/// Runs `verify --probe` against a server that plays Microsoft Graph.
fn probe(
    roles: &Value,
    more: &[&str],
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (Outcome, Vec<Request>) {
    let server = Server::start(answer);
    let url = server.url();
    let text = app_token(roles, &json!({"aud": url}));
    let usual = [
        "verify",
        "--probe",
        "--allow-http-loopback",
        "--graph",
        &url,
        "--timeout",
        "3",
        "--format",
        "json",
    ];
    let place = place().with("mail.json", "{\"message\": {}}");
    let outcome = place.run_with(&[&usual[..], more].concat(), &text);
    for shown in [&outcome.out, &outcome.err] {
        assert!(
            !shown.contains("eyJ") && !shown.contains("panicked"),
            "{shown}"
        );
    }
    (outcome, server.seen())
}

fn targets(seen: &[Request]) -> Vec<String> {
    seen.iter()
        .map(|request| format!("{} {}", request.method, request.target))
        .collect()
}

#[test]
fn reads_of_the_plan_are_called_with_values_and_small_answers() {
    let (outcome, seen) = probe(&planned(), &[], |request| {
        assert!(
            request
                .header("authorization")
                .unwrap()
                .starts_with("Bearer eyJ")
        );
        Reply::json(
            200,
            &json!({"value": [{"subject": "confidential-content"}], "id": "1", "mail": "x"}),
        )
    });
    let outcome = outcome.ends_with(0);
    assert_eq!(
        targets(&seen),
        [
            "GET /v1.0/users/adele@contoso.example",
            "GET /v1.0/users/adele@contoso.example/messages?$select=subject&$top=1"
        ]
    );
    assert!(!outcome.out.contains("confidential-content"));
    let answer = outcome.json();
    assert_eq!(answer["probes"][0]["answer"]["outcome"], "allowed");
    assert!(
        answer["probes"][2]["skipped"]
            .as_str()
            .unwrap()
            .contains("--probe-method POST")
    );
}

#[test]
fn a_write_is_called_only_when_it_is_named_with_a_body() {
    let (_, seen) = probe(&planned(), &["--probe-method", "POST"], |_| {
        Reply::json(200, &json!({"id": "1", "mail": "x"}))
    });
    assert!(seen.iter().all(|request| request.method == "GET"));
    let more = [
        "--probe-method",
        "post",
        "--probe-body",
        "POST /users/{id}/sendMail=mail.json",
    ];
    let (outcome, seen) = probe(&planned(), &more, |_| Reply::json(202, &json!({})));
    outcome.ends_with(0);
    let post = seen
        .iter()
        .find(|request| request.method == "POST")
        .unwrap();
    assert_eq!(post.body, "{\"message\": {}}");
    assert_eq!(post.target, "/v1.0/users/adele@contoso.example/sendMail");
}

#[test]
fn refusals_are_told_with_what_the_service_accepts() {
    let (outcome, _) = probe(&planned(), &[], |_| {
        Reply::json(
            403,
            &json!({"error": {"code": "Forbidden", "message": "Missing role permissions on the request. API requires one of 'Chat.Read.All, Chat.ReadBasic.All'. Roles on the request 'User.Read.All'. Resource specific consent grants on the request ''. anna@contoso.example"}}),
        )
    });
    let outcome = outcome.ends_with(1);
    let answer = outcome.json();
    assert_eq!(
        answer["probes"][0]["answer"]["accepted"],
        json!(["Chat.Read.All", "Chat.ReadBasic.All"])
    );
    assert!(
        answer["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["rule"] == "GV020")
    );
    assert!(!outcome.out.contains("anna@"));
}

#[test]
fn the_token_follows_no_redirect_and_content_is_success() {
    let other = Server::start(|_| Reply::json(200, &json!({})));
    let target = format!("{}/bytes", other.url());
    let (outcome, seen) = probe(&planned(), &[], move |_| {
        Reply::With(302, vec![("Location", target.clone())], Vec::new())
    });
    assert_eq!(
        outcome.ends_with(0).json()["probes"][0]["answer"]["outcome"],
        "allowed"
    );
    assert_eq!(seen.len(), 2);
    assert!(other.seen().is_empty(), "the token was sent elsewhere");
}

#[test]
fn what_proves_nothing_is_not_counted() {
    for status in [404, 400, 500] {
        let (outcome, _) = probe(&planned(), &[], move |_| {
            Reply::json(status, &json!({"error": {"code": "x"}}))
        });
        let answer = outcome.ends_with(0).json();
        assert!(
            answer["findings"]
                .as_array()
                .unwrap()
                .iter()
                .all(|finding| finding["rule"] == "GV022" || finding["rule"] == "GV009"),
            "{status}"
        );
    }
}

#[test]
fn throttling_and_a_refused_token_stop_the_calls() {
    for (status, code) in [(429, 0), (401, 1)] {
        let (outcome, seen) = probe(&planned(), &[], move |_| {
            Reply::With(
                status,
                vec![("Retry-After", "7".to_owned())],
                b"{}".to_vec(),
            )
        });
        outcome.ends_with(code);
        assert_eq!(seen.len(), 1, "{status}");
    }
    let (_, seen) = probe(&planned(), &["--probe-limit", "1"], |_| {
        Reply::json(200, &json!({}))
    });
    assert_eq!(seen.len(), 1);
}

#[test]
fn objects_with_only_ids_are_no_proof() {
    let (outcome, _) = probe(&planned(), &[], |_| {
        Reply::json(200, &json!({"value": [{"id": "1", "displayName": null}]}))
    });
    assert!(outcome.ends_with(1).out.contains("GV023"));
}

#[test]
fn an_allowed_call_settles_what_the_plan_doubts() {
    let (outcome, _) = probe(&json!(["Mail.Send"]), &[], |_| {
        Reply::json(200, &json!({"id": "1", "mail": "x"}))
    });
    let answer = outcome.ends_with(0).json();
    let rules: Vec<&str> = answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert!(
        rules.contains(&"GV024") && !rules.contains(&"GV001"),
        "{rules:?}"
    );
}

#[test]
fn values_of_the_command_line_come_first_and_are_checked() {
    let (_, seen) = probe(&planned(), &["--value", "users/id=a b"], |_| {
        Reply::json(200, &json!({}))
    });
    assert_eq!(seen[0].target, "/v1.0/users/a%20b");
    let (_, seen) = probe(&planned(), &["--value", "users/id=../../evil"], |_| {
        Reply::json(200, &json!({}))
    });
    assert!(seen.is_empty());
}

#[test]
fn values_of_the_manifest_have_their_form() {
    for (probe, expected) in [
        ("{values: [x]}", "mapping"),
        ("{value: {}}", "values"),
        ("{values: {a: {}}}", "probe"),
    ] {
        let text = format!("probe: {probe}\noperations: [GET /me]\n");
        let outcome = Place::new().run_with(&["plan", "-"], &text).ends_with(2);
        assert!(outcome.err.contains(expected), "{probe}: {}", outcome.err);
    }
}

#[test]
fn broken_graphs_neither_hang_nor_break() {
    for kind in 0..5 {
        let (outcome, _) = probe(&planned(), &["--probe-limit", "1"], move |_| match kind {
            0 => Reply::Hang,
            1 => Reply::Drip,
            2 => Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{".to_vec()),
            3 => Reply::Flood(100 << 20),
            _ => Reply::Text(200, "text/html", "<html>".to_owned()),
        });
        assert!(
            matches!(outcome.code, 0 | 1),
            "{kind}: {} {}",
            outcome.out,
            outcome.err
        );
    }
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
    explain("nothing that is known", &[]).ends_with(1);
    explain("", &[]).ends_with(1);
}
