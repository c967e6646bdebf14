//! When `verify` ends with 0: every operation of the access is shown to be covered, and the token is the expected one.
//! Each row is a way in which that might seem so and is not, beside the nearest one in which it is.

use serde_json::{Value, json};

use crate::run::{Outcome, Place};
use crate::server::{Reply, Server, token};

const APP: &str = "11111111-1111-1111-1111-111111111111";
const TENANT: &str = "22222222-2222-2222-2222-222222222222";
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The beginning of each manifest: the app that the tokens are of.
const HEAD: &str = "app: {clientId: 11111111-1111-1111-1111-111111111111, tenant: 22222222-2222-2222-2222-222222222222}\n";

fn user(scopes: &str) -> Value {
    json!({
        "aud": "https://graph.microsoft.com", "iss": format!("https://sts.windows.net/{TENANT}/"), "tid": TENANT, "appid": APP,
        "idtyp": "user", "scp": scopes, "iat": 1_000, "nbf": 1_000, "exp": 4_102_444_800_i64,
    })
}

fn app(roles: &[&str]) -> Value {
    with(
        user(""),
        &json!({"idtyp": "app", "scp": null, "roles": roles}),
    )
}

fn with(mut claims: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn run(manifest: &str, token: &str, more: &[&str]) -> Outcome {
    let place = Place::new().with("graphgrant.yaml", manifest);
    let arguments = [&["verify", "--format", "json"], more].concat();
    place.run_with(&arguments, token)
}

/// Every operation is covered, and there is nothing to say against it.
#[track_caller]
fn proven(manifest: &str, claims: &Value) {
    let outcome = run(&format!("{HEAD}{manifest}"), &token(claims), &[]).ends_with(0);
    assert_eq!(outcome.json()["proven"], true, "{manifest}");
}

/// It is not, and the rule says why, as an error or a warning.
#[track_caller]
fn open(manifest: &str, claims: &Value, rule: &str) {
    told(
        &run(&format!("{HEAD}{manifest}"), &token(claims), &[]),
        manifest,
        rule,
    );
}

#[track_caller]
fn told(outcome: &Outcome, manifest: &str, rule: &str) {
    assert_eq!(
        outcome.code, 1,
        "{manifest}\n{}{}",
        outcome.out, outcome.err
    );
    let answer = outcome.json();
    assert_eq!(answer["proven"], false, "{manifest}");
    let findings = answer["findings"].as_array().unwrap();
    let said: Vec<_> = findings
        .iter()
        .map(|finding| (finding["rule"].clone(), finding["severity"].clone()))
        .collect();
    assert!(
        said.iter()
            .any(|(found, severity)| found == rule && severity != "info"),
        "{manifest}: {said:?}"
    );
}

#[test]
fn an_operation_that_is_not_shown_to_be_covered_keeps_the_token_from_being_proven() {
    let mail = "access: [delegated]\noperations:\n  - GET /me/messages?$select=subject\n";
    proven(mail, &user("Mail.ReadBasic"));
    open(mail, &user("User.Read"), "GV001");
    open(mail, &user(""), "GV001");
    open(mail, &with(user(""), &json!({"scp": null})), "GV001");
    // Only the order says so.
    let tips = "access: [delegated]\noperations: [POST /me/getMailTips]\n";
    proven(tips, &user("Mail.Read"));
    open(tips, &user("Mail.ReadWrite"), "GV002");
    // Unknown, and known under no access that is wanted.
    let unknown = format!("{mail}  - GET /me/no/such/thing\n");
    open(&unknown, &user("Mail.ReadBasic"), "GV006");
    let barred = "access: [application]\noperations: [GET /me]\n";
    open(barred, &app(&["User.Read.All"]), "GV007");
    // One of several.
    let two = format!("{mail}  - GET /me/contacts\n");
    proven(&two, &user("Mail.ReadBasic Contacts.Read"));
    open(&two, &user("Mail.ReadBasic"), "GV001");
    // A profile is part of the app unless another is chosen.
    let profile = "access: [delegated]\nprofiles: {more: {}}\noperations: [GET /me, {request: GET /me/contacts, profile: more}]\n";
    proven(profile, &user("User.Read Contacts.Read"));
    open(profile, &user("User.Read"), "GV001");
}

#[test]
fn a_route_proves_nothing_of_itself() {
    let route = "access: [application]\nroutes: [{via: sites-selected, operations: ['GET /sites/{id}/lists']}]\noperations: ['GET /sites/{id}/lists']\n";
    open(route, &app(&["Sites.Selected"]), "GV005");
    open(route, &app(&[]), "GV001");
    open(route, &app(&["Sites.FullControl.All"]), "GV005");
    // In test reports too.
    let place = Place::new().with("graphgrant.yaml", &format!("{HEAD}{route}"));
    let text = token(&app(&["Sites.Selected"]));
    for (format, expected) in [
        ("human", "not proven: what a route outside the token allows"),
        ("junit", "failures=\"1\""),
        ("sarif", "\"level\": \"warning\""),
        ("markdown", "| warning | GV005"),
    ] {
        let outcome = place.run_with(&["verify", "--format", format], &text);
        let outcome = outcome.ends_with(1);
        assert!(outcome.out.contains(expected), "{format}: {}", outcome.out);
    }
}

#[test]
fn what_the_url_does_not_show_has_to_be_told() {
    // What a search looks for, what an update writes.
    let search = "access: [delegated]\noperations: [POST /search/query]\n";
    open(search, &user("Mail.Read"), "GV019");
    let told = "access: [delegated]\noperations: [{request: POST /search/query, entityTypes: [message]}]\n";
    proven(told, &user("Mail.Read"));
    let unheard = "access: [delegated]\noperations: [{request: POST /search/query, entityTypes: [message, nothingKnown]}]\n";
    open(unheard, &user("Mail.Read"), "GV019");
    let update = "access: [application]\noperations: ['PATCH /users/{id}']\n";
    open(update, &app(&["User.ReadWrite.All"]), "GV019");
    let told = "access: [application]\noperations: [{request: 'PATCH /users/{id}', properties: [jobTitle]}]\n";
    proven(told, &app(&["User.ReadWrite.All"]));
    // Without it there is no answer at all.
    let subscription = "access: [application]\noperations: [POST /subscriptions]\n";
    open(subscription, &app(&["Mail.Read"]), "GV006");
    // A relation whose reads are not known.
    let expand =
        "access: [delegated]\noperations: ['GET /me/messages?$expand=nothingKnown&$select=id']\n";
    open(expand, &user("Mail.ReadBasic"), "GV019");
    // Whose data it is.
    let others = "access: [delegated]\noperations: ['GET /users/{id}/messages']\n";
    open(others, &user("Mail.Read"), "GV019");
    for target in ["shared", "any"] {
        let told = format!(
            "access: [delegated]\noperations: [{{request: 'GET /users/{{id}}/messages', target: {target}, select: [subject]}}]\n"
        );
        open(&told, &user("Mail.Read"), "GV001");
        proven(&told, &user("Mail.Read.Shared"));
    }
    let own =
        "access: [delegated]\noperations: [{request: 'GET /users/{id}/messages', target: self}]\n";
    proven(own, &user("Mail.Read"));
    // What does only while data is imported.
    let import = "access: [application]\noperations: ['POST /teams/{id}/channels/{id}/messages']\n";
    open(import, &app(&["Teamwork.Migrate.All"]), "GV019");
    // What is not in the URL of a call is not asked for by it.
    proven(
        "access: [delegated]\noperations: [GET /me]\n",
        &user("User.Read"),
    );
}

#[test]
fn nothing_to_compare_is_no_proof() {
    open(
        "access: [delegated]\noperations: []\n",
        &user("User.Read"),
        "GV014",
    );
    open("operations: []\n", &app(&["User.Read.All"]), "GV014");
    let excluded = "operations: [{request: GET /users, access: [application]}]\n";
    open(excluded, &user("User.Read.All"), "GV014");
    let sign_in = "access: [delegated]\nsignIn: [openid, profile]\noperations: []\n";
    open(sign_in, &user("openid profile"), "GV014");
    // What is asked for by name is something.
    let named = "access: [application]\npermissions: [{name: Sites.Read.All, access: application, reason: x}]\noperations: []\n";
    proven(named, &app(&["Sites.Read.All"]));
    open(named, &app(&["Mail.Read"]), "GV001");
    open(named, &app(&["Sites.FullControl.All"]), "GV002");
}

#[test]
fn a_token_that_is_not_the_expected_one_is_no_proof() {
    let mail = "access: [delegated]\noperations: [GET /me/messages?$select=subject]\n";
    let other = "33333333-3333-3333-3333-333333333333";
    let issuer = format!("https://sts.windows.net/{other}/");
    for (changes, rule) in [
        (json!({"tid": other, "iss": issuer}), "GV010"),
        (json!({"tid": null}), "GV010"),
        (json!({"iss": issuer}), "GV010"),
        (json!({"appid": other}), "GV011"),
        (json!({"appid": null}), "GV011"),
        (json!({"aud": "https://graph.microsoft.us"}), "GV012"),
        (json!({"aud": "https://vault.azure.net"}), "GV013"),
        (json!({"aud": null}), "GV013"),
        (json!({"aud": ["https://vault.azure.net"]}), "GV013"),
        (
            json!({"idtyp": "app", "scp": null, "roles": ["Mail.ReadBasic"]}),
            "GV014",
        ),
        (json!({"idtyp": null, "scp": null, "roles": null}), "GV014"),
        (json!({"exp": 2_000}), "GV015"),
        (json!({"exp": null}), "GV015"),
        (json!({"exp": "never"}), "GV015"),
        (json!({"nbf": 4_102_444_700_i64}), "GV015"),
    ] {
        open(mail, &with(user("Mail.ReadBasic"), &changes), rule);
    }
    // Claims of odd types hold nothing, or what they hold all the same.
    for scopes in [json!(7), json!({"Mail.ReadBasic": true}), json!([1])] {
        let claims = with(user(""), &json!({"scp": scopes}));
        open(mail, &claims, "GV001");
    }
    let manifest = format!("{HEAD}{mail}");
    let access = ["--access", "delegated"];
    for text in [
        "EwBwA8l6BAAU",
        "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d",
    ] {
        told(&run(&manifest, text, &access), mail, "GV017");
    }
    let wrong = ["--access", "application"];
    let text = token(&user("Mail.ReadBasic"));
    told(&run(&manifest, &text, &wrong), mail, "GV014");
}

#[test]
fn the_kind_of_account_counts() {
    let both = "app: {audience: AzureADandPersonalMicrosoftAccount}\naccess: [delegated]\noperations: [GET /users]\n";
    let personal = with(
        user("User.ReadBasic.All"),
        &json!({"tid": PERSONAL, "iss": format!("https://sts.windows.net/{PERSONAL}/")}),
    );
    told(&run(both, &token(&personal), &[]), both, "GV007");
    // A token of a work account says nothing of personal ones.
    run(both, &token(&user("User.ReadBasic.All")), &[]).ends_with(0);
}

#[test]
fn who_expects_nobody_is_told() {
    let text = token(&user("User.Read"));
    for (head, expected) in [
        ("", "of which app and tenant"),
        (
            "app: {clientId: 11111111-1111-1111-1111-111111111111}\n",
            "of which tenant",
        ),
        (
            "app: {tenant: 22222222-2222-2222-2222-222222222222}\n",
            "of which app the",
        ),
    ] {
        let manifest = format!("{head}access: [delegated]\noperations: [GET /me]\n");
        let place = Place::new().with("graphgrant.yaml", &manifest);
        let outcome = place.run_with(&["verify"], &text).ends_with(0);
        let told = outcome.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("the expected one"), "{told}");
    }
}

