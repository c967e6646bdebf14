//! `graphgrant explain`.

use crate::run::run;

#[test]
fn a_permission_is_explained() {
    let answer = run(&["explain", "Mail.Read"]).ends_with(0);
    for part in [
        "570282fd-fa5c-430d-a7fd-fc8dc98a9dca",
        "user consent",
        "admin consent",
        "Contained in: ",
        "Contains: Mail.ReadBasic",
        "Route exchange-rbac",
        "Tier 1: ",
    ] {
        assert!(answer.out.contains(part), "{part} in\n{}", answer.out);
    }
}

#[test]
fn an_operation_is_explained() {
    let answer = run(&["explain", "GET /users/{id}/messages"]).ends_with(0);
    for part in [
        "exact match",
        "preferred",
        "admissible",
        "Evidence: ",
        "Note: ",
    ] {
        assert!(answer.out.contains(part), "{part} in\n{}", answer.out);
    }
}

#[test]
fn the_unknown_is_a_finding_with_a_way_on() {
    let answer = run(&["explain", "Mail.Reed"]).ends_with(1);
    assert!(
        answer.err.contains("did you mean `Mail.Read`?"),
        "{}",
        answer.err
    );
    let answer = run(&["explain", "GET /me/mesages"]).ends_with(1);
    assert!(answer.out.contains("/me/messages"), "{}", answer.out);
}

#[test]
fn half_a_request_is_wrong_usage() {
    let answer = run(&["explain", "/me/messages"]).ends_with(2);
    assert!(answer.err.contains("has no method"), "{}", answer.err);
    let answer = run(&["explain", "GET https://example.com/me"]).ends_with(2);
    assert!(
        answer.err.contains("no host of Microsoft Graph"),
        "{}",
        answer.err
    );
}
