//! Tokens from a real OpenID Connect server that is dressed as the platform, over TLS with a private root.
//!
//! `.ci/oidc.sh` installs and starts the server and runs these tests; without it they are ignored.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the script says in the environment where the server is"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

const TENANT: &str = "22222222-2222-2222-2222-222222222222";
const APP: &str = "11111111-1111-1111-1111-111111111111";
const CERTIFICATE_APP: &str = "11111111-1111-1111-1111-222222222222";
const PUBLIC_APP: &str = "11111111-1111-1111-1111-333333333333";
const SECRET: &str = "real-secret/+~";

struct Outcome {
    code: i32,
    out: String,
    err: String,
}

fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run .ci/oidc.sh"))
}

fn program(arguments: &[&str], environment: &[(&str, &str)]) -> Child {
    let url = setting("GRAPHGRANT_OIDC_URL");
    let roots = setting("GRAPHGRANT_OIDC_ROOTS");
    let usual = [
        "--authority",
        &url,
        "--ca-file",
        &roots,
        "--tenant",
        TENANT,
        "--timeout",
        "20",
    ];
    Command::new(env!("CARGO_BIN_EXE_graphgrant"))
        .args([arguments, &usual].concat())
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn end(child: Child, told: String) -> Outcome {
    let output = child.wait_with_output().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: told + &String::from_utf8(output.stderr).unwrap(),
    }
}

#[track_caller]
fn run(arguments: &[&str], environment: &[(&str, &str)], code: i32) -> Outcome {
    let outcome = end(program(arguments, environment), String::new());
    assert_eq!(outcome.code, code, "{}\n{}", outcome.out, outcome.err);
    outcome
}

fn claims(outcome: &Outcome) -> Value {
    let answer: Value = serde_json::from_str(&outcome.out).unwrap();
    answer["claims"].clone()
}

/// Lets the server's own browser open a page and sign in there.
fn browse(page: &str, code: Option<&str>) -> String {
    let mut url = url::Url::parse(&setting("GRAPHGRANT_OIDC_URL")).unwrap();
    url.set_path("/_browser");
    url.query_pairs_mut().append_pair("page", page);
    if let Some(code) = code {
        url.query_pairs_mut().append_pair("code", code);
    }
    let output = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--max-time",
            "30",
            "--cacert",
            &setting("GRAPHGRANT_OIDC_ROOTS"),
            url.as_str(),
        ])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
#[ignore = "needs the server of tests/oidc: run .ci/oidc.sh"]
fn a_client_secret_is_taken() {
    let arguments = ["token", "get", "--client-id", APP, "--format", "json"];
    let outcome = run(&arguments, &[("AZURE_CLIENT_SECRET", SECRET)], 0);
    let claims = claims(&outcome);
    assert_eq!(claims["kind"], "application");
    assert_eq!(claims["permissions"][0]["name"], "User.ReadBasic.All");
    assert!(!outcome.out.contains("eyJ") && !outcome.err.contains("eyJ"));
}

#[test]
#[ignore = "needs the server of tests/oidc: run .ci/oidc.sh"]
fn a_wrong_secret_is_refused_and_explained() {
    let arguments = ["token", "get", "--client-id", APP];
    let outcome = run(&arguments, &[("AZURE_CLIENT_SECRET", "wrong-secret")], 3);
    for expected in ["AADSTS7000215", "trace-real", "correlation-real"] {
        assert!(
            outcome.err.contains(expected),
            "{expected}: {}",
            outcome.err
        );
    }
    assert!(!outcome.err.contains("wrong-secret"));
}

#[test]
#[ignore = "needs the server of tests/oidc: run .ci/oidc.sh"]
fn a_certificate_proves_the_app() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/");
    for (file, signature) in [
        ("encrypted.pem", "ps256"),
        ("modern.pfx", "ps256"),
        ("encrypted.pem", "rs256"),
    ] {
        let file = format!("{folder}{file}");
        let arguments = [
            "token",
            "get",
            "--client-id",
            CERTIFICATE_APP,
            "--flow",
            "certificate",
            "--certificate",
            &file,
            "--password-env",
            "P",
            "--signature",
            signature,
            "--format",
            "json",
        ];
        let outcome = run(&arguments, &[("P", "test-password")], 0);
        assert_eq!(claims(&outcome)["app"], CERTIFICATE_APP);
    }
}

