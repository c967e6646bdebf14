//! `graphgrant consent letter`.

use crate::consent::example;
use crate::run::{Place, run_at};

#[test]
fn a_letter_tells_claims_from_facts() {
    let letter = run_at(&example(), &["consent", "letter"]).ends_with(0);
    for part in [
        "# Permission request for `Litware Visitor Desk`",
        "- **Application (client) id:** `7d2c9b1e-3f4a-4c5d-8e6f-0a1b2c3d4e5f`",
        "#### `Mail.Send` (delegated; risk: lower, tier 2)",
        "- Sends mail in the signed-in user's name only. Reach: the signed-in user's own; changes only (18 requests).",
        "- For No. 6 `GET /users/{id}/calendarView` - *the developer says:* `Finds out which meeting rooms are taken.`",
        "- **Who approves:** Privileged Role Administrator",
        "## What it does not get\n\n- No way known to control the tenant",
        "## How to undo\n\n- Everything at once: ",
        "- One app role: `DELETE /servicePrincipals/{id}/appRoleAssignments/{id}`.",
        "Smaller, refused: `User.ReadBasic.All` does not serve operation No. 5",
        "Facts come from Microsoft's published permissions data,",
    ] {
        assert!(letter.out.contains(part), "{part} in\n{}", letter.out);
    }
    let html = run_at(&example(), &["consent", "letter", "--format", "html"]).ends_with(0);
    for part in [
        "<!doctype html>",
        "default-src 'none'",
        "<b>The developer says</b><code>Finds out which meeting rooms are taken.</code>",
        "<h2>How to undo</h2>",
    ] {
        assert!(html.out.contains(part), "{part} in\n{}", html.out);
    }
    for absent in ["<script", "http://", "<img", "<link", "url("] {
        assert!(!html.out.contains(absent), "{absent}");
    }
}

#[test]
fn who_approves_says_by_which_policy() {
    let manifest =
        "app: {name: R, clientId: 7d2c9b1e-3f4a-4c5d-8e6f-0a1b2c3d4e5f, tenant: litware.example}
access: delegated
operations:
  - {request: 'POST /me/sendMail'}
";
    let place = Place::new().with("graphgrant.yaml", manifest);
    let approves = |more: &[&str]| {
        let letter = place.run(&[&["consent", "letter"], more].concat());
        let letter = letter.ends_with(0).out;
        let line = letter.lines().find(|line| line.contains("Who approves"));
        line.unwrap().to_owned()
    };
    let assumed = approves(&[]);
    assert!(assumed.contains("by the policy `"), "{assumed}");
    assert!(assumed.contains("the default of new tenants"), "{assumed}");
    let chosen = approves(&["--consent-policy", "none"]);
    assert!(chosen.contains("by the policy `none`"), "{chosen}");
    assert!(!chosen.contains("default"), "{chosen}");
}

#[test]
fn what_routes_reach_is_not_hidden() {
    let manifest =
        "app: {name: R, clientId: 7d2c9b1e-3f4a-4c5d-8e6f-0a1b2c3d4e5f, tenant: litware.example}
access: both
routes:
  - {via: exchange-rbac, operations: ['POST /users/{id}/sendMail'], reason: one mailbox}
operations:
  - {request: GET /me, select: [displayName], access: delegated}
  - {request: 'POST /users/{id}/sendMail', access: application}
";
    let letter = |manifest: &str| {
        let place = Place::new().with("graphgrant.yaml", manifest);
        place.run(&["consent", "letter"]).ends_with(0).out
    };
    let with = letter(manifest);
    for part in [
        "besides, access by 1 route outside this consent",
        "for what routes reach, whoever administers it",
        "what routes reach is not judged",
        "What a route opened stays open until it is closed where it was opened",
    ] {
        assert!(with.contains(part), "{part} in\n{with}");
    }
    // It acts without a user and sends mail, although no app role is asked for.
    let claims = [
        "Nothing without a signed-in user",
        "No change to anything",
        "No way known to control the tenant",
    ];
    for claim in claims {
        assert!(!with.contains(claim), "{claim} in\n{with}");
    }
    let alone = letter(
        "app: {clientId: 7d2c9b1e-3f4a-4c5d-8e6f-0a1b2c3d4e5f}\naccess: delegated\noperations: [GET /me/people]\n",
    );
    for claim in claims {
        assert!(alone.contains(claim), "{claim} in\n{alone}");
    }
    assert!(!alone.contains("route"), "{alone}");
}

#[test]
fn a_letter_about_an_app_that_is_not_registered_says_so_first() {
    let place = Place::new().with(
        "graphgrant.yaml",
        "access: delegated\noperations: [GET /me]\n",
    );
    for format in ["markdown", "html"] {
        let letter = place
            .run(&["consent", "letter", "--format", format])
            .ends_with(0);
        let draft = letter.out.find("this is a draft that nobody can approve");
        assert!(
            draft.is_some() && draft < letter.out.find("User.Read"),
            "{}",
            letter.out
        );
    }
}

#[test]
fn a_letter_stays_short() {
    // In words of Markdown; tests/browser/letter.py counts the pages that are printed.
    let folder = example();
    let root = folder.parent().unwrap();
    for (name, most) in [("consent", 870), ("mail-add-in", 850), ("teams-bot", 1350)] {
        let letter = run_at(&root.join(name), &["consent", "letter"]).ends_with(0);
        let words = letter.out.split_whitespace().count();
        assert!(words <= most, "{name}: {words} words");
    }
}

#[test]
fn a_reader_of_calendars_is_not_said_to_change_them() {
    let letter = run_at(&example(), &["consent", "letter"]).ends_with(0).out;
    let one = letter
        .split("#### `Calendars.ReadBasic.All`")
        .nth(1)
        .unwrap();
    let one = one.split("####").next().unwrap();
    assert!(one.contains("reads only (22 requests)"), "{one}");
    assert!(!one.contains("chang"), "{one}");
}

#[test]
fn changes_that_a_name_does_not_tell_are_shown() {
    let manifest =
        "access: delegated\noperations: [{request: GET /users, select: [displayName]}]\n";
    let place = Place::new().with("graphgrant.yaml", manifest);
    let letter = place.run(&["consent", "letter"]).ends_with(0).out;
    assert!(letter.contains("User.ReadBasic.All"), "{letter}");
    let told = "; the data lists 10 unconfirmed changes too, as `";
    assert!(letter.contains(told), "{letter}");
    // It is one that the catalog has, and that is no GET.
    let shown = letter.split(told).nth(1).unwrap();
    let shown = shown.split('`').next().unwrap();
    let opens = place.run(&["query", "opens", "User.ReadBasic.All"]).out;
    assert!(
        opens.contains(&format!("  write  {shown}\n")),
        "{shown} in {opens}"
    );
}

#[test]
fn a_licence_is_named_once() {
    let manifest = "access: application\noperations: [GET /identityProtection/riskDetections]\n";
    let place = Place::new().with("graphgrant.yaml", manifest);
    let letter = place.run(&["consent", "letter"]).ends_with(0).out;
    let licence = "eeds an Entra ID P1 or P2 licence";
    // Beside the permission, and among what to do.
    assert_eq!(letter.matches(licence).count(), 2, "{letter}");
}
