//! `graphgrant lock` and `plan --locked`.

use std::fs;

use crate::run::{Place, run};

const BEFORE: &str = "access: delegated\noperations:\n  - GET /me\n";
const AFTER: &str = "access: delegated\noperations:\n  - GET /me\n  - POST /me/sendMail\n";

fn locked(text: &str) -> Place {
    let place = Place::new().with("graphgrant.yaml", text);
    place.run(&["lock"]).ends_with(0);
    place
}

#[test]
fn a_lock_keeps_the_plan() {
    let place = locked(BEFORE);
    let lock = fs::read_to_string(place.path().join("graphgrant.lock")).unwrap();
    assert!(
        lock.contains("User.Read") && lock.contains("\"overlaySha256\""),
        "{lock}"
    );
    let plain = place.run(&["plan"]).ends_with(0).out;
    assert_eq!(place.run(&["plan", "--locked"]).ends_with(0).out, plain);
    // Comments, order and reasons are no change of the plan.
    let same =
        "# a comment\noperations:\n  - {request: GET /me, reason: says hello}\naccess: delegated\n";
    fs::write(place.path().join("graphgrant.yaml"), same).unwrap();
    place.run(&["plan", "--locked"]).ends_with(0);
    let again = place.run(&["lock"]).ends_with(0);
    assert_eq!(again.out, "wrote graphgrant.lock: the plan is the same\n");
    assert_eq!(
        fs::read_to_string(place.path().join("graphgrant.lock")).unwrap(),
        lock
    );
}

#[test]
fn a_change_of_the_plan_fails_and_says_why() {
    let place = locked(BEFORE);
    fs::write(place.path().join("graphgrant.yaml"), AFTER).unwrap();
    let outcome = place.run(&["plan", "--locked"]).ends_with(1);
    for part in [
        "Mail.Send",
        "came",
        "POST /me/sendMail",
        "graphgrant.lock",
        "graphgrant lock",
    ] {
        assert!(outcome.err.contains(part), "{part} in {}", outcome.err);
    }
    // The plan is printed all the same.
    assert!(outcome.out.contains("Mail.Send"), "{}", outcome.out);
    let written = place.run(&["lock"]).ends_with(0);
    assert!(written.out.contains("2 changes"), "{}", written.out);
    assert!(written.err.contains("`Mail.Send` came"), "{}", written.err);
    place.run(&["plan", "--locked"]).ends_with(0);
}

#[test]
fn the_objective_of_the_lock_is_kept() {
    let place = Place::new().with("graphgrant.yaml", AFTER);
    place.run(&["lock", "--objective", "fewest"]).ends_with(0);
    place.run(&["plan", "--locked"]).ends_with(0);
    place
        .run(&["plan", "--locked", "--objective", "fewest"])
        .ends_with(2);
    place
        .run(&["plan", "--locked", "--access", "delegated"])
        .ends_with(2);
    place.run(&["plan", "--lock-file", "x"]).ends_with(2);
}

#[test]
fn locks_have_names_of_their_own() {
    let place = Place::new().with("api.yaml", BEFORE);
    place.run(&["lock", "api.yaml"]).ends_with(0);
    assert!(place.path().join("api.lock").exists());
    place.run(&["plan", "api.yaml", "--locked"]).ends_with(0);
    place
        .run(&["lock", "api.yaml", "-o", "other.json"])
        .ends_with(0);
    place
        .run(&["plan", "api.yaml", "--locked", "--lock-file", "other.json"])
        .ends_with(0);
    let outcome = place
        .run(&["lock", "api.yaml", "-o", "api.yaml"])
        .ends_with(2);
    assert!(
        outcome.err.contains("the manifest itself"),
        "{}",
        outcome.err
    );
    let outcome = place.run_with(&["lock", "-"], BEFORE).ends_with(2);
    assert!(outcome.err.contains("-o FILE"), "{}", outcome.err);
    place
        .run_with(&["lock", "-", "-o", "stdin.lock"], BEFORE)
        .ends_with(0);
    place
        .run_with(
            &["plan", "-", "--locked", "--lock-file", "stdin.lock"],
            BEFORE,
        )
        .ends_with(0);
}

