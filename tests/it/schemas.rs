//! The JSON Schemas of the outputs: fresh, and true of real outputs.

use std::path::{Path, PathBuf};
use std::{env, fs};

use graphgrant::report::json::SCHEMAS;
use serde_json::Value;

use crate::run::{Outcome, Place, run, run_at};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("schemas")
        .join(name)
}

#[test]
fn the_committed_schemas_are_fresh() {
    for (name, fresh) in SCHEMAS {
        let fresh = fresh();
        if env::var_os("GRAPHGRANT_UPDATE").is_some_and(|value| value == "1") {
            fs::write(path(name), &fresh).unwrap();
        }
        let committed = fs::read_to_string(path(name)).unwrap_or_default();
        assert!(
            committed.replace("\r\n", "\n") == fresh,
            "schemas/{name} is stale: run the tests with GRAPHGRANT_UPDATE=1"
        );
    }
}

#[track_caller]
fn case(name: &str, outcome: &Outcome) {
    let (_, schema) = SCHEMAS.iter().find(|(found, _)| *found == name).unwrap();
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let refused: Vec<String> = validator
        .iter_errors(&outcome.json())
        .take(5)
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    assert!(refused.is_empty(), "{name}: {refused:?}");
}

#[test]
fn comparisons_are_valid() {
    for arguments in [
        [
            "compare",
            "-e",
            "GET /me",
            "-e",
            "GET /users/{id}",
            "--format",
            "json",
        ]
        .as_slice(),
        &["compare", "-e", "GET /no/such", "--format", "json"],
    ] {
        case("compare.schema.json", &run(arguments));
    }
}

#[test]
fn graphs_and_answers_about_plans_are_valid() {
    let calls = [
        "-e",
        "GET /me/messages",
        "-e",
        "POST /teams",
        "--format",
        "json",
    ];
    let of = |arguments: &[&str]| run(&[arguments, &calls].concat());
    case("graph.schema.json", &of(&["graph", "--show", "accepted"]));
    case(
        "query-needs.schema.json",
        &of(&["query", "needs", "Mail.Read"]),
    );
    case(
        "query-what-if-drop.schema.json",
        &of(&["query", "what-if", "--drop", "Mail.Read"]),
    );
    case(
        "query-what-if-add.schema.json",
        &of(&["query", "what-if", "--add", "GET /users"]),
    );
}

#[test]
fn plans_are_valid() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut count = 0;
    for entry in fs::read_dir(examples).unwrap() {
        let manifest = entry.unwrap().path().join("graphgrant.yaml");
        if !manifest.exists() {
            continue;
        }
        let manifest = manifest.to_str().unwrap();
        case(
            "plan.schema.json",
            &run(&["plan", manifest, "--format", "json"]),
        );
        count += 1;
    }
    assert!(count >= 6);
    let several = "apps: [{name: a, operations: [GET /me]}, {name: b, operations: [GET /nothing]}]";
    let place = Place::new();
    case(
        "plan.schema.json",
        &place.run_with(&["plan", "-", "--format", "json"], several),
    );
}

#[test]
fn answers_are_valid() {
    for (name, arguments) in [
        (
            "explain-operation.schema.json",
            &["explain", "GET /users/{id}"][..],
        ),
        (
            "explain-operation.schema.json",
            &["explain", "GET /no/such"],
        ),
        (
            "explain-permission.schema.json",
            &["explain", "Sites.Read.All"],
        ),
        (
            "explain-identifier.schema.json",
            &["explain", "570282fd-fa5c-430d-a7fd-fc8dc98a9dca"],
        ),
        (
            "explain-identifier.schema.json",
            &["explain", "00000002-0000-0000-c000-000000000000"],
        ),
        ("query-opens.schema.json", &["query", "opens", "Mail.Read"]),
        (
            "query-covers.schema.json",
            &["query", "covers", "Mail.Read", "Mail.Send"],
        ),
        (
            "query-between.schema.json",
            &["query", "between", "Mail.Read", "Mail.Send"],
        ),
        ("catalog-check.schema.json", &["catalog", "check", "--list"]),
    ] {
        case(name, &run(&[arguments, &["--format", "json"]].concat()));
    }
}

#[test]
fn tokens_verifications_and_errors_are_valid() {
    let token = crate::server::token(&serde_json::json!({
        "aud": "https://graph.microsoft.com", "tid": "t", "appid": "a", "scp": "Mail.Read Files.Read x", "exp": 5,
    }));
    let place = Place::new();
    let inspect = ["token", "inspect", "--format", "json"];
    case(
        "token-inspect.schema.json",
        &place.run_with(&inspect, &token),
    );
    case(
        "token-inspect.schema.json",
        &place.run_with(&inspect, "opaque"),
    );
    let verify = [
        "verify",
        "-e",
        "GET /me/messages",
        "-e",
        "GET /no/such",
        "--format",
        "json",
    ];
    case("verify.schema.json", &place.run_with(&verify, &token));
    let explain = ["explain", "-", "--format", "json"];
    for text in [
        "HTTP/1.1 403 X\n\n{}",
        "AADSTS65001: x",
        "{\"error\":\"invalid_client\"}",
    ] {
        case("explain-error.schema.json", &place.run_with(&explain, text));
    }
}

#[test]
fn the_export_is_valid() {
    case("catalog-export.schema.json", &run(&["catalog", "export"]));
}

#[test]
fn locks_and_differences_are_valid() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for name in ["mail-add-in", "sharepoint-migration", "teams-bot"] {
        let manifest = examples.join(name).join("graphgrant.yaml");
        let place = Place::new();
        let manifest = manifest.to_str().unwrap();
        place.run(&["lock", manifest, "-o", "a.lock"]).ends_with(0);
        let out = fs::read_to_string(place.path().join("a.lock")).unwrap();
        let (code, err) = (0, String::new());
        case("lock.schema.json", &Outcome { code, out, err });
        let before = "operations: [GET /me]";
        let place = place.with("before.yaml", before);
        let arguments = ["diff", "before.yaml", "a.lock", "--format", "json"];
        case("diff.schema.json", &place.run(&arguments).ends_with(1));
        case(
            "diff.schema.json",
            &place.run(&["diff", "a.lock", "a.lock", "--format", "json"]),
        );
    }
}

#[test]
fn consents_are_valid() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for entry in fs::read_dir(&examples).unwrap() {
        let manifest = entry.unwrap().path().join("graphgrant.yaml");
        if !manifest.exists() {
            continue;
        }
        let manifest = manifest.to_str().unwrap();
        for policy in ["low", "legacy"] {
            let outcome = run(&[
                "consent",
                "show",
                manifest,
                "--consent-policy",
                policy,
                "--format",
                "json",
            ]);
            case("consent-show.schema.json", &outcome);
        }
    }
    let arguments = [
        "--declared",
        "declared.json",
        "--granted",
        "principals.json",
    ];
    let more = ["--granted", "grants.json", "--granted", "roles.json"];
    let all = [&["status", "--format", "json"], &arguments[..], &more].concat();
    case(
        "status.schema.json",
        &run_at(&examples.join("consent"), &all),
    );
}
