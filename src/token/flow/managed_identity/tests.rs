//! The exchange with each kind of host, played by a server on this machine.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::thread::JoinHandle;
use std::time::Duration;

use super::exchange::is_arc_file;
use super::host::TEST_HOST;
use super::*;
use crate::catalog::bundled;
use crate::net::{Client, Settings};
use crate::token::authority::Wanted;
use crate::token::{Dialogue, Environment};

struct Nobody;

impl Dialogue for Nobody {
    fn show_code(&self, _: &str, _: &str, _: u64) {}
    fn show_page(&self, _: &str, _: bool) {}
    fn show_wait(&self, _: u64) {}
    fn end_wait(&self) {}
}

/// Answers as many requests as there are answers, and gives back the heads of the requests.
fn played(answers: Vec<String>) -> (Url, JoinHandle<Vec<String>>) {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = socket.local_addr().unwrap().port();
    let heads = std::thread::spawn(move || {
        let answered = answers.into_iter().map(|answer| {
            let (mut stream, _) = socket.accept().unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> = lines
                .map(Result::unwrap)
                .take_while(|line| !line.is_empty())
                .collect();
            stream.write_all(answer.as_bytes()).unwrap();
            head.join("\n")
        });
        answered.collect()
    });
    let url = Url::parse(&format!("http://127.0.0.1:{port}/token?x=1")).unwrap();
    (url, heads)
}

fn answer(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
}

fn with_world<T>(
    look_up: fn(&str) -> Option<OsString>,
    patience: Duration,
    act: impl Fn(&World<'_>) -> T,
) -> T {
    let client = Client::new(Settings {
        total: Duration::from_secs(3),
        roots: None,
        now: || 1000,
        waiting: |_| {},
    });
    let environment = Environment::fixed(look_up);
    act(&World {
        client: &client,
        environment: &environment,
        dialogue: &Nobody,
        now: || 1000,
        patience,
    })
}

const LONG: Duration = Duration::from_mins(1);

#[test]
fn a_challenge_of_arc_is_answered_with_the_key_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.key");
    std::fs::write(&file, "key+/ value=\n").unwrap();
    let challenge = format!("WWW-Authenticate: Basic realm={}\r\n", file.display());
    let (url, heads) = played(vec![answer(401, &challenge, ""), answer(200, "", "{}")]);
    let status = with_world(
        |_| None,
        LONG,
        |world| arc(world, &url, folder.path()).unwrap().status,
    );
    assert_eq!(status, 200);
    let heads = heads.join().unwrap();
    assert!(heads[0].contains("metadata: true") && !heads[0].contains("authorization"));
    assert!(
        heads[1].contains("authorization: Basic key+/ value="),
        "{}",
        heads[1]
    );
}

#[test]
fn arc_gets_no_other_file_and_no_large_one() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("a.txt"), "secret").unwrap();
    std::fs::write(place("large.key"), "x".repeat(5000)).unwrap();
    std::fs::write(place("empty.key"), "").unwrap();
    for name in [
        "a.txt",
        "large.key",
        "empty.key",
        "none.key",
        "../a.key",
        "sub/a.key",
    ] {
        let file = place(name);
        let challenge = format!("WWW-Authenticate: Basic realm=\"{}\"\r\n", file.display());
        let (url, heads) = played(vec![answer(401, &challenge, "")]);
        let told = with_world(
            |_| None,
            LONG,
            |world| arc(world, &url, folder.path()).unwrap_err().to_string(),
        );
        assert!(!told.contains("xxx") && !told.contains("secret"), "{told}");
        assert_eq!(heads.join().unwrap().len(), 1, "{name}");
    }
}

#[test]
fn what_the_metadata_service_answers_during_updates_is_sat_out() {
    let (url, heads) = played(vec![answer(410, "", ""), answer(200, "", "{}")]);
    let status = with_world(|_| None, LONG, |world| machine(world, &url).unwrap().status);
    assert_eq!(status, 200);
    assert_eq!(heads.join().unwrap().len(), 2);
    // Patience ends, and the last answer counts.
    let (url, heads) = played(vec![answer(404, "", ""); 2]);
    let status = with_world(
        |_| None,
        Duration::from_millis(200),
        |world| machine(world, &url).unwrap().status,
    );
    assert_eq!(status, 404);
    assert_eq!(heads.join().unwrap().len(), 2);
}

#[test]
fn a_machine_without_the_service_is_told() {
    let (url, _) = played(Vec::new());
    let told = with_world(
        |_| None,
        LONG,
        |world| machine(world, &url).unwrap_err().to_string(),
    );
    assert!(told.contains("nothing answers at 127.0.0.1"), "{told}");
}

#[track_caller]
fn found(look_up: fn(&str) -> Option<OsString>, plain: bool) -> String {
    with_world(look_up, LONG, |world| match host(world, plain) {
        Ok(Host::Machine { url }) => format!("machine {url}"),
        Ok(Host::AppService { url, .. }) => format!("app service {url}"),
        Ok(Host::Arc { url }) => format!("arc {url}"),
        Ok(Host::MachineLearning { url, .. }) => format!("machine learning {url}"),
        Err(error) => error.to_string(),
    })
}

