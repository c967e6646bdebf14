//! What secrets and tokens leave behind: nothing in memory, once they have been used, and nothing on the disk.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::run::Place;
use crate::server::{Reply, Request, Server};
use crate::token::{SECRET, app_token, granted, run_at};
use crate::verify::{app_token as token_of, place, planned};

/// How often a text stands in the memory that a process writes to.
#[cfg(target_os = "linux")]
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
#[cfg(target_os = "linux")]
fn left(
    flow: &[&str],
    input: &str,
    environment: &[(&str, &str)],
    wanted: impl Fn(&Request) -> Vec<Vec<u8>>,
) -> Vec<usize> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let token = token_of(&planned(), &json!({}));
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

#[cfg(target_os = "linux")]
#[test]
fn used_secrets_are_wiped_from_memory() {
    // Long enough to stand nowhere else, and of letters that a form leaves as they are.
    const SECRET: &str = "hunter2-hunter2-hunter2-hunter2-hunter2";
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

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_flow_leaves_a_file() {
    let place = Place::new();
    let home = place.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let home = home.display().to_string();
    let folders = [
        "HOME",
        "TMPDIR",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_RUNTIME_DIR",
        "XDG_STATE_HOME",
        "AZURE_CONFIG_DIR",
        "APPDATA",
        "LOCALAPPDATA",
        "USERPROFILE",
        "TEMP",
        "TMP",
    ];
    let server = Server::start(|request| {
        if request.target.ends_with("/devicecode") {
            return Reply::json(
                200,
                &json!({"device_code": "d", "user_code": "U", "verification_uri": "https://microsoft.com/devicelogin", "interval": 1}),
            );
        }
        if request.target.starts_with("/msi") {
            return Reply::json(
                200,
                &json!({"access_token": app_token(), "expires_on": "4102444800"}),
            );
        }
        granted(&app_token())
    });
    let endpoint = format!("{}/msi", server.url());
    let token = app_token();
    let mut environment: Vec<(&str, &str)> = folders.map(|name| (name, home.as_str())).to_vec();
    environment.extend([
        ("AZURE_CLIENT_SECRET", SECRET),
        ("ASSERTION", token.as_str()),
        ("IDENTITY_ENDPOINT", &endpoint),
        ("IDENTITY_HEADER", "header-secret"),
    ]);
    let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/plain.pem");
    for more in [
        &["--flow", "client-secret"][..],
        &["--flow", "certificate", "--certificate", certificate],
        &["--flow", "federated", "--assertion-env", "ASSERTION"],
        &["--flow", "managed-identity"],
        &["--flow", "device-code"],
        &["--flow", "given"],
        &["--print-token"],
    ] {
        // Each token is asked for anew.
        for calls in 1..=2 {
            let before = server.seen().len();
            run_at(&place, &server, more, &token, &environment).ends_with(0);
            let asked = server.seen().len() - before;
            assert_eq!(asked == 0, more.contains(&"given"), "{more:?} {calls}");
        }
    }
    let verify = ["verify", "-e", "GET /users?$select=displayName"];
    place.run_given(&verify, &token, &environment).ends_with(0);
    place
        .run_given(&["token", "inspect"], &token, &environment)
        .ends_with(0);
    let left = files(place.path());
    assert!(left.is_empty(), "{left:?}");
}
