//! Exports of every kind, broken and hostile ones too.

use proptest::prelude::*;

use super::*;
use crate::catalog::model::Access;
use crate::catalog::{Catalog, bundled};
use crate::source::Source;

const APP: &str = "5c3f0b1e-7d0a-4d2c-9a53-0f6b1f3f7a21";
const CLIENT: &str = "11111111-1111-4111-8111-111111111111";
const GRAPH: &str = "22222222-2222-4222-8222-222222222222";
const OTHER: &str = "33333333-3333-4333-8333-333333333333";
const USER: &str = "44444444-4444-4444-8444-444444444444";

fn grant(client: &str, consent: &str, principal: &str, resource: &str, scope: &str) -> String {
    format!(
        r#"{{"id": "g-{consent}", "clientId": "{client}", "consentType": "{consent}",
            "principalId": {principal}, "resourceId": "{resource}", "scope": "{scope}"}}"#
    )
}

fn tenant_wide(scope: &str) -> String {
    grant(CLIENT, "AllPrincipals", "null", GRAPH, scope)
}

fn assignment(role: &str) -> String {
    format!(
        r#"{{"id": "a-{role}", "principalId": "{CLIENT}", "resourceId": "{GRAPH}", "appRoleId": "{role}",
            "resourceDisplayName": "Microsoft Graph"}}"#
    )
}

fn principal(object: &str, app: &str) -> String {
    format!(r#"{{"id": "{object}", "appId": "{app}", "servicePrincipalType": "Application"}}"#)
}

fn page(context: &str, members: &[String], next: bool) -> String {
    let next = if next {
        r#", "@odata.nextLink": "https://graph.microsoft.com/v1.0/more""#
    } else {
        ""
    };
    format!(
        r#"{{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#{context}", "value": [{}]{next}}}"#,
        members.join(",")
    )
}

#[track_caller]
fn granted(texts: &[String]) -> Granted {
    let sources: Vec<Source> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| Source::new(format!("{index}.json"), text.as_str()))
        .collect();
    read(&sources).unwrap()
}

#[track_caller]
fn holding(catalog: &Catalog, texts: &[String]) -> Holding {
    of_client(catalog, &granted(texts), Some(APP)).unwrap()
}

fn names(catalog: &Catalog, holding: &Holding, access: Access) -> Vec<String> {
    let ids = holding.granted(access).into_iter();
    ids.map(|id| catalog.name(id).to_owned()).collect()
}

/// The id of `Mail.Read` as an app role, and as a scope.
const MAIL_READ: [&str; 2] = [
    "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
    "570282fd-fa5c-430d-a7fd-fc8dc98a9dca",
];

#[test]
fn answers_of_microsoft_graph_are_read() {
    let catalog = bundled::open().unwrap();
    let holding = holding(
        &catalog,
        &[
            page(
                "oauth2PermissionGrants",
                &[
                    tenant_wide("Mail.Read  user.read"),
                    grant(
                        CLIENT,
                        "Principal",
                        &format!("\"{USER}\""),
                        GRAPH,
                        "Files.Read",
                    ),
                    grant(CLIENT, "AllPrincipals", "null", OTHER, "user_impersonation"),
                    grant(OTHER, "AllPrincipals", "null", GRAPH, "Directory.Read.All"),
                ],
                false,
            ),
            page(
                "servicePrincipals('x')/appRoleAssignments",
                &[
                    assignment(MAIL_READ[0]),
                    assignment("55555555-5555-4555-8555-555555555555"),
                ],
                false,
            ),
            principal(CLIENT, APP),
            principal(GRAPH, "00000003-0000-0000-c000-000000000000"),
        ],
    );
    assert_eq!(holding.client.as_deref(), Some(CLIENT));
    assert_eq!(holding.resource.as_deref(), Some(GRAPH));
    assert_eq!(
        names(&catalog, &holding, Access::Delegated),
        ["Mail.Read", "User.Read"]
    );
    assert_eq!(
        names(&catalog, &holding, Access::Application),
        ["Mail.Read"]
    );
    assert_eq!(holding.by_users.len(), 1);
    assert_eq!(holding.by_users[0].0, USER);
    assert_eq!(holding.roles[1].known, Known::Unknown(None));
    assert_eq!(holding.others.len(), 1);
    assert_eq!(holding.others[0].scopes, 1);
    assert!(holding.knows_grants && holding.knows_roles);
    assert_eq!(holding.remarks, Vec::<String>::new());
}

