//! `graphgrant status`, where exports or a token leave open what is granted.

use serde_json::Value;

use crate::status::{ID, STATUS, row, states, whole};

/// A text without the breaks of its lines.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn grants_that_nothing_ties_to_the_app_are_not_judged() {
    let place = whole();
    let arguments = ["status", "--granted", "grants.json"];
    for more in [&[][..], &["--declared", "app.json"]] {
        let outcome = place.run(&[&arguments[..], more].concat()).ends_with(1);
        for part in [
            "not known whose grants these are",
            &format!("az ad sp show --id {ID}"),
        ] {
            assert!(
                flat(&outcome.out).contains(part),
                "{part} in {}",
                outcome.out
            );
        }
        assert!(!outcome.out.contains("All that is"), "{}", outcome.out);
    }
    let json = place.run(&[&arguments[..], &["--format", "json"]].concat());
    let json = json.ends_with(1);
    assert_eq!(json.json()["apps"][0]["fault"], true);
    let people = row(&json, "delegated", "People.Read");
    assert_eq!(
        (&people["granted"], states(&people)),
        (&Value::Null, vec!["not-known"])
    );
}

#[test]
fn an_export_that_is_cut_off_is_never_all_there_is() {
    let place = whole();
    let path = place.path().join("grants.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let more = text.replacen('{', "{\"@odata.nextLink\":\"https://more\",", 1);
    for (scope, state) in [("People.Read", "fine"), ("openid", "not-known")] {
        std::fs::write(&path, more.replace("People.Read", scope)).unwrap();
        let outcome = place.run(&STATUS).ends_with(1);
        assert_eq!(outcome.json()["apps"][0]["fault"], true);
        // What is not on this page may be on the next one: it is not called missing.
        let people = row(&outcome, "delegated", "People.Read");
        assert_eq!(states(&people), [state]);
        let human = place.run(&STATUS[..5]).ends_with(1);
        let told = flat(&human.out);
        assert!(told.contains("An export is not complete"), "{told}");
        assert!(!human.out.contains("nothing else"), "{}", human.out);
    }
}

#[test]
fn a_token_that_is_not_valid_is_not_called_fine() {
    let claims = |times: &str| {
        let text = format!("{{\"scp\": \"People.Read\", \"appid\": \"{ID}\"{times}}}");
        whole().with("claims.json", &text)
    };
    let arguments = ["status", "--token", "claims.json"];
    let good = claims(", \"exp\": 99999999999")
        .run(&arguments)
        .ends_with(0);
    assert!(good.out.contains("All that is needed"), "{}", good.out);
    for (times, told) in [
        (", \"exp\": 1000", "it has expired"),
        (", \"nbf\": 99999999999", "it is not valid yet"),
    ] {
        let place = claims(times);
        let bad = place.run(&arguments).ends_with(1);
        let told = format!("No service takes the token: {told}.");
        assert!(bad.out.contains(&told), "{}", bad.out);
        for absent in ["All that is needed", "fine"] {
            assert!(!bad.out.contains(absent), "{absent} in {}", bad.out);
        }
        let json = place.run(&[&arguments[..], &["--format", "json"]].concat());
        let json = json.ends_with(1).json();
        assert_eq!(json["apps"][0]["fault"], true);
        let remark = json["apps"][0]["remarks"][0].as_str().unwrap();
        assert!(remark.contains("no service takes the token"), "{remark}");
    }
}

#[test]
fn a_token_without_what_was_granted_is_not_fine() {
    for (scope, state, code) in [
        ("People.Read", "fine", 0),
        ("User.Read", "granted-not-in-token", 1),
        (
            "People.Read Directory.ReadWrite.All",
            "in-token-not-granted",
            1,
        ),
    ] {
        let claims = format!("{{\"scp\": \"{scope}\", \"appid\": \"{ID}\", \"exp\": 99999999999}}");
        let place = whole().with("claims.json", &claims);
        let arguments = [&STATUS[..5], &["--token", "claims.json"]].concat();
        let human = place.run(&arguments).ends_with(code);
        assert_eq!(
            human.out.contains("All that is needed"),
            code == 0,
            "{}",
            human.out
        );
        let json = place
            .run(&[&arguments[..], &["--format", "json"]].concat())
            .ends_with(code);
        let of = if state.starts_with("in-token") {
            "Directory.ReadWrite.All"
        } else {
            "People.Read"
        };
        assert!(
            states(&row(&json, "delegated", of)).contains(&state),
            "{}",
            json.out
        );
    }
}

#[test]
fn grants_that_do_not_count_leave_a_declared_permission_open() {
    let place = whole();
    let other = std::fs::read_to_string(place.path().join("grants.json")).unwrap();
    let other = other.replace("11111111-1111", "99999999-9999");
    let place = place.with("other.json", &other);
    let arguments = [
        "status",
        "--declared",
        "app.json",
        "--granted",
        "principals.json",
        "--granted",
        "other.json",
    ];
    let human = place.run(&arguments).ends_with(1);
    assert!(
        flat(&human.out).contains("all of other apps"),
        "{}",
        human.out
    );
    assert!(!human.out.contains("All that is"), "{}", human.out);
}
