//! `token get` and what all of `token` shares, against servers on this machine that play the platform.

use serde_json::json;

use crate::run::{Outcome, Place};
use crate::server::{Reply, Server, token};

pub(crate) const APP: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const TENANT: &str = "22222222-2222-2222-2222-222222222222";
pub(crate) const SECRET: &str = "s3cr+t/~value";

pub(crate) fn app_token() -> String {
    token(&json!({
        "aud": "https://graph.microsoft.com", "iss": format!("https://sts.windows.net/{TENANT}/"), "tid": TENANT,
        "appid": APP, "appidacr": "1", "idtyp": "app", "oid": "o", "sub": "o", "ver": "1.0",
        "roles": ["User.Read.All", "Mail.Send"], "iat": 1_000, "nbf": 1_000, "exp": 4_102_444_800_i64,
    }))
}

pub(crate) fn granted(token: &str) -> Reply {
    Reply::json(
        200,
        &json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token}),
    )
}

pub(crate) fn refused(status: u16, code: u32, error: &str) -> Reply {
    Reply::json(
        status,
        &json!({
            "error": error, "error_description": format!("AADSTS{code}: What the platform says. Trace ID: trace-1 Correlation ID: corr-1 Timestamp: 2026-11-24 12:00:00Z"),
            "error_codes": [code], "trace_id": "trace-1", "correlation_id": "corr-1", "timestamp": "2026-11-24 12:00:00Z",
        }),
    )
}

/// `token get` for a tenant at a server.
pub(crate) fn get(server: &str, more: &[&str]) -> Vec<String> {
    let usual = [
        "token",
        "get",
        "--allow-http-loopback",
        "--timeout",
        "3",
        "--authority",
        server,
        "--tenant",
        TENANT,
        "--client-id",
        APP,
    ];
    usual
        .iter()
        .chain(more)
        .map(|text| (*text).to_owned())
        .collect()
}

