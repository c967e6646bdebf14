//! What secrets leave in memory once they have been used: nothing.

#![cfg(target_os = "linux")]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::server::{Reply, Request, Server};
use crate::token::granted;
use crate::verify::{app_token, place, planned};

/// How often a text stands in the memory that a process writes to.
fn times_in_memory(process: u32, text: &[u8]) -> usize {
    use std::os::unix::fs::FileExt as _;
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = std::fs::File::open(format!("/proc/{process}/mem")).unwrap();
    let writable = maps.lines().filter(|line| line.contains(" rw"));
    let regions = writable.filter_map(|line| {
        let (from, to) = line.split(' ').next()?.split_once('-')?;
        let number = |digits| u64::from_str_radix(digits, 16).ok();
        Some((number(from)?, number(to)?))
    });
    let mut times = 0;
    for (from, to) in regions {
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // A part that the kernel keeps for itself cannot be read.
        if memory.read_exact_at(&mut bytes, from).is_ok() {
            let windows = bytes.windows(text.len());
            times += windows.filter(|window| *window == text).count();
        }
    }
    times
}

/// Runs `verify --probe` with a flow until its live call hangs: by then the program has used the secrets of the flow
/// and still runs. Returns how often each text of `wanted`, which is told the form that was sent, is in its memory.
fn left(
    flow: &[&str],
    input: &str,
    environment: &[(&str, &str)],
    wanted: impl Fn(&Request) -> Vec<Vec<u8>>,
) -> Vec<usize> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let token = app_token(&planned(), &json!({}));
    let login = Server::start(move |_| granted(&token));
    let graph = Server::start(|_| Reply::Hang);
    let (login_url, graph_url) = (login.url(), graph.url());
    let place = place();
    let mut child = Command::new(env!("CARGO_BIN_EXE_graphgrant"))
        .current_dir(place.path())
        .env_clear()
        .envs(environment.iter().copied())
        .args(["verify", "--authority", &login_url, "--graph", &graph_url])
        .args(["--allow-http-loopback", "--probe", "--timeout", "30"])
        .args(flow)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{input}").unwrap();
    while graph.seen().is_empty() {
        assert_eq!(child.try_wait().unwrap(), None, "{flow:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
    // What stands on its command line is found, so the memory is really read.
    assert!(times_in_memory(child.id(), login_url.as_bytes()) > 0);
    let wanted = wanted(&login.seen()[0]);
    let times = wanted.iter().map(|text| times_in_memory(child.id(), text));
    let times = times.collect();
    child.kill().unwrap();
    child.wait().unwrap();
    times
}

/// Whether the system lets a program read the memory of one that it started.
fn is_readable() -> bool {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    let scope = scope.ok().and_then(|scope| scope.trim().parse().ok());
    scope.unwrap_or(0_u8) < 2
}

#[test]
fn used_secrets_are_wiped_from_memory() {
    // Long enough to stand nowhere else, and of letters that a form leaves as they are.
    const SECRET: &str = "hunter2-hunter2-hunter2-hunter2-hunter2";
    if !is_readable() {
        eprintln!("skipped: this system lets nobody read the memory of a program");
        return;
    }
    let sent = |field: &'static str| {
        move |request: &Request| vec![request.field(field).unwrap().into_bytes()]
    };
    let secret = ["--flow", "client-secret", "--secret-file", "-"];
    assert_eq!(left(&secret, SECRET, &[], sent("client_secret")), [0]);
    let assertion = ["--flow", "federated", "--assertion-file", "-"];
    assert_eq!(left(&assertion, SECRET, &[], sent("client_assertion")), [0]);
    // The environment itself stays as the program was given it.
    let secret = ["--flow", "client-secret"];
    let environment = [("AZURE_CLIENT_SECRET", SECRET)];
    assert_eq!(left(&secret, "", &environment, sent("client_secret")), [1]);
    // A private key as the file has it and as it is, the password of another, and what they signed.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates");
    let plain = format!("{folder}/plain.pem");
    let pem = std::fs::read_to_string(&plain).unwrap();
    let key = pem.split("PRIVATE KEY-----").nth(1).unwrap();
    let line = key.lines().nth(12).unwrap();
    let certificate = ["--flow", "certificate", "--certificate", &plain];
    let times = left(&certificate, "", &[], |request| {
        let decoded = STANDARD.decode(line).unwrap();
        let assertion = request.field("client_assertion").unwrap().into_bytes();
        vec![line.as_bytes().to_vec(), decoded, assertion]
    });
    assert_eq!(times, [0, 0, 0]);
    let encrypted = format!("{folder}/encrypted.pem");
    let certificate = [
        "--flow",
        "certificate",
        "--certificate",
        &encrypted,
        "--password-file",
        "-",
    ];
    let times = left(&certificate, "test-password", &[], |_| {
        vec![b"test-password".to_vec()]
    });
    assert_eq!(times, [0]);
}
