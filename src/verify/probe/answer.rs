//! What an answer of Microsoft Graph says about permissions. The content is looked at and not kept.

use serde::Deserialize;
use serde_json::Value;

const TEXT: &str = include_str!("../../../data/platform/refusals.yaml");

/// How many permissions of an answer are kept.
const NAMES: usize = 100;

/// Between which words the services name the permissions that they accept, and those they saw. Seen in public
/// issue threads; the services may change them at any time.
const ACCEPTED: [(&str, &str); 6] = [
    ("API requires one of '", "'"),
    ("API required roles: ", ", application roles:"),
    ("API required scopes: ", ", scopes:"),
    ("must have one of the following scopes: ", " - Operation"),
    ("does not have required MSGraph permissions ", "."),
    ("requires one of the following permissions: ", "."),
];
const PRESENTED: [(&str, &str); 4] = [
    ("Scopes on the request '", "'"),
    ("Roles on the request '", "'"),
    (", application roles: ", "."),
    (", scopes: ", "."),
];
const RESOURCE_SPECIFIC: (&str, &str) = ("Resource specific consent grants on the request '", "'");

/// An answer as far as it matters.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// The status.
    pub status: u16,
    /// `WWW-Authenticate`.
    pub authenticate: Option<&'a str>,
    /// `request-id`, for Microsoft's support.
    pub request_id: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// What an answer amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The call is allowed.
    Allowed,
    /// It is allowed, but what came back holds only ids.
    OnlyIds,
    /// The token is not accepted at all.
    Unauthenticated,
    /// The call is denied.
    Refused,
    /// There is nothing there, or it may not be seen: proves nothing.
    NotFound,
    /// The call is malformed: proves nothing.
    Malformed,
    /// Too many calls: proves nothing.
    Throttled,
    /// The server failed, or answered as no service does: proves nothing.
    Fault,
}

impl Outcome {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::OnlyIds => "only-ids",
            Self::Unauthenticated => "not-accepted",
            Self::Refused => "refused",
            Self::NotFound => "not-found",
            Self::Malformed => "malformed",
            Self::Throttled => "throttled",
            Self::Fault => "fault",
        }
    }
}

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The status.
    pub status: u16,
    /// What it amounts to.
    pub outcome: Outcome,
    /// The workload that answered, as far as its code tells.
    pub workload: Option<String>,
    /// The code of the error: letters, digits and a few signs, else nothing.
    pub code: Option<String>,
    /// What it means, in our own words.
    pub meaning: String,
    /// What to do.
    pub advice: String,
    /// The permissions that the service says it accepts, sorted.
    pub accepted: Vec<String>,
    /// The permissions that the service says it saw, sorted.
    pub presented: Vec<String>,
    /// The resource-specific grants that the service says it saw, sorted.
    pub resource_specific: Vec<String>,
    /// For Microsoft's support.
    pub request_id: Option<String>,
}

impl Diagnosis {
    /// Returns what an answer means that shows no sign of Microsoft Graph: neither success nor refusal of somebody else
    /// says anything of the token.
    #[must_use]
    pub fn of_a_stranger(mut self) -> Self {
        self.workload = None;
        for list in [
            &mut self.accepted,
            &mut self.presented,
            &mut self.resource_specific,
        ] {
            list.clear();
        }
        match self.outcome {
            // These prove nothing whoever says them; gateways before Microsoft Graph may.
            Outcome::Throttled | Outcome::Fault => return self,
            Outcome::Allowed
            | Outcome::OnlyIds
            | Outcome::Unauthenticated
            | Outcome::Refused
            | Outcome::NotFound
            | Outcome::Malformed => {}
        }
        self.outcome = Outcome::Fault;
        "the answer does not look like one of Microsoft Graph (it has no `request-id`)"
            .clone_into(&mut self.meaning);
        "check whether a proxy or a sign-in page of the network stands before Microsoft Graph"
            .clone_into(&mut self.advice);
        self
    }
}

/// Returns whether a body is an error as Microsoft Graph writes them: with a code, and the id of the request inside.
/// Other APIs have errors of that form without the id.
pub fn is_graph_error(body: &[u8]) -> bool {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let Some(error) = body.as_ref().and_then(|body| body.get("error")) else {
        return false;
    };
    let inner = error.get("innerError").or_else(|| error.get("innererror"));
    let id = inner.and_then(|inner| inner.get("request-id").or_else(|| inner.get("requestId")));
    let is_text = |value: Option<&Value>| {
        let text = value.and_then(Value::as_str);
        text.is_some_and(|text| !text.is_empty())
    };
    is_text(error.get("code")) && is_text(id)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[expect(dead_code, reason = "for the reader of the data")]
    source: String,
    #[expect(dead_code, reason = "for the reader of the data")]
    date: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    status: u16,
    codes: Vec<String>,
    workload: String,
    meaning: String,
}