#[test]
fn a_missing_or_broken_lock_is_an_error() {
    let place = Place::new().with("graphgrant.yaml", BEFORE);
    let outcome = place.run(&["plan", "--locked"]).ends_with(2);
    assert!(
        outcome
            .err
            .contains("there is no lock file `graphgrant.lock`"),
        "{}",
        outcome.err
    );
    for (text, part) in [
        ("", "cannot be read as a lock"),
        ("{\"lockVersion\": 1,\n", "graphgrant.lock:"),
        ("\u{feff}{\"lockVersion\": 7}", "has version 7"),
        (
            "{\"lockVersion\": 1, \"lockVersion\": 1}",
            "duplicate field",
        ),
        ("operations: [GET /me]", "cannot be read as a lock"),
    ] {
        fs::write(place.path().join("graphgrant.lock"), text).unwrap();
        let outcome = place.run(&["plan", "--locked"]).ends_with(2);
        assert!(outcome.err.contains(part), "{part} in {}", outcome.err);
        assert_eq!(outcome.out, "");
    }
    // A broken one does not keep a new one from being written.
    place.run(&["lock"]).ends_with(0);
    place.run(&["plan", "--locked"]).ends_with(0);
}

#[test]
fn a_manifest_with_mistakes_leaves_the_lock_alone() {
    let place = locked(BEFORE);
    let before = fs::read_to_string(place.path().join("graphgrant.lock")).unwrap();
    fs::write(
        place.path().join("graphgrant.yaml"),
        "operations: [GTE /me]",
    )
    .unwrap();
    place.run(&["lock"]).ends_with(2);
    assert_eq!(
        fs::read_to_string(place.path().join("graphgrant.lock")).unwrap(),
        before
    );
    run(&["lock"]).ends_with(2);
}

#[test]
fn one_app_is_locked_anew_and_the_others_stay() {
    let yaml = |first: &str, second: &str| {
        format!(
            "apps:\n  - {{name: Web, access: delegated, operations: [{first}]}}\n  - {{name: Job, access: application, operations: [{second}]}}\n"
        )
    };
    let place = Place::new().with("graphgrant.yaml", &yaml("GET /me", "GET /users"));
    let refused = place.run(&["lock", "--app", "Job"]).ends_with(2);
    assert!(
        refused.err.contains("there is no lock that has them"),
        "{}",
        refused.err
    );
    let refused = place.run(&["lock", "--app", "Jop"]).ends_with(2);
    assert!(
        refused.err.contains("did you mean `Job`?"),
        "{}",
        refused.err
    );
    place.run(&["lock"]).ends_with(0);
    let changed = yaml("POST /me/sendMail", "GET /groups");
    fs::write(place.path().join("graphgrant.yaml"), changed).unwrap();
    let told = place.run(&["lock", "--app", "Job"]).ends_with(0);
    assert!(told.err.contains("GET /groups"), "{}", told.err);
    let lock = fs::read_to_string(place.path().join("graphgrant.lock")).unwrap();
    assert!(
        lock.contains("GET /groups") && !lock.contains("GET /users"),
        "{lock}"
    );
    assert!(
        lock.contains("GET /me\"") && !lock.contains("sendMail"),
        "{lock}"
    );
    let outcome = place.run(&["plan", "--locked"]).ends_with(1);
    assert!(outcome.err.contains("sendMail"), "{}", outcome.err);
    assert!(!outcome.err.contains("GET /groups"), "{}", outcome.err);
    place.run(&["lock", "--app", "Web"]).ends_with(0);
    place.run(&["plan", "--locked"]).ends_with(0);
    // Another objective would be said of both.
    let refused = place.run(&["lock", "--app", "Web", "--objective", "fewest"]);
    assert!(
        refused
            .ends_with(2)
            .err
            .contains("locked with another objective"),
        "other objective"
    );
}

#[test]
fn a_manifest_that_lists_nothing_is_told() {
    let place = Place::new().with("graphgrant.yaml", "operations: []\n");
    for arguments in [
        &["lock"][..],
        &["plan"],
        &["graph", "--format", "dot"],
        &["compare"],
    ] {
        let told = place.run(arguments).ends_with(0).err;
        assert!(told.contains("lists no operation"), "{arguments:?}: {told}");
    }
    let place = Place::new().with("graphgrant.yaml", "operations: []\nsignIn: [openid]\n");
    let told = place.run(&["plan"]).ends_with(0).err;
    assert!(!told.contains("lists no operation"), "{told}");
}

