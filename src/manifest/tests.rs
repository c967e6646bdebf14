//! What is read, what is refused, where, and with which help.

use std::fmt::Write;

use miette::Diagnostic;
use proptest::prelude::*;

use super::read::{Reading, from_requests, from_source};
use super::*;
use crate::catalog::model::{Access, Method};
use crate::source::{Source, Span};

fn check(url: &str) -> Result<(), String> {
    if url.contains("example.com") {
        return Err(format!("`{url}` is on no host of Microsoft Graph"));
    }
    Ok(())
}

fn read(text: &str) -> Reading {
    from_source(&Source::new("graphgrant.yaml", text), &check)
}

/// Writes the errors as lines `line:column "text at the place" message; help`.
fn told(reading: &Reading) -> String {
    let source = &reading.manifest.source;
    let mut out = String::new();
    for error in &reading.errors {
        let span = error.span();
        let help = error.help().map(|help| help.to_string());
        writeln!(
            out,
            "{} {:?} {error}; {}",
            source.position(span.start),
            source.slice(span),
            help.unwrap_or_default()
        )
        .unwrap();
    }
    out
}

const FULL: &str = r#"
app: { name: Contoso mail add-in, clientId: 11111111-2222-3333-4444-55555555555A, tenant: contoso.com, audience: AzureADMyOrg, cloud: global }
access: [application, delegated]
profiles:
  calendar: {reason: only when switched on}
  bare:
permissions:
  - SMTP.Send
  - { name: IMAP.AccessAsUser.All, access: delegated, reason: legacy client }
signIn: [openid, offline_access]
routes: [{ via: sites-selected, operations: ["GET /sites/{id}/lists"], reason: one site }]
declared: ./aad.manifest.json
operations:
  - GET /me/messages
  - get   https://graph.microsoft.com/v1.0/me
  - request: "PATCH /users/{id}"
    access: application
    reason: disable leavers
    target: any
    select: id, displayName
    expand: ["manager($select=id,mail)"]
    search: true
    entityTypes: [message]
    resource: /users/{id}/messages
    properties: [accountEnabled]
    profile: calendar
  - request: POST /$batch
    select: []
    batch: [GET /me, {request: GET /me/messages, select: [subject]}]
"#;

#[test]
fn a_full_manifest_is_read() {
    let reading = read(FULL);
    assert_eq!(told(&reading), "");
    let [app] = reading.manifest.apps.as_slice() else {
        panic!("one app");
    };
    let text = |value: &Option<crate::source::Spanned<String>>| value.clone().unwrap().value;
    assert_eq!(text(&app.name), "Contoso mail add-in");
    assert_eq!(text(&app.client_id), "11111111-2222-3333-4444-55555555555a");
    assert_eq!(app.access, Access::ALL);
    assert_eq!(app.profiles.len(), 2);
    assert_eq!(app.permissions[1].access, Some(vec![Access::Delegated]));
    assert_eq!(app.sign_in.len(), 2);
    assert_eq!(app.routes[0].operations[0].url, "/sites/{id}/lists");
    assert_eq!(app.declared[0].value, "./aad.manifest.json");

    let [plain, lower, detailed, batch] = app.operations.as_slice() else {
        panic!("four operations");
    };
    assert_eq!(plain.details, Details::default());
    assert_eq!(lower.method, Method::Get);
    assert_eq!(lower.url, "https://graph.microsoft.com/v1.0/me");
    let source = &reading.manifest.source;
    assert_eq!(source.slice(lower.url_span), lower.url);
    assert_eq!(source.slice(detailed.url_span), "/users/{id}");
    assert_eq!(
        source.position(detailed.request_span.start).to_string(),
        "16:14"
    );
    assert_eq!(
        detailed.details,
        Details {
            select: Some(vec!["id".into(), "displayName".into()]),
            expand: Some(vec!["manager($select=id,mail)".into()]),
            entity_types: Some(vec!["message".into()]),
            properties: Some(vec!["accountEnabled".into()]),
            resource: Some("/users/{id}/messages".into()),
            search: Some(true),
        }
    );
    assert_eq!(text(&detailed.profile), "calendar");
    assert_eq!(batch.details.select, Some(Vec::new()));
    assert_eq!(batch.batch.len(), 2);
    assert_eq!(
        batch.batch[1].details.select,
        Some(vec!["subject".to_owned()])
    );
}