/// Reads the table.
#[expect(
    clippy::expect_used,
    reason = "the text is part of the program, and a test reads it"
)]
fn table() -> Table {
    serde_yaml::from_str(TEXT).expect("the embedded table")
}

/// Says what an answer means. `asked_ids_only` says that the call asked for nothing but ids.
pub fn diagnose(reply: &Reply<'_>, asked_ids_only: bool) -> Diagnosis {
    let body: Option<Value> = serde_json::from_slice(reply.body).ok();
    let error = body.as_ref().and_then(|body| body.get("error"));
    let outcome = outcome(reply.status, body.as_ref(), asked_ids_only);
    let codes = codes(error);
    let message = message(body.as_ref(), error);
    let table = table();
    let entry = table.entries.iter().find(|entry| {
        entry.status == reply.status && codes.iter().any(|code| entry.codes.contains(code))
    });
    let (meaning, advice) = words(reply, outcome);
    let accepted = between(&message, &ACCEPTED);
    let advice = if accepted.is_empty() {
        advice
    } else {
        "grant one of the permissions that the service names, the least that does what the app needs (their order says \
         nothing about privilege), and acquire a new token"
    };
    Diagnosis {
        status: reply.status,
        outcome,
        workload: entry.map(|entry| entry.workload.clone()),
        code: codes.into_iter().next(),
        meaning: entry.map_or_else(|| meaning.to_owned(), |entry| entry.meaning.clone()),
        advice: advice.to_owned(),
        accepted,
        presented: between(&message, &PRESENTED),
        resource_specific: between(&message, &[RESOURCE_SPECIFIC]),
        request_id: reply.request_id.and_then(identifier),
    }
}

fn outcome(status: u16, body: Option<&Value>, asked_ids_only: bool) -> Outcome {
    match status {
        200..=299 if !asked_ids_only && body.is_some_and(holds_only_ids) => Outcome::OnlyIds,
        // `/content` and its kin answer with the place of the bytes; no other redirect says that a call is allowed.
        200..=299 | 302 => Outcome::Allowed,
        401 => Outcome::Unauthenticated,
        403 => Outcome::Refused,
        404 | 410 => Outcome::NotFound,
        429 => Outcome::Throttled,
        400..=499 => Outcome::Malformed,
        _ => Outcome::Fault,
    }
}

fn words(reply: &Reply<'_>, outcome: Outcome) -> (&'static str, &'static str) {
    let challenge = reply.authenticate.unwrap_or_default();
    match outcome {
        Outcome::Allowed => ("the call is allowed", ""),
        Outcome::OnlyIds => (
            "the objects came without their properties: the token may see that they exist, and not what they are",
            "grant the permission on the kind of object, such as `User.Read.All` for members that are users",
        ),
        Outcome::Unauthenticated if challenge.contains("insufficient_claims") => (
            "continuous access evaluation revoked the token, or asks for more than it proves",
            "sign in again in a browser",
        ),
        Outcome::Unauthenticated => (
            "the token is not accepted: it has expired, was revoked, or is for something else",
            "acquire a new token for this cloud's Microsoft Graph; `graphgrant token inspect` shows what it is for",
        ),
        Outcome::Refused => (
            "the call is denied",
            "`graphgrant explain` names what the operation needs; grant it and acquire a new token",
        ),
        Outcome::NotFound => (
            "there is nothing there, or the caller may not see it",
            "use the id of an object that exists",
        ),
        Outcome::Malformed if reply.status == 405 => (
            "the path does not take this method",
            "check the method and the version",
        ),
        Outcome::Malformed => (
            "the call is malformed, or its values are none",
            "check path, query and values",
        ),
        Outcome::Throttled => ("too many calls", "wait as long as `Retry-After` says"),
        Outcome::Fault if (300..400).contains(&reply.status) => (
            "the answer leads elsewhere, where no token is sent",
            "check the path and the host",
        ),
        Outcome::Fault => ("the service failed", "try again later"),
    }
}

/// Whether all objects of an answer have nothing but their ids.
fn holds_only_ids(body: &Value) -> bool {
    let bare = |value: &Value| {
        value.as_object().is_some_and(|object| {
            let mut told = object
                .iter()
                .filter(|(name, value)| !name.contains('@') && !value.is_null());
            object.contains_key("id") && told.all(|(name, _)| name == "id")
        })
    };
    match body.get("value").and_then(Value::as_array) {
        Some(items) => !items.is_empty() && items.iter().all(bare),
        None => bare(body),
    }
}

/// The codes of an error, from the outermost to the innermost.
fn codes(error: Option<&Value>) -> Vec<String> {
    let mut codes = Vec::new();
    let mut next = error;
    while let Some(error) = next {
        let code = error.get("code").and_then(Value::as_str);
        // `error` is the code itself in the replies of some workloads.
        let code = code.or_else(|| error.as_str());
        codes.extend(code.and_then(identifier));
        if codes.len() > 8 {
            break;
        }
        next = error.get("innerError").or_else(|| error.get("innererror"));
    }
    codes
}

