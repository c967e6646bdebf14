//! `token get` with what platforms give: certificates, assertions, managed identities, the Azure CLI.

use serde_json::{Value, json};

use crate::run::Place;
use crate::server::{Reply, Server, token, token_with};

use crate::token::{APP, TENANT, app_token, granted, refused, run, run_at, told};

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
fn assertions_are_asked_for_with_the_audience_of_the_cloud() {
    let platform = Server::start(|request| match request.parameter("audience") {
        Some(audience) => Reply::json(200, &json!({"value": audience})),
        None => Reply::json(
            200,
            &json!({"access_token": request.parameter("resource").unwrap().replace(':', ""), "expires_on": 4_102_444_800_i64}),
        ),
    });
    let url = platform.url();
    let github = [
        ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "job-token"),
    ];
    let azure = [
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", url.as_str()),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
    ];
    for (options, audience) in [
        (&["--cloud", "global"][..], "api://AzureADTokenExchange"),
        (&["--cloud", "usgov"], "api://AzureADTokenExchangeUSGov"),
        (&["--cloud", "china"], "api://AzureADTokenExchangeChina"),
        (&["--audience", "mine"], "mine"),
    ] {
        let server = Server::start(|_| granted(&app_token()));
        for (place, environment) in [("github-actions", github), ("managed-identity", azure)] {
            let more = [&["--flow", "federated", "--assertion", place], options].concat();
            run(&server, &more, "", &environment).ends_with(0);
        }
        let sent: Vec<_> = server
            .seen()
            .iter()
            .map(|request| request.field("client_assertion").unwrap())
            .collect();
        // No token has a colon.
        assert_eq!(sent, [audience.to_owned(), audience.replace(':', "")]);
    }
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

const IDENTITY: [&str; 5] = ["token", "get", "--flow", "managed-identity", "--timeout"];

#[test]
fn the_metadata_service_is_asked_and_its_updates_are_sat_out() {
    let first = std::sync::atomic::AtomicBool::new(true);
    let host = Server::start(move |request| {
        assert!(
            request
                .target
                .starts_with("/metadata/identity/oauth2/token?")
        );
        assert_eq!(request.header("metadata"), Some("true"));
        assert_eq!(request.parameter("api-version").unwrap(), "2018-02-01");
        assert_eq!(request.parameter("msi_res_id").unwrap(), "/sub/x");
        if first.swap(false, std::sync::atomic::Ordering::SeqCst) {
            return Reply::json(410, &json!({"error": "gone"}));
        }
        Reply::json(
            200,
            &json!({"access_token": app_token(), "expires_on": "4102444800"}),
        )
    });
    let url = host.url();
    let arguments = [
        &IDENTITY[..],
        &[
            "3",
            "--identity-resource-id",
            "/sub/x",
            "--allow-http-loopback",
        ],
    ]
    .concat();
    let environment = [
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", url.as_str()),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
    ];
    let outcome = Place::new()
        .run_given(&arguments, "", &environment)
        .ends_with(0);
    assert!(outcome.err.contains("24 hours"), "{}", outcome.err);
    assert_eq!(host.seen().len(), 2);
    // No test is meant, so no other host is asked.
    let outcome = Place::new()
        .run_given(&arguments[..arguments.len() - 1], "", &environment)
        .ends_with(3);
    assert!(
        told(&outcome).contains("names another host"),
        "{}",
        outcome.err
    );
    assert_eq!(host.seen().len(), 2);
}

#[test]
fn a_metadata_service_that_stays_away_or_refuses_is_told() {
    for (status, wait, expected) in [
        (404, "1", "still not ready"),
        (410, "1", "still not ready"),
        (400, "900", "assign an identity"),
        (302, "900", "it should be the platform"),
    ] {
        let host = Server::start(move |_| {
            Reply::With(
                status,
                vec![("Location", "http://127.0.0.1:1/".to_owned())],
                b"{\"error_description\": \"What it says\"}".to_vec(),
            )
        });
        let url = host.url();
        let arguments = [
            &IDENTITY[..],
            &["3", "--allow-http-loopback", "--wait", wait],
        ]
        .concat();
        let environment = [("AZURE_POD_IDENTITY_AUTHORITY_HOST", url.as_str())];
        let outcome = Place::new()
            .run_given(&arguments, "", &environment)
            .ends_with(3);
        assert!(
            told(&outcome).contains(expected),
            "{status}: {}",
            outcome.err
        );
        let calls = if matches!(status, 404 | 410) { 2 } else { 1 };
        assert_eq!(host.seen().len(), calls, "{status}");
    }
}

#[test]
fn an_identity_of_machine_learning_is_asked_with_its_secret() {
    let host = Server::start(|request| {
        assert_eq!(request.header("secret"), Some("ml-secret"));
        assert_eq!(request.parameter("api-version").unwrap(), "2017-09-01");
        assert_eq!(request.parameter("clientid").unwrap(), "usual-id");
        Reply::json(
            200,
            &json!({"access_token": app_token(), "expires_on": "11/25/2026 00:00:00 +00:00"}),
        )
    });
    let url = host.url();
    let environment = [
        ("MSI_ENDPOINT", url.as_str()),
        ("MSI_SECRET", "ml-secret"),
        ("DEFAULT_IDENTITY_CLIENT_ID", "usual-id"),
    ];
    let outcome = Place::new()
        .run_given(&[&IDENTITY[..], &["3"]].concat(), "", &environment)
        .ends_with(0);
    assert!(!outcome.err.contains("ml-secret") && !outcome.out.contains("ml-secret"));
}

#[test]
fn a_cloud_of_the_environment_is_one_that_is_known() {
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
        ("AZURE_CLIENT_SECRET", "secret-1"),
        ("AZURE_AUTHORITY_HOST", "https://login.evil.example/"),
    ];
    let outcome = Place::new()
        .run_given(&arguments, "", &environment)
        .ends_with(2);
    assert!(
        told(&outcome).contains("host of no cloud"),
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
