//! `token inspect`.

use serde_json::json;

use crate::run::{Outcome, Place};
use crate::server::{token, token_with};

use crate::token::{APP, TENANT, app_token};

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
    assert!(none.err.contains("variable `T` is not set"), "{}", none.err);
    place
        .run_given(
            &["token", "inspect", "--token-env", "T"],
            "",
            &[("T", &app_token())],
        )
        .ends_with(0);
}

#[test]
fn what_the_azure_cli_prints_is_taken_and_never_shown() {
    let text = app_token();
    for given in [
        format!("\"{text}\"\n"),
        format!("{{\n  \"accessToken\": \"{text}\",\n  \"tokenType\": \"Bearer\"\n}}\n"),
    ] {
        let outcome = inspect(&given, &[]).ends_with(0);
        assert!(!outcome.out.contains("eyJ"), "{}", outcome.out);
    }
    let outcome = inspect(&format!("{{\"token\": \"{text}\"}}"), &[]).ends_with(2);
    assert!(
        outcome.err.contains("accessToken") && outcome.err.contains("-o tsv"),
        "{}",
        outcome.err
    );
    assert!(!outcome.err.contains("eyJ"), "{}", outcome.err);
}

#[test]
fn mangled_tokens_are_told_with_the_place() {
    let whole = app_token();
    let parts: Vec<&str> = whole.split('.').collect();
    let cut = parts[1].get(..parts[1].len() - 5).unwrap();
    for (text, expected) in [
        (
            "eyJhbGciO.y.z".to_owned(),
            "first part (the header) is cut off",
        ),
        (
            format!("{}.{cut}.{}", parts[0], parts[2]),
            "second part (the claims) is cut off",
        ),
        (format!("{}.{}", parts[0], parts[1]), "it has 2 parts"),
    ] {
        let outcome = inspect(&text, &[]).ends_with(1);
        let told = outcome.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            told.contains("mangled") && told.contains(expected),
            "{told}"
        );
        let json = inspect(&text, &["--format", "json"]).ends_with(1).json();
        assert_eq!(json["form"], "mangled");
        assert!(json["broken"].as_str().unwrap().contains(expected));
        let verified = Place::new()
            .run_with(
                &["verify", "-e", "GET /users", "--access", "application"],
                &text,
            )
            .ends_with(1);
        assert!(verified.out.contains("mangled"), "{}", verified.out);
    }
}

#[test]
fn times_at_the_edge_of_numbers_are_shown() {
    for time in [i64::MIN, -1, 0, i64::MAX] {
        let text =
            token(&json!({"aud": "x", "scp": "User.Read", "exp": time, "iat": time, "nbf": time}));
        for format in ["human", "json"] {
            let outcome = inspect(&text, &["--format", format]).ends_with(0);
            assert!(outcome.err.is_empty(), "{}", outcome.err);
        }
        let outcome = Place::new()
            .run_with(&["verify", "-e", "GET /me"], &text)
            .ends_with(1);
        assert!(!outcome.err.contains("panicked"), "{}", outcome.err);
    }
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
fn a_token_or_secret_on_the_command_line_is_not_repeated() {
    let text = app_token();
    let secret = "hunter2-hunter2";
    for arguments in [
        &["token", "inspect", &text][..],
        &["token", "inspect", secret],
        &["token", "get", secret],
        &["token", &text],
        &["token", secret],
        &["verify", &text],
        &["verify", "-e", &text],
        &["verify", "--access", &text],
        &["verify", "--token", &text],
        &["token", "get", "--client-secret", secret],
        &["token", "get", "--tenant", &text],
        &["explain", &text],
        &["plan", &text],
        &[&text],
    ] {
        let outcome = Place::new().run(arguments);
        assert!([1, 2].contains(&outcome.code), "{arguments:?}");
        let told = format!("{}{}", outcome.out, outcome.err);
        for secret in ["eyJ", "hunter2"] {
            assert!(!told.contains(secret), "{told}");
        }
    }
}

#[test]
fn what_looks_like_a_secret_is_repeated_nowhere() {
    let text = app_token();
    let option = format!("--{text}");
    let short_option = format!("-{text}");
    // As the platform makes client secrets.
    let secret = "hun8Q~ter2hunter2hunter2hunter2hunter2abcd";
    let secret_option = format!("--{secret}");
    let app = "11111111-1111-1111-1111-111111111111";
    for arguments in [
        &["token", "get", option.as_str()][..],
        &["verify", &option],
        &["verify", &short_option],
        &["status", &option],
        &["token", "get", &secret_option],
        &["verify", &secret_option],
        &["verify", secret],
        &["verify", "x", secret],
        &["verify", "-e", secret],
        &["token", "get", "--flow", secret],
        &["token", "get", "--timeout", secret],
        &["token", "get", "--client-id", app, "--tenant", secret],
        &["token", "get", "--cloud", secret],
        &["lint", secret],
        &["explain", secret],
        &[secret],
    ] {
        let outcome = Place::new().run(arguments);
        assert!([1, 2].contains(&outcome.code), "{arguments:?}");
        let told = format!("{}{}", outcome.out, outcome.err);
        for secret in ["yJ", "hunter2"] {
            assert!(!told.contains(secret), "{told}");
        }
        assert!(told.contains("withheld"), "{told}");
    }
}

#[test]
fn a_secret_in_the_place_of_its_file_is_not_repeated() {
    let app = "11111111-1111-1111-1111-111111111111";
    let usual = ["token", "get", "--client-id", app, "--tenant", "t.example"];
    let flow = ["--flow", "certificate"];
    let long = "hunter2".repeat(100);
    for (more, option) in [
        (&["--secret-file", "hunter2-hunter2"][..], "--secret-file"),
        (&["--secret-file", "/hunter2+hunter2"], "--secret-file"),
        (&["--secret-file", "hun/ter2-hunter2"], "--secret-file"),
        (&["--secret-file", &long], "--secret-file"),
        (
            &["--certificate", "hunter2-hunter2", flow[0], flow[1]],
            "--certificate",
        ),
        (
            &[
                "--certificate",
                "plain.pem",
                "--password-file",
                "hunter2",
                flow[0],
                flow[1],
            ],
            "--password-file",
        ),
    ] {
        let place = Place::new().with("plain.pem", "");
        let outcome = place.run(&[&usual[..], more].concat()).ends_with(2);
        assert!(outcome.err.contains(option), "{}", outcome.err);
        assert!(!outcome.err.contains("hunter2"), "{}", outcome.err);
    }
    // A path into a folder that is there is one.
    let path = ["--secret-file", "./secret.txt"];
    let outcome = Place::new().run(&[&usual[..], &path].concat());
    assert!(outcome.ends_with(2).err.contains("./secret.txt"));
}
