use std::collections::BTreeSet;

use proptest::prelude::*;

use super::access::{AccessDifference, Verdict, new_access};
use super::compare::{Cause, Data, Movement};
use super::*;
use crate::catalog::model::Access;
use crate::catalog::{Catalog, bundled};
use crate::manifest::read::from_source;
use crate::plan::model::{AppPlan, Goal};
use crate::plan::{Options, plan};
use crate::report::json;
use crate::requirement;
use crate::source::Source;

fn catalog() -> Catalog {
    bundled::open().unwrap()
}

/// The lock of a manifest that has no mistake.
#[track_caller]
fn lock(catalog: &Catalog, text: &str) -> Lock {
    let reading = from_source(&Source::new("graphgrant.yaml", text), &|_| Ok(()));
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    let manifest = reading.manifest;
    let plans: Vec<AppPlan> = (manifest.apps.iter())
        .map(|app| {
            let requirements = requirement::requirements(catalog, app, &manifest.source);
            plan(catalog, app, requirements, &Options::default()).unwrap()
        })
        .collect();
    let planned: Vec<_> = manifest.apps.iter().zip(&plans).collect();
    locked(catalog, Goal::Documented, &planned)
}

#[track_caller]
fn difference(old: &str, new: &str) -> AccessDifference {
    let catalog = catalog();
    new_access(&catalog, &lock(&catalog, old), &lock(&catalog, new))
}

const RICH: &str = "
app: {name: Contoso, audience: AzureADandPersonalMicrosoftAccount}
access: both
signIn: [openid, offline_access]
profiles:
  calendar: {reason: only when switched on}
permissions:
  - {name: SMTP.Send, access: delegated, reason: sends through SMTP}
routes:
  - {via: sites-selected, operations: ['GET /sites/{id}/lists'], reason: one site}
operations:
  - GET /me
  - {request: 'GET /sites/{id}/lists', access: application}
  - {request: GET /me/events, access: delegated, profile: calendar}
  - GET /nothing/like/this
";

#[test]
fn what_is_written_is_what_is_read() {
    let catalog = catalog();
    let several = "apps: [{name: a, operations: [GET /me]}, {name: b, operations: [GET /users]}]";
    for manifest in [RICH, several, "operations: [GET /me]"] {
        let lock = lock(&catalog, manifest);
        let text = json::lock::write(&lock).unwrap();
        let source = Source::new("graphgrant.lock", text.as_str());
        assert_eq!(read::kind(&source), read::Kind::Lock);
        let back = read::lock(&source).unwrap();
        assert_eq!(back, lock);
        assert_eq!(json::lock::write(&back).unwrap(), text);
        assert!(compare(&lock, &back).is_empty());
    }
}

#[test]
fn the_order_of_the_manifest_does_not_matter() {
    let catalog = catalog();
    let one = "operations: [GET /me, GET /users, POST /me/sendMail]";
    let other = "operations: [POST /me/sendMail, GET /me, GET /users]";
    assert_eq!(lock(&catalog, one), lock(&catalog, other));
    let one = "apps: [{name: a, operations: [GET /me]}, {name: b, operations: [GET /users]}]";
    let other = "apps: [{name: b, operations: [GET /users]}, {name: a, operations: [GET /me]}]";
    assert_eq!(lock(&catalog, one), lock(&catalog, other));
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = read::lock(&Source::new("graphgrant.lock", text)).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
    let help = miette::Diagnostic::help(&error).unwrap().to_string();
    assert!(!help.is_empty());
}

#[test]
fn broken_locks_are_refused_with_a_reason() {
    let catalog = catalog();
    let good = json::lock::write(&lock(&catalog, RICH)).unwrap();
    for cut in (0..good.len()).step_by(97) {
        refused(good.get(..cut).unwrap(), "cannot be read as a lock");
    }
    refused(
        &good.replace("\"lockVersion\": 1", "\"lockVersion\": 2"),
        "has version 2",
    );
    refused("{\"lockVersion\": 9, \"other\": {}}", "has version 9");
    refused(
        &good.replace("\"objective\"", "\"objectiv\""),
        "unknown field `objectiv`",
    );
    refused(
        &good.replace("\"apps\": [", "\"apps\": [7, "),
        "invalid type",
    );
    refused(
        &good.replacen("\"status\"", "\"status\": \"x\", \"status\"", 1),
        "duplicate field",
    );
    refused(&"[".repeat(100_000), "invalid type");
    let deep = format!("{{\"lockVersion\": 1, \"x\": {}", "[".repeat(100_000));
    refused(&deep, "EOF while parsing");
    refused("{\"lockVersion\": \"\u{202e}\"}", "\\u{202e}");
    let error = read::lock(&Source::new("x\u{1b}", "{}"))
        .unwrap_err()
        .to_string();
    assert!(!error.contains('\u{1b}'), "{error}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\{\"(lock|schema)Version\": ?[0-9]{1,3}[ -~\u{80}-\u{ff}\n]{0,60}") {
        let source = Source::new("x", text.as_str());
        let _ = (read::lock(&source).is_ok(), read::plan(&source).is_ok(), read::kind(&source));
    }
}

