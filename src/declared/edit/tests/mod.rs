mod laws;

use super::*;
use crate::declared::tests::ids;
use crate::declared::{Entry, GRAPH, read};
use crate::source::{Source, Span};

const DELEGATED: Access = Access::Delegated;
const APPLICATION: Access = Access::Application;

fn document(kind: Kind, text: &str) -> Document {
    read(ids(), &Source::new("t.json", text), kind).unwrap()
}

/// Applies edits as they promise to be: sorted, apart, within the text.
fn applied(text: &str, edits: &[Edit]) -> String {
    let mut changed = String::new();
    let mut at = 0;
    for edit in edits {
        assert!(edit.span.start >= at, "sorted and apart: {edits:?}");
        changed.push_str(text.get(at..edit.span.start).unwrap());
        changed.push_str(&edit.text);
        at = edit.span.end;
    }
    changed + text.get(at..).unwrap()
}

#[track_caller]
fn added(kind: Kind, text: &str, name: &str, access: Access) -> Option<String> {
    let catalog = ids().catalog();
    let document = document(kind, text);
    let permission = catalog.find_permission(name).unwrap();
    let edits = add(catalog, &document, 0, permission, access)?;
    let changed = applied(text, &edits);
    let after = self::document(kind, &changed);
    let before = document.registrations[0].entries.len();
    assert_eq!(
        after.registrations[0].entries.len(),
        before + 1,
        "{changed}"
    );
    let is_new = |entry: &Entry| {
        let typed = entry.access.as_ref().map(|access| access.value);
        entry.known == Known::Permission(permission) && typed == Some(access)
    };
    assert!(
        after.registrations[0].entries.iter().any(is_new),
        "{changed}"
    );
    Some(changed)
}

#[track_caller]
fn removed(kind: Kind, text: &str, entry: usize) -> String {
    let edits = remove(&document(kind, text), 0, entry).unwrap();
    let changed = applied(text, &edits);
    document(kind, &changed);
    changed
}

#[track_caller]
fn retyped(kind: Kind, text: &str, entry: usize, access: Access) -> Option<String> {
    let catalog = ids().catalog();
    let edits = retype(catalog, &document(kind, text), 0, entry, access)?;
    let changed = applied(text, &edits);
    let after = document(kind, &changed);
    let found = &after.registrations[0].entries[entry];
    assert_eq!(
        found.access.as_ref().map(|access| access.value),
        Some(access)
    );
    assert!(matches!(found.known, Known::Permission(_)), "{changed}");
    Some(changed)
}

const USER_READ: &str = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";
const MAIL_SEND: &str = "e383f46e-2787-4529-855e-0e479a3ffac0";

/// A registration with two permissions of Microsoft Graph and one of another resource.
fn registration() -> String {
    format!(
        r#"{{
    "displayName": "x",
    "requiredResourceAccess": [
        {{
            "resourceAppId": "{GRAPH}",
            "resourceAccess": [
                {{
                    "id": "{USER_READ}",
                    "type": "Scope"
                }},
                {{
                    "id": "{MAIL_SEND}",
                    "type": "Scope"
                }}
            ]
        }},
        {{
            "resourceAppId": "00000003-0000-0ff1-ce00-000000000000",
            "resourceAccess": [
                {{ "id": "678536fe-1083-478a-9c59-b99265e6b0d3", "type": "Role" }}
            ]
        }}
    ]
}}
"#
    )
}

#[test]
fn an_entry_is_added_as_its_neighbours_are_written() {
    let text = registration();
    let changed = added(Kind::GraphApplication, &text, "Mail.Read", APPLICATION).unwrap();
    let new = r#"
                },
                {
                    "id": "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
                    "type": "Role"
                }
            ]"#;
    assert!(changed.contains(new), "{changed}");
    let windows = text.replace('\n', "\r\n");
    let changed = added(Kind::GraphApplication, &windows, "Mail.Read", APPLICATION).unwrap();
    assert!(changed.contains(&new.replace('\n', "\r\n")), "{changed}");
    assert_eq!(
        changed.matches('\n').count(),
        changed.matches("\r\n").count()
    );
    let tabs = text.replace("    ", "\t");
    let changed = added(Kind::GraphApplication, &tabs, "Mail.Read", APPLICATION).unwrap();
    assert!(changed.contains(&new.replace("    ", "\t")), "{changed}");
}

