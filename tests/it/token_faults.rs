//! Servers that are broken or hostile: nothing is sent elsewhere, nothing is shown, nothing hangs.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::run::{Outcome, Place};
use crate::server::{Reply, Request, Server};

const SECRET: &str = "s3cr+t/~value";

/// Runs `token get` with a secret against a server that answers badly.
#[track_caller]
fn faulty(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Outcome {
    let server = Server::start(answer);
    let url = server.url();
    let arguments = [
        "token",
        "get",
        "--allow-http-loopback",
        "--timeout",
        "2",
        "--authority",
        &url,
        "--tenant",
        "contoso.example",
        "--client-id",
        "11111111-1111-1111-1111-111111111111",
    ];
    let started = Instant::now();
    let outcome = Place::new()
        .run_given(&arguments, "", &[("AZURE_CLIENT_SECRET", SECRET)])
        .ends_with(3);
    assert!(started.elapsed() < Duration::from_mins(1), "it hangs");
    for text in [&outcome.out, &outcome.err] {
        assert!(
            !text.contains(SECRET) && !text.contains("s3cr%2Bt"),
            "{text}"
        );
        assert!(!text.contains("panicked"), "{text}");
    }
    assert!(outcome.out.is_empty());
    outcome
}

#[track_caller]
fn case(expected: &str, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) {
    let outcome = faulty(answer);
    let told = outcome.err.replace(['│', '\n'], " ");
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(expected), "{expected}: {told}");
}

#[test]
fn a_server_that_hangs_drips_or_is_slow_is_left() {
    case("did not answer in time", |_| Reply::Hang);
    case("did not answer in time", |_| Reply::Drip);
    // One that answers late and within its time is waited for.
    case("AADSTS7000215", |_| {
        std::thread::sleep(Duration::from_millis(1200));
        Reply::json(
            401,
            &json!({"error": "invalid_client", "error_description": "AADSTS7000215: x", "error_codes": [7_000_215]}),
        )
    });
}

#[test]
fn answers_that_break_off_are_told() {
    case("broke off", |_| Reply::Raw(Vec::new()));
    case("broke off", |_| {
        Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".to_vec())
    });
    case("broke off", |_| {
        Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Le".to_vec())
    });
    case("broke off", |_| {
        Reply::Raw(b"SSH-2.0-OpenSSH_9.0\r\n".to_vec())
    });
}

#[test]
fn answers_that_are_none_of_the_platforms_are_told() {
    case("it is a web page", |_| {
        Reply::Text(
            200,
            "text/html",
            "<html>Sign in to the hotel network</html>".to_owned(),
        )
    });
    case("it is a web page", |_| {
        Reply::Text(403, "text/html", "<html>".to_owned())
    });
    case("it is empty", |_| {
        Reply::Text(500, "text/plain", String::new())
    });
    case("no `access_token`", |_| {
        Reply::json(200, &json!({"token_type": "Bearer"}))
    });
    case("no JSON object with a token", |_| {
        Reply::json(200, &json!({"access_token": ["x"]}))
    });
    case("no JSON object with a token", |_| {
        Reply::json(200, &json!(["x"]))
    });
    case("no bearer token", |_| {
        Reply::json(200, &json!({"access_token": "x", "token_type": "mac"}))
    });
    case("characters that no token has", |_| {
        Reply::json(200, &json!({"access_token": "a\r\nX: y"}))
    });
    case("no JSON", |_| {
        Reply::Text(200, "application/json", "[".repeat(100_000))
    });
}

/// What gzip unpacks to more than 100 MB.
fn bomb() -> Vec<u8> {
    // The head of gzip, and one block with the codes of RFC 1951, section 3.2.6: a zero byte (00110000), and then again
    // and again 258 bytes (11000101) from one byte before (00000). The last bits of each byte come first.
    let mut bits: Vec<bool> = Vec::new();
    let mut push = |code: &str| bits.extend(code.chars().map(|bit| bit == '1'));
    push("11000110000");
    for _ in 0..400_000 {
        push("1100010100000");
    }
    push("0000000");
    let packed = bits.chunks(8).map(|byte| {
        let ones = byte.iter().enumerate().filter(|(_, bit)| **bit);
        ones.fold(0, |all, (at, _)| all | (1 << at))
    });
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    head.into_iter().chain(packed).collect()
}

#[test]
fn floods_are_cut_off() {
    case("larger than", |_| Reply::Flood(100 << 20));
    case("larger than", |_| {
        Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n{".to_vec())
    });
    let headers = || vec![("Content-Type", "application/json".to_owned())];
    case("compressed answer that nobody asked for", move |_| {
        let packed = ("Content-Encoding", "gzip".to_owned());
        Reply::With(200, [headers(), vec![packed]].concat(), bomb())
    });
    // One that does not say so.
    case("no JSON", move |_| Reply::With(200, headers(), bomb()));
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Server::start(|_| Reply::json(200, &json!({"access_token": "x"})));
    for status in [301, 302, 303, 307, 308] {
        let target = format!("{}/stolen?x=s3cr", other.url());
        case("which is not followed", move |_| {
            Reply::With(status, vec![("Location", target.clone())], Vec::new())
        });
    }
    assert!(other.seen().is_empty(), "the secret was sent elsewhere");
}

#[test]
fn an_answer_that_repeats_the_secret_is_withheld() {
    case("withheld", |request| {
        let body = json!({"error": "invalid_client", "error_description": format!("you sent {}", request.field("client_secret").unwrap())});
        Reply::json(401, &body)
    });
    case("withheld", |request| {
        Reply::json(
            400,
            &json!({"error": "x", "error_description": request.body}),
        )
    });
}

#[test]
fn hostile_texts_do_not_act_on_the_terminal() {
    let outcome = faulty(|_| {
        Reply::json(
            400,
            &json!({"error": "\u{1b}[2Jx\u{202e}", "error_description": format!("AADSTS50011: \u{9b}1m{}", "y".repeat(100_000)), "trace_id": "\u{7}"}),
        )
    });
    assert!(
        !outcome
            .err
            .contains(['\u{1b}', '\u{202e}', '\u{9b}', '\u{7}'])
    );
    assert!(outcome.err.len() < 5000, "{}", outcome.err.len());
}

#[test]
fn nobody_there_is_told() {
    let server = Server::start(|_| Reply::Hang);
    let url = server.url();
    drop(server);
    std::thread::sleep(Duration::from_millis(100));
    let arguments = [
        "token",
        "get",
        "--allow-http-loopback",
        "--timeout",
        "2",
        "--authority",
        &url,
        "--tenant",
        "contoso.example",
        "--client-id",
        "x",
    ];
    let outcome = Place::new()
        .run_given(&arguments, "", &[("AZURE_CLIENT_SECRET", SECRET)])
        .ends_with(3);
    assert!(outcome.err.contains("cannot be reached"), "{}", outcome.err);
}
