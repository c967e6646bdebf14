//! `graphgrant status --live` of several apps.

use serde_json::{Value, json};

use crate::run::Place;
use crate::server::{Reply, Request, Server};
use crate::status::{ID, OTHER_APP, registration};

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Answers for two apps that declare the same; the tenant granted it to the first alone.
fn tenant(request: &Request) -> Reply {
    let target = request.target.replace("%20", " ");
    let client = if target.contains(OTHER_APP) || target.contains("33333333") {
        OTHER_APP
    } else {
        ID
    };
    let principal = if client == ID { "11111111" } else { "33333333" };
    let principal = format!("{principal}-1111-4111-8111-111111111111");
    let graph = "22222222-2222-4222-8222-222222222222";
    let (of, entries) = if target.starts_with("/v1.0/applications") {
        let app: Value = serde_json::from_str(&registration(client)).unwrap();
        ("applications", vec![app])
    } else if target.contains("/oauth2PermissionGrants") {
        let grant = json!({"id": "g", "clientId": principal, "consentType": "AllPrincipals", "principalId": null,
            "resourceId": graph, "scope": "People.Read"});
        let grants = if client == ID {
            vec![grant]
        } else {
            Vec::new()
        };
        ("oauth2PermissionGrants", grants)
    } else if target.contains("/appRoleAssignments") {
        ("appRoleAssignments", Vec::new())
    } else {
        let of = |id: &str, app: &str| json!({"id": id, "appId": app, "servicePrincipalType": "Application", "accountEnabled": true});
        (
            "servicePrincipals",
            vec![of(&principal, client), of(graph, GRAPH)],
        )
    };
    let context = format!("https://graph.microsoft.com/v1.0/$metadata#{of}");
    Reply::json(200, &json!({"@odata.context": context, "value": entries}))
}

#[test]
fn an_empty_list_of_one_app_is_not_taken_for_that_of_another() {
    let server = Server::start(tenant);
    let url = server.url();
    let app = |id: &str, name: &str| {
        format!(
            "  - {{app: {{name: {name}, clientId: {id}}}, access: delegated, operations: [GET /me/people]}}\n"
        )
    };
    let text = format!("apps:\n{}{}", app(ID, "first"), app(OTHER_APP, "second"));
    let place = Place::new().with("graphgrant.yaml", &text);
    let arguments = [
        "status",
        "--live",
        "--allow-http-loopback",
        "--graph",
        &url,
        "--timeout",
        "3",
        "--format",
        "json",
    ];
    let token = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2VjcmV0";
    let json = place.run_with(&arguments, token).ends_with(1).json();
    let granted = |at: usize| json["apps"][at]["permissions"][0]["granted"].clone();
    assert_eq!((granted(0), granted(1)), (json!(true), json!(false)));
    assert_eq!(json["apps"][0]["fault"], false);
    assert_eq!(json["apps"][1]["fault"], true);
}