#[test]
#[ignore = "needs the server of tests/oidc: run .ci/oidc.sh"]
fn a_browser_signs_in_with_pkce() {
    let arguments = [
        "token",
        "get",
        "--client-id",
        PUBLIC_APP,
        "--flow",
        "authorization-code",
        "--no-browser",
        "--wait",
        "30",
        "--scope",
        "Mail.ReadBasic",
        "--format",
        "json",
    ];
    let mut child = program(&arguments, &[]);
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    let page = loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "{told}");
        told.push_str(&line);
        if line.trim().starts_with("https://") {
            break line.trim().to_owned();
        }
    };
    let seen = browse(&page, None);
    assert!(seen.contains("You are signed in"), "{seen}");
    lines.read_to_string(&mut told).unwrap();
    let outcome = end(child, told);
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    let claims = claims(&outcome);
    assert_eq!(claims["kind"], "delegated");
    assert_eq!(claims["permissions"][0]["name"], "Mail.ReadBasic");
    assert!(!outcome.out.contains("anna"));
}

#[test]
#[ignore = "needs the server of tests/oidc: run .ci/oidc.sh"]
fn a_device_code_is_typed_elsewhere() {
    let arguments = [
        "token",
        "get",
        "--client-id",
        PUBLIC_APP,
        "--flow",
        "device-code",
        "--wait",
        "60",
        "--scope",
        "User.Read",
        "--format",
        "json",
    ];
    let mut child = program(&arguments, &[]);
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    let mut shown = Vec::new();
    while shown.len() < 2 {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "{told}");
        told.push_str(&line);
        // Page and code stand on lines of their own.
        if line.starts_with("  ") {
            shown.push(line.trim().to_owned());
        }
    }
    let seen = browse(&shown[0], Some(&shown[1]));
    lines.read_to_string(&mut told).unwrap();
    let outcome = end(child, told);
    assert_eq!(outcome.code, 0, "{}\n{seen}", outcome.err);
    assert_eq!(claims(&outcome)["permissions"][0]["name"], "User.Read");
}

#[test]
#[ignore = "needs the server of tests/oidc: run .ci/oidc.sh"]
fn a_token_is_acquired_and_verified_at_once() {
    let arguments = [
        "verify",
        "-e",
        "GET /users?$select=displayName",
        "--flow",
        "client-secret",
        "--client-id",
        APP,
        "--format",
        "json",
    ];
    let outcome = run(&arguments, &[("AZURE_CLIENT_SECRET", SECRET)], 0);
    let answer: Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(answer["proven"], true);
    let arguments = [
        "verify",
        "-e",
        "GET /users/{id}/messages",
        "--flow",
        "client-secret",
        "--client-id",
        APP,
    ];
    run(&arguments, &[("AZURE_CLIENT_SECRET", SECRET)], 1);
}

#[test]
#[ignore = "needs the server of tests/oidc: run .ci/oidc.sh"]
fn a_server_without_a_trusted_root_gets_no_secret() {
    let url = setting("GRAPHGRANT_OIDC_URL");
    let roots = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/plain.pem");
    let arguments = [
        "token",
        "get",
        "--client-id",
        APP,
        "--authority",
        &url,
        "--tenant",
        TENANT,
        "--ca-file",
        roots,
    ];
    let mut child = Command::new(env!("CARGO_BIN_EXE_graphgrant"))
        .args(arguments)
        .env_clear()
        .env("AZURE_CLIENT_SECRET", SECRET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().flush().unwrap();
    let outcome = end(child, String::new());
    assert_eq!(outcome.code, 3, "{}", outcome.err);
    assert!(outcome.err.contains("certificate"), "{}", outcome.err);
}