fn identifier(text: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-. ".contains(&byte);
    let fits = !text.is_empty() && text.len() <= 80 && text.bytes().all(is_plain);
    fits.then(|| text.to_owned())
}

/// The sentence of an error, which some workloads pack into JSON once more.
fn message(body: Option<&Value>, error: Option<&Value>) -> String {
    let outer = error.and_then(|error| error.get("message"));
    let outer = outer.or_else(|| body.and_then(|body| body.get("Message")));
    let text = outer.and_then(Value::as_str).unwrap_or_default();
    let inner: Option<Value> = serde_json::from_str(text).ok();
    let inner = inner.as_ref().and_then(|inner| {
        let message = inner.get("Message").or_else(|| inner.get("message"));
        message.and_then(Value::as_str)
    });
    inner.unwrap_or(text).to_owned()
}

/// The permissions between known words of a sentence, sorted.
fn between(message: &str, words: &[(&str, &str)]) -> Vec<String> {
    let mut names = Vec::new();
    for (start, end) in words {
        let Some(at) = message.find(start) else {
            continue;
        };
        let rest = message.get(at + start.len()..).unwrap_or_default();
        // A full stop ends a sentence only before a space or at the end: names hold stops too.
        let until = if *end == "." {
            let stop = rest.find(". ").unwrap_or(rest.len());
            stop.min(rest.trim_end_matches('.').len())
        } else {
            rest.find(end).unwrap_or(rest.len())
        };
        let list = rest.get(..until).unwrap_or_default();
        let pieces = list.split(|c: char| c == ',' || c == ';' || c.is_whitespace());
        names.extend(pieces.filter(|name| is_permission(name)).map(str::to_owned));
    }
    names.sort();
    names.dedup();
    names.truncate(NAMES);
    names
}

fn is_permission(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    text.len() <= 100
        && text.contains('.')
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(is_plain)
}

/// Says what a pasted answer means: a whole HTTP answer, or the JSON of an error. `None` when it is neither.
pub fn of_pasted(text: &str) -> Option<Diagnosis> {
    let text = text.trim();
    let (head, body) = match text.find('{') {
        Some(at) => text.split_at_checked(at)?,
        None => (text, ""),
    };
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found
                .trim()
                .eq_ignore_ascii_case(name)
                .then(|| value.trim())
        })
    };
    let error: Option<Value> = serde_json::from_str(body).ok();
    let error = error.as_ref().and_then(|body| body.get("error"));
    let status = status(head).or_else(|| {
        let codes = codes(error);
        let table = table();
        let mut entries = table.entries.iter();
        let found = entries.find(|entry| codes.iter().any(|code| entry.codes.contains(code)));
        // An error that is a text alone is the identity platform's, not Graph's.
        let is_graph = error.is_some_and(Value::is_object);
        let names_permissions = !between(&message(None, error), &ACCEPTED).is_empty();
        found
            .map(|entry| entry.status)
            .or_else(|| names_permissions.then_some(403))
            .filter(|_| is_graph)
    })?;
    Some(diagnose(
        &Reply {
            status,
            authenticate: header("www-authenticate"),
            request_id: header("request-id"),
            body: body.as_bytes(),
        },
        false,
    ))
}

/// The status of a head: `HTTP/1.1 403 Forbidden`, or `403 Forbidden` alone.
fn status(head: &str) -> Option<u16> {
    let first = head.lines().map(str::trim).find(|line| !line.is_empty())?;
    let mut words = first.split_whitespace();
    let word = match words.next()? {
        version if version.to_ascii_uppercase().starts_with("HTTP/") => words.next()?,
        other => other,
    };
    let status: u16 = word.parse().ok()?;
    (100..600).contains(&status).then_some(status)
}

#[cfg(test)]
mod tests {
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
        case(
            403,
            r#"{"error":{"code":"Authorization_RequestDenied"}}"#,
            Outcome::Refused,
            Some("directory"),
        );
        case(
            403,
            r#"{"error":{"code":"accessDenied"}}"#,
            Outcome::Refused,
            Some("SharePoint and OneDrive"),
        );
        case(
            403,
            r#"{"error":{"code":"ErrorAccessDenied"}}"#,
            Outcome::Refused,
            Some("Exchange"),
        );
        case(
            403,
            r#"{"error":{"code":"Forbidden"}}"#,
            Outcome::Refused,
            Some("Teams and others"),
        );
        case(
            401,
            r#"{"error":{"code":"InvalidAuthenticationToken"}}"#,
            Outcome::Unauthenticated,
            Some("gateway"),
        );
        case(
            404,
            r#"{"error":{"code":"Request_ResourceNotFound"}}"#,
            Outcome::NotFound,
            Some("directory"),
        );
        case(
            400,
            r#"{"error":{"code":"BadRequest"}}"#,
            Outcome::Malformed,
            Some("others"),
        );
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
            accepted(
                "Calling principal does not have required MSGraph permissions AuditLog.Read.All"
            ),
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
}
