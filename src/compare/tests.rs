//! Comparisons of the example manifests' kind on the bundled catalog.

use super::model::{Comparison, Criterion, Presence, Way};
use crate::catalog::bundled;
use crate::compare::compare;
use crate::manifest::read::from_source;
use crate::requirement::{Set, Verdict};
use crate::source::Source;

fn compared(text: &str) -> Comparison {
    let catalog = bundled::open().unwrap();
    let reading = from_source(&Source::new("m", text), &|_| Ok(()));
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    let manifest = reading.manifest;
    compare(&catalog, &manifest.apps[0], &manifest.source).unwrap()
}

#[test]
fn calls_of_the_signed_in_user_have_an_app_only_form() {
    let compared = compared("operations:\n  - GET /me/messages\n");
    let row = &compared.rows[0];
    assert_eq!(row.delegated.request, None);
    assert_eq!(
        row.application.request.as_deref(),
        Some("GET /users/{id}/messages")
    );
    assert!(matches!(
        row.application.verdict,
        Verdict::Supported | Verdict::Conditional
    ));
    assert_eq!(compared.recommendation.way, Some(Way::Delegated));
    assert_eq!(compared.recommendation.decided_by, Some(Criterion::Whose));
}

#[test]
fn what_the_manifest_says_of_who_is_there_counts() {
    let compared = compared("access: application\noperations:\n  - GET /users/{id}/messages\n");
    let recommendation = &compared.recommendation;
    assert_eq!(recommendation.presence, Presence::Unattended);
    assert_eq!(recommendation.way, Some(Way::Application));
    assert_eq!(recommendation.decided_by, Some(Criterion::Presence));
    assert!(
        recommendation
            .would_change
            .iter()
            .any(|change| change.then == Way::Delegated)
    );
}

#[test]
fn a_mixed_plan_is_offered_when_neither_access_can_do_all() {
    let text = "operations:\n  - {request: 'GET /me/joinedTeams', access: delegated}\n  - {request: 'POST /users/{id}/teamwork/sendActivityNotification', access: application}\n";
    let compared = compared(text);
    assert_eq!(compared.recommendation.way, Some(Way::Mixed));
    assert_eq!(
        compared.recommendation.decided_by,
        Some(Criterion::Impossible)
    );
    let mixed = compared.mixed.as_ref().unwrap();
    assert!(mixed.measure.lost.is_empty());
}

#[test]
fn a_permission_asked_for_by_name_counts_where_it_cannot_be_had() {
    let text = "permissions: [{name: SMTP.Send, access: delegated}]\noperations: [GET /users]\n";
    let compared = compared(text);
    assert_eq!(compared.application.measure.lacking, ["SMTP.Send"]);
    assert_eq!(
        compared.recommendation.decided_by,
        Some(Criterion::Impossible)
    );
    assert_eq!(compared.recommendation.way, Some(Way::Delegated));
}

#[test]
fn a_route_of_a_call_of_the_signed_in_user_holds_app_only() {
    let text = "operations: [GET /me/messages]\nroutes: [{via: exchange-rbac, operations: [GET /me/messages]}]\n";
    let compared = compared(text);
    assert!(compared.rows[0].application.by_route);
    assert!(compared.application.plan.application.permissions.is_empty());
}

#[test]
fn a_call_that_personal_accounts_cannot_make_is_lost() {
    let text = "app: {audience: AzureADandPersonalMicrosoftAccount}\noperations: [GET /me/messages, GET /auditLogs/signIns]\n";
    let compared = compared(text);
    assert_eq!(compared.delegated.measure.lost, [1]);
}

#[test]
fn a_permission_of_the_other_access_makes_a_mixed_plan() {
    let text = "permissions: [{name: SMTP.Send, access: delegated}]\noperations: [{request: GET /auditLogs/signIns, access: application}]\n";
    let compared = compared(text);
    assert_eq!(compared.recommendation.way, Some(Way::Mixed));
    assert!(compared.mixed.unwrap().measure.lost.is_empty());
}

#[test]
fn another_presence_may_make_a_mixed_plan_the_better_one() {
    let text = "access: application\noperations:\n  - GET /users/{id}/messages\n  - {request: GET /auditLogs/signIns, access: application}\n";
    let compared = compared(text);
    assert_eq!(compared.recommendation.way, Some(Way::Application));
    let mut changes = compared.recommendation.would_change.iter();
    assert!(changes.any(|change| change.then == Way::Mixed));
}

#[test]
fn calls_about_any_user_have_a_form_for_the_signed_in_user() {
    let compared = compared("operations: ['GET /users/{id}', GET /groups]\n");
    let own = compared.rows[0].own_form.as_ref().unwrap();
    assert_eq!(own.request, "GET /me");
    let catalog = bundled::open().unwrap();
    let user_read = catalog.find_permission("User.Read").unwrap();
    assert!(own.preferred.contains(&Set::from_slice(&[user_read])));
    assert_eq!(compared.rows[1].own_form, None);
}