/// What was told on standard error, as one line.
pub(crate) fn told(outcome: &Outcome) -> String {
    let text = outcome.err.replace('│', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn run(
    server: &Server,
    more: &[&str],
    input: &str,
    environment: &[(&str, &str)],
) -> Outcome {
    run_at(&Place::new(), server, more, input, environment)
}

pub(crate) fn run_at(
    place: &Place,
    server: &Server,
    more: &[&str],
    input: &str,
    environment: &[(&str, &str)],
) -> Outcome {
    let arguments = get(&server.url(), more);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    place.run_given(&arguments, input, environment)
}

#[test]
fn a_client_secret_gives_a_token_that_nobody_sees() {
    let server = Server::start(|_| granted(&app_token()));
    let outcome = run(&server, &[], "", &[("AZURE_CLIENT_SECRET", SECRET)]).ends_with(0);
    assert!(outcome.out.contains("User.Read.All") && outcome.out.contains("application"));
    assert!(outcome.out.contains("not verified"));
    assert!(outcome.out.contains("good for 59 min"));
    for text in [&outcome.out, &outcome.err] {
        assert!(!text.contains(&app_token()) && !text.contains("eyJ") && !text.contains(SECRET));
    }
    let [request] = &server.seen()[..] else {
        panic!("{:?}", server.seen())
    };
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, format!("/{TENANT}/oauth2/v2.0/token"));
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(request.header("accept-encoding"), None);
    let field = |name| request.field(name).unwrap();
    assert_eq!(field("grant_type"), "client_credentials");
    assert_eq!(field("client_id"), APP);
    assert_eq!(field("client_secret"), SECRET);
    assert_eq!(field("scope"), "https://graph.microsoft.com/.default");
}

#[test]
fn secrets_come_from_variables_files_and_standard_input() {
    let server = Server::start(|request| match request.field("client_secret") {
        Some(secret) if secret == SECRET => granted(&app_token()),
        _ => refused(401, 7_000_215, "invalid_client"),
    });
    run(&server, &["--secret-env", "MINE"], "", &[("MINE", SECRET)]).ends_with(0);
    run(
        &server,
        &["--secret-file", "-"],
        &format!("{SECRET}\r\n"),
        &[],
    )
    .ends_with(0);
    let place = Place::new().with("secret.txt", &format!("{SECRET}\n"));
    run_at(&place, &server, &["--secret-file", "secret.txt"], "", &[]).ends_with(0);
    assert_eq!(server.seen().len(), 3);
    let none = run(&server, &[], "", &[]).ends_with(2);
    assert!(none.err.contains("AZURE_CLIENT_SECRET"), "{}", none.err);
    // There is no option that takes the secret itself.
    let given = run(&server, &["--client-secret", SECRET], "", &[]).ends_with(2);
    assert!(given.err.contains("unexpected argument"), "{}", given.err);
}

#[test]
fn a_token_that_somebody_has_is_taken_as_it_is() {
    let server = Server::start(|_| granted("unasked"));
    let token = app_token();
    let given = ["--flow", "given"];
    let named = ["--flow", "given", "--token-env", "MINE"];
    for (more, input, environment) in [
        (&given[..], token.as_str(), &[][..]),
        (&named, "", &[("MINE", token.as_str())]),
    ] {
        let told = run(&server, more, input, environment).ends_with(0);
        assert!(told.out.contains("User.Read.All") && !told.out.contains("eyJ"));
        let more = [more, &["--print-token"]].concat();
        let printed = run(&server, &more, input, environment).ends_with(0);
        assert_eq!(printed.out.trim_end(), token);
    }
    assert!(server.seen().is_empty());
}

#[test]
fn only_print_token_prints_it() {
    let server = Server::start(|_| granted(&app_token()));
    let environment = [("AZURE_CLIENT_SECRET", SECRET)];
    let printed = run(&server, &["--print-token"], "", &environment).ends_with(0);
    assert_eq!(printed.out.trim_end(), app_token());
    let json = run(&server, &["--format", "json"], "", &environment).ends_with(0);
    assert_eq!(json.json()["verified"], false);
    assert_eq!(json.json()["expiresIn"], 3599);
    assert_eq!(json.json()["claims"]["permissions"][0]["name"], "Mail.Send");
    assert!(!json.out.contains("eyJ"));
}

#[test]
fn refusals_are_explained_with_their_ids() {
    let server = Server::start(|_| refused(401, 7_000_215, "invalid_client"));
    let outcome = run(&server, &[], "", &[("AZURE_CLIENT_SECRET", SECRET)]).ends_with(3);
    let told = told(&outcome);
    for expected in [
        "AADSTS7000215",
        "trace-1",
        "corr-1",
        "and not its id",
        "graphgrant::token::aadsts7000215",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert!(outcome.out.is_empty());
    assert_eq!(server.seen().len(), 1, "a refusal is not repeated");
}

#[test]
fn throttling_and_faults_are_sat_out() {
    for (status, after) in [
        (429, Some("0")),
        (503, Some("Tue, 24 Nov 2020 12:00:00 GMT")),
        (500, None),
    ] {
        let first = std::sync::atomic::AtomicBool::new(true);
        let server = Server::start(move |_| {
            if first.swap(false, std::sync::atomic::Ordering::SeqCst) {
                let after = after.map(|after| ("Retry-After", after.to_owned()));
                return Reply::With(status, after.into_iter().collect(), b"busy".to_vec());
            }
            granted(&app_token())
        });
        run(&server, &[], "", &[("AZURE_CLIENT_SECRET", SECRET)]).ends_with(0);
        assert_eq!(server.seen().len(), 2, "{status}");
    }
    // Attempts are bounded, and so is the wait.
    let server =
        Server::start(|_| Reply::With(429, vec![("Retry-After", "0".to_owned())], Vec::new()));
    run(&server, &[], "", &[("AZURE_CLIENT_SECRET", SECRET)]).ends_with(3);
    assert_eq!(server.seen().len(), 4);
    let server =
        Server::start(|_| Reply::With(429, vec![("Retry-After", "3600".to_owned())], Vec::new()));
    let outcome = run(&server, &[], "", &[("AZURE_CLIENT_SECRET", SECRET)]).ends_with(3);
    assert_eq!(server.seen().len(), 1);
    let told = told(&outcome);
    assert!(
        told.contains("answered 429: it is asked too often, and asks to wait 3600 s"),
        "{told}"
    );
    assert!(!told.contains("check the host"), "{told}");
    // A 503 that says how long to wait is throttling, one that does not is any gateway's.
    for (after, expected, never) in [
        (
            Some("3600"),
            "answered 503: it is asked too often, and asks to wait 3600 s",
            "check the host",
        ),
        (
            Some("Sat, 24 Nov 2040 12:00:00 GMT"),
            "answered 503: it is asked too often",
            "check the host",
        ),
        (None, "answered 503", "asked too often"),
    ] {
        let server = Server::start(move |_| {
            let after = after.map(|after| ("Retry-After", after.to_owned()));
            Reply::With(503, after.into_iter().collect(), b"busy".to_vec())
        });
        let outcome = run(&server, &[], "", &[("AZURE_CLIENT_SECRET", SECRET)]).ends_with(3);
        let told = self::told(&outcome);
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains(never), "{told}");
        assert_eq!(server.seen().len(), if after.is_some() { 1 } else { 4 });
    }
}

#[test]
fn a_secret_in_the_place_of_its_variable_is_not_repeated() {
    let server = Server::start(|_| granted(&app_token()));
    for given in ["Abc8Q~4kXtYw_l3mN-oPq.RsTuVwXyZ01234567", "hunter22"] {
        let outcome = run(&server, &["--secret-env", given], "", &[]).ends_with(2);
        assert!(
            !outcome.err.contains(given) && !outcome.out.contains(given),
            "{}",
            outcome.err
        );
        let told = outcome.err.replace(['│', '\n'], " ");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        let count = format!("({} characters", given.len());
        assert!(told.contains(&count), "{told}");
    }
    let outcome = run(&server, &["--secret-env", "MY_APP_SECRET"], "", &[]).ends_with(2);
    assert!(outcome.err.contains("`MY_APP_SECRET`"), "{}", outcome.err);
    assert!(server.seen().is_empty());
}

#[test]
fn an_app_signs_in_to_one_tenant_only() {
    let server = Server::start(|_| granted(&app_token()));
    let url = server.url();
    let outcome = Place::new()
        .run_given(
            &[
                "token",
                "get",
                "--allow-http-loopback",
                "--authority",
                &url,
                "--tenant",
                "common",
                "--client-id",
                APP,
            ],
            "",
            &[("AZURE_CLIENT_SECRET", SECRET)],
        )
        .ends_with(2);
    assert!(outcome.err.contains("common"));
    assert!(server.seen().is_empty());
}

#[test]
fn plain_http_has_to_be_asked_for() {
    let server = Server::start(|_| granted(&app_token()));
    let url = server.url();
    let arguments = [
        "token",
        "get",
        "--authority",
        &url,
        "--tenant",
        TENANT,
        "--client-id",
        APP,
    ];
    let outcome = Place::new().run_given(&arguments, "", &[("AZURE_CLIENT_SECRET", SECRET)]);
    assert!(outcome.ends_with(2).err.contains("--allow-http-loopback"));
    assert!(server.seen().is_empty());
}

#[test]
fn this_machine_is_never_called_through_a_proxy() {
    let proxy = Server::start(|_| Reply::Text(502, "text/plain", "proxy".to_owned()));
    let server = Server::start(|_| granted(&app_token()));
    let through = proxy.url();
    let environment = [
        ("AZURE_CLIENT_SECRET", SECRET),
        ("HTTP_PROXY", through.as_str()),
        ("http_proxy", through.as_str()),
        ("HTTPS_PROXY", through.as_str()),
        ("ALL_PROXY", through.as_str()),
    ];
    run(&server, &[], "", &environment).ends_with(0);
    assert!(proxy.seen().is_empty());
}

#[test]
fn the_world_is_called_through_the_proxy_of_the_environment() {
    // The proxy sees the host alone and refuses; the secret never reaches it.
    let proxy = Server::start(|_| Reply::Text(403, "text/plain", "no".to_owned()));
    let through = proxy.url();
    let roots = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/plain.pem");
    let arguments = [
        "token",
        "get",
        "--tenant",
        TENANT,
        "--client-id",
        APP,
        "--timeout",
        "3",
        "--ca-file",
        roots,
    ];
    let environment = [
        ("AZURE_CLIENT_SECRET", SECRET),
        ("HTTPS_PROXY", through.as_str()),
    ];
    let outcome = Place::new()
        .run_given(&arguments, "", &environment)
        .ends_with(3);
    let [request] = &proxy.seen()[..] else {
        panic!("{:?} {}", proxy.seen(), outcome.err)
    };
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("CONNECT", "login.microsoftonline.com:443")
    );
    assert!(!outcome.err.contains(SECRET));
}