#[test]
fn what_az_prints_is_read() {
    let catalog = bundled::open().unwrap();
    let grants = format!("[{}]", tenant_wide("Mail.Read"));
    let declared = format!(
        r#"[{{"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [
             {{"id": "{0}", "type": "Scope"}}, {{"id": "{0}", "type": "Role"}}, {{"id": "{1}", "type": "Role"}}]}},
            {{"resourceAppId": "{OTHER}", "resourceAccess": [{{"id": "{1}", "type": "Scope"}}]}}]"#,
        MAIL_READ[1], MAIL_READ[0]
    );
    let alone = holding(&catalog, &[grants.clone(), declared.clone()]);
    assert!(alone.is_of_nobody && !alone.knows_grants && alone.tenant_wide.is_none());
    assert!(
        alone
            .remarks
            .iter()
            .any(|it| it.contains("not known whose grants these are")
                && it.contains("az ad sp show"))
    );
    let holding = holding(&catalog, &[grants, declared, principal(CLIENT, APP)]);
    assert!(!holding.is_of_nobody);
    assert_eq!(names(&catalog, &holding, Access::Delegated), ["Mail.Read"]);
    assert!(!holding.knows_roles);
    let standing = holding.declared.as_ref().unwrap();
    assert!(matches!(standing[0].known, Known::Permission(_)));
    assert!(matches!(standing[1].known, Known::WrongType(_)));
    assert_eq!(holding.declared(Access::Application).unwrap().len(), 1);
    assert_eq!(holding.others[0].declared, 1);
}

#[test]
fn an_application_a_principal_with_expansions_and_a_batch_are_read() {
    let catalog = bundled::open().unwrap();
    let application = format!(
        r#"{{"id": "{USER}", "appId": "{}", "signInAudience": "AzureADMyOrg", "requiredResourceAccess": []}}"#,
        APP.to_uppercase()
    );
    let expanded = format!(
        r#"{{"id": "{CLIENT}", "appId": "{APP}", "accountEnabled": false, "servicePrincipalType": "Application",
            "oauth2PermissionGrants": [{}], "appRoleAssignments": []}}"#,
        tenant_wide("Mail.Read")
    );
    let batch = format!(r#"{{"responses": [{{"id": "1", "status": 200, "body": {expanded}}}]}}"#);
    let holding = holding(&catalog, &[application, batch]);
    assert_eq!(holding.enabled, Some(false));
    assert_eq!(holding.application.as_deref(), Some(USER));
    assert_eq!(holding.declared, Some(Vec::new()));
    assert!(holding.knows_grants && holding.knows_roles);
}

#[test]
fn the_tenants_own_microsoft_graph_names_what_the_data_lacks() {
    let catalog = bundled::open().unwrap();
    let new = "66666666-6666-4666-8666-666666666666";
    let unheard = "77777777-7777-4777-8777-777777777777";
    let graph = format!(
        r#"{{"id": "{GRAPH}", "appId": "00000003-0000-0000-c000-000000000000", "oauth2PermissionScopes": [],
            "appRoles": [{{"id": "{new}", "value": "Mail.Read", "isEnabled": true}},
                         {{"id": "{unheard}", "value": "Brand.New.All", "isEnabled": false}}]}}"#
    );
    let holding = holding(
        &catalog,
        &[
            format!("[{}, {}]", assignment(new), assignment(unheard)),
            graph,
            principal(CLIENT, APP),
        ],
    );
    assert_eq!(
        names(&catalog, &holding, Access::Application),
        ["Mail.Read"]
    );
    let unknown = Known::Unknown(Some("Brand.New.All".to_owned()));
    assert_eq!(holding.roles[1].known, unknown);
}

#[test]
fn a_page_that_is_not_the_last_is_told() {
    let catalog = bundled::open().unwrap();
    let first = page("oauth2PermissionGrants", &[tenant_wide("Mail.Read")], true);
    let alone = holding(&catalog, &[first.clone(), principal(CLIENT, APP)]);
    assert!(!alone.knows_grants);
    assert!(
        alone.remarks.iter().any(|it| it.contains("nextLink")),
        "{:?}",
        alone.remarks
    );
    let last = page("oauth2PermissionGrants", &[], false);
    let both = holding(&catalog, &[first, last, principal(CLIENT, APP)]);
    assert!(!both.is_cut_off && alone.is_cut_off);
    assert!(both.knows_grants);
    assert!(both.remarks.iter().any(|it| it.contains("taken to be all")));
}