#[test]
fn missing_lists_are_made() {
    let graph = |text: &str| added(Kind::GraphApplication, text, "User.Read", DELEGATED).unwrap();
    insta::assert_snapshot!(graph("{\n  \"displayName\": \"x\"\n}\n"), @r#"
    {
      "displayName": "x",
      "requiredResourceAccess": [
        {
          "resourceAppId": "00000003-0000-0000-c000-000000000000",
          "resourceAccess": [
            {
              "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
              "type": "Scope"
            }
          ]
        }
      ]
    }
    "#);
    insta::assert_snapshot!(graph("{\n  \"displayName\": \"x\",\n  \"requiredResourceAccess\": [],\n  \"web\": null\n}\n"), @r#"
    {
      "displayName": "x",
      "requiredResourceAccess": [
        {
          "resourceAppId": "00000003-0000-0000-c000-000000000000",
          "resourceAccess": [
            {
              "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
              "type": "Scope"
            }
          ]
        }
      ],
      "web": null
    }
    "#);
    insta::assert_snapshot!(
        graph("{\"displayName\":\"x\",\"requiredResourceAccess\":null}"),
        @r#"{"displayName":"x","requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Scope"}]}]}"#
    );
    insta::assert_snapshot!(
        graph("{ \"displayName\": \"x\" }"),
        @r#"{ "displayName": "x", "requiredResourceAccess": [{ "resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [{ "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope" }] }] }"#
    );
    let other = registration().replace(GRAPH, "aaaaaaaa-0000-4000-8000-000000000001");
    insta::assert_snapshot!(graph(&other), @r#"
    {
        "displayName": "x",
        "requiredResourceAccess": [
            {
                "resourceAppId": "aaaaaaaa-0000-4000-8000-000000000001",
                "resourceAccess": [
                    {
                        "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
                        "type": "Scope"
                    },
                    {
                        "id": "e383f46e-2787-4529-855e-0e479a3ffac0",
                        "type": "Scope"
                    }
                ]
            },
            {
                "resourceAppId": "00000003-0000-0ff1-ce00-000000000000",
                "resourceAccess": [
                    { "id": "678536fe-1083-478a-9c59-b99265e6b0d3", "type": "Role" }
                ]
            },
            {
                "resourceAppId": "00000003-0000-0000-c000-000000000000",
                "resourceAccess": [
                    { "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope" }
                ]
            }
        ]
    }
    "#);
}

#[test]
fn names_stay_names_and_comments_stay_with_their_lines() {
    let text = r#"{
  "displayName": "${{NAME}}",
  "requiredResourceAccess": [
    {
      "resourceAppId": "Microsoft Graph",
      "resourceAccess": [
        { "id": "User.Read", "type": "Scope" }, // who is signed in
        { "id": "Mail.Send", "type": "Scope" } // sends the notes
      ]
    }
  ]
}
"#;
    insta::assert_snapshot!(added(Kind::AgentsToolkit, text, "Chat.Read", DELEGATED).unwrap(), @r#"
    {
      "displayName": "${{NAME}}",
      "requiredResourceAccess": [
        {
          "resourceAppId": "Microsoft Graph",
          "resourceAccess": [
            { "id": "User.Read", "type": "Scope" }, // who is signed in
            { "id": "Mail.Send", "type": "Scope" }, // sends the notes
            { "id": "Chat.Read", "type": "Scope" }
          ]
        }
      ]
    }
    "#);
    insta::assert_snapshot!(removed(Kind::AgentsToolkit, text, 0), @r#"
    {
      "displayName": "${{NAME}}",
      "requiredResourceAccess": [
        {
          "resourceAppId": "Microsoft Graph",
          "resourceAccess": [
            // who is signed in
            { "id": "Mail.Send", "type": "Scope" } // sends the notes
          ]
        }
      ]
    }
    "#);
    insta::assert_snapshot!(removed(Kind::AgentsToolkit, text, 1), @r#"
    {
      "displayName": "${{NAME}}",
      "requiredResourceAccess": [
        {
          "resourceAppId": "Microsoft Graph",
          "resourceAccess": [
            { "id": "User.Read", "type": "Scope" } // who is signed in
            // sends the notes
          ]
        }
      ]
    }
    "#);
}

#[test]
fn an_entry_goes_with_its_line_and_a_resource_with_its_last_entry() {
    let text = registration();
    let first = removed(Kind::GraphApplication, &text, 0);
    let gone = format!(
        "\n                {{\n                    \"id\": \"{USER_READ}\",\n                    \"type\": \"Scope\"\n                }},"
    );
    assert_eq!(first, text.replace(&gone, ""));
    let last = removed(Kind::GraphApplication, &text, 2);
    let (before, _) = text
        .split_once(",\n        {\n            \"resourceAppId\": \"00000003-0000-0ff1")
        .unwrap();
    assert_eq!(last, format!("{before}\n    ]\n}}\n"));
    let both = removed(Kind::GraphApplication, &first, 0);
    assert!(!both.contains(GRAPH), "{both}");
    let none = removed(Kind::GraphApplication, &both, 0);
    assert_eq!(
        none,
        "{\n    \"displayName\": \"x\",\n    \"requiredResourceAccess\": []\n}\n"
    );
    let line = r#"[{"resourceAppId": "x", "resourceAccess": [{"id": "a", "type": "Role"}, {"id": "b", "type": "Role"}, {"id": "c", "type": "Role"}]}]"#;
    assert_eq!(
        removed(Kind::GraphApplication, line, 1),
        line.replace(r#"{"id": "b", "type": "Role"}, "#, "")
    );
    assert_eq!(
        removed(Kind::GraphApplication, line, 2),
        line.replace(r#", {"id": "c", "type": "Role"}"#, "")
    );
}

#[test]
fn types_change_with_the_ids_that_need_it() {
    let entry = |id: &str, rest: &str| {
        format!(
            r#"{{"displayName": "x", "requiredResourceAccess": [{{"resourceAppId": "{GRAPH}", "resourceAccess": [{{"id": "{id}"{rest}}}]}}]}}"#
        )
    };
    let case = |id: &str, rest: &str, access: Access, expected: Option<(&str, &str)>| {
        let changed = retyped(Kind::GraphApplication, &entry(id, rest), 0, access);
        assert_eq!(
            changed,
            expected.map(|(id, rest)| entry(id, rest)),
            "{id}{rest}"
        );
    };
    let scope = r#", "type": "Scope""#;
    let role = r#", "type": "Role""#;
    let mail = "810c84a8-4a9e-49e6-bf7d-12d183f40d01";
    let delegated_mail = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca";
    // The id says what is meant, or the type does.
    case(mail, scope, APPLICATION, Some((mail, role)));
    case(mail, scope, DELEGATED, Some((delegated_mail, scope)));
    case(mail, role, DELEGATED, Some((delegated_mail, scope)));
    case(mail, role, APPLICATION, None);
    case(
        USER_READ,
        r#", "type": "scope""#,
        DELEGATED,
        Some((USER_READ, scope)),
    );
    case(USER_READ, "", DELEGATED, Some((USER_READ, scope)));
    // There is no User.Read for applications.
    case(USER_READ, scope, APPLICATION, None);
    // Both accesses share this id.
    let export = "405a51b5-8d8d-430b-9842-8be4b0e9f324";
    case(export, scope, APPLICATION, Some((export, role)));
    case(
        "00000000-0000-0000-0000-000000000000",
        scope,
        APPLICATION,
        None,
    );
    let names = entry("Mail.Read", scope);
    let changed = retyped(Kind::AgentsToolkit, &names, 0, APPLICATION);
    assert_eq!(changed, Some(entry("Mail.Read", role)));
    let upper = entry(&mail.to_uppercase(), scope);
    let changed = retyped(Kind::GraphApplication, &upper, 0, APPLICATION).unwrap();
    assert!(
        changed.contains(&mail.to_uppercase()),
        "only the type was wrong"
    );
}

#[test]
fn teams_apps_take_resource_specific_permissions() {
    let name = "TeamSettings.Read.Group";
    let text = "{\n  \"manifestVersion\": \"1.19\",\n  \"webApplicationInfo\": { \"id\": \"a\", \"resource\": \"b\" }\n}";
    insta::assert_snapshot!(added(Kind::TeamsApp, text, name, APPLICATION).unwrap(), @r#"
    {
      "manifestVersion": "1.19",
      "webApplicationInfo": { "id": "a", "resource": "b" },
      "authorization": {
        "permissions": {
          "resourceSpecific": [
            {
              "name": "TeamSettings.Read.Group",
              "type": "Application"
            }
          ]
        }
      }
    }
    "#);
    let list = r#"{"authorization": {"permissions": {"resourceSpecific": [{"name": "Channel.Create.Group", "type": "Application"}]}}}"#;
    let changed = added(Kind::TeamsApp, list, name, DELEGATED).unwrap();
    let new = r#", {"name": "TeamSettings.Read.Group", "type": "Delegated"}]"#;
    assert!(changed.contains(new), "{changed}");
    assert_eq!(removed(Kind::TeamsApp, &changed, 1), list);
    assert_eq!(
        removed(Kind::TeamsApp, list, 0),
        r#"{"authorization": {"permissions": {"resourceSpecific": []}}}"#
    );
    assert_eq!(
        retyped(Kind::TeamsApp, list, 0, DELEGATED),
        Some(list.replace("Application", "Delegated"))
    );
    let older = r#"{"webApplicationInfo": {"applicationPermissions": ["Channel.Create.Group"]}}"#;
    let changed = added(Kind::TeamsApp, older, name, APPLICATION).unwrap();
    assert!(
        changed.contains(r#"["Channel.Create.Group", "TeamSettings.Read.Group"]"#),
        "{changed}"
    );
    assert_eq!(added(Kind::TeamsApp, older, name, DELEGATED), None);
    assert_eq!(retyped(Kind::TeamsApp, older, 0, DELEGATED), None);
    assert_eq!(removed(Kind::TeamsApp, &changed, 1), older);
    // Not resource-specific.
    assert_eq!(added(Kind::TeamsApp, list, "Mail.Read", APPLICATION), None);
    let full = vec![r#"{"name": "Channel.Create.Group", "type": "Application"}"#; 16].join(",");
    let full =
        format!(r#"{{"authorization": {{"permissions": {{"resourceSpecific": [{full}]}}}}}}"#);
    assert_eq!(added(Kind::TeamsApp, &full, name, APPLICATION), None);
}

#[test]
fn solutions_take_delegated_permissions() {
    let text = r#"{"solution": {"name": "x", "webApiPermissionRequests": [{"resource": "Microsoft Graph", "scope": "User.Read"}]}}"#;
    let changed = added(Kind::SharePointFramework, text, "Mail.Read", DELEGATED).unwrap();
    let new = r#", {"resource": "Microsoft Graph", "scope": "Mail.Read"}]"#;
    assert!(changed.contains(new), "{changed}");
    assert_eq!(removed(Kind::SharePointFramework, &changed, 1), text);
    assert_eq!(
        added(Kind::SharePointFramework, text, "Mail.Read", APPLICATION),
        None
    );
    assert_eq!(
        added(Kind::SharePointFramework, text, "User.Read", DELEGATED),
        None,
        "there already"
    );
    assert_eq!(
        retyped(Kind::SharePointFramework, text, 0, APPLICATION),
        None
    );
    let none = r#"{"solution": {"name": "x"}}"#;
    assert!(added(Kind::SharePointFramework, none, "Mail.Read", DELEGATED).is_some());
}

#[test]
fn what_cannot_be_declared_is_not_added() {
    let text = registration();
    let case = |name, access| added(Kind::GraphApplication, &text, name, access);
    assert_eq!(case("User.Read", DELEGATED), None, "there already");
    assert_eq!(case("User.Read", APPLICATION), None, "no such permission");
    assert_eq!(
        case("TeamSettings.Read.Group", APPLICATION),
        None,
        "resource-specific"
    );
}

#[test]
fn secrets_do_not_hinder_changes() {
    let text = r#"{"passwordCredentials": [{"secretText": "s3cr3t\"~Value"}], "displayName": "x"}"#;
    let changed = added(Kind::GraphApplication, text, "User.Read", DELEGATED).unwrap();
    assert!(
        changed.starts_with(text.strip_suffix('}').unwrap()),
        "{changed}"
    );
}
