//! The comparison on the bundled catalog.

use super::{Coverage, HeldState, NeededState, Served, cover};
use crate::catalog::Catalog;
use crate::catalog::bundled;
use crate::catalog::model::{Access, PermissionId};
use crate::manifest::read::from_source;
use crate::plan::{self, Options};
use crate::requirement::requirements;
use crate::source::Source;

fn compare(catalog: &Catalog, text: &str, access: Access, held: &[&str]) -> Coverage {
    let reading = from_source(&Source::new("m", text), &|_| Ok(()));
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    let manifest = reading.manifest;
    let app = &manifest.apps[0];
    let requirements = requirements(catalog, app, &manifest.source);
    let plan = plan::plan(catalog, app, requirements, &Options::default()).unwrap();
    let ids: Vec<PermissionId> = held
        .iter()
        .map(|name| catalog.find_permission(name).unwrap())
        .collect();
    cover(catalog, app, &plan, access, &ids)
}

#[track_caller]
fn state<'c>(catalog: &Catalog, coverage: &'c Coverage, name: &str) -> &'c HeldState {
    let id = catalog.find_permission(name).unwrap();
    coverage.state_of(id).unwrap()
}

const READ_MAIL: &str = "access: [delegated]\noperations:\n  - GET /me/messages\n";

#[test]
fn what_the_plan_chose_is_planned_and_the_rest_is_excess() {
    let catalog = bundled::open().unwrap();
    let plan = [
        "Mail.Read",
        "Files.Read.All",
        "User.Read",
        "openid",
        "Mail.ReadBasic",
    ];
    let text = "access: [delegated]\noperations:\n  - {request: GET /me/messages, select: [subject, body]}\n";
    let coverage = compare(&catalog, text, Access::Delegated, &plan);
    let told = |name| state(&catalog, &coverage, name).clone();
    assert_eq!(
        told("Files.Read.All"),
        HeldState::Excess { opens_known: true }
    );
    assert_eq!(told("User.Read"), HeldState::SignIn);
    assert_eq!(told("openid"), HeldState::SignIn);
    assert!(
        coverage
            .needed
            .iter()
            .all(|needed| needed.state == NeededState::Held)
    );
}

#[test]
fn nothing_held_is_missing() {
    let catalog = bundled::open().unwrap();
    let coverage = compare(&catalog, READ_MAIL, Access::Delegated, &[]);
    assert!(matches!(coverage.operations[0], Served::Missing { .. }));
    assert!(matches!(
        &coverage.needed[0].state,
        NeededState::Missing { operations } if operations == &[0]
    ));
}

#[test]
fn a_broader_permission_serves_and_is_told() {
    let catalog = bundled::open().unwrap();
    let text = "access: [application]\noperations:\n  - {request: 'GET /users/{id}/messages', select: [body]}\n";
    let coverage = compare(&catalog, text, Access::Application, &["Mail.ReadWrite"]);
    match state(&catalog, &coverage, "Mail.ReadWrite") {
        HeldState::Serves { broader_than, .. } => assert!(!broader_than.is_empty()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn while_an_operation_is_unknown_nothing_is_excess() {
    let catalog = bundled::open().unwrap();
    let text = format!("{READ_MAIL}  - GET /me/no/such/thing\n");
    let coverage = compare(&catalog, &text, Access::Delegated, &["Files.Read.All"]);
    assert_eq!(
        state(&catalog, &coverage, "Files.Read.All"),
        &HeldState::InDoubt { because: vec![1] }
    );
    assert!(coverage.is_in_doubt());
}
