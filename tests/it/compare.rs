//! `compare`, run as users do.

use std::path::Path;

use serde_json::Value;

use crate::run::{Place, run};

fn examples() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/comparisons.yaml");
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let path = path.join(name).join("graphgrant.yaml");
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_recommendations_are_those_of_an_expert() {
    for judged in examples() {
        let name = judged["example"].as_str().unwrap();
        let outcome = run(&["compare", &example(name), "--format", "json"]).ends_with(0);
        let app = &outcome.json()["apps"][0];
        let found = &app["recommendation"];
        assert_eq!(found["way"], judged["way"], "{name}");
        assert_eq!(found["decidedBy"], judged["decidedBy"], "{name}");
        assert_eq!(!found["close"].is_null(), judged["close"], "{name}");
        if let Some(delegated) = judged["delegated"].as_array() {
            let operations = app["operations"].as_array().unwrap().iter().enumerate();
            let found: Vec<Value> = operations
                .filter(|(_, operation)| operation["mixed"] == "delegated")
                .map(|(index, _)| index.into())
                .collect();
            assert_eq!(&found, delegated, "{name}");
        }
    }
}

#[test]
fn a_close_call_says_so() {
    let outcome = run(&["compare", "-e", "GET /users/{id}"]).ends_with(0);
    let text = outcome.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("A close call: it hangs on whether a user signs in"),
        "{text}"
    );
    assert!(
        text.contains("If no user signed in: app-only access"),
        "{text}"
    );
}

#[test]
fn what_nothing_can_do_is_recommended_nowhere() {
    let outcome = run(&["compare", "-e", "GET /no/such/thing"]).ends_with(1);
    assert!(outcome.out.contains("No way can do any"), "{}", outcome.out);
}

#[test]
fn the_order_of_the_manifest_changes_no_recommendation() {
    let forward = "operations: [GET /me/messages, 'POST /users/{id}/sendMail', GET /groups]";
    let backward = "operations: [GET /groups, 'POST /users/{id}/sendMail', GET /me/messages]";
    let of = |text: &str| {
        let place = Place::new().with("graphgrant.yaml", text);
        let mut json = place
            .run(&["compare", "--format", "json"])
            .ends_with(0)
            .json();
        let app = &mut json["apps"][0];
        let ways: Vec<Value> = app["ways"]
            .as_array()
            .unwrap()
            .iter()
            .map(|way| way["permissions"].clone())
            .collect();
        (app["recommendation"]["grounds"].take(), ways)
    };
    assert_eq!(of(forward), of(backward));
}

#[test]
fn nothing_of_the_manifest_acts_in_a_format() {
    let hostile = "<script>alert(1)</script><img src=//x>|@all![](http://x)";
    let text = format!(
        "app: {{name: \"{hostile}\u{202e}\"}}\noperations:\n  - \"GET /me/messages/{hostile}\"\n"
    );
    let place = Place::new().with("graphgrant.yaml", &text);
    let html = place.run(&["compare", "--format", "html"]).ends_with(1).out;
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains('\u{202e}'));
    let markdown = place
        .run(&["compare", "--format", "markdown"])
        .ends_with(1)
        .out;
    for line in markdown.lines().filter(|line| line.contains("script")) {
        let outside: String = line.split('`').step_by(2).collect();
        assert!(!outside.contains('<') || outside.contains("<br>"), "{line}");
        assert!(
            !outside.contains("@all") && !outside.contains("!["),
            "{line}"
        );
    }
}

#[test]
fn the_page_stands_alone() {
    let html = run(&["compare", &example("teams-bot"), "--format", "html"])
        .ends_with(0)
        .out;
    assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!html.contains(outside), "{outside}");
    }
}

#[test]
fn who_grants_and_what_it_takes_besides_is_told_of_each_way() {
    let example = example("reporting-job");
    let app = run(&["compare", &example, "--format", "json"]).json()["apps"][0].clone();
    let way = |name: &str| {
        let mut ways = app["ways"].as_array().unwrap().iter();
        ways.find(|way| way["way"] == name).unwrap().clone()
    };
    let (user, alone) = (way("delegated"), way("application"));
    assert_eq!(user["grantor"], "Cloud Application Administrator");
    assert_eq!(alone["grantor"], "Privileged Role Administrator");
    assert!(!user["userRoles"].as_array().unwrap().is_empty());
    assert_eq!(alone["userRoles"], serde_json::json!([]));
    assert!(!alone["licences"].as_array().unwrap().is_empty());
    assert_eq!(alone["whoseData"], "everyone");
    let bot = self::example("teams-bot");
    let bot = run(&["compare", &bot, "--format", "markdown"]).out;
    for line in [
        "Cannot be done",
        "Consent",
        "Tier 1",
        "Whose data",
        "Opens",
        "Besides consent",
        "The user",
    ] {
        assert!(bot.contains(line), "{line}");
    }
}
