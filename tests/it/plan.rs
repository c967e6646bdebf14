//! `graphgrant plan`.

use crate::run::{Place, run};

#[test]
fn single_requests_are_planned() {
    let answer = run(&[
        "plan",
        "-e",
        "GET /me",
        "-e",
        "POST /me/sendMail",
        "--format",
        "scopes",
    ])
    .ends_with(0);
    assert_eq!(answer.out.lines().next(), Some("Mail.Send User.Read"));
}

#[test]
fn a_missing_manifest_points_at_the_ways_on() {
    let answer = run(&["plan"]).ends_with(2);
    for part in ["graphgrant init", "-e 'GET /me'"] {
        assert!(answer.err.contains(part), "{}", answer.err);
    }
    let answer = run(&["plan", "other.yaml"]).ends_with(2);
    assert!(
        answer.err.contains("`other.yaml` does not exist"),
        "{}",
        answer.err
    );
}

#[test]
fn manifests_below_are_named_where_none_is_here() {
    let place = Place::new();
    std::fs::create_dir(place.path().join("a")).unwrap();
    let place = place.with("a/graphgrant.yaml", "operations: [GET /me]\n");
    for (arguments, part) in [
        (["plan"].as_slice(), "there is no `graphgrant.yaml` here"),
        (&["plan", "."], "`.` is a folder"),
    ] {
        let outcome = place.run(arguments).ends_with(2);
        for part in [part, "`a/graphgrant.yaml`"] {
            assert!(outcome.err.contains(part), "{part} in {}", outcome.err);
        }
    }
}

#[test]
fn all_mistakes_are_told() {
    let text = "acess: both\noperations:\n  - GTE /me\n  - GET https://example.com/me\n";
    let place = Place::new().with("graphgrant.yaml", text);
    let answer = place.run(&["plan"]).ends_with(2);
    for part in [
        "`acess`",
        "`GTE`",
        "no host of Microsoft Graph",
        "3 mistakes",
    ] {
        assert!(answer.err.contains(part), "{part} in\n{}", answer.err);
    }
    assert_eq!(answer.out, "");
}

#[test]
fn unknown_operations_are_findings_at_their_line() {
    let text = "access: delegated\noperations:\n  - GET /me\n  - GET /me/mesages\n";
    let answer = Place::new().run_with(&["plan", "-"], text).ends_with(1);
    assert!(answer.err.contains("standard input:4"), "{}", answer.err);
    assert!(answer.err.contains("/me/messages"), "{}", answer.err);
    assert!(answer.out.contains("User.Read"), "{}", answer.out);
}

#[test]
fn an_operation_that_no_access_wanted_supports_is_a_finding() {
    let answer = run(&["plan", "-e", "GET /me", "--access", "application"]).ends_with(1);
    assert!(answer.err.contains("application access"), "{}", answer.err);
    run(&["plan", "-e", "GET /me"]).ends_with(0);
}

const SEVERAL: &str = "apps:
  - {name: one, operations: [GET /me], access: delegated}
  - {name: two, operations: [GET /me/events], access: delegated}
";

#[test]
fn one_of_several_apps_is_chosen_by_name() {
    let place = Place::new().with("graphgrant.yaml", SEVERAL);
    let both = place.run(&["plan", "--format", "json"]).ends_with(0).json();
    assert_eq!(both["apps"].as_array().unwrap().len(), 2);
    let refused = place.run(&["plan", "--format", "rra"]).ends_with(2);
    assert!(refused.err.contains("`one`, `two`"), "{}", refused.err);
    let one = place
        .run(&["plan", "--app", "one", "--format", "scopes"])
        .ends_with(0);
    assert_eq!(one.out, "User.Read\n");
    let unknown = place.run(&["plan", "--app", "tow"]).ends_with(2);
    assert!(
        unknown.err.contains("did you mean `two`?"),
        "{}",
        unknown.err
    );
}

#[test]
fn results_go_to_a_file() {
    let place = Place::new();
    let answer = place
        .run(&["plan", "-e", "GET /me", "--format", "rra", "-o", "rra.json"])
        .ends_with(0);
    assert_eq!(answer.out, "");
    let text = std::fs::read_to_string(place.path().join("rra.json")).unwrap();
    assert!(text.contains("e1fe6dd8-ba31-4d61-89e7-88639da4683d"));
}

#[test]
fn a_declared_route_hides_no_unknown_operation() {
    let manifest = "routes:\n  - {via: exchange-rbac, operations: ['GET /nothing/here']}\noperations:\n  - GET /nothing/here\n";
    let outcome = Place::new()
        .with("graphgrant.yaml", manifest)
        .run(&["plan"]);
    outcome.ends_with(1);
}

#[test]
fn a_report_does_not_replace_its_manifest() {
    let place = Place::new().with("graphgrant.yaml", "operations: [GET /me]\n");
    place.run(&["plan", "-o", "graphgrant.yaml"]).ends_with(2);
    let kept = std::fs::read_to_string(place.path().join("graphgrant.yaml")).unwrap();
    assert_eq!(kept, "operations: [GET /me]\n");
}

#[test]
fn a_call_that_a_detail_decides_says_which() {
    for (request, detail) in [
        ("POST /subscriptions", "resource"),
        ("POST /$batch", "batch"),
    ] {
        let outcome = run(&["plan", "-e", request]).ends_with(1);
        assert!(
            outcome.err.contains("cannot be told") && outcome.err.contains(detail),
            "{}",
            outcome.err
        );
    }
}

#[test]
fn other_peoples_data_take_their_permission_under_every_objective() {
    let manifest = "access: [delegated]\noperations:\n  - {request: 'GET /users/{id}/messages', target: shared, select: [body]}\n  - {request: GET /me/messages, select: [body]}\n";
    for objective in ["documented", "fewest", "no-admin"] {
        let place = Place::new().with("graphgrant.yaml", manifest);
        let plan = place.run(&["plan", "--objective", objective, "--format", "json"]);
        let plan = plan.ends_with(0).json();
        let chosen = &plan["operations"][0]["delegated"]["chosen"];
        assert_eq!(
            *chosen,
            serde_json::json!(["Mail.Read.Shared"]),
            "{objective}"
        );
    }
}
