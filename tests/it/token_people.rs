//! `token get` with a person: device codes and the browser.

use std::time::Duration;

use serde_json::json;

use crate::run::Outcome;
use crate::server::{Reply, Request, Server, token};

use crate::token::{TENANT, app_token, get, granted, refused, run, told};

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
            Some(error) => refused(400, code_of(error), error),
            None => granted(&token(
                &json!({"aud": "https://graph.microsoft.com", "scp": "User.Read"}),
            )),
        }
    })
}

/// The platform's code of an error while a device code is waited for; of a refusal by the user none is published.
fn code_of(error: &str) -> u32 {
    match error {
        "bad_verification_code" => 70018,
        "expired_token" => 70019,
        "authorization_declined" => 1,
        _ => 70016,
    }
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
        ("authorization_declined", "the user declined the sign-in"),
        ("expired_token", "expired"),
        ("bad_verification_code", "the device code is wrong"),
    ] {
        let errors: &'static [&'static str] = Box::leak(vec![error].into_boxed_slice());
        let outcome = run(&device(errors), &DEVICE, "", &[]).ends_with(3);
        let told = told(&outcome);
        assert!(told.contains(error), "{told}");
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("device-secret-1"), "{told}");
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

/// Whether programs inherit from this one that SIGINT is ignored, as far as the system tells.
#[cfg(unix)]
fn ignores_interrupts() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let ignored = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    ignored
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 0b10 != 0)
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_wait_at_once() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::os::unix::process::ExitStatusExt as _;
    if ignores_interrupts() {
        eprintln!(
            "skipped: programs started from here ignore interrupts, as a shell's background jobs do"
        );
        return;
    }
    let server = device(&["authorization_pending"; 60]);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_graphgrant"))
        .args(get(&server.url(), &DEVICE))
        .env_clear()
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    while !told.contains("ABCD-EFGH") {
        assert!(err.read_line(&mut told).unwrap() > 0, "{told}");
    }
    let id = child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status();
    assert!(killed.unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(2));
    err.read_to_string(&mut told).unwrap();
    let mut out = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut out)
        .unwrap();
    assert!(out.is_empty() && !told.contains("panicked"), "{out}{told}");
}

#[test]
fn a_lost_answer_does_not_end_the_wait() {
    let polls = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |request| {
        if request.target.ends_with("/devicecode") {
            return Reply::json(
                200,
                &json!({"device_code": "d", "user_code": "U", "verification_uri": "https://microsoft.com/devicelogin", "interval": 1}),
            );
        }
        match polls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => Reply::Raw(Vec::new()),
            _ => granted(&app_token()),
        }
    });
    run(&server, &DEVICE, "", &[]).ends_with(0);
    assert_eq!(server.seen().len(), 3);
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
    let place = crate::run::Place::new();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_graphgrant"))
        .current_dir(place.path())
        .args(arguments)
        .env_clear()
        .env("HOME", place.path())
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
        write!(
            stream,
            "GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
        )
        .unwrap();
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
    let left = std::fs::read_dir(place.path()).unwrap().count();
    assert_eq!(left, 0, "it left a file");
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

#[cfg(target_os = "linux")]
#[test]
fn a_browser_of_the_machine_is_started_with_the_page() {
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::Instant;
    let place = crate::run::Place::new().with("page", "");
    let programs = place.path().join("bin");
    std::fs::create_dir(&programs).unwrap();
    let program = programs.join("xdg-open");
    // Only commands of the shell itself: nothing else is in its PATH.
    std::fs::write(
        &program,
        "#!/bin/sh\nprintf %s \"$1\" > \"${0%/*}/../page\"\n",
    )
    .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let server = Server::start(|_| granted(&app_token()));
    let flow = ["--flow", "authorization-code", "--wait", "10"];
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_graphgrant"))
        .args(get(&server.url(), &flow))
        .env_clear()
        .env("PATH", &programs)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    let page = loop {
        let text = std::fs::read_to_string(place.path().join("page")).unwrap();
        if let Ok(page) = url::Url::parse(&text) {
            break page;
        }
        assert!(Instant::now() < end, "no browser was started");
        std::thread::sleep(Duration::from_millis(20));
    };
    let find = |name: &str| {
        let mut pairs = page.query_pairs();
        pairs
            .find(|(found, _)| found == name)
            .unwrap()
            .1
            .into_owned()
    };
    let redirect = url::Url::parse(&find("redirect_uri")).unwrap();
    let port = redirect.port().unwrap();
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let state = find("state");
    write!(
        stream,
        "GET /?code=c&state={state} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"
    )
    .unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("A browser was started"), "{told}");
}