#[test]
fn an_operation_may_be_of_an_access_of_its_own() {
    let bot =
        "access: delegated\noperations: [GET /me, {request: 'GET /users', access: application}]\n";
    proven(bot, &app(&["User.ReadBasic.All"]));
    proven(bot, &user("User.Read"));
    open(bot, &app(&["Mail.Read"]), "GV001");
    let named = "access: application\npermissions: [{name: Mail.Send, access: delegated, reason: x}]\noperations: [GET /users]\n";
    proven(named, &user("Mail.Send"));
    let unwanted = "access: delegated\noperations: [GET /me]\n";
    open(unwanted, &app(&["User.Read.All"]), "GV014");
}

#[test]
fn what_stops_at_the_users_own_data_is_not_enough_for_others() {
    for target in ["shared", "any"] {
        let others = format!(
            "access: [delegated]\noperations: [{{request: 'GET /users/{{id}}', target: {target}}}]\n"
        );
        open(&others, &user("User.Read"), "GV001");
        proven(&others, &user("User.ReadBasic.All"));
        // A calendar that is shared takes the form for shared ones, which the least one does not have.
        let events = format!(
            "access: [delegated]\noperations: [{{request: 'GET /users/{{id}}/calendarView', target: {target}, select: [subject]}}]\n"
        );
        open(&events, &user("Calendars.ReadBasic"), "GV001");
        open(&events, &user("Calendars.Read"), "GV001");
        proven(&events, &user("Calendars.Read.Shared"));
    }
    let own = "access: [delegated]\noperations: [{request: 'GET /users/{id}', target: self}]\n";
    proven(own, &user("User.Read"));
    let silent =
        "access: [delegated]\noperations: ['GET /users/{id}/calendarView?$select=subject']\n";
    open(silent, &user("Calendars.ReadBasic"), "GV019");
    proven(silent, &user("Calendars.Read.Shared"));
}

