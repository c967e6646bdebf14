//! `token get` with a person at a terminal: the wait is shown and taken away again, and Ctrl-C ends it.

#![cfg(unix)]

use std::io::Write as _;
use std::process::Command;

use serde_json::{Value, json};

use crate::server::{Reply, Server, token};
use crate::token::{get, granted, refused};

/// Runs a program on a terminal of its own, presses Ctrl-C once the output holds a text, and tells how it ended.
const DRIVER: &str = r"
import json, os, pty, sys, time
press, program = sys.argv[1], sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execve(program[0], program, {'TERM': 'xterm'})
out, pressed, end = b'', False, time.time() + 60
while time.time() < end:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if not piece:
        break
    out += piece
    if press and not pressed and press.encode() in out:
        pressed = True
        os.write(terminal, b'\x03')
status = os.waitpid(child, 0)[1]
print(json.dumps({'out': out.decode(), 'code': os.waitstatus_to_exitcode(status)}))
";

struct Shown {
    code: i64,
    /// All that was written.
    text: String,
    /// What stands on the terminal at the end.
    screen: Vec<String>,
}

/// Runs on a terminal; `None` where there is none to be had. In CI there must be.
fn on_terminal(server: &Server, more: &[&str], press: &str) -> Option<Shown> {
    let arguments = get(&server.url(), more);
    let ran = Command::new("python3")
        .args(["-c", DRIVER, press, env!("CARGO_BIN_EXE_graphgrant")])
        .args(arguments)
        .output();
    let Ok(ran) = ran else {
        let is_strict = std::env::var_os("GRAPHGRANT_STRICT").is_some();
        assert!(!is_strict, "missing: python3");
        let mut stderr = std::io::stderr();
        writeln!(stderr, "skipped: there is no terminal without python3").unwrap();
        return None;
    };
    let complaint = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{complaint}");
    let told: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let text = told["out"].as_str().unwrap().to_owned();
    Some(Shown {
        code: told["code"].as_i64().unwrap(),
        screen: screen(&text),
        text,
    })
}

/// Plays a terminal that knows line feeds and carriage returns.
fn screen(text: &str) -> Vec<String> {
    let (mut lines, mut column) = (vec![Vec::new()], 0);
    for sign in text.chars() {
        let line = lines.last_mut().unwrap();
        match sign {
            '\r' => column = 0,
            '\n' => lines.push(Vec::new()),
            _ => {
                if line.len() <= column {
                    line.resize(column + 1, ' ');
                }
                line[column] = sign;
                column += 1;
            }
        }
    }
    let lines = lines.into_iter().map(String::from_iter);
    lines
        .map(|line: String| line.trim_end().to_owned())
        .collect()
}

fn device(pending: usize) -> Server {
    let polls = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |request| {
        if request.target.ends_with("/devicecode") {
            return Reply::json(
                200,
                &json!({"device_code": "device-secret-1", "user_code": "ABCD-EFGH", "verification_uri": "https://microsoft.com/devicelogin", "expires_in": 900, "interval": 1}),
            );
        }
        if polls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < pending {
            refused(400, 70016, "authorization_pending")
        } else {
            granted(&token(
                &json!({"aud": "https://graph.microsoft.com", "scp": "User.Read"}),
            ))
        }
    })
}

const DEVICE: [&str; 4] = ["--flow", "device-code", "--scope", "User.Read"];

#[test]
fn a_wait_is_shown_and_leaves_nothing_behind() {
    let Some(shown) = on_terminal(&device(2), &DEVICE, "") else {
        return;
    };
    assert_eq!(shown.code, 0, "{}", shown.text);
    assert!(
        shown.text.contains("\rWaiting for the sign-in, 89"),
        "{}",
        shown.text
    );
    let code: Vec<&String> = shown
        .screen
        .iter()
        .filter(|line| line.contains("ABCD-EFGH"))
        .collect();
    assert_eq!(code, ["  ABCD-EFGH"], "the code stands alone");
    let screen = shown.screen.join("\n");
    assert!(
        !screen.contains("Waiting") && screen.contains("User.Read"),
        "{screen}"
    );
    assert!(!shown.text.contains("device-secret-1") && !shown.text.contains("eyJ"));
}

#[test]
fn ctrl_c_ends_a_wait_with_a_clear_code_and_a_clean_line() {
    let server = device(1000);
    let browser = ["--flow", "authorization-code", "--no-browser"];
    for more in [&DEVICE[..], &browser] {
        let Some(shown) = on_terminal(&server, more, "(Ctrl-C ends)") else {
            return;
        };
        assert_eq!(shown.code, 130, "{}", shown.text);
        let screen = shown.screen.join("\n");
        assert!(screen.ends_with("\nInterrupted.\n"), "{screen}");
        for never in ["Waiting", "^C", "panicked", "device-secret-1", "eyJ"] {
            assert!(!screen.contains(never), "{never}: {screen}");
        }
    }
}