#[test]
fn the_environment_tells_the_host() {
    let usual = "machine http://169.254.169.254/metadata/identity/oauth2/token";
    assert_eq!(found(|_| None, false), usual);
    let test: fn(&str) -> Option<OsString> =
        |name| (name == TEST_HOST).then(|| "http://127.0.0.1:5/".into());
    assert_eq!(
        found(test, true),
        "machine http://127.0.0.1:5/metadata/identity/oauth2/token"
    );
    assert!(found(test, false).contains("names another host"));
    for elsewhere in [
        (|name| (name == TEST_HOST).then(|| "http://evil.example/".into())) as fn(&str) -> _,
        |name| (name == TEST_HOST).then(|| "http://169.254.1.1/".into()),
        |name| (name == TEST_HOST).then(|| "https://127.0.0.1/".into()),
    ] {
        assert!(found(elsewhere, true).contains("names another host"));
    }
    let learning: fn(&str) -> Option<OsString> = |name| match name {
        "MSI_ENDPOINT" => Some("http://127.0.0.1:6/MSI/auth".into()),
        "MSI_SECRET" => Some("hidden".into()),
        _ => None,
    };
    assert_eq!(
        found(learning, false),
        "machine learning http://127.0.0.1:6/MSI/auth"
    );
    let shell: fn(&str) -> Option<OsString> =
        |name| (name == "MSI_ENDPOINT").then(|| "http://127.0.0.1:6/".into());
    assert!(found(shell, false).contains("Cloud Shell"));
    let far: fn(&str) -> Option<OsString> = |name| match name {
        "MSI_ENDPOINT" => Some("http://evil.example/".into()),
        "MSI_SECRET" => Some("hidden".into()),
        _ => None,
    };
    assert!(found(far, true).contains("not an address of this machine"));
    let fabric: fn(&str) -> Option<OsString> = |name| match name {
        "IDENTITY_ENDPOINT" => Some("https://10.0.0.4:2377/metadata/identity/oauth2/token".into()),
        "IDENTITY_HEADER" | "IDENTITY_SERVER_THUMBPRINT" => Some("x".into()),
        _ => None,
    };
    assert!(found(fabric, false).contains("Service Fabric"));
    let service: fn(&str) -> Option<OsString> = |name| match name {
        "IDENTITY_ENDPOINT" => Some("http://169.254.131.2:8081/msi/token".into()),
        "IDENTITY_HEADER" => Some("hidden".into()),
        _ => None,
    };
    assert_eq!(
        found(service, false),
        "app service http://169.254.131.2:8081/msi/token"
    );
    let arc: fn(&str) -> Option<OsString> = |name| match name {
        "IDENTITY_ENDPOINT" => Some("http://localhost:40342/metadata/identity/oauth2/token".into()),
        "IMDS_ENDPOINT" => Some("http://localhost:40342".into()),
        _ => None,
    };
    assert_eq!(
        found(arc, false),
        "arc http://localhost:40342/metadata/identity/oauth2/token"
    );
    let strange: fn(&str) -> Option<OsString> =
        |name| (name == "IDENTITY_ENDPOINT").then(|| "http://localhost:1/".into());
    assert!(found(strange, false).contains("neither IDENTITY_HEADER nor IMDS_ENDPOINT"));
}

#[test]
fn queries_name_the_identity_as_each_host_wants() {
    let url = || Url::parse("http://127.0.0.1:1/token").unwrap();
    let query = |identity, names| with_query(url(), "v", "https://r", identity, names).to_string();
    assert!(
        query(Identity::System, RESOURCE_ID).ends_with("?api-version=v&resource=https%3A%2F%2Fr")
    );
    assert!(query(Identity::ClientId("a"), RESOURCE_ID).ends_with("&client_id=a"));
    assert!(query(Identity::ClientId("a"), MACHINE_LEARNING_ID).ends_with("&clientid=a"));
    assert!(query(Identity::ResourceId("/s/x"), APP_SERVICE_ID).ends_with("&mi_res_id=%2Fs%2Fx"));
    assert!(query(Identity::ResourceId("/s/x"), RESOURCE_ID).ends_with("&msi_res_id=%2Fs%2Fx"));
}

#[test]
fn an_identity_of_machine_learning_is_asked_with_its_secret() {
    let authority = Authority::find(&bundled::open().unwrap(), &Wanted::default()).unwrap();
    // Only client ids are known there.
    let learning: fn(&str) -> Option<OsString> = |name| match name {
        "MSI_ENDPOINT" => Some("http://127.0.0.1:1/".into()),
        "MSI_SECRET" => Some("hidden".into()),
        _ => None,
    };
    let told = with_world(learning, LONG, |world| {
        acquire(world, &authority, Identity::ObjectId("x"))
            .unwrap_err()
            .to_string()
    });
    assert!(told.contains("client id alone"), "{told}");
}

#[test]
fn only_key_files_of_the_agent_are_read() {
    let folder = Path::new(ARC_FOLDER);
    assert!(is_arc_file(&folder.join("a.key"), folder));
    for bad in [
        Path::new("/etc/passwd"),
        Path::new("/etc/x.key"),
        &folder.join("../x.key"),
        &folder.join("a.txt"),
    ] {
        assert!(!is_arc_file(bad, folder), "{}", bad.display());
    }
}
