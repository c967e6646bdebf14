use std::fmt::Write;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::catalog::bundled;
use crate::catalog::view::Catalog;
use crate::source::{Position, Source, Span, Spanned};

/// The kinds that are JSON.
const JSON: [Kind; 7] = [
    Kind::GraphApplication,
    Kind::LegacyManifest,
    Kind::AgentsToolkit,
    Kind::TeamsApp,
    Kind::SharePointFramework,
    Kind::TerraformPlan,
    Kind::ArmTemplate,
];

/// The index is the same for all tests, and making it takes longer than most of them.
pub(super) fn ids() -> &'static Ids<'static> {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| bundled::open().unwrap());
    static IDS: LazyLock<Ids<'static>> = LazyLock::new(|| Ids::new(&CATALOG));
    &IDS
}

/// The examples, each with its kind.
const EXAMPLES: [(&str, Kind); 7] = [
    (
        "graph-application/hr-onboarding.json",
        Kind::GraphApplication,
    ),
    ("legacy-manifest/time-sheets.json", Kind::LegacyManifest),
    ("agents-toolkit/aad.manifest.json", Kind::AgentsToolkit),
    ("teams-app/manifest.json", Kind::TeamsApp),
    ("spfx/package-solution.json", Kind::SharePointFramework),
    ("terraform-plan/plan.json", Kind::TerraformPlan),
    ("arm-template/main.json", Kind::ArmTemplate),
];

fn example(name: &str) -> Source {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/app-manifests");
    Source::new(name, std::fs::read_to_string(folder.join(name)).unwrap())
}

#[track_caller]
fn document(kind: Kind, text: &str) -> Document {
    read(ids(), &Source::new("t.json", text), kind).unwrap()
}

/// What a document says, a line for each thing, with its place.
fn told(document: &Document) -> String {
    let at = |span: Span| document.source.position(span.start);
    let mut out = String::new();
    for found in &document.registrations {
        told_registration(found, &at, &mut out);
    }
    for undecided in &document.undecided {
        writeln!(out, "{} undecided: {}", at(undecided.span), undecided.what).unwrap();
    }
    for comment in &document.comments {
        writeln!(out, "{} comment:{}", at(comment.span), comment.text).unwrap();
    }
    for fault in &document.faults {
        let (place, kind) = (at(fault.span), fault.kind);
        writeln!(out, "{place} {kind:?}: {}; {}", fault.message, fault.help).unwrap();
    }
    out
}

type At<'a> = &'a dyn Fn(Span) -> Position;

fn text(spanned: Option<&Spanned<String>>) -> &str {
    spanned.map_or("-", |found| found.value.as_str())
}

fn told_registration(found: &Registration, at: At<'_>, out: &mut String) {
    let audience = found.audience.as_ref();
    let audience = audience.map_or("-", |found| found.value.name());
    let (name, id) = (text(found.name.as_ref()), text(found.client_id.as_ref()));
    writeln!(out, "{} {name} | {id} | {audience}", at(found.span)).unwrap();
    for resource in &found.resources {
        let id = resource.app_id.as_deref().unwrap_or("?");
        let (written, count) = (&resource.written.value, resource.permissions);
        let place = at(resource.span);
        writeln!(out, "  {place} resource {written} = {id}, {count}").unwrap();
    }
    for entry in &found.entries {
        told_entry(entry, at, out);
    }
    for redirect in &found.redirects {
        let (place, kind) = (at(redirect.uri.span), redirect.kind);
        writeln!(out, "  {place} {kind:?} {}", redirect.uri.value).unwrap();
    }
    for credential in &found.credentials {
        let secret = credential.secret.map(at);
        let secret = secret.map_or(String::new(), |place| format!(" secret at {place}"));
        let dates = [&credential.start, &credential.end].map(|date| text(date.as_ref()));
        let (place, kind) = (at(credential.span), credential.kind);
        writeln!(out, "  {place} {kind:?} {}{secret}", dates.join(" ")).unwrap();
    }
    for (word, span) in [
        ("implicit access tokens", found.implicit_access_tokens),
        ("implicit id tokens", found.implicit_id_tokens),
        ("public client", found.public_client),
    ] {
        if let Some(span) = span {
            writeln!(out, "  {} {word}", at(span)).unwrap();
        }
    }
    for undecided in &found.undecided {
        writeln!(
            out,
            "  {} undecided: {}",
            at(undecided.span),
            undecided.what
        )
        .unwrap();
    }
}