proptest! {
    // Each case plans two manifests.
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever came is one of: new access, contained in what was held, or a scope of signing in.
    #[test]
    fn everything_that_came_is_told(old in operations(), new in operations()) {
        let catalog = catalog();
        let (old, new) = (lock(&catalog, &manifest(&old)), lock(&catalog, &manifest(&new)));
        let told = new_access(&catalog, &old, &new);
        let names = |lock: &Lock, access| -> BTreeSet<String> {
            let plans = lock.apps.iter().map(|app| app.plan(access));
            plans.flat_map(|plan| &plan.permissions).map(|it| it.name.clone()).collect()
        };
        for access in Access::ALL {
            let came: BTreeSet<String> = names(&new, access).difference(&names(&old, access)).cloned().collect();
            let apps = || told.apps.iter();
            let is_new = apps().flat_map(|app| &app.new).filter(|it| it.access == access).map(|it| it.name.clone());
            let is_contained = apps().flat_map(|app| &app.contained).filter(|it| it.access == access).map(|it| it.name.clone());
            let said: BTreeSet<String> = is_new.chain(is_contained).collect();
            prop_assert_eq!(came, said);
        }
        prop_assert_eq!(new_access(&catalog, &new, &new).verdict, Verdict::NoNewAccess);
        prop_assert_eq!(compare(&old, &new).is_empty(), old.apps == new.apps);
    }
}

const CALLS: [&str; 8] = [
    "GET /me",
    "GET /me/messages",
    "PATCH /me/messages/{id}",
    "GET /users",
    "POST /users",
    "GET /sites/{id}/lists",
    "GET /groups/{id}/members",
    "GET /me/events",
];

fn operations() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(CALLS.to_vec(), 1..CALLS.len())
}

fn manifest(operations: &[&str]) -> String {
    format!("operations: ['{}']", operations.join("', '"))
}

#[test]
fn an_operation_brings_its_permission_and_is_named_as_the_cause() {
    let catalog = catalog();
    let old = lock(&catalog, "access: delegated\noperations: [GET /me]");
    let new = lock(
        &catalog,
        "access: delegated\noperations: [GET /me, POST /me/sendMail]",
    );
    let changes = compare(&old, &new).apps.remove(0).changes;
    assert_eq!(
        changes[0],
        Change::Permission {
            access: Access::Delegated,
            name: "Mail.Send".to_owned(),
            movement: Movement::Came,
            causes: vec![Cause::OperationCame("POST /me/sendMail".to_owned())],
        }
    );
    assert_eq!(changes.len(), 2, "{changes:?}");
    let back = compare(&new, &old).apps.remove(0).changes;
    let is_cause = matches!(&back[0], Change::Permission { movement: Movement::Went, causes, .. }
        if causes == &[Cause::OperationWent("POST /me/sendMail".to_owned())]);
    assert!(is_cause, "{back:?}");
}