#[test]
fn a_host_that_the_environment_keeps_from_the_proxy_is_called_directly() {
    let roots = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/plain.pem");
    // Nothing resolves this name, so that a direct call ends at once.
    let arguments = [
        "token",
        "get",
        "--authority",
        "https://login.invalid",
        "--tenant",
        TENANT,
        "--client-id",
        APP,
        "--timeout",
        "3",
        "--ca-file",
        roots,
    ];
    for (except, calls) in [
        ("login.invalid", 0),
        (".invalid", 0),
        ("*", 0),
        ("other.example", 1),
    ] {
        let proxy = Server::start(|_| Reply::Text(403, "text/plain", "no".to_owned()));
        let through = proxy.url();
        let environment = [
            ("AZURE_CLIENT_SECRET", SECRET),
            ("HTTPS_PROXY", through.as_str()),
            ("NO_PROXY", except),
        ];
        let outcome = Place::new()
            .run_given(&arguments, "", &environment)
            .ends_with(3);
        assert_eq!(proxy.seen().len(), calls, "{except}: {}", outcome.err);
        assert!(!outcome.err.contains(SECRET));
    }
}

#[test]
fn roots_that_are_none_are_refused() {
    let place = Place::new().with("roots.pem", "nothing");
    let arguments = [
        "token",
        "get",
        "--tenant",
        TENANT,
        "--client-id",
        APP,
        "--ca-file",
        "roots.pem",
    ];
    let outcome = place
        .run_given(&arguments, "", &[("AZURE_CLIENT_SECRET", SECRET)])
        .ends_with(2);
    assert!(outcome.err.contains("ca_file"), "{}", outcome.err);
}

