//! `token get` and `token inspect`, against servers on this machine that play the platform.

use std::time::Duration;

use serde_json::{Value, json};

use crate::run::{Outcome, Place};
use crate::server::{Reply, Request, Server, token, token_with};

const APP: &str = "11111111-1111-1111-1111-111111111111";
const TENANT: &str = "22222222-2222-2222-2222-222222222222";
const SECRET: &str = "s3cr+t/~value";

fn app_token() -> String {
    token(&json!({
        "aud": "https://graph.microsoft.com", "iss": format!("https://sts.windows.net/{TENANT}/"), "tid": TENANT,
        "appid": APP, "appidacr": "1", "idtyp": "app", "oid": "o", "sub": "o", "ver": "1.0",
        "roles": ["User.Read.All", "Mail.Send"], "iat": 1_000, "nbf": 1_000, "exp": 4_102_444_800_i64,
    }))
}

fn granted(token: &str) -> Reply {
    Reply::json(
        200,
        &json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token}),
    )
}

fn refused(status: u16, code: u32, error: &str) -> Reply {
    Reply::json(
        status,
        &json!({
            "error": error, "error_description": format!("AADSTS{code}: What the platform says. Trace ID: trace-1 Correlation ID: corr-1 Timestamp: 2026-11-24 12:00:00Z"),
            "error_codes": [code], "trace_id": "trace-1", "correlation_id": "corr-1", "timestamp": "2026-11-24 12:00:00Z",
        }),
    )
}