fn told_entry(entry: &Entry, at: At<'_>, out: &mut String) {
    let name = |permission| ids().catalog().name(permission);
    let known = match &entry.known {
        Known::Permission(permission) => name(*permission).to_owned(),
        Known::WrongType {
            permission,
            belongs_to,
        } => format!("{} is {belongs_to}", name(*permission)),
        Known::Unknown { nearest } => format!("? {}", nearest.join(", ")),
        other => format!("{other:?}"),
    };
    let access = entry.access.as_ref();
    let access = access.map_or("-", |access| access.value.name());
    let bad = entry.bad_type.as_ref();
    let bad = bad.map_or(String::new(), |bad| format!(" not a type: {}", bad.value));
    let (place, key, role) = (at(entry.span), at(entry.key.span), entry.role);
    writeln!(out, "  {place}-{key} {role:?} {access} {known}{bad}").unwrap();
}

#[test]
fn examples_are_read_with_places() {
    let ids = ids();
    for (name, kind) in EXAMPLES {
        let source = example(name);
        assert_eq!(detect(name, &source), Some(kind), "{name}");
        let document = read(ids, &source, kind).unwrap();
        let snapshot = format!("example_{}", kind.name());
        insta::assert_snapshot!(snapshot, told(&document));
    }
}

#[test]
fn a_file_may_hold_several_applications() {
    let one = r#"{"displayName": "One", "requiredResourceAccess": []}"#;
    for text in [
        format!("[{one}, {one}]"),
        format!("{{\"@odata.context\": \"x\", \"value\": [{one}, {one}]}}"),
    ] {
        let document = document(Kind::GraphApplication, &text);
        assert_eq!(document.registrations.len(), 2);
        assert_eq!(document.faults, []);
        for found in &document.registrations {
            assert_eq!(document.source.slice(found.span), one);
        }
    }
}

#[test]
fn required_access_alone_is_a_registration() {
    let text = r#"[{"resourceAppId": "00000003-0000-0000-c000-000000000000",
        "resourceAccess": [{"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"}]}]"#;
    let document = document(Kind::GraphApplication, text);
    assert_eq!(document.registrations[0].entries.len(), 1);
    assert_eq!(document.faults, []);
}

#[test]
fn what_is_wrong_with_the_shape_is_told_with_its_place() {
    let text = r#"{
  "displayName": 5,
  "appId": "not-a-guid",
  "signInAudience": "Everyone",
  "isFallbackPublicClient": "yes",
  "displayName": "Twice",
  "requiredResourceAccess": [
    7,
    {"resourceAccess": {}},
    {"resourceAppId": "Microsoft Graph", "resourceAccess": [
      {"type": "Scope"},
      {"id": "User.Read", "type": "Scope"},
      {"id": "Useer.Read", "type": "Scope"},
      {"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d"},
      {"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Role"},
      {"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "scope"},
      {"id": "e1fe6dd8-ba31-4d61-89e7-88639da46831", "type": "Scope"},
      {"id": true, "type": 1}
    ]},
    {"resourceAppId": "00000003-0000-0000-c000-000000000000"}
  ],
  "web": {"redirectUris": ["https://a.example", 5]}, // a comment
  "passwordCredentials": [null,],
}"#;
    insta::assert_snapshot!(told(&document(Kind::GraphApplication, text)));
}

#[test]
fn teams_apps_have_old_and_new_lists() {
    let text = r#"{"manifestVersion": "1.10", "name": "Old", "webApplicationInfo": {
  "id": "b7e6d5c4-3a29-4180-9f0e-1d2c3b4a5968", "resource": "",
  "applicationPermissions": ["TeamSettings.Read.Group", "TeamSetings.Read.Group", "User.Read"]}}"#;
    insta::assert_snapshot!(told(&document(Kind::TeamsApp, text)), @r"
    1:1 Old | b7e6d5c4-3a29-4180-9f0e-1d2c3b4a5968 | -
      3:30-3:30 ResourceSpecific application TeamSettings.Read.Group
      3:57-3:57 ResourceSpecific application ? TeamSettings.Read.Group
      3:83-3:83 ResourceSpecific application ? User.Read
    1:66 Shape: `webApplicationInfo.resource` is missing or empty; write any text, such as the application id URI: without it the permissions are ignored
    ");
    let many = vec![r#"{"name": "TeamSettings.Read.Group", "type": "Delegated"}"#; 17].join(",");
    let text = format!(
        r#"{{"manifestVersion": "1.19", "authorization": {{"permissions": {{"resourceSpecific": [{many}]}}}}}}"#
    );
    let document = document(Kind::TeamsApp, &text);
    assert_eq!(document.registrations[0].entries.len(), 17);
    let messages: Vec<_> = document
        .faults
        .iter()
        .map(|fault| fault.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "`webApplicationInfo` is missing",
            "a Teams app may list at most 16 permissions, and this is one more"
        ]
    );
}