#[test]
fn a_folder_stands_for_all_its_manifests() {
    let place = Place::new();
    for (name, text) in [("a", BEFORE), ("b/c", AFTER)] {
        let folder = place.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("graphgrant.yaml"), text).unwrap();
    }
    // What has no lock is told, and keeps nothing else from being told.
    let outcome = place.run(&["plan", "--locked", "."]).ends_with(2);
    assert!(
        outcome.err.contains("a/graphgrant.lock") && outcome.err.contains("b/c/graphgrant.lock"),
        "{}",
        outcome.err
    );
    let outcome = place.run(&["lock", "."]).ends_with(0);
    assert_eq!(
        outcome.out,
        "wrote a/graphgrant.lock\nwrote b/c/graphgrant.lock\n"
    );
    let outcome = place.run(&["plan", "--locked", "."]).ends_with(0);
    assert_eq!(
        outcome.out,
        "a/graphgrant.yaml: as locked\nb/c/graphgrant.yaml: as locked\n"
    );
    fs::write(place.path().join("a/graphgrant.yaml"), AFTER).unwrap();
    let outcome = place.run(&["plan", "--locked", "."]).ends_with(1);
    assert!(outcome.err.contains("Mail.Send"), "{}", outcome.err);
    assert!(
        outcome.out.contains("b/c/graphgrant.yaml: as locked"),
        "{}",
        outcome.out
    );
    place.run(&["plan", "--locked", "b"]).ends_with(0);
    // Two manifests of one lock: neither is written.
    fs::write(place.path().join("b/c/graphgrant.yml"), BEFORE).unwrap();
    let outcome = place.run(&["lock", "b"]).ends_with(2);
    assert!(
        outcome.err.contains("would both be locked in"),
        "{}",
        outcome.err
    );
    fs::remove_file(place.path().join("b/c/graphgrant.yml")).unwrap();
    // What is about one manifest says so.
    for arguments in [
        &["lock", ".", "--app", "x"][..],
        &["lock", ".", "-o", "x.lock"],
        &["plan", "--locked", ".", "--lock-file", "a/graphgrant.lock"],
        &["plan", "--locked", ".", "--format", "json"],
        &["plan", "--locked", ".", "--format", "markdown"],
    ] {
        let outcome = place.run(arguments).ends_with(2);
        assert!(outcome.err.contains("is a folder"), "{}", outcome.err);
    }
    place
        .run(&["lock", "b/c", "--objective", "fewest"])
        .ends_with(0);
    fs::create_dir(place.path().join("empty")).unwrap();
    place.run(&["lock", "empty"]).ends_with(2);
}

#[test]
fn a_lock_that_was_edited_by_hand_may_be_the_reason() {
    let place = locked(AFTER);
    let path = place.path().join("graphgrant.lock");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("Mail.Send", "Mail.Read")).unwrap();
    let outcome = place.run(&["plan", "--locked"]).ends_with(1);
    let told: Vec<&str> = outcome.err.split_whitespace().collect();
    let told = told.join(" ");
    assert!(told.contains("or the lock was edited by hand"), "{told}");
}

#[test]
fn an_operation_that_is_served_along_is_told_with_the_one_that_made_it_so() {
    let before = "access: delegated\noperations:\n  - GET /me/calendarView\n";
    let after = format!("{before}  - POST /me/events\n");
    for (old, new, parts) in [
        (
            before,
            after.as_str(),
            "is served by `Calendars.ReadWrite` now, which `POST /me/events` needs and brought",
        ),
        (
            after.as_str(),
            before,
            "was served by `Calendars.ReadWrite`, which `POST /me/events` needed and which went with it",
        ),
    ] {
        let place = locked(old);
        fs::write(place.path().join("graphgrant.yaml"), new).unwrap();
        let outcome = place.run(&["plan", "--locked"]).ends_with(1);
        let told: Vec<&str> = outcome.err.split_whitespace().collect();
        let told = told.join(" ");
        let told = told.replace("│ ", "");
        assert!(told.contains(parts), "{told}");
        assert!(!told.contains("edited by hand"), "{told}");
    }
}
