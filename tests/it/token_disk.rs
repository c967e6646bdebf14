//! What flows leave on the disk: nothing.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::run::Place;
use crate::server::{Reply, Server};
use crate::token::{SECRET, app_token, granted, run_at};

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