#[test]
fn a_call_for_the_user_proves_nothing_of_others() {
    const ID: &str = "44444444-4444-4444-4444-444444444444";
    const OTHER: &str = "55555555-5555-5555-5555-555555555555";
    const PATH: &str = "/users/{id}/messages";
    let who = json!({"oid": ID, "upn": "Anna@contoso.example"});
    for (path, target, scopes, claims, called, expected) in [
        (PATH, "any", "Mail.Read", &who, OTHER, 0),
        (PATH, "any", "Mail.Read", &who, "adele@contoso.example", 0),
        (PATH, "any", "Mail.Read", &who, ID, 1),
        (PATH, "any", "Mail.Read", &who, "anna@contoso.example", 1),
        (PATH, "any", "Mail.Read", &json!({}), OTHER, 1),
        (PATH, "self", "Mail.Read", &who, ID, 0),
        ("/me/messages", "shared", "Mail.Read", &who, ID, 1),
        // Nothing is left open that the call would have to settle.
        (PATH, "any", "Mail.Read.Shared", &who, ID, 0),
    ] {
        let server = Server::start(|_| {
            let mark = ("request-id", "1-2-3".to_owned());
            Reply::With(
                200,
                vec![mark],
                b"{\"value\": [{\"id\": \"1\", \"subject\": \"x\"}]}".to_vec(),
            )
        });
        let url = server.url();
        let manifest = format!(
            "{HEAD}access: [delegated]\noperations: [{{request: 'GET {path}', target: {target}, select: [subject]}}]\n"
        );
        let text = token(&with(with(user(scopes), claims), &json!({"aud": url})));
        let value = format!("users/id={called}");
        let more = [
            "--probe",
            "--allow-http-loopback",
            "--graph",
            &url,
            "--value",
            &value,
        ];
        let outcome = run(&manifest, &text, &more).ends_with(expected);
        assert_eq!(server.seen().len(), 1, "{called}");
        let says_why = outcome.out.contains("nothing of other people's data");
        assert_eq!(says_why, expected == 1, "{called}: {}", outcome.out);
        assert!(!outcome.out.contains("Anna"), "{}", outcome.out);
    }
}

#[test]
fn advice_names_the_detail() {
    for (request, scopes, expected) in [
        (
            "POST /me/sendMail",
            "Mail.Send",
            "`from` and others like it takes `Mail.Send.Shared`",
        ),
        (
            "POST /subscriptions",
            "Mail.Read",
            "give `resource` in the manifest",
        ),
        ("POST /$batch", "User.Read", "explain` shows why"),
    ] {
        let text = token(&user(scopes));
        let outcome = Place::new().run_with(&["verify", "--format", "json", "-e", request], &text);
        assert!(outcome.ends_with(1).out.contains(expected), "{request}");
    }
}
