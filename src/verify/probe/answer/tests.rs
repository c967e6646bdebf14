//! Answers of every kind, as the services write them.

use super::*;

fn reply(status: u16, body: &str) -> Reply<'_> {
    Reply {
        status,
        authenticate: None,
        request_id: None,
        body: body.as_bytes(),
    }
}

#[track_caller]
fn case(status: u16, body: &str, outcome: Outcome, workload: Option<&str>) -> Diagnosis {
    let diagnosis = diagnose(&reply(status, body), false);
    assert_eq!(diagnosis.outcome, outcome, "{status} {body}");
    assert_eq!(diagnosis.workload.as_deref(), workload, "{status} {body}");
    diagnosis
}

#[test]
fn every_status_is_told_by_workload() {
    case(200, r#"{"value":[]}"#, Outcome::Allowed, None);
    case(302, "", Outcome::Allowed, None);
    case(204, "", Outcome::Allowed, None);
    case(308, "", Outcome::Fault, None);
    for (status, code, outcome, workload) in [
        (
            403,
            "Authorization_RequestDenied",
            Outcome::Refused,
            "directory",
        ),
        (
            403,
            "accessDenied",
            Outcome::Refused,
            "SharePoint and OneDrive",
        ),
        (403, "ErrorAccessDenied", Outcome::Refused, "Exchange"),
        (403, "Forbidden", Outcome::Refused, "Teams and others"),
        (
            401,
            "InvalidAuthenticationToken",
            Outcome::Unauthenticated,
            "gateway",
        ),
        (
            404,
            "Request_ResourceNotFound",
            Outcome::NotFound,
            "directory",
        ),
        (400, "BadRequest", Outcome::Malformed, "others"),
    ] {
        let body = format!(r#"{{"error":{{"code":"{code}"}}}}"#);
        case(status, &body, outcome, Some(workload));
    }
    case(429, "", Outcome::Throttled, None);
    case(503, "<html>", Outcome::Fault, None);
    let inner = r#"{"error":{"code":"Odd","innerError":{"code":"accessDenied"}}}"#;
    case(
        403,
        inner,
        Outcome::Refused,
        Some("SharePoint and OneDrive"),
    );
}

#[test]
fn texts_that_name_permissions_are_taken_apart() {
    let body = r#"{"error":{"code":"Forbidden","message":"Missing role permissions on the request. API requires one of 'ChannelMessage.Read.All, Group.Read.All, ChannelMessage.Read.Group'. Roles on the request 'User.Read.All'. Resource specific consent grants on the request ''."}}"#;
    let diagnosis = case(403, body, Outcome::Refused, Some("Teams and others"));
    assert_eq!(
        diagnosis.accepted,
        [
            "ChannelMessage.Read.All",
            "ChannelMessage.Read.Group",
            "Group.Read.All"
        ]
    );
    assert_eq!(diagnosis.presented, ["User.Read.All"]);
    assert!(diagnosis.resource_specific.is_empty());
    let accepted = |message: &str| {
        let body = serde_json::json!({"error": {"code": "x", "message": message}}).to_string();
        diagnose(&reply(403, &body), false).accepted
    };
    assert_eq!(
        accepted(
            "Missing scope permissions on the request. API requires one of 'Chat.Read, Chat.ReadWrite'. Scopes on the request 'User.Read'."
        ),
        ["Chat.Read", "Chat.ReadWrite"]
    );
    assert_eq!(
        accepted(
            "Missing application roles. API required roles: SecurityAlert.Read.All,SecurityAlert.ReadWrite.All, application roles: User.Read.All."
        ),
        ["SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All"]
    );
    assert_eq!(
        accepted(
            r#"{"Message": "Application is not authorized. Application must have one of the following scopes: DeviceManagementApps.Read.All, DeviceManagementApps.ReadWrite.All - Operation ID (for support): 0"}"#
        ),
        [
            "DeviceManagementApps.Read.All",
            "DeviceManagementApps.ReadWrite.All"
        ]
    );
    assert_eq!(
        accepted("Calling principal does not have required MSGraph permissions AuditLog.Read.All"),
        ["AuditLog.Read.All"]
    );
    assert!(accepted("API requires one of '<script>, a b, \u{1b}'").is_empty());
}

#[test]
fn objects_with_only_ids_are_no_success() {
    let bare = r##"{"value":[{"@odata.type":"#microsoft.graph.user","id":"1","displayName":null},{"id":"2"}]}"##;
    case(200, bare, Outcome::OnlyIds, None);
    assert_eq!(diagnose(&reply(200, bare), true).outcome, Outcome::Allowed);
    case(
        200,
        r#"{"value":[{"id":"1"},{"id":"2","mail":"x"}]}"#,
        Outcome::Allowed,
        None,
    );
    case(
        200,
        r#"{"id":"1","displayName":null}"#,
        Outcome::OnlyIds,
        None,
    );
    case(200, r#"{"value":"x"}"#, Outcome::Allowed, None);
}

#[test]
fn what_a_stranger_says_proves_nothing() {
    let body = r#"{"error":{"code":"Forbidden","message":"API requires one of 'Chat.Read, Chat.ReadWrite'."}}"#;
    for (status, expected) in [
        (200, Outcome::Fault),
        (302, Outcome::Fault),
        (400, Outcome::Fault),
        (401, Outcome::Fault),
        (403, Outcome::Fault),
        (404, Outcome::Fault),
        (429, Outcome::Throttled),
        (502, Outcome::Fault),
    ] {
        let told = diagnose(&reply(status, body), false).of_a_stranger();
        assert_eq!(told.outcome, expected, "{status}");
        assert!(
            told.accepted.is_empty() && told.workload.is_none(),
            "{status}"
        );
    }
    assert!(!is_graph_error(body.as_bytes()));
    for (body, expected) in [
        (
            r#"{"error":{"code":"x","innerError":{"request-id":"1"}}}"#,
            true,
        ),
        (
            r#"{"error":{"code":"x","innererror":{"request-id":"1"}}}"#,
            true,
        ),
        (
            r#"{"error":{"code":"x","innerError":{"request-id":""}}}"#,
            false,
        ),
        (r#"{"error":{"innerError":{"request-id":"1"}}}"#, false),
        (r#"{"error":"x"}"#, false),
        ("[]", false),
        ("<html>", false),
    ] {
        assert_eq!(is_graph_error(body.as_bytes()), expected, "{body}");
    }
}

#[test]
fn content_stays_where_it_is() {
    let body = r#"{"error":{"code":"<b>secret</b>","message":"anna@contoso.example may not"}}"#;
    let told = format!("{:?}", diagnose(&reply(403, body), false));
    assert!(!told.contains("anna") && !told.contains("secret"), "{told}");
}

#[test]
fn pasted_answers_are_understood() {
    let status = |text: &str| of_pasted(text).map(|diagnosis| diagnosis.status);
    let error = r#"{"error":{"code":"ErrorAccessDenied","message":"Access is denied."}}"#;
    assert_eq!(status(error), Some(403));
    assert_eq!(
        status(&format!(
            "HTTP/1.1 403 Forbidden\r\nrequest-id: a-b\r\n\r\n{error}"
        )),
        Some(403)
    );
    assert_eq!(status("429 Too Many Requests"), Some(429));
    assert_eq!(status(&format!("HTTP/2 404\n\n{error}")), Some(404));
    for none in [
        "",
        "hello",
        "{}",
        r#"{"error":"invalid_client"}"#,
        r#"{"error":{"code":"Odd"}}"#,
        "99999",
    ] {
        assert_eq!(status(none), None, "{none}");
    }
    let told = of_pasted(&format!("HTTP/1.1 403 X\nrequest-id: a-b\n\n{error}")).unwrap();
    assert_eq!(told.request_id.as_deref(), Some("a-b"));
}
