//! How far the preferred answers agree with the least permissions that Microsoft's API reference documents.
//!
//! `tests/vectors/documented.json` holds 329 documented calls. An access agrees when `preferred` is not empty
//! and each of its sets is a documented least set. Every disagreement has a ruling below; one without fails
//! the test, and so does a ruling that nothing needs any more. Run with `--nocapture` to see all of it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test"
)]

use std::collections::{BTreeMap, BTreeSet};

use graphgrant::catalog::model::Access;
use graphgrant::catalog::{Catalog, bundled};
use graphgrant::manifest::read;
use graphgrant::path;
use graphgrant::requirement::{Requirement, Set, requirements};
use serde_json::Value;

/// Calls with these flags are not scored: the reference contradicts itself, or the call needs more said.
const UNSCORED: [&str; 5] = [
    "docs-slip",
    "body-dependent",
    "query-dependent",
    "note-overrides-table",
    "generated-from-me-path",
];

/// The level reached: agreeing calls among `high` confidence, and among all but `conflict`.
const REACHED: [(Access, usize, usize); 2] =
    [(Access::Delegated, 58, 244), (Access::Application, 40, 150)];

/// The accesses a ruling is about.
const BOTH: &[Access] = &[Access::Delegated, Access::Application];

/// A request, the accesses, who is wrong where we disagree, and why.
const RULINGS: [(&str, &[Access], &str, &str); 4] = [
    (
        "GET /team/6e7b768e-07e2-4810-8459-485f84f8f204/photo",
        BOTH,
        "reference",
        "the page prints `/team/{id}`; there is no such resource, and unknown is the honest answer",
    ),
    (
        "GET /team/6e7b768e-07e2-4810-8459-485f84f8f204/photo/$value",
        BOTH,
        "reference",
        "the page prints `/team/{id}`; there is no such resource, and unknown is the honest answer",
    ),
    (
        "GET /appCatalogs/teamsApps",
        &[Access::Delegated],
        "reference",
        "it names `AppCatalog.Submit`, which submits apps, as the least for a list; the read permission is accepted",
    ),
    (
        "GET /users/$count",
        &[Access::Application],
        "reference",
        "older than the data: app-only `User.ReadBasic.All` came later and suffices to count",
    ),
];

struct Score {
    agree: usize,
    all: usize,
    disagreements: Vec<String>,
}

fn answer(catalog: &Catalog, call: &Value) -> Requirement {
    let request = format!("{} {}", text(call, "method"), text(call, "url"));
    let check = |url: &str| {
        path::parse(url, &|host| catalog.cloud_of_host(host))
            .map(|_| ())
            .map_err(|e| e.to_string())
    };
    let reading = read::from_requests(std::slice::from_ref(&request), &check);
    assert!(reading.errors.is_empty(), "{request}: {:?}", reading.errors);
    let app = &reading.manifest.apps[0];
    requirements(catalog, app, &reading.manifest.source).remove(0)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn is_scored(call: &Value, access: Access) -> bool {
    let flags = call["flags"].as_array().into_iter().flatten();
    text(call, "confidence") != "conflict"
        && !flags
            .filter_map(Value::as_str)
            .any(|flag| UNSCORED.contains(&flag))
        && call["unscored"].get(access.name()).is_none()
        && !(access == Access::Application && call["me"] == true)
}

/// The documented least sets: `A`, or `A and B`.
fn documented(call: &Value, access: Access) -> BTreeSet<BTreeSet<&str>> {
    let column = if access == Access::Delegated {
        "delegated_work"
    } else {
        "application"
    };
    let sets = call[column]["least"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    sets.map(|set| set.split(" and ").collect()).collect()
}

fn score(catalog: &Catalog, calls: &[Value], access: Access, confidences: &[&str]) -> Score {
    let mut score = Score {
        agree: 0,
        all: 0,
        disagreements: Vec::new(),
    };
    let mut rows = BTreeSet::new();
    for call in calls {
        let least = documented(call, access);
        let counts = confidences.contains(&text(call, "confidence"));
        if !counts || !is_scored(call, access) || least.is_empty() {
            continue;
        }
        let request = format!("{} {}", text(call, "method"), text(call, "url"));
        let found = answer(catalog, call);
        // Calls that share a catalog row count once.
        let row = found
            .operation
            .map_or(request.clone(), |id| catalog.operation_text(id));
        if !rows.insert(row) {
            continue;
        }
        score.all += 1;
        let need = if access == Access::Delegated {
            &found.delegated
        } else {
            &found.application
        };
        let named =
            |set: &Set| -> BTreeSet<&str> { set.iter().map(|id| catalog.name(*id)).collect() };
        let preferred: Vec<BTreeSet<&str>> = need.preferred.iter().map(named).collect();
        if !preferred.is_empty() && preferred.iter().all(|set| least.contains(set)) {
            score.agree += 1;
        } else {
            println!("{access} {request}\n  ours {preferred:?}\n  documented {least:?}");
            score.disagreements.push(request);
        }
    }
    score
}

#[test]
fn preferred_answers_agree_with_the_reference() {
    let catalog = bundled::open().unwrap();
    let calls: Vec<Value> = serde_json::from_str(include_str!("vectors/documented.json")).unwrap();
    let mut needed: BTreeMap<(&str, Access), bool> = BTreeMap::new();
    for (request, accesses, _, _) in RULINGS {
        needed.extend(accesses.iter().map(|access| ((request, *access), false)));
    }
    for (access, high_reached, all_reached) in REACHED {
        let high = score(&catalog, &calls, access, &["high"]);
        let all = score(&catalog, &calls, access, &["high", "single-source"]);
        for (name, score) in [("high", &high), ("all", &all)] {
            println!("{access}, {name}: {} of {} agree", score.agree, score.all);
        }
        assert!(
            high.agree >= high_reached,
            "{access}, high: fewer than {high_reached} agree"
        );
        assert!(
            all.agree >= all_reached,
            "{access}, all: fewer than {all_reached} agree"
        );
        for request in high.disagreements.iter().chain(&all.disagreements) {
            let ruling = RULINGS
                .iter()
                .find(|(ruled, accesses, _, _)| ruled == request && accesses.contains(&access));
            let (ruled, _, wrong, why) =
                ruling.unwrap_or_else(|| panic!("{access} {request} has no ruling"));
            println!("{access} {request}: the {wrong} is wrong: {why}");
            needed.insert((ruled, access), true);
        }
    }
    assert!(
        needed.values().all(|needed| *needed),
        "a ruling is not needed any more: {needed:?}"
    );
}

#[test]
fn unknown_is_no_escape() {
    let catalog = bundled::open().unwrap();
    let calls: Vec<Value> = serde_json::from_str(include_str!("vectors/documented.json")).unwrap();
    let unknown: Vec<&str> = calls
        .iter()
        .filter(|call| answer(&catalog, call).operation.is_none())
        .map(|call| text(call, "url"))
        .collect();
    println!("{} of {} unknown: {unknown:#?}", unknown.len(), calls.len());
    assert!(
        unknown.len() <= 2,
        "more unknown calls than before: {unknown:#?}"
    );
}
