//! `verify --probe`: live calls, against servers on this machine that play Microsoft Graph.

use serde_json::{Value, json};

use crate::run::{Outcome, Place};
use crate::server::{Reply, Request, Server};
use crate::verify::{app_token, place, planned};

/// Runs `verify --probe` against a server that plays Microsoft Graph.
fn probe(
    roles: &Value,
    more: &[&str],
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (Outcome, Vec<Request>) {
    let server = Server::start(move |request| marked(answer(request)));
    probe_at(&server, roles, more)
}

/// An answer with the mark that all of Microsoft Graph's have.
fn marked(reply: Reply) -> Reply {
    let mark = ("request-id", "1-2-3".to_owned());
    match reply {
        Reply::Text(status, kind, body) => Reply::With(
            status,
            vec![("Content-Type", kind.to_owned()), mark],
            body.into_bytes(),
        ),
        Reply::With(status, mut headers, body) => {
            headers.push(mark);
            Reply::With(status, headers, body)
        }
        other => other,
    }
}

fn probe_at(server: &Server, roles: &Value, more: &[&str]) -> (Outcome, Vec<Request>) {
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
    ];
    let format: &[&str] = if more.contains(&"--format") {
        &[]
    } else {
        &["--format", "json"]
    };
    let place = place().with("mail.json", "{\"message\": {}}");
    let outcome = place.run_with(&[&usual[..], format, more].concat(), &text);
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
fn what_is_deleted_is_named_on_the_command_line() {
    let text = "access: [application]\nprobe: {values: {users/id: from-manifest}}\noperations:\n  - DELETE /users/{id}\n  - DELETE /groups/fixed-id\n  - DELETE /users/anna@contoso.example#{id}\n  - DELETE /groups/fixed-id/members/{id}/$ref\n";
    let run = |more: &[&str]| {
        let server = Server::start(|_| marked(Reply::With(204, Vec::new(), Vec::new())));
        let url = server.url();
        let usual = [
            "verify",
            "--probe",
            "--allow-http-loopback",
            "--graph",
            &url,
            "--probe-method",
            "DELETE",
        ];
        let token = app_token(&json!([]), &json!({"aud": url}));
        Place::new()
            .with("graphgrant.yaml", text)
            .run_with(&[&usual[..], more].concat(), &token)
            .ends_with(1);
        targets(&server.seen())
    };
    assert!(run(&[]).is_empty());
    assert!(run(&["--value", "groups/id=x"]).is_empty());
    assert!(run(&["--value", "members/id=x"]).is_empty());
    assert_eq!(
        run(&["--value", "users/id=mine"]),
        ["DELETE /v1.0/users/mine"]
    );
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
fn what_does_not_come_from_graph_proves_nothing() {
    // The token lacks what the reads need; a sign-in page of the network does not make up for that.
    for kind in 0..3 {
        let server = Server::start(move |_| match kind {
            0 => Reply::Text(200, "text/html", "<html>Sign in".to_owned()),
            1 => Reply::With(
                302,
                vec![("Location", "https://portal.example/".to_owned())],
                Vec::new(),
            ),
            _ => Reply::json(200, &json!({"id": "1", "mail": "x"})),
        });
        let (outcome, _) = probe_at(&server, &json!(["Mail.Send"]), &[]);
        let answer = outcome.ends_with(1).json();
        assert_eq!(answer["probes"][0]["answer"]["outcome"], "fault", "{kind}");
        let findings = answer["findings"].as_array().unwrap();
        assert!(findings.iter().any(|finding| finding["rule"] == "GV001"));
    }
}

#[test]
fn a_refusal_that_does_not_come_from_graph_is_none() {
    // A proxy with the right to refuse says nothing of the token, whatever it writes.
    let lost = json!({"error": {"code": "Forbidden", "message": "x", "innerError": {"request-id": "1-2"}}});
    for (status, body, is_graph) in [
        (403, json!("denied"), false),
        (401, json!("who are you"), false),
        (
            403,
            json!({"error": {"code": "Forbidden", "message": "API requires one of 'Chat.Read.All'."}}),
            false,
        ),
        (401, json!({"error": {"code": "x"}}), false),
        (403, lost.clone(), true),
        (401, lost, true),
    ] {
        let answer = body.clone();
        let server = Server::start(move |_| Reply::json(status, &answer));
        let (outcome, seen) = probe_at(&server, &planned(), &[]);
        let answer = outcome.ends_with(1).json();
        let outcome = answer["probes"][0]["answer"]["outcome"].as_str().unwrap();
        let expected = match (is_graph, status) {
            (false, _) => "fault",
            (true, 401) => "not-accepted",
            (true, _) => "refused",
        };
        assert_eq!(outcome, expected, "{status} {body}");
        assert_eq!(answer["probes"][0]["answer"]["accepted"], json!([]));
        let certain = rules(&answer)
            .iter()
            .any(|(rule, _)| ["GV020", "GV021"].contains(rule));
        assert_eq!(certain, is_graph, "{status} {body}");
        // A token that is not accepted is not sent again; who is no Graph has no say in that.
        assert_eq!(seen.len(), if expected == "not-accepted" { 1 } else { 2 });
    }
    let server = Server::start(|_| Reply::Text(403, "text/html", "<html>denied".to_owned()));
    let (outcome, _) = probe_at(&server, &planned(), &["--format", "human"]);
    let outcome = outcome.ends_with(1);
    assert!(
        outcome
            .out
            .contains("not proven: what Microsoft Graph allows"),
        "{}",
        outcome.out
    );
}

#[test]
fn a_live_call_proves_what_a_route_or_a_doubt_leaves_open() {
    let run = |text: &str, role: &str, status| {
        let server = Server::start(move |_| {
            marked(Reply::json(
                status,
                &json!({"value": [{"id": "1", "name": "x"}]}),
            ))
        });
        let url = server.url();
        let place = Place::new()
            .with("graphgrant.yaml", text)
            .with("body.json", "{}");
        let token = app_token(&json!([role]), &json!({"aud": url}));
        let arguments = [
            "verify",
            "--probe",
            "--allow-http-loopback",
            "--graph",
            &url,
            "--value",
            "sites/id=root",
            "--value",
            "users/id=anna",
            "--probe-method",
            "PATCH",
            "--probe-body",
            "PATCH /users/{id}=body.json",
        ];
        place.run_with(&arguments, &token)
    };
    let route = "access: [application]\nroutes: [{via: sites-selected, operations: ['GET /sites/{id}/lists']}]\noperations: ['GET /sites/{id}/lists']\n";
    run(route, "Sites.Selected", 200).ends_with(0);
    run(route, "Sites.Selected", 403).ends_with(1);
    let update = "access: [application]\noperations: ['PATCH /users/{id}']\n";
    run(update, "User.ReadWrite.All", 200).ends_with(0);
    run(update, "User.ReadWrite.All", 403).ends_with(1);
}

#[test]
fn a_token_that_cannot_be_read_stays_unproven_when_every_call_is_allowed() {
    let server = Server::start(|_| marked(Reply::json(200, &json!({"id": "1", "mail": "x"}))));
    let url = server.url();
    let arguments = [
        "verify",
        "--probe",
        "--allow-http-loopback",
        "--graph",
        &url,
        "--access",
        "delegated",
        "-e",
        "GET /me",
    ];
    let outcome = Place::new()
        .run_with(&arguments, "EwBwA8l6BAAU")
        .ends_with(1);
    for expected in [
        "GV017",
        "not proven: what the token holds",
        "confirmed 1 of 1",
    ] {
        assert!(
            outcome.out.contains(expected),
            "{expected}: {}",
            outcome.out
        );
    }
}

#[test]
fn a_large_answer_is_cut_and_its_status_counts() {
    let body = format!("{{\"id\": \"1\", \"mail\": \"{}\"}}", "x".repeat(3 << 20));
    let (outcome, _) = probe(&planned(), &["--probe-limit", "1"], move |_| {
        Reply::Text(200, "application/json", body.clone())
    });
    // The second call was due, and the limit keeps it from proving anything.
    let answer = outcome.ends_with(1).json();
    assert_eq!(answer["probes"][0]["answer"]["outcome"], "allowed");
    let why = answer["probes"][1]["skipped"].as_str().unwrap();
    assert!(why.contains("--probe-limit"), "{why}");
}

#[test]
fn what_proves_nothing_is_no_proof() {
    for status in [404, 400, 500, 301, 308] {
        let (outcome, _) = probe(&planned(), &[], move |_| {
            Reply::json(status, &json!({"error": {"code": "x"}}))
        });
        let answer = outcome.ends_with(1).json();
        assert_eq!(answer["proven"], false, "{status}");
        let rules = rules(&answer);
        assert!(
            rules.contains(&("GV022", "error")) && rules.contains(&("GV025", "info")),
            "{status}: {rules:?}"
        );
        assert!(
            rules
                .iter()
                .all(|(rule, _)| ["GV009", "GV022", "GV025"].contains(rule)),
            "{status}: {rules:?}"
        );
    }
}

fn rules(answer: &Value) -> Vec<(&str, &str)> {
    let findings = answer["findings"].as_array().unwrap().iter();
    let pair = |finding| {
        let finding: &Value = finding;
        (
            finding["rule"].as_str().unwrap(),
            finding["severity"].as_str().unwrap(),
        )
    };
    findings.map(pair).collect()
}

#[test]
fn one_answer_of_two_is_no_proof() {
    let (outcome, _) = probe(&planned(), &[], |request| {
        if request.target.contains("messages") {
            Reply::json(503, &json!({}))
        } else {
            Reply::json(200, &json!({"id": "1", "mail": "x"}))
        }
    });
    outcome.ends_with(1);
}

#[test]
fn every_format_fails_as_the_command_does() {
    for (format, failure) in [
        ("human", "not proven: what Microsoft Graph allows"),
        ("junit", "failures=\"2\""),
        ("sarif", "\"ruleId\": \"GV022\""),
        ("markdown", "| error | GV022"),
    ] {
        let (outcome, _) = probe(&planned(), &["--format", format], |_| {
            Reply::json(500, &json!({}))
        });
        let outcome = outcome.ends_with(1);
        assert!(outcome.out.contains(failure), "{format}: {}", outcome.out);
        let (outcome, _) = probe(&planned(), &["--format", format], |_| {
            Reply::json(200, &json!({"id": "1", "mail": "x"}))
        });
        let outcome = outcome.ends_with(0);
        assert!(!outcome.out.contains(failure), "{format}: {}", outcome.out);
    }
}

/// Runs `verify --probe` where nothing listens.
fn nobody(roles: &Value, format: &str) -> Outcome {
    let url = "http://127.0.0.1:9";
    place().run_with(
        &[
            "verify",
            "--probe",
            "--allow-http-loopback",
            "--graph",
            url,
            "--timeout",
            "3",
            "--format",
            format,
        ],
        &app_token(roles, &json!({"aud": url})),
    )
}

#[test]
fn a_graph_that_cannot_be_reached_is_told_apart() {
    let answer = nobody(&planned(), "json").ends_with(3).json();
    assert_eq!(answer["proven"], false);
    assert!(rules(&answer).contains(&("GV022", "error")));
    assert_ne!(answer["probes"][0]["called"], Value::Null);
    for (format, expected) in [
        ("human", "Microsoft Graph confirmed none of 3 operations"),
        ("human", "no answer: `127.0.0.1:9` cannot be reached"),
        ("junit", "failures=\"2\""),
        ("sarif", "\"level\": \"error\""),
        ("markdown", "could not be reached by any live call"),
    ] {
        let outcome = nobody(&planned(), format).ends_with(3);
        let text = outcome.out.replace('│', " ");
        let told: Vec<&str> = text.split_whitespace().collect();
        assert!(told.join(" ").contains(expected), "{format}: {text}");
    }
    // What the claims say for certain stays so.
    nobody(&json!(["Mail.Send"]), "json").ends_with(1);
}

#[test]
fn throttling_and_a_refused_token_stop_the_calls() {
    for (status, code) in [(429, 1), (401, 1)] {
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
fn a_missing_claim_stays_told_of_what_no_call_settles() {
    let (outcome, _) = probe(&Value::Null, &[], |_| {
        Reply::json(200, &json!({"id": "1", "mail": "x"}))
    });
    // Both reads are allowed all the same; nothing says so of the write.
    let answer = outcome.ends_with(1).json();
    let findings = answer["findings"].as_array().unwrap().iter();
    let missing: Vec<&Value> = findings
        .filter(|finding| finding["rule"] == "GV001")
        .collect();
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert_eq!(missing[0]["related"], json!([]));
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
        let expected = if kind < 2 { 3 } else { 1 };
        assert_eq!(
            outcome.code, expected,
            "{kind}: {} {}",
            outcome.out, outcome.err
        );
    }
}