#[test]
fn other_data_alone_changes_nothing_and_is_told_as_a_cause() {
    let catalog = catalog();
    let old = lock(&catalog, "access: delegated\noperations: [GET /me]");
    let mut new = old.clone();
    new.catalog.overlay_sha256 = "other".to_owned();
    let difference = compare(&old, &new);
    assert!(difference.is_empty() && difference.data == Data::Overlay);
    assert!(difference.lines().is_empty());
    // The data changed, and with it the answer.
    let app = &mut new.apps[0];
    app.delegated.permissions[0].name = "User.ReadBasic".to_owned();
    app.operations[0].delegated.chosen = Some(vec!["User.ReadBasic".to_owned()]);
    let lines = compare(&old, &new).lines();
    insta::assert_snapshot!(without_hashes(&lines.join("\n")), @r"
    delegated permission `User.Read` went: `GET /me` is served otherwise, and the overlay changed
    delegated permission `User.ReadBasic` came: `GET /me` is served otherwise, and the overlay changed
    `GET /me` (delegated): conditional by User.ReadBasic, before conditional by User.Read
    the overlay changed: COMMIT of DATE, before COMMIT of DATE
    ");
    new.catalog = old.catalog.clone();
    let lines = compare(&old, &new).lines();
    assert!(
        lines[0].contains("the manifest says something else"),
        "{lines:?}"
    );
}

/// Data changes with every import: pictures leave it out.
fn without_hashes(text: &str) -> String {
    let catalog = catalog();
    let version = version(&catalog);
    let short = version.commit.get(..12).unwrap();
    text.replace(short, "COMMIT").replace(&version.date, "DATE")
}

#[test]
fn facts_routes_sign_in_and_status_are_compared() {
    let catalog = catalog();
    let old = lock(&catalog, RICH);
    let mut new = old.clone();
    let app = &mut new.apps[0];
    app.delegated.permissions[0].id = None;
    app.delegated.permissions[0].admin_consent ^= true;
    app.delegated.permissions[0].profiles = vec!["x".to_owned()];
    app.delegated.sign_in.remove(0);
    app.delegated.status = "complete".to_owned();
    app.application.routes[0].via = "ownership".to_owned();
    new.objective = "fewest".to_owned();
    let all = compare(&old, &new).lines().join("\n");
    for part in [
        "id of",
        "consent of",
        "profile of",
        "sign-in scope",
        "route `ownership` came",
        "route `sites-selected` went",
        "plan: complete, before partial",
        "objective: fewest",
    ] {
        assert!(all.contains(part), "{part} in {all}");
    }
}

#[test]
fn apps_are_the_same_by_name_or_id() {
    let catalog = catalog();
    let old = lock(
        &catalog,
        "apps: [{name: a, operations: [GET /me]}, {name: b, operations: [GET /users]}]",
    );
    let new = lock(
        &catalog,
        "apps: [{name: b, operations: [GET /users]}, {name: c, operations: [GET /me]}]",
    );
    let lines = compare(&old, &new).lines().join("\n");
    assert!(
        lines.contains("`c`: the app came") && lines.contains("`a`: the app went"),
        "{lines}"
    );
    assert!(!lines.contains("`b`"), "{lines}");
    // One app each: a new name is no new app.
    let old = lock(&catalog, "app: {name: a}\noperations: [GET /me]");
    let new = lock(&catalog, "app: {name: b}\noperations: [GET /me]");
    assert!(compare(&old, &new).is_empty());
}

#[test]
fn a_permission_within_a_held_one_is_no_new_access() {
    let old = "access: delegated\noperations: ['PATCH /me/messages/{id}']";
    let new = "access: delegated\noperations: [GET /me/messages]";
    let narrower = difference(old, new);
    assert_eq!(narrower.verdict, Verdict::NoNewAccess);
    assert_eq!(narrower.apps[0].contained[0].within, "Mail.ReadWrite");
    assert_eq!(narrower.apps[0].gone[0].name, "Mail.ReadWrite");
    assert_eq!(narrower.apps[0].gone[0].kept_by, None);
    let wider = difference(new, old);
    assert_eq!(wider.verdict, Verdict::NewAccess);
    assert!(wider.apps[0].gone[0].kept_by.is_some());
    let opens = &wider.apps[0].new[0].opens;
    assert!(opens.writes > 0 && opens.examples.len() <= access::EXAMPLES);
    assert!(opens.examples.iter().all(|example| !example.is_empty()));
}

/// What is opened is really opened by the new permission, and by nothing that was held.
#[test]
fn counterexamples_are_true() {
    let catalog = catalog();
    let told = difference(
        "access: application\noperations: ['GET /users/{id}/messages']",
        "access: application\noperations: ['GET /users/{id}/messages', 'POST /users/{id}/messages']",
    );
    let new = &told.apps[0].new[0];
    assert_eq!(new.name, "Mail.ReadWrite");
    let scheme = crate::catalog::model::Scheme::Application;
    let texts = |name: &str| -> BTreeSet<String> {
        let id = catalog.find_permission(name).unwrap();
        let opens = catalog.opens(id, scheme).all();
        opens
            .into_iter()
            .map(|id| catalog.operation_text(id))
            .collect()
    };
    let (wide, held) = (texts("Mail.ReadWrite"), texts("Mail.ReadBasic.All"));
    assert!(!new.opens.examples.is_empty());
    for example in &new.opens.examples {
        assert!(
            wide.contains(example) && !held.contains(example),
            "{example}"
        );
    }
}

#[test]
fn the_same_permission_under_the_other_access_is_new() {
    let told = difference(
        "access: delegated\noperations: [GET /users]",
        "access: application\noperations: [GET /users]",
    );
    assert_eq!(told.verdict, Verdict::NewAccess);
    assert_eq!(told.apps[0].new[0].access, Access::Application);
}

#[test]
fn an_unknown_operation_leaves_it_undecided() {
    let old = "operations: [GET /me]";
    let new = "operations: [GET /me, GET /nothing/like/this]";
    let told = difference(old, new);
    assert_eq!(told.verdict, Verdict::Undecided);
    assert_eq!(told.apps[0].unknown, ["GET /nothing/like/this"]);
    // It was there before: nothing came.
    assert_eq!(difference(new, new).verdict, Verdict::NoNewAccess);
}

#[test]
fn a_name_that_the_catalog_lacks_is_new_access() {
    let catalog = catalog();
    let old = lock(&catalog, "access: delegated\noperations: [GET /me]");
    let mut new = old.clone();
    new.apps[0].delegated.permissions[0].name = "No.Such".to_owned();
    let told = new_access(&catalog, &old, &new);
    assert_eq!(told.verdict, Verdict::NewAccess);
    assert!(!told.apps[0].new[0].is_known);
}

#[test]
fn a_route_is_new_for_what_nothing_served_before() {
    let operations = "operations: [{request: 'GET /users/{id}/messages', access: application}]";
    let route = "routes: [{via: exchange-rbac, operations: ['GET /users/{id}/messages']}]\n";
    let none = "operations: [GET /me]";
    let with = format!("{route}{operations}");
    let told = difference(none, &with);
    assert_eq!(told.verdict, Verdict::NewAccess, "{told:?}");
    assert_eq!(told.apps[0].routes[0].via, "exchange-rbac");
    // From a tenant-wide grant to a route: less than before.
    let told = difference(operations, &with);
    assert_eq!(told.verdict, Verdict::NoNewAccess, "{told:?}");
    let told = difference(&with, operations);
    assert_eq!(told.verdict, Verdict::NewAccess, "{told:?}");
}

#[test]
fn scopes_of_signing_in_are_told_and_open_nothing() {
    let told = difference(
        "access: delegated\noperations: [GET /me]",
        "access: delegated\nsignIn: [openid, offline_access]\noperations: [GET /me]",
    );
    assert_eq!(told.verdict, Verdict::NoNewAccess);
    assert_eq!(told.apps[0].sign_in, ["offline_access", "openid"]);
}

/// Lists as long as a file may hold: nothing looks through one list for each entry of another.
#[test]
fn long_lists_are_compared() {
    let catalog = catalog();
    let old = lock(&catalog, "operations: [GET /me]");
    let mut new = old.clone();
    let app = new.apps[0].clone();
    let (permission, operation) = (&app.delegated.permissions[0], &app.operations[0]);
    for number in 0..10_000 {
        let mut permission = permission.clone();
        permission.name = format!("No.Such{number}");
        let mut operation = operation.clone();
        operation.request = format!("GET /me/{number}");
        operation.delegated.chosen = Some(vec![permission.name.clone()]);
        new.apps[0].delegated.permissions.push(permission);
        new.apps[0].operations.push(operation);
        let name = Some(format!("app {number}"));
        new.apps.push(LockedApp {
            name,
            ..LockedApp::default()
        });
    }
    let told = new_access(&catalog, &old, &new);
    assert_eq!(told.apps[0].new.len(), 10_000);
    assert_eq!(
        new_access(&catalog, &new, &new).verdict,
        Verdict::NoNewAccess
    );
    assert_eq!(compare(&old, &new).apps.len(), 10_001);
}

#[test]
fn the_spelling_of_a_name_does_not_matter() {
    let catalog = catalog();
    let old = lock(&catalog, "access: delegated\noperations: [GET /me]");
    let mut new = old.clone();
    new.apps[0].delegated.permissions[0].name = "user.read".to_owned();
    assert_eq!(
        new_access(&catalog, &old, &new).verdict,
        Verdict::NoNewAccess
    );
}