#[test]
fn secrets_are_placed_and_never_shown() {
    for (kind, text) in [
        (
            Kind::GraphApplication,
            r#"{"displayName": "x", "description": "uses s3cr3t~Value1 for now",
            "passwordCredentials": [{"secretText": "s3cr3t~Value1", "endDateTime": "2027-01-01"}]} // s3cr3t~Value1"#,
        ),
        (
            Kind::LegacyManifest,
            r#"{"name": "x", "passwordCredentials": [{"value": "s3cr3t~Value1"}]}"#,
        ),
        (
            Kind::LegacyManifest,
            r#"{"name": "x", "keyCredentials": [{"type": "Symmetric", "value": "s3cr3t~Value1"}]}"#,
        ),
        (
            Kind::TerraformPlan,
            r#"{"format_version": "1.0", "values": {"root_module": {"resources": [
            {"address": "azuread_application_password.a", "mode": "managed", "type": "azuread_application_password",
             "values": {"value": "s3cr3t~Value1"}, "sensitive_values": {"value": true}},
            {"address": "azuread_application.a", "mode": "managed", "type": "azuread_application",
             "values": {"password": [{"value": "s3cr3t~Value1"}]}, "sensitive_values": {}}]}}}"#,
        ),
    ] {
        let document = document(kind, text);
        assert!(
            !document.source.text().contains("s3cr3t"),
            "{}",
            document.source.text()
        );
        assert_eq!(document.source.text().len(), text.len());
        let credentials = document
            .registrations
            .iter()
            .flat_map(|found| &found.credentials);
        let secrets: Vec<_> = credentials.filter_map(|found| found.secret).collect();
        assert_eq!(secrets.len(), 1, "{text}");
        assert_eq!(
            text.get(secrets[0].start..secrets[0].end),
            Some("s3cr3t~Value1")
        );
        assert!(!format!("{document:?}").contains("s3cr3t"));
        crate::source::json::parse(&document.source).expect("still JSON");
    }
}

#[test]
fn what_is_no_secret_is_shown() {
    let text = r#"{"displayName": "x", "passwordCredentials": [{"secretText": null}, {"secretText": ""},
        {"secretText": "${{SECRET}}"}], "keyCredentials": [{"type": "AsymmetricX509Cert", "key": "MIIC"}]}"#;
    let document = document(Kind::GraphApplication, text);
    assert_eq!(document.source.text(), text);
    assert_eq!(document.registrations[0].credentials.len(), 4);
}

#[test]
fn broken_files_lose_their_secrets_too() {
    let source = Source::new(
        "t.json",
        "{\"passwordCredentials\": [{\n  \"secretText\": \"s3cr3t~Value1\",",
    );
    let error = read(ids(), &source, Kind::GraphApplication).unwrap_err();
    assert!(
        !error.file.text().contains("s3cr3t"),
        "{}",
        error.file.text()
    );
    assert!(!format!("{error:?}").contains("s3cr3t"));
}

#[test]
fn sensitive_parts_of_a_plan_are_hidden() {
    let text = r#"{"format_version": "1.2", "planned_values": {"outputs": {"o": {"sensitive": true, "value": ["hidden-1"]}},
        "root_module": {"resources": [{"address": "x", "type": "other", "values": {"a": [{"b": "hidden-2"}], "c": "shown-1"},
        "sensitive_values": {"a": [{"b": true}]}}]}},
        "variables": {"v": {"value": "hidden-3"}, "w": {"value": "shown-2"}, "db_password": {"value": "hidden-4"}},
        "resource_changes": [{"change": {"after": {"k": "hidden-5"}, "after_sensitive": {"k": true}}}],
        "configuration": {"root_module": {"variables": {"v": {"sensitive": true}, "w": {}, "db_password": {}}}}}"#;
    let shown = document(Kind::TerraformPlan, text).source;
    assert!(!shown.text().contains("hidden"), "{}", shown.text());
    assert!(shown.text().contains("shown-1") && shown.text().contains("shown-2"));
}