/// `token get` for a tenant at a server.
fn get(server: &str, more: &[&str]) -> Vec<String> {
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
fn told(outcome: &Outcome) -> String {
    let text = outcome.err.replace('│', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn run(server: &Server, more: &[&str], input: &str, environment: &[(&str, &str)]) -> Outcome {
    run_at(&Place::new(), server, more, input, environment)
}

fn run_at(
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
    let none = run(&server, &[], "", &[]).ends_with(2);
    assert!(none.err.contains("AZURE_CLIENT_SECRET"), "{}", none.err);
    // There is no option that takes the secret itself.
    let given = run(&server, &["--client-secret", SECRET], "", &[]).ends_with(2);
    assert!(given.err.contains("unexpected argument"), "{}", given.err);
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
    for expected in [
        "AADSTS7000215",
        "trace-1",
        "corr-1",
        "and not its id",
        "graphgrant::token::aadsts7000215",
    ] {
        let told = outcome.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            told.contains(expected) || expected == "and not its id",
            "{expected}: {}",
            outcome.err
        );
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
    run(&server, &[], "", &[("AZURE_CLIENT_SECRET", SECRET)]).ends_with(3);
    assert_eq!(server.seen().len(), 1);
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

fn certificate(name: &str) -> String {
    format!("{}/tests/certificates/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_certificate_signs_an_assertion() {
    let server = Server::start(|_| granted(&app_token()));
    let (pem, pfx) = (certificate("encrypted.pem"), certificate("modern.pfx"));
    let password = [("PASSWORD", "test-password")];
    for file in [&pem, &pfx] {
        let more = [
            "--flow",
            "certificate",
            "--certificate",
            file,
            "--password-env",
            "PASSWORD",
        ];
        run(&server, &more, "", &password).ends_with(0);
    }
    let more = [
        "--flow",
        "certificate",
        "--certificate",
        &pem,
        "--password-file",
        "-",
        "--signature",
        "rs256",
    ];
    run(&server, &more, "test-password\n", &[]).ends_with(0);
    for (request, algorithm) in server.seen().iter().zip(["PS256", "PS256", "RS256"]) {
        assert_eq!(request.field("client_secret"), None);
        assert_eq!(
            request.field("client_assertion_type").unwrap(),
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        let assertion = request.field("client_assertion").unwrap();
        let header = jsonwebtoken::decode_header(&assertion).unwrap();
        assert_eq!(format!("{:?}", header.alg), algorithm);
        let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(&assertion).unwrap();
        assert_eq!(
            claims["aud"],
            format!("{}/{TENANT}/oauth2/v2.0/token", server.url())
        );
        assert_eq!(claims["iss"], APP);
    }
}

#[test]
fn a_refused_certificate_is_named_by_its_thumbprint() {
    let server = Server::start(|_| refused(401, 700_027, "invalid_client"));
    let pem = certificate("plain.pem");
    let outcome = run(
        &server,
        &["--flow", "certificate", "--certificate", &pem],
        "",
        &[],
    )
    .ends_with(3);
    assert!(outcome.err.contains("thumbprint"), "{}", outcome.err);
    assert!(!outcome.err.contains("eyJ"));
}

fn assertion() -> String {
    token_with(
        &json!({"alg": "RS256"}),
        &json!({"iss": "https://token.actions.githubusercontent.com", "sub": "repo:o/r:ref:refs/heads/main", "aud": "api://AzureADTokenExchange"}),
    )
}

#[test]
fn assertions_come_from_files_variables_and_platforms() {
    let platform = Server::start(|request| {
        if request.target.starts_with("/github") {
            assert_eq!(
                request.parameter("audience").unwrap(),
                "api://AzureADTokenExchange"
            );
            assert_eq!(request.header("authorization"), Some("Bearer job-token"));
            return Reply::json(200, &json!({"value": assertion()}));
        }
        assert_eq!(request.method, "POST");
        assert_eq!(request.parameter("serviceConnectionId").unwrap(), "conn-1");
        assert_eq!(request.header("authorization"), Some("Bearer job-token"));
        Reply::json(200, &json!({"oidcToken": assertion()}))
    });
    let server = Server::start(|request| match request.field("client_assertion") {
        Some(found) if found == assertion() => granted(&app_token()),
        _ => refused(401, 700_213, "invalid_client"),
    });
    let place = Place::new().with("assertion.jwt", &assertion());
    let flow = |more: &[&str], input: &str, environment: &[(&str, &str)]| {
        let more = [&["--flow", "federated"], more].concat();
        run_at(&place, &server, &more, input, environment).ends_with(0);
    };
    let text = assertion();
    flow(&["--assertion-file", "assertion.jwt"], "", &[]);
    flow(&["--assertion-file", "-"], &text, &[]);
    flow(&["--assertion-env", "MINE"], "", &[("MINE", &text)]);
    flow(
        &["--assertion", "gitlab"],
        "",
        &[("GITLAB_OIDC_TOKEN", &text)],
    );
    flow(
        &["--assertion", "gitlab", "--assertion-env", "ID"],
        "",
        &[("ID", &text)],
    );
    flow(&[], "", &[("AZURE_FEDERATED_TOKEN_FILE", "assertion.jwt")]);
    let github = format!("{}/github?x=1", platform.url());
    let github = [
        ("ACTIONS_ID_TOKEN_REQUEST_URL", github.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "job-token"),
    ];
    flow(&["--assertion", "github-actions"], "", &github);
    // The environment shows where it runs.
    flow(&[], "", &github);
    let azure = format!("{}/azure", platform.url());
    let azure = [
        ("SYSTEM_OIDCREQUESTURI", azure.as_str()),
        ("SYSTEM_ACCESSTOKEN", "job-token"),
    ];
    flow(
        &[
            "--assertion",
            "azure-pipelines",
            "--service-connection",
            "conn-1",
        ],
        "",
        &azure,
    );
    assert_eq!(
        platform.seen().len(),
        3,
        "a fresh assertion for each request"
    );
}

#[test]
fn a_mismatch_shows_what_the_assertion_presents() {
    let server = Server::start(|_| refused(401, 700_213, "invalid_client"));
    let text = assertion();
    let outcome = run(
        &server,
        &["--flow", "federated", "--assertion-env", "ID"],
        "",
        &[("ID", &text)],
    )
    .ends_with(3);
    let told = told(&outcome).replace(' ', "");
    assert!(told.contains("repo:o/r:ref:refs/heads/main"), "{told}");
    assert!(!told.contains("eyJ"));
}

#[test]
fn a_job_without_its_settings_says_which() {
    let server = Server::start(|_| granted(&app_token()));
    for (place, expected) in [
        ("github-actions", "id-token: write"),
        ("azure-pipelines", "SYSTEM_OIDCREQUESTURI"),
        ("gitlab", "id_tokens"),
        ("workload-identity", "AZURE_FEDERATED_TOKEN_FILE"),
    ] {
        let outcome = run(
            &server,
            &["--flow", "federated", "--assertion", place],
            "",
            &[],
        )
        .ends_with(2);
        assert!(outcome.err.contains(expected), "{place}: {}", outcome.err);
    }
    run(&server, &["--flow", "federated"], "", &[]).ends_with(2);
    assert!(server.seen().is_empty());
}

#[test]
fn a_managed_identity_of_app_service_is_asked() {
    let host = Server::start(|request| {
        assert_eq!(request.header("x-identity-header"), Some("header-secret"));
        assert_eq!(
            request.parameter("resource").unwrap(),
            "https://graph.microsoft.com"
        );
        assert_eq!(request.parameter("api-version").unwrap(), "2019-08-01");
        assert_eq!(request.parameter("client_id").unwrap(), "mine");
        Reply::json(
            200,
            &json!({"access_token": app_token(), "expires_on": "4102444800", "token_type": "Bearer"}),
        )
    });
    let endpoint = format!("{}/msi/token", host.url());
    let environment = [
        ("IDENTITY_ENDPOINT", endpoint.as_str()),
        ("IDENTITY_HEADER", "header-secret"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
    ];
    let arguments = [
        "token",
        "get",
        "--flow",
        "managed-identity",
        "--identity-client-id",
        "mine",
        "--timeout",
        "3",
    ];
    let outcome = Place::new()
        .run_given(&arguments, "", &environment)
        .ends_with(0);
    assert!(outcome.err.contains("24 hours"));
    assert!(!outcome.err.contains("header-secret"));
    let elsewhere = [
        ("IDENTITY_ENDPOINT", "http://evil.example/x"),
        ("IDENTITY_HEADER", "header-secret"),
    ];
    let outcome = Place::new()
        .run_given(&arguments, "", &elsewhere)
        .ends_with(3);
    assert!(
        told(&outcome).contains("not an address of this machine"),
        "{}",
        outcome.err
    );
}

#[test]
fn an_arc_agent_may_not_ask_for_any_file() {
    let host = Server::start(|request| {
        assert_eq!(request.header("authorization"), None);
        Reply::With(
            401,
            vec![("WWW-Authenticate", "Basic realm=/etc/hostname".to_owned())],
            Vec::new(),
        )
    });
    let endpoint = host.url();
    let environment = [
        ("IDENTITY_ENDPOINT", endpoint.as_str()),
        ("IMDS_ENDPOINT", "http://localhost"),
    ];
    let arguments = [
        "token",
        "get",
        "--flow",
        "managed-identity",
        "--timeout",
        "3",
    ];
    let outcome = Place::new()
        .run_given(&arguments, "", &environment)
        .ends_with(3);
    assert!(outcome.err.contains("no key file"), "{}", outcome.err);
    assert_eq!(host.seen().len(), 1);
}

#[cfg(unix)]
fn az(script: &str) -> Place {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let folder = place.path().join("bin");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("az");
    std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    place
}

#[cfg(unix)]
#[test]
fn the_azure_cli_is_asked_and_told_apart() {
    let own = token(
        &json!({"aud": "https://graph.microsoft.com", "appid": "04b07795-8ddb-461a-bbee-02f9e1bf7b46", "scp": "User.Read"}),
    );
    let place = az(&format!(
        "echo \"$@\" > \"$0.log\"; pwd >> \"$0.log\"; echo '{{\"accessToken\": \"{own}\", \"expires_on\": 4102444800}}'"
    ));
    let folder = place.path().join("bin");
    let path = format!(":.:{}:/usr/bin:/bin", folder.display());
    let arguments = ["token", "get", "--flow", "azure-cli", "--tenant", TENANT];
    let outcome = place
        .run_given(&arguments, "", &[("PATH", &path)])
        .ends_with(0);
    assert!(
        outcome.err.contains("proves nothing about your app"),
        "{}",
        outcome.err
    );
    let log = std::fs::read_to_string(folder.join("az.log")).unwrap();
    assert!(
        log.contains(&format!(
            "--resource https://graph.microsoft.com --tenant {TENANT}"
        )),
        "{log}"
    );
    // It runs in its own folder: modules of the current one would be found else.
    assert_eq!(
        log.lines().nth(1).unwrap(),
        folder.canonicalize().unwrap().to_str().unwrap()
    );
    assert!(!outcome.out.contains("eyJ"));
}

#[cfg(unix)]
#[test]
fn the_azure_cli_is_never_found_in_the_current_folder() {
    let place = az("echo 1 > \"$0.ran\"");
    let folder = place.path().join("bin");
    let here = folder.display().to_string();
    for path in [".", "", &here, &format!("{here}/.")] {
        let arguments = ["token", "get", "--flow", "azure-cli"];
        let output = assert_cmd::Command::cargo_bin("graphgrant")
            .unwrap()
            .current_dir(&folder)
            .env_clear()
            .env("PATH", path)
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(3), "{path}");
        assert!(!folder.join("az.ran").exists());
    }
}

#[cfg(unix)]
#[test]
fn an_azure_cli_that_fails_or_hangs_is_told() {
    let place = az(
        "echo 'ERROR: Please run az login eyJhbGciOiJSUzI1NiJ9.eyJhbGciOiJSUzI1NiJ9aaaaaaaaaaaaaaaaaaaaaaa' >&2; exit 1",
    );
    let path = format!("{}:/usr/bin:/bin", place.path().join("bin").display());
    let outcome = place
        .run_given(
            &["token", "get", "--flow", "azure-cli"],
            "",
            &[("PATH", &path)],
        )
        .ends_with(3);
    assert!(
        outcome.err.contains("az login") && !outcome.err.contains("eyJ"),
        "{}",
        outcome.err
    );
    let place = az("sleep 30");
    let path = format!("{}:/usr/bin:/bin", place.path().join("bin").display());
    let arguments = ["token", "get", "--flow", "azure-cli", "--wait", "1"];
    let outcome = place
        .run_given(&arguments, "", &[("PATH", &path)])
        .ends_with(3);
    assert!(
        outcome.err.contains("did not end in time"),
        "{}",
        outcome.err
    );
}

fn device(errors: &'static [&'static str]) -> Server {
    let polls = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |request| {
        if request.target.ends_with("/devicecode") {
            assert_eq!(
                request.field("scope").unwrap(),
                "https://graph.microsoft.com/User.Read"
            );
            return Reply::json(
                200,
                &json!({"device_code": "device-secret-1", "user_code": "ABCD-EFGH", "verification_uri": "https://microsoft.com/devicelogin", "expires_in": 900, "interval": 1, "message": "x"}),
            );
        }
        assert_eq!(request.field("device_code").unwrap(), "device-secret-1");
        assert_eq!(
            request.field("grant_type").unwrap(),
            "urn:ietf:params:oauth:grant-type:device_code"
        );
        match errors.get(polls.fetch_add(1, std::sync::atomic::Ordering::SeqCst)) {
            Some(error) => refused(400, 70016, error),
            None => granted(&token(
                &json!({"aud": "https://graph.microsoft.com", "scp": "User.Read"}),
            )),
        }
    })
}

const DEVICE: [&str; 4] = ["--flow", "device-code", "--scope", "User.Read"];

#[test]
fn a_device_code_is_shown_and_waited_for() {
    let server = device(&["authorization_pending", "authorization_pending"]);
    let outcome = run(&server, &DEVICE, "", &[]).ends_with(0);
    assert!(
        outcome.err.lines().any(|line| line.trim() == "ABCD-EFGH"),
        "the code stands alone"
    );
    assert!(outcome.err.contains("https://microsoft.com/devicelogin"));
    assert!(!outcome.err.contains("device-secret-1"));
    assert!(outcome.out.contains("delegated"));
}

#[test]
fn a_device_code_that_is_declined_or_expires_ends() {
    for (error, expected) in [
        ("authorization_declined", "declined"),
        ("expired_token", "expired"),
        ("bad_verification_code", "does not know the device code"),
    ] {
        let errors: &'static [&'static str] = Box::leak(vec![error].into_boxed_slice());
        let outcome = run(&device(errors), &DEVICE, "", &[]).ends_with(3);
        let told = told(&outcome);
        assert!(told.contains(error) && told.contains("70016"), "{told}");
        assert!(
            told.contains(expected) || told.contains("not typed"),
            "{told}"
        );
    }
}

#[test]
fn slow_down_slows_down_and_patience_ends() {
    let server = device(&[
        "slow_down",
        "authorization_pending",
        "authorization_pending",
    ]);
    let more = [&DEVICE[..], &["--wait", "4"]].concat();
    let started = std::time::Instant::now();
    let outcome = run(&server, &more, "", &[]).ends_with(3);
    assert!(outcome.err.contains("nobody finished"), "{}", outcome.err);
    // One question after a second, none for the next six: the last one comes when time is over.
    assert!(server.seen().len() <= 3, "{}", server.seen().len());
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_device_page_that_is_none_is_not_shown() {
    let server = Server::start(|_| {
        Reply::json(
            200,
            &json!({"device_code": "d", "user_code": "U", "verification_uri": "javascript:alert(1)"}),
        )
    });
    let outcome = run(&server, &DEVICE, "", &[]).ends_with(3);
    assert!(!outcome.err.contains("javascript"), "{}", outcome.err);
}

/// Starts the browser flow and plays the browser: what it is sent to, and what it brings back.
fn browser(
    server: &Server,
    back: impl Fn(&url::Url, &str) -> Vec<String>,
) -> (Outcome, Vec<String>) {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    let arguments = get(
        &server.url(),
        &[
            "--flow",
            "authorization-code",
            "--no-browser",
            "--wait",
            "10",
            "--scope",
            "Mail.Read",
        ],
    );
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_graphgrant"))
        .args(arguments)
        .env_clear()
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    let page = loop {
        let mut line = String::new();
        assert!(err.read_line(&mut line).unwrap() > 0, "{told}");
        told.push_str(&line);
        if let Ok(page) = url::Url::parse(line.trim()) {
            break page;
        }
    };
    let parameter = |name: &str| {
        let mut pairs = page.query_pairs();
        pairs
            .find(|(found, _)| found == name)
            .unwrap()
            .1
            .into_owned()
    };
    let redirect = url::Url::parse(&parameter("redirect_uri")).unwrap();
    assert_eq!(redirect.host_str(), Some("localhost"));
    let port = redirect.port().unwrap();
    let mut pages = Vec::new();
    for target in back(&page, &parameter("state")) {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        pages.push(answer);
    }
    err.read_to_string(&mut told).unwrap();
    let output = child.wait_with_output().unwrap();
    let outcome = Outcome {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: told,
    };
    (outcome, pages)
}

#[test]
fn a_browser_brings_the_code_and_pkce_proves_who_asked() {
    let challenge = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let known = std::sync::Arc::clone(&challenge);
    let server = Server::start(move |request: &Request| {
        use base64::Engine as _;
        use sha2::Digest as _;
        let verifier = request.field("code_verifier").unwrap();
        let hash =
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier));
        assert_eq!(hash, *known.lock().unwrap());
        assert_eq!(request.field("code").unwrap(), "auth-code-1");
        granted(&token(
            &json!({"aud": "https://graph.microsoft.com", "scp": "Mail.Read"}),
        ))
    });
    let (outcome, pages) = browser(&server, |page, state| {
        let find = |name: &str| {
            page.query_pairs()
                .find(|(found, _)| found == name)
                .unwrap()
                .1
                .into_owned()
        };
        assert_eq!(find("response_type"), "code");
        assert_eq!(find("code_challenge_method"), "S256");
        assert_eq!(find("scope"), "https://graph.microsoft.com/Mail.Read");
        assert_eq!(page.path(), format!("/{TENANT}/oauth2/v2.0/authorize"));
        *challenge.lock().unwrap() = find("code_challenge");
        vec![
            "/?code=forged&state=wrong".to_owned(),
            "/favicon.ico".to_owned(),
            format!("/?code=auth-code-1&state={state}"),
        ]
    });
    let outcome = outcome.ends_with(0);
    assert!(outcome.out.contains("Mail.Read"));
    assert!(pages[0].contains("does not belong to the sign-in"));
    assert!(pages[2].contains("You are signed in"));
    assert_eq!(server.seen().len(), 1);
    assert!(!outcome.err.contains("auth-code-1"));
}

#[test]
fn a_declined_sign_in_is_told_in_both_places() {
    let server = Server::start(|_| granted(&app_token()));
    let (outcome, pages) = browser(&server, |_, state| {
        vec![format!(
            "/?error=access_denied&error_description=AADSTS65004%3A+declined&state={state}"
        )]
    });
    let outcome = outcome.ends_with(3);
    assert!(outcome.err.contains("AADSTS65004"), "{}", outcome.err);
    assert!(pages[0].contains("did not succeed") && !pages[0].contains("AADSTS"));
    assert!(server.seen().is_empty());
}

fn inspect(token: &str, more: &[&str]) -> Outcome {
    Place::new().run_with(&[&["token", "inspect"], more].concat(), token)
}

#[test]
fn an_inspection_is_a_diagnostic_and_says_so() {
    let text = token(&json!({
        "aud": "00000003-0000-0000-c000-000000000000", "iss": "https://sts.windows.net/t/", "tid": TENANT, "appid": APP,
        "app_displayname": "Evil \u{1b}[31m app", "idtyp": "user", "scp": "Mail.Read Nothing.Such", "upn": "anna@contoso.example",
        "ipaddr": "192.0.2.7", "oid": "person-1", "sub": "person-2", "name": "Anna", "ver": "1.0",
        "wids": ["62e90394-69f5-4237-9190-012177145e10"], "iat": 100, "nbf": 100, "exp": 3700, "xms_cc": ["CP1"],
    }));
    let outcome = inspect(&text, &[]).ends_with(0);
    insta::assert_snapshot!(outcome.out);
    let json = inspect(&format!("Bearer {text}\n"), &["--format", "json"]).ends_with(0);
    let claims = &json.json()["claims"];
    assert_eq!(claims["kind"], "delegated");
    assert_eq!(claims["hasExpired"], true);
    assert_eq!(
        claims["personalClaims"],
        json!(["ipaddr", "name", "oid", "sub", "upn"])
    );
    for private in ["anna", "Anna", "192.0.2.7", "person-1", "\u{1b}"] {
        assert!(
            !outcome.out.contains(private) && !json.out.contains(private),
            "{private}"
        );
    }
}

#[test]
fn tokens_that_cannot_be_read_are_told_apart() {
    let opaque = inspect("EwBwA8l6BAAUO9chh8cJscQLmU", &[]).ends_with(1);
    assert!(opaque.out.contains("opaque"));
    let header = token_with(
        &json!({"alg": "RSA-OAEP-256", "enc": "A256GCM"}),
        &json!({}),
    );
    let header = header.split('.').next().unwrap();
    let encrypted = inspect(&format!("{header}.a.b.c.d"), &["--format", "json"]).ends_with(1);
    assert_eq!(encrypted.json()["form"], "encrypted");
    for bad in ["", "two words", "a\u{0}b"] {
        inspect(bad, &[]).ends_with(2);
    }
    let place = Place::new();
    let none = place
        .run_given(&["token", "inspect", "--token-env", "T"], "", &[])
        .ends_with(2);
    assert!(none.err.contains('T'));
    place
        .run_given(
            &["token", "inspect", "--token-env", "T"],
            "",
            &[("T", &app_token())],
        )
        .ends_with(0);
}

#[test]
fn unsigned_tokens_and_odd_claims_are_told() {
    let text = token_with(
        &json!({"alg": "none"}),
        &json!({"aud": "x", "roles": "Mail.Read", "exp": "soon"}),
    );
    let outcome = inspect(&text, &[]).ends_with(0);
    for expected in [
        "not signed",
        "`roles` is not a list",
        "`exp` is no time",
        "not for Microsoft Graph",
    ] {
        assert!(
            outcome.out.contains(expected),
            "{expected}: {}",
            outcome.out
        );
    }
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
