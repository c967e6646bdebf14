//! The JSON Schema of the manifest: fresh, valid, and in step with the reader.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::{env, fs};

use graphgrant::manifest::read::from_source;
use graphgrant::manifest::{init, schema};
use graphgrant::source::Source;
use serde_json::Value;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/manifest.schema.json");

const POLICY_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/policy.schema.json");

#[test]
fn the_committed_schemas_are_fresh() {
    for (path, fresh) in [(PATH, schema::json()), (POLICY_PATH, schema::policy_json())] {
        if env::var_os("GRAPHGRANT_UPDATE").is_some_and(|value| value == "1") {
            fs::write(path, &fresh).unwrap();
        }
        let committed = fs::read_to_string(path).unwrap().replace("\r\n", "\n");
        assert!(
            committed == fresh,
            "{path} is stale: run the tests with GRAPHGRANT_UPDATE=1"
        );
    }
}

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&schema::json()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn mistakes(text: &str) -> Vec<String> {
    let reading = from_source(&Source::new("graphgrant.yaml", text), &|_| Ok(()));
    reading.errors.iter().map(ToString::to_string).collect()
}

const FULL: &str = r"
app:
  name: Contoso mail add-in
  clientId: 00000000-0000-0000-0000-000000000000
  tenant: contoso.onmicrosoft.com
  audience: AzureADandPersonalMicrosoftAccount
  cloud: usgov
access: [delegated, application]
profiles:
  bare:
  calendar: {reason: only when switched on}
permissions:
  - SMTP.Send
  - {name: IMAP.AccessAsUser.All, access: both, reason: legacy}
signIn: [openid, profile, email, offline_access]
routes:
  - {via: exchange-rbac, operations: ['GET /users/{id}/messages'], reason: one mailbox}
declared: ./app.json
operations:
  - get /me
  - request: PATCH /users/{id}
    access: application
    reason: disable leavers
    target: any
    select: id, displayName
    expand: [manager]
    search: false
    entityTypes: [message]
    resource: /me/messages
    properties: []
    profile: bare
  - request: POST /$batch
    batch: [GET https://graph.microsoft.com/v1.0/me, {request: GET /me/events, select: []}]
";

const POLICY: &str = "
operations: []
policy:
  extends: ../team.yaml
  access: [delegated]
  allow: [User.Read, {permission: Mail.*, access: both, reason: mail}]
  deny: ['*.All', {tier: 0}, {level: 4, access: application, reason: never}]
  requireReason: [operations, permissions, routes]
  credentialDays: 180
  failOn: 'off'
  severities: {excess-permission: error, GG012: 'off'}
  suppressions:
    - {rule: x, subject: y, path: 'apps/*', reason: r, owner: o, until: '2027-01-31'}
";

const SEVERAL: &str = "
policy: {deny: [{tier: 0}]}
apps:
  - name: one
    operations: [GET /me]
  - app: {name: two}
    access: delegated
    operations: []
";

#[test]
fn good_manifests_please_schema_and_reader() {
    let validator = validator();
    for text in [FULL, SEVERAL, POLICY, init::STARTER, "operations: []"] {
        let value: Value = serde_yaml::from_str(text).unwrap();
        let refused: Vec<_> = validator
            .iter_errors(&value)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert!(refused.is_empty(), "{text}\n{refused:?}");
        assert!(mistakes(text).is_empty(), "{text}\n{:?}", mistakes(text));
    }
}

#[track_caller]
fn case(validator: &jsonschema::Validator, text: &str) {
    let value: Value = serde_yaml::from_str(text).unwrap();
    assert!(!validator.is_valid(&value), "the schema takes {text}");
    assert!(!mistakes(text).is_empty(), "the reader takes {text}");
}

#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    let validator = validator();
    for text in [
        "{}",
        "access: both",
        "[GET /me]",
        "operations:",
        "operations: GET /me",
        "operations: [Mail.Read]",
        "operations: [GET me]",
        "operations: [FETCH /me]",
        "operations: [GET]",
        "operations: [1]",
        "operations: [{}]",
        "operations: [{select: [id]}]",
    ] {
        case(&validator, text);
    }
    for fragment in [
        "x: 1",
        "name: x",
        "apps: []",
        "app: x",
        "app:",
        "app: {name: ''}",
        "app: {name: 1}",
        "app: {name: }",
        "app: {clientId: x}",
        "app: {clientSecret: x}",
        "app: {audience: AllOrgs}",
        "app: {cloud: Global}",
        "app: {access: both}",
        "access: app",
        "access: []",
        "access: Delegated",
        "access:",
        "profiles: [x]",
        "profiles: {x: y}",
        "profiles: {x: {why: y}}",
        "permissions: SMTP.Send",
        "permissions: [{access: both}]",
        "permissions: [1]",
        "signIn: User.Read",
        "routes: [{via: sites-selected}]",
        "routes: [{via: x, operations: ['GET /x']}]",
        "routes: [{via: rsc, operations: []}]",
        "routes: [{via: rsc, operations: [{request: GET /x}]}]",
        "declared: 1",
        "declared: {a: b}",
        "policy: x",
        "policy: {denied: []}",
        "policy: {allow: User.Read}",
        "policy: {allow: [{permission: x, tier: 0}]}",
        "policy: {deny: [{access: both}]}",
        "policy: {deny: [{tier: 3}]}",
        "policy: {deny: [{level: 0}]}",
        "policy: {requireReason: [apps]}",
        "policy: {credentialDays: 0}",
        "policy: {failOn: fatal}",
        "policy: {severities: [x]}",
        "policy: {severities: {x: high}}",
        "policy: {suppressions: [{rule: x, reason: r, owner: o, until: '2027-01-31'}]}",
        "policy: {suppressions: [{rule: x, subject: y, owner: o, until: '2027-01-31'}]}",
        "policy: {suppressions: [{rule: x, subject: y, reason: r, owner: o, until: soon}]}",
    ] {
        case(&validator, &format!("operations: []\n{fragment}"));
    }
}

#[test]
fn what_the_schema_refuses_deeper_down_the_reader_refuses() {
    let validator = validator();
    for detail in [
        "acess: both",
        "target: own",
        "search: yes",
        "select: 1",
        "select: [1]",
        "select: ''",
        "reason: ''",
        "batch: [POST]",
        "profile: 1",
        "resource: []",
    ] {
        case(
            &validator,
            &format!("operations: [{{request: POST /$batch, {detail}}}]"),
        );
    }
    for apps in [
        "[]",
        "x",
        "[{operations: []}]",
        "[{name: a}]",
        "[{name: a, operations: [], x: 1}]",
        "[{name: a, operations: []}]\noperations: []",
        "[{name: a, operations: []}]\naccess: both",
    ] {
        case(&validator, &format!("apps: {apps}"));
    }
    let long = "GET /me, ".repeat(21);
    case(
        &validator,
        &format!("operations: [{{request: POST /$batch, batch: [{long}]}}]"),
    );
}