#[test]
fn whose_grants_they_are_is_not_guessed() {
    let catalog = bundled::open().unwrap();
    let several = granted(&[format!(
        "[{}, {}]",
        tenant_wide("Mail.Read"),
        grant(OTHER, "AllPrincipals", "null", GRAPH, "Mail.Read")
    )]);
    assert_eq!(
        of_client(&catalog, &several, Some(APP)),
        Err(HoldingError::WhichClient { count: 2 })
    );
    let resources = granted(&[
        format!(
            "[{}, {}]",
            grant(CLIENT, "AllPrincipals", "null", OTHER, "Things.Do"),
            grant(CLIENT, "AllPrincipals", "null", USER, "Things.Do")
        ),
        principal(CLIENT, APP),
    ]);
    assert_eq!(
        of_client(&catalog, &resources, Some(APP)),
        Err(HoldingError::WhichResource { count: 2 })
    );
}

#[test]
fn an_empty_list_says_that_nothing_is_granted() {
    let catalog = bundled::open().unwrap();
    let none = holding(&catalog, &["[]".to_owned()]);
    assert!(none.knows_grants && !none.knows_roles);
    let roles = holding(
        &catalog,
        &[page(
            "servicePrincipals('x')/appRoleAssignments",
            &[],
            false,
        )],
    );
    assert!(roles.knows_roles && !roles.knows_grants);
}

#[track_caller]
fn refused(text: &str, expected: &str, at: &str) {
    let source = Source::new("x.json", text);
    let error = read(std::slice::from_ref(&source)).unwrap_err();
    assert!(error.message.contains(expected), "{}", error.message);
    assert!(!error.help.is_empty());
    assert!(
        source.slice(error.span).contains(at),
        "{:?}",
        source.slice(error.span)
    );
}

#[test]
fn what_is_no_export_is_refused_at_its_place() {
    refused("{\n \"a\": 1,\n}", "is no JSON", "}");
    refused("", "is no JSON", "");
    refused("{\"a\": 1}", "no export that is known", "{\"a\": 1}");
    refused("3", "no export that is known", "3");
    refused("[{\"x\": 1}]", "no export that is known", "{\"x\": 1}");
    refused(
        r#"{"error": {"code": "Authorization_RequestDenied\u001b[31m", "message": "no"}}"#,
        r"an error answer: Authorization_RequestDenied\u{1b}[31m",
        "code",
    );
    let evil = grant("$(rm -rf ~)", "AllPrincipals", "null", GRAPH, "Mail.Read");
    refused(&format!("[{evil}]"), "which is no GUID", "$(rm");
    let kind = grant(CLIENT, "Everybody", "null", GRAPH, "Mail.Read");
    refused(
        &format!("[{kind}]"),
        "neither `AllPrincipals` nor `Principal`",
        "Everybody",
    );
    let twice = format!(
        "[{}, {}]",
        tenant_wide("Mail.Read"),
        tenant_wide("Mail.Send")
    );
    refused(&twice, "twice", "Mail.Send");
    let deep = "[".repeat(100_000);
    refused(&deep, "is no JSON", "[");
}

#[test]
fn the_same_grant_in_two_exports_is_one() {
    let catalog = bundled::open().unwrap();
    let text = format!("[{}]", tenant_wide("Mail.Read User.Read"));
    let turned = format!("[{}]", tenant_wide("User.Read Mail.Read"));
    assert_eq!(
        holding(&catalog, &[text, turned, principal(CLIENT, APP)])
            .tenant_wide
            .unwrap()
            .scopes
            .len(),
        2
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        drop(read(&[Source::new("x", text.as_str())]));
    }

    #[test]
    fn no_broken_export_makes_the_reader_panic(cut in 0usize..400, extra in "[\\[\\]{}\",:a-z]{0,4}") {
        let whole = page("oauth2PermissionGrants", &[tenant_wide("Mail.Read")], true);
        let mut text = whole.chars().take(cut).collect::<String>();
        text.push_str(&extra);
        drop(read(&[Source::new("x", text.as_str())]));
    }
}