#[test]
fn a_state_ties_blocks_by_their_values() {
    let text = r#"{"format_version": "1.0", "values": {"root_module": {"resources": [
 {"address": "azuread_application.a", "mode": "managed", "type": "azuread_application", "values":
  {"display_name": "A", "client_id": "aaaaaaaa-0000-4000-8000-000000000001", "id": "/applications/1", "object_id": "1"}},
 {"address": "azuread_service_principal.a", "mode": "managed", "type": "azuread_service_principal", "values":
  {"client_id": "aaaaaaaa-0000-4000-8000-000000000001", "object_id": "2"}},
 {"address": "data.azuread_service_principal.g", "mode": "data", "type": "azuread_service_principal", "values":
  {"client_id": "00000003-0000-0000-c000-000000000000", "object_id": "3"}},
 {"address": "azuread_app_role_assignment.a", "mode": "managed", "type": "azuread_app_role_assignment", "values":
  {"principal_object_id": "2", "resource_object_id": "3", "app_role_id": "810c84a8-4a9e-49e6-bf7d-12d183f40d01"}},
 {"address": "azuread_app_role_assignment.b", "mode": "managed", "type": "azuread_app_role_assignment", "values":
  {"principal_object_id": "9", "resource_object_id": "8", "app_role_id": "810c84a8-4a9e-49e6-bf7d-12d183f40d01"}},
 {"address": "azuread_application_api_access.a", "mode": "managed", "type": "azuread_application_api_access", "values":
  {"application_id": "/applications/1", "api_client_id": "00000003-0000-0000-c000-000000000000",
   "scope_ids": ["e1fe6dd8-ba31-4d61-89e7-88639da4683d"], "role_ids": null}},
 {"address": "azuread_application_redirect_uris.a", "mode": "managed", "type": "azuread_application_redirect_uris", "values":
  {"application_id": "/applications/1", "type": "SPA", "redirect_uris": ["https://a.example"]}}
]}}}"#;
    insta::assert_snapshot!(told(&document(Kind::TerraformPlan, text)));
}

#[test]
fn instances_that_a_reference_cannot_tell_apart_stay_undecided() {
    let app = |index: usize| {
        format!(
            r#"{{"address": "azuread_application.a[{index}]", "mode": "managed", "type": "azuread_application", "values": {{"display_name": "A{index}"}}}}"#
        )
    };
    let text = format!(
        r#"{{"format_version": "1.2", "planned_values": {{"root_module": {{"resources": [{}, {},
        {{"address": "azuread_application_api_access.x", "mode": "managed", "type": "azuread_application_api_access",
          "values": {{"api_client_id": "00000003-0000-0000-c000-000000000000", "scope_ids": ["e1fe6dd8-ba31-4d61-89e7-88639da4683d"]}}}}]}}}},
        "configuration": {{"root_module": {{"resources": [{{"address": "azuread_application_api_access.x",
          "expressions": {{"application_id": {{"references": ["azuread_application.a"]}}}}}}]}}}}}}"#,
        app(0),
        app(1)
    );
    let document = document(Kind::TerraformPlan, &text);
    assert_eq!(document.registrations.len(), 3);
    assert!(
        document.registrations[..2]
            .iter()
            .all(|found| found.entries.is_empty())
    );
    assert_eq!(document.registrations[2].undecided.len(), 1);
}

#[test]
fn modules_of_bicep_are_read_with_their_own_variables() {
    let text = r#"{"contentVersion": "1", "variables": {"id": "outer"}, "resources": {"m": {
  "type": "Microsoft.Resources/deployments", "properties": {"template": {
    "variables": {"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "access": [{"id": "[variables('id')]", "type": "Scope"}]},
    "resources": {"a": {"type": "Microsoft.Graph/applications@v1.0", "condition": "[parameters('x')]", "properties": {
      "displayName": "[parameters('name')]",
      "requiredResourceAccess": [{"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": "[variables('access')]"},
        {"resourceAppId": "[parameters('api')]", "resourceAccess": [{"id": "[guid('x')]", "type": "Role"}]}]}}}}}}}}"#;
    insta::assert_snapshot!(told(&document(Kind::ArmTemplate, text)));
}