#[cfg(target_os = "linux")]
#[test]
fn a_machine_without_roots_is_told() {
    let arguments = [
        "token",
        "get",
        "--tenant",
        TENANT,
        "--client-id",
        APP,
        "--timeout",
        "3",
    ];
    let environment = [
        ("AZURE_CLIENT_SECRET", SECRET),
        ("SSL_CERT_FILE", "/nowhere/roots.pem"),
        ("SSL_CERT_DIR", "/nowhere"),
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
    ];
    let outcome = Place::new()
        .run_given(&arguments, "", &environment)
        .ends_with(2);
    assert!(
        outcome.err.contains("no_certificates") && outcome.err.contains("--ca-file"),
        "{}",
        outcome.err
    );
    assert!(!outcome.err.contains("panicked"));
}

#[test]
fn other_commands_open_no_connection() {
    // A proxy that would be called by anything that goes online.
    let proxy = Server::start(|_| Reply::Hang);
    let url = proxy.url();
    let environment = [("HTTPS_PROXY", url.as_str()), ("HTTP_PROXY", url.as_str())];
    Place::new()
        .run_given(&["plan", "-e", "GET /me"], "", &environment)
        .ends_with(0);
    Place::new()
        .run_given(&["token", "inspect"], &app_token(), &environment)
        .ends_with(0);
    assert!(proxy.seen().is_empty());
}