#[test]
fn the_smallest_manifest_plans_both_kinds_of_access() {
    let reading = read("operations: [GET /me]");
    assert_eq!(told(&reading), "");
    assert_eq!(reading.manifest.apps[0].access, Access::ALL);
    assert_eq!(reading.manifest.apps[0].span, Span::new(0, 21));
}

#[test]
fn several_apps_have_names() {
    let good = read(
        "apps:\n  - name: a\n    operations: [GET /me]\n  - app: {name: b}\n    operations: []\n",
    );
    assert_eq!(told(&good), "");
    assert_eq!(good.manifest.apps.len(), 2);
    assert_eq!(
        good.manifest.apps[1].name.as_ref().unwrap().value,
        "b".to_owned()
    );
    let bad = read(
        "access: both\napps:\n  - name: a\n    operations: []\n  - name: a\n    operations: []\n  - operations: []\noperations: []\n",
    );
    insta::assert_snapshot!(told(&bad), @r#"
    1:1 "access" `access` cannot stand beside `apps`; move it into the entries of `apps`, or describe one app without `apps`
    5:11 "a" two apps are called `a`; give each app its own name
    7:5 "operations: []" an entry of `apps` needs the key `name`; add `name: ...`
    8:1 "operations" `operations` cannot stand beside `apps`; move it into the entries of `apps`, or describe one app without `apps`
    "#);
}

#[test]
fn every_mistake_is_told_in_one_run() {
    let text = r"
app: {name: 1, clientId: nope, tenant: x y, audience: AzureAdMyOrg, cloud: mars, access: both}
acces: delegated
access: [aplication]
profiles: [calendar]
permissions: [{access: delegated}, 7]
signIn: [openid, User.Read]
routes: [{via: site-selected, operations: [GET /x]}, {operations: []}]
declared: 5
name: x
operations:
  - GET /me
  - GET /me
  - GTE /me
  - /me/messages
  - Mail.Read
  - GET
  - GET me
  - GET https://example.com/a
  - GET: /me
  - {method: GET, path: /me}
  - [GET /me]
  - request: POST /me/sendMail
    target: own
    search: yes
    select: {a: b}
    profile: calender
    expand: ''
    batch: [GET /me]
  - request: POST /$batch
    batch: [{request: POST /x, batch: []}, POST /$batch, DELETE]
  -
";
    insta::assert_snapshot!(told(&read(text)), @r#"
    2:13 "1" `name` must be text, and YAML takes it for a number; put the value in quotes
    2:26 "nope" the client id must be a GUID; copy the Application (client) ID, such as `00000000-0000-0000-0000-000000000000`
    2:40 "x y" the tenant must be a GUID or a domain; write the tenant id, or a domain such as `contoso.onmicrosoft.com`
    2:55 "AzureAdMyOrg" `AzureAdMyOrg` is not a known audience; did you mean `AzureADMyOrg`?
    2:76 "mars" `mars` is not a known cloud; use one of `global`, `usgov`, `usgov-dod`, `china`
    2:82 "access" `app` has no key `access`; write `access` beside `app`, not in it
    3:1 "acces" the manifest has no key `acces`; did you mean `access`?
    4:10 "aplication" `aplication` is not a known access; did you mean `application`?
    5:11 "[calendar]" `profiles` must be a mapping of names, not a list; write it as a mapping of names
    6:15 "{access: delegated}" an entry of `permissions` needs the key `name`; add `name: ...`
    6:36 "7" an entry of `permissions` must be text, and YAML takes it for a number; put the value in quotes
    7:18 "User.Read" `User.Read` is not a known sign-in scope; use one of `openid`, `profile`, `email`, `offline_access`
    8:16 "site-selected" `site-selected` is not a known route; did you mean `sites-selected`?
    8:54 "{operations: []}" an entry of `routes` needs the key `via`; add `via: ...`
    8:67 "[]" `operations` of a route must not be empty; write a value, or remove the key
    9:11 "5" `declared` must be text, and YAML takes it for a number; put the value in quotes
    10:1 "name" the manifest has no key `name`; write `name` under `app:`
    13:5 "GET /me" the same operation is listed twice; remove one of them, or give the details (`select`, `access`, ...) in which they differ
    14:5 "GTE" `GTE` is not an HTTP method that Microsoft Graph knows; did you mean `GET`?
    15:5 "/me/messages" the operation `/me/messages` has no method; write the HTTP method first, as in `GET /me/messages`
    16:5 "Mail.Read" `Mail.Read` is a permission, not an operation; list the calls that need it; a permission that no call shows goes under `permissions:`
    17:5 "GET" the operation has a method and no URL; write the URL after the method, as in `GET /me/messages`
    18:9 "me" the URL `me` is neither absolute nor does it start with `/`; write a path such as `/me/messages`, or the whole URL with `https://`
    19:9 "https://example.com/a" `https://example.com/a` is on no host of Microsoft Graph; write the URL as the app calls it, with placeholders such as `{id}` for ids
    20:5 "GET" YAML reads this operation as a key and a value; write `METHOD URL` with a space and no colon, and in quotes if the URL contains `: `
    21:5 "{method: GET, path: /me}" an operation needs the key `request`; add `request: ...`
    21:6 "method" an operation has no key `method`; write method and URL together, as in `request: GET /me/messages`
    21:19 "path" an operation has no key `path`; write method and URL together, as in `request: GET /me/messages`
    22:5 "[GET /me]" an operation must be `METHOD URL` or a mapping, not a list; write it as `METHOD URL` or a mapping
    24:13 "own" `own` is not a known target; use one of `self`, `shared`, `any`
    25:13 "yes" `search` must be `true` or `false`, not text; write it as `true` or `false`
    26:13 "{a: b}" `select` must be text or a list of texts, not a mapping; write it as text or a list of texts
    27:14 "calender" `calender` is not a known profile; name it under `profiles:` first
    28:13 "''" `expand` must not be empty; write a value, or remove the key
    29:5 "batch" only `POST /$batch` has a batch; remove `batch`, or write `request: POST /$batch`
    31:32 "batch" a batch cannot hold another batch; move its requests one level up
    31:49 "/$batch" a batch cannot hold another batch; move its requests one level up
    31:58 "DELETE" the operation has a method and no URL; write the URL after the method, as in `DELETE /me/messages`
    32:4 "" an operation must be `METHOD URL` or a mapping, not nothing; write it as `METHOD URL` or a mapping
    "#);
}

#[track_caller]
fn case(text: &str, expected: &str) {
    let told = told(&read(text));
    let lines: Vec<_> = told
        .lines()
        .map(|line| line.split("; ").next().unwrap())
        .collect();
    assert_eq!(lines.join("\n"), expected);
}

#[test]
fn broken_manifests_are_told_where() {
    case("", "1:1 \"\" the manifest is empty");
    case("\u{feff}# only this\r\n", "1:1 \"\" the manifest is empty");
    case(
        "GET /me",
        "1:1 \"GET /me\" the manifest must be a mapping with the key `operations`, not text",
    );
    case(
        "access: both\r\n",
        "1:1 \"access: both\" the manifest needs the key `operations`",
    );
    case(
        "operations: GET /me",
        "1:13 \"GET /me\" `operations` must be a list, not text",
    );
    case(
        "operations:\r\n  - GET /é\r\n  - \"FETCH /ü\"\r\n",
        "3:6 \"FETCH\" `FETCH` is not an HTTP method that Microsoft Graph knows",
    );
    case(
        "operations:\n  - >-\n    FETCH\n    /me\n",
        "3:5 \"FETCH\\n    /me\" `FETCH` is not an HTTP method that Microsoft Graph knows",
    );
    case(
        "operations:\n  - GET /me/messages?$search=\"a: b\"\n",
        "2:5 \"GET /me/messages?$search=\\\"a\" YAML reads this operation as a key and a value",
    );
    case(
        "operations:\n  - \"GET /me\\u202e\"\n",
        "2:5 \"\\\"GET /me\\\\u202e\\\"\" the URL contains a control character or an invisible one",
    );
    case(
        "operations: [GET /users/{id}, FOO /me]\n",
        "1:18 \"/users/{id}\" `/users/{id}` needs quotes inside `{ }` and `[ ]`, because YAML takes its braces for a mapping\n1:31 \"FOO\" `FOO` is not an HTTP method that Microsoft Graph knows",
    );
    case(
        "operations: [GET /a]\noperations: [GET /b, C /d]\n",
        "2:1 \"operations\" the key `operations` is given twice",
    );
    case(
        "operations:\n\t- GET /me\n",
        "2:1 \"\\t\" a tab cannot indent YAML",
    );
}

#[test]
fn the_same_call_differs_by_details_and_access() {
    case(
        "operations:\n  - GET /me\n  - {request: GET /me, select: [id]}\n  - {request: GET /me, access: delegated}\n  - {request: GET /me, select: 'mail,id'}\n",
        "",
    );
    case(
        "operations:\n  - {request: GET /me, select: [id, mail], reason: a}\n  - {request: get /me, select: 'mail,id', reason: b}\n",
        "3:15 \"get /me\" the same operation is listed twice",
    );
}

#[test]
fn a_batch_has_twenty_requests() {
    let batch = |count| {
        format!(
            "operations:\n  - request: POST /$batch\n    batch: [{}]\n",
            "GET /me, ".repeat(count)
        )
    };
    case(&batch(20), "");
    case(
        &batch(21),
        "3:193 \"GET /me\" a batch holds at most 20 requests, this one 21",
    );
}

#[test]
fn secrets_are_refused_and_never_shown() {
    let text = "app: {name: a, clientSecret: hunter22}\nauth:\n  password: |\n    correct horse\noperations:\n  - GET /me # hunter22\n  - hunter22 /x\n";
    let reading = read(text);
    let told = told(&reading);
    assert!(told.contains("1:16 \"clientSecret\" the key `clientSecret` looks like a secret"));
    assert!(told.contains("3:3 \"password\""));
    let source = &reading.manifest.source;
    assert!(!source.text().contains("hunter22"));
    assert!(!source.text().contains("horse"));
    assert_eq!(source.text().len(), text.len());

    let broken = read("clientSecret: 'hunter22\n");
    assert!(!broken.manifest.source.text().contains("hunter22"));
    case(
        "profiles: {password-reset: {reason: x}}\noperations: []",
        "",
    );
}

#[test]
fn a_thousand_mistakes_are_cut_short() {
    let text = format!("operations:\n{}", "  - FETCH /me\n".repeat(1000));
    let reading = read(&text);
    assert_eq!(reading.errors.len(), 101);
    assert_eq!(
        reading.errors[100].to_string(),
        "900 more mistakes are not shown"
    );
}

#[test]
fn requests_of_the_command_line_have_places() {
    let requests = ["GET /me", "\u{feff}FETCH /é", "GET /a\nb"].map(str::to_owned);
    let reading = from_requests(&requests, &check);
    assert_eq!(reading.manifest.apps[0].operations.len(), 1);
    insta::assert_snapshot!(told(&reading), @r#"
    2:1 "FETCH" `FETCH` is not an HTTP method that Microsoft Graph knows; did you mean `PATCH`?
    3:5 "/a\nb" the URL contains a control character or an invisible one; write the URL as the app calls it, with placeholders such as `{id}` for ids
    "#);
}

#[test]
fn the_starter_is_valid_with_and_without_its_comments() {
    assert_eq!(told(&read(init::STARTER)), "");
    let without: String = init::STARTER
        .lines()
        .map(|line| {
            // Prose stands one space behind its `#`.
            let key = line
                .strip_prefix('#')
                .filter(|rest| rest.starts_with("  ") || rest.starts_with(char::is_alphabetic));
            let line = key.unwrap_or(line);
            let access = line.replace("access: delegated", "access: both");
            access + "\n"
        })
        .collect();
    assert_eq!(told(&read(&without)), "");
    let app = &read(&without).manifest.apps[0];
    assert!(app.client_id.is_some() && !app.routes.is_empty());
    assert!(app.operations[2].profile.is_some());
}

proptest! {
    #[test]
    fn any_text_is_read_with_places_inside_it(
        text in prop_oneof![
            any::<String>(),
            "(operations|apps|access|app|secret|request|batch|[-:é{}\\[\\], /\\n\\r'\"&*!|>#a]|GET /){0,40}",
        ]
    ) {
        let reading = read(&text);
        let source = &reading.manifest.source;
        for error in &reading.errors {
            let span = error.span();
            prop_assert!(source.text().get(span.start..span.end).is_some(), "{span:?}");
        }
        for operation in reading.manifest.apps.iter().flat_map(|app| &app.operations) {
            prop_assert!(source.text().get(operation.url_span.start..operation.url_span.end).is_some());
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(source) = crate::source::read::decode("f", bytes) {
            from_source(&source, &check);
        }
    }

    #[test]
    fn any_requests_are_read(requests in prop::collection::vec(any::<String>(), 0..5)) {
        let reading = from_requests(&requests, &check);
        for error in &reading.errors {
            let span = error.span();
            prop_assert!(reading.manifest.source.text().get(span.start..span.end).is_some());
        }
    }
}