#[test]
fn variables_that_name_each_other_end() {
    let text = r#"{"variables": {"a": "[variables('b')]", "b": ["[variables('a')]", "[variables('a')]"]},
        "resources": {"x": {"type": "Microsoft.Graph/applications@v1.0", "properties": {"requiredResourceAccess": "[variables('a')]"}}}}"#;
    assert!(!document(Kind::ArmTemplate, text).faults.is_empty());
}

#[test]
fn every_cut_of_every_example_is_an_error_with_a_place() {
    let ids = ids();
    for (name, kind) in EXAMPLES {
        let whole = example(name);
        let text = whole.text();
        let end = text.trim_end().len();
        // Each byte counts; what follows on the parser is the same for all of them, and a plan is long.
        let step = end.div_ceil(3_000);
        for cut in (0..end).filter(|cut| text.is_char_boundary(*cut)) {
            let source = Source::new(name, text.get(..cut).unwrap());
            let error = crate::source::json::parse(&source).expect_err("cut");
            assert!(error.span.end <= cut && error.span.start <= error.span.end);
            assert!(!error.message.is_empty() && !error.help.is_empty());
            if cut % step == 0 {
                let told = read(ids, &source, kind).expect_err("cut");
                assert_eq!((told.span, told.message), (error.span, error.message));
            }
        }
    }
}

/// Pieces that files of these kinds are made of, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "null",
        "true",
        "1",
        "\"\"",
        "\"a\"",
        "// c\n",
        "/* c */",
        "\n",
        " ",
        "\"requiredResourceAccess\":",
        "\"resourceAppId\":",
        "\"resourceAccess\":",
        "\"id\":",
        "\"type\":",
        "\"00000003-0000-0000-c000-000000000000\"",
        "\"Scope\"",
        "\"${{X}}\"",
        "\"[variables('a')]\"",
        "\"resources\":",
        "\"variables\":",
        "\"properties\":",
        "\"passwordCredentials\":",
        "\"value\":",
        "\"planned_values\":",
        "\"root_module\":",
        "\"values\":",
        "\"solution\":",
        "\"webApiPermissionRequests\":",
        "\"authorization\":",
        "\"permissions\":",
        "\"resourceSpecific\":",
        "\"name\":",
        "\"web\":",
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in prop_oneof![pieces(), ".{0,60}"]) {
        let ids = ids();
        let source = Source::new("t.json", text);
        detect("t.json", &source);
        for kind in JSON {
            match read(ids, &source, kind) {
                Ok(document) => {
                    for fault in &document.faults {
                        prop_assert!(fault.span.end <= source.text().len());
                    }
                    let catalog = ids.catalog();
                    for (index, found) in document.registrations.iter().enumerate() {
                        for entry in 0..found.entries.len() {
                            edit::remove(&document, index, entry);
                        }
                        let permission = catalog.find_permission("User.Read").unwrap();
                        edit::add(catalog, &document, index, permission, crate::catalog::model::Access::Delegated);
                    }
                }
                Err(error) => prop_assert!(error.span.end <= source.text().len()),
            }
        }
    }

    #[test]
    fn no_change_of_an_example_makes_a_reader_panic(
        which in 0..EXAMPLES.len(),
        at in any::<prop::sample::Index>(),
        piece in prop::sample::select(vec!["", "null", "[]", "{}", "5", "\"x\"", ",", "}", "]", "\\", "\u{feff}"]),
        taken in 0usize..40,
    ) {
        let ids = ids();
        let (name, kind) = EXAMPLES[which];
        let whole = example(name);
        let text = whole.text();
        let start = text.floor_char_boundary(at.index(text.len()));
        let end = text.floor_char_boundary((start + taken).min(text.len()));
        let (before, _) = text.split_at(start);
        let (_, after) = text.split_at(end);
        let source = Source::new(name, format!("{before}{piece}{after}"));
        for kind in [kind, JSON[which]] {
            let _ = read(ids, &source, kind);
        }
    }
}
