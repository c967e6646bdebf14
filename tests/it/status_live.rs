//! `graphgrant status --live`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::run::{Outcome, Place};
use crate::server::{Reply, Request, Server};
use crate::status::{ID, OTHER_APP, example, of_example, registration, row, states};

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Answers for two apps that declare the same; the tenant granted it to the first alone.
fn two_apps(request: &Request) -> Reply {
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

/// Runs `status --live` of a place against a server.
fn run_live(place: &Place, url: &str, more: &[&str]) -> Outcome {
    run_live_with(
        place,
        url,
        more,
        "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2VjcmV0",
    )
}

fn run_live_with(place: &Place, url: &str, more: &[&str], token: &str) -> Outcome {
    let arguments = [
        "status",
        "--live",
        "--allow-http-loopback",
        "--graph",
        url,
        "--timeout",
        "3",
        "--format",
        "json",
    ];
    let arguments = [&arguments[..], more].concat();
    place.run_with(&arguments, token)
}

#[test]
fn a_token_of_another_tenant_reads_nothing() {
    let server = Server::start(two_apps);
    let url = server.url();
    let (own, other) = (
        "2f6b8c1d-9e0a-4b7c-8d5e-6f7a8b9c0d1e",
        "aaaaaaaa-9e0a-4b7c-8d5e-6f7a8b9c0d1e",
    );
    let text = format!(
        "app: {{clientId: {ID}, tenant: {own}}}\naccess: delegated\noperations: [GET /me/people]\n"
    );
    let place = Place::new().with("graphgrant.yaml", &text);
    let token = |tenant: &str| {
        let claims = json!({"aud": "x", "tid": tenant}).to_string();
        format!(
            "eyJ0eXAiOiJKV1QifQ.{}.c2VjcmV0",
            URL_SAFE_NO_PAD.encode(claims)
        )
    };
    let refused = run_live_with(&place, &url, &[], &token(other)).ends_with(2);
    for part in [other, "--tenant"] {
        assert!(refused.err.contains(part), "{part} in {}", refused.err);
    }
    assert!(server.seen().is_empty());
    run_live_with(&place, &url, &[], &token(own)).ends_with(0);
    // Whoever names that tenant means it.
    run_live_with(&place, &url, &["--tenant", other], &token(other)).ends_with(0);
}

#[test]
fn an_empty_list_of_one_app_is_not_taken_for_that_of_another() {
    let server = Server::start(two_apps);
    let url = server.url();
    let app = |id: &str, name: &str| {
        format!(
            "  - {{app: {{name: {name}, clientId: {id}}}, access: delegated, operations: [GET /me/people]}}\n"
        )
    };
    let text = format!("apps:\n{}{}", app(ID, "first"), app(OTHER_APP, "second"));
    let place = Place::new().with("graphgrant.yaml", &text);
    let json = run_live(&place, &url, &[]).ends_with(1).json();
    let granted = |at: usize| json["apps"][at]["permissions"][0]["granted"].clone();
    assert_eq!((granted(0), granted(1)), (json!(true), json!(false)));
    assert_eq!(json["apps"][0]["fault"], false);
    assert_eq!(json["apps"][1]["fault"], true);
}

#[test]
fn apps_of_several_tenants_are_not_read_from_one() {
    let app = |id: &str, name: &str, place: &str| {
        format!(
            "  - {{app: {{name: {name}, clientId: {id}, {place}}}, access: delegated, operations: [GET /me/people]}}\n"
        )
    };
    for (one, other, option) in [
        (
            "tenant: contoso.com",
            "tenant: fabrikam.example",
            "--tenant=Contoso.com",
        ),
        ("cloud: global", "cloud: usgov", "--cloud=global"),
    ] {
        let server = Server::start(two_apps);
        let url = server.url();
        let text = format!(
            "apps:\n{}{}",
            app(ID, "first", one),
            app(OTHER_APP, "second", other)
        );
        let place = Place::new().with("graphgrant.yaml", &text);
        let refused = run_live(&place, &url, &[]).ends_with(2);
        assert!(refused.err.contains("several tenants"), "{}", refused.err);
        assert_eq!(server.seen().len(), 0, "{one}");
        run_live(&place, &url, &["--app", "first"]).ends_with(0);
        let all = run_live(&place, &url, &[option]).ends_with(1).json();
        assert_eq!(all["apps"].as_array().unwrap().len(), 2);
    }
}

/// Runs `status --live` against a server that plays a tenant.
fn live(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (Outcome, Vec<Request>) {
    let server = Server::start(answer);
    let url = server.url();
    let text = std::fs::read_to_string(example().join("graphgrant.yaml")).unwrap();
    let place = Place::new().with("graphgrant.yaml", &text);
    let outcome = run_live(&place, &url, &[]);
    for shown in [&outcome.out, &outcome.err] {
        assert!(
            !shown.contains("c2VjcmV0") && !shown.contains("panicked"),
            "{shown}"
        );
    }
    (outcome, server.seen())
}

fn exported(name: &str) -> Value {
    let text = std::fs::read_to_string(example().join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The tenant of the example, one entry of a list per page.
fn tenant(request: &Request) -> Reply {
    changed_tenant(request, &|_| ())
}

/// Plays the tenant of the example with its principals changed. As Graph does, it answers with what is selected.
fn changed_tenant(request: &Request, change: &dyn Fn(&mut Value)) -> Reply {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let whole = match path {
        "/v1.0/applications" => {
            json!({"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications", "value": [exported("declared.json")]})
        }
        "/v1.0/servicePrincipals" => {
            let mut principals = exported("principals.json");
            principals["value"]
                .as_array_mut()
                .unwrap()
                .iter_mut()
                .for_each(change);
            principals
        }
        path if path.ends_with("/oauth2PermissionGrants") => exported("grants.json"),
        path if path.ends_with("/appRoleAssignments") => exported("roles.json"),
        _ => {
            return Reply::json(
                404,
                &json!({"error": {"code": "NotFound", "message": "no"}}),
            );
        }
    };
    let entries = whole["value"].as_array().unwrap();
    let option = |name: &str| query.split('&').find_map(|it| it.strip_prefix(name));
    let skip = option("skip=").map_or(0, |at| at.parse::<usize>().unwrap());
    let mut entry = entries[skip].clone();
    let select = option("$select=");
    if let Some(names) = select {
        let is_selected = |name: &str| names.split(',').any(|it| it == name);
        entry
            .as_object_mut()
            .unwrap()
            .retain(|name, _| is_selected(name));
    }
    let mut page = json!({"@odata.context": whole["@odata.context"], "value": [entry]});
    if skip + 1 < entries.len() {
        let host = request.header("host").unwrap();
        let select = select.map_or(String::new(), |names| format!("&$select={names}"));
        let next = format!("http://{host}{path}?skip={}{select}", skip + 1);
        page["@odata.nextLink"] = next.into();
    }
    Reply::json(200, &page)
}

#[test]
fn what_a_tenant_switched_off_is_seen_live() {
    for (app, expected) in [
        ("00000003-0000-0000-c000-000000000000", "revoked-resource"),
        ("", "switched off"),
    ] {
        let (outcome, _) = live(move |request| {
            changed_tenant(request, &|principal| {
                let is_graph = principal["appId"] == "00000003-0000-0000-c000-000000000000";
                principal["accountEnabled"] = (is_graph == app.is_empty()).into();
            })
        });
        let text = outcome.ends_with(1).out.clone();
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn the_tenant_says_live_what_its_exports_say() {
    let (outcome, seen) = live(tenant);
    let offline = of_example(&[]).ends_with(1).json();
    let live = outcome.ends_with(1).json();
    assert_eq!(
        live["apps"][0]["permissions"],
        offline["apps"][0]["permissions"]
    );
    assert!(seen.iter().all(|request| request.method == "GET"));
    assert!(seen.iter().any(|request| request.target.contains("skip=1")));
}

#[test]
fn a_tenant_that_refuses_is_told() {
    let (outcome, _) = live(|_| {
        Reply::json(
            403,
            &json!({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges"}}),
        )
    });
    let outcome = outcome.ends_with(3);
    assert!(
        outcome.err.contains("403") && outcome.err.contains("Application.Read.All"),
        "{}",
        outcome.err
    );
}

#[test]
fn a_page_of_another_host_is_not_followed() {
    let (outcome, seen) = live(|request| {
        let path = request.target.split('?').next().unwrap_or_default();
        let next = format!("https://evil.example{path}");
        Reply::json(200, &json!({"value": [], "@odata.nextLink": next}))
    });
    outcome.ends_with(3);
    assert_eq!(seen.len(), 1);
}

#[test]
fn a_tenant_without_the_app_has_granted_it_nothing() {
    let (outcome, seen) = live(|request| {
        let path = request.target.split('?').next().unwrap_or_default();
        let context = format!(
            "https://graph.microsoft.com/v1.0/$metadata#{}",
            path.trim_start_matches("/v1.0/")
        );
        Reply::json(200, &json!({"@odata.context": context, "value": []}))
    });
    let outcome = outcome.ends_with(1);
    assert!(
        outcome.err.contains("no service principal"),
        "{}",
        outcome.err
    );
    let user = row(&outcome, "delegated", "User.Read");
    assert_eq!(
        (&user["granted"], states(&user)),
        (&json!(false), vec!["missing"])
    );
    assert_eq!(seen.len(), 2);
}
