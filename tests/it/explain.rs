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
    let answer = run(&["explain", "/me"]).ends_with(2);
    let told = answer.err.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in ["`/me` has no method", "`GET /me`", "`PATCH /me`"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("POST /me") && !told.contains("-e"), "{told}");
    let answer = run(&["explain", "/no/such"]).ends_with(2);
    assert!(
        answer.err.contains("no method of this path"),
        "{}",
        answer.err
    );
    for (text, expected) in [
        ("GET https://example.com/me", "no host of Microsoft Graph"),
        ("GETT /me", "not an HTTP method"),
    ] {
        let answer = run(&["explain", text]).ends_with(2);
        assert!(
            answer.err.contains(expected) && !answer.err.contains("-e"),
            "{}",
            answer.err
        );
    }
}

#[test]
fn what_is_nothing_is_told_with_all_that_can_be_explained() {
    for subject in ["", "  ", "zzzz", "gibberish zzz", "GET", "AADSTS", "403"] {
        let answer = run(&["explain", subject]).ends_with(1);
        let told = answer.err.replace('│', " ");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "GET /me/messages",
            "Mail.Read",
            "its id",
            "a rule",
            "AADSTS65001",
            "`-`",
        ] {
            assert!(told.contains(part), "{subject}: {part}: {told}");
        }
    }
    let answer = run(&["explain", "missing-permision"]).ends_with(1);
    assert!(answer.err.contains("missing-permission"), "{}", answer.err);
}

#[test]
fn ids_are_explained() {
    let scope = run(&["explain", "570282fd-fa5c-430d-a7fd-fc8dc98a9dca"]).ends_with(0);
    assert!(
        scope
            .out
            .contains("Mail.Read as delegated permission (type `Scope`)"),
        "{}",
        scope.out
    );
    assert!(scope.out.contains("Contained in: "));
    let role = run(&["explain", "{810C84A8-4A9E-49E6-BF7D-12D183F40D01}"]).ends_with(0);
    assert!(
        role.out
            .contains("Mail.Read as application permission (type `Role`)"),
        "{}",
        role.out
    );
    for (id, name) in [
        ("00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
        ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Azure CLI"),
        (
            "62e90394-69f5-4237-9190-012177145e10",
            "Global Administrator",
        ),
    ] {
        let answer = run(&["explain", id]).ends_with(0);
        assert!(answer.out.contains(name), "{}", answer.out);
    }
    run(&["explain", "99999999-fa5c-430d-a7fd-fc8dc98a9dca"]).ends_with(1);
}

#[test]
fn a_slip_in_a_short_path_finds_its_way() {
    let answer = run(&["explain", "GET /mee"]).ends_with(1);
    assert!(
        answer.out.contains("Nearest known:") && answer.out.contains("/me\n"),
        "{}",
        answer.out
    );
}

#[test]
fn an_answer_for_beta_says_that_versions_are_not_told_apart() {
    let answer = run(&["explain", "GET /beta/me"]).ends_with(0);
    assert!(
        answer.err.contains("`v1.0` and `beta` alike"),
        "{}",
        answer.err
    );
    let answer = run(&["explain", "GET /v1.0/me"]).ends_with(0);
    assert!(answer.err.is_empty(), "{}", answer.err);
}
