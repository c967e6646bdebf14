//! What every writer must keep to, and pictures of what they write.

use super::look::{Colour, Look};
use super::sample::{HOSTILE, RICH, Sample};
use super::{export, human, json, markdown, rra, scopes};
use crate::catalog::model::Access;
use crate::source::escape::is_unsafe;

const PLAIN: Look = Look {
    width: 100,
    colour: Colour::Off,
};

/// Data changes with every import: pictures leave it out.
fn without_data(text: &str) -> String {
    text.split("Data: ").next().unwrap_or_default().to_owned()
}

#[test]
fn a_plan_for_people() {
    let sample = Sample::new(RICH);
    let text = human::plan::write(&sample.catalog, &sample.planned(), PLAIN);
    insta::assert_snapshot!("plan_human", without_data(&text));
}

#[test]
fn a_plan_for_a_wiki() {
    let sample = Sample::new(RICH);
    let text = markdown::write(&sample.catalog, &sample.planned());
    insta::assert_snapshot!("plan_markdown", without_data(&text));
}

#[test]
fn scopes_are_one_line_per_token_request() {
    let sample = Sample::new(RICH);
    let written = scopes::write(&sample.catalog, &sample.planned()[0]);
    insta::assert_snapshot!(written.text, @r#"
    offline_access openid Mail.ReadWrite SMTP.Send User.Read
    Calendars.ReadBasic
    https://graph.microsoft.com/.default
    "#);
    insta::assert_snapshot!(written.remarks.join("\n"), @r#"
    line 2 is the increment of profile `calendar`
    `https://graph.microsoft.com/.default` stands for the app roles that an admin grants: AuditLog.Read.All, Sites.Selected, User.Read.All
    delegated access is partial: some operations are not served
    application access is partial: some operations are not served
    "#);
}

#[test]
fn scopes_of_other_clouds_name_their_host() {
    let text = "app: {cloud: usgov}\naccess: both\nsignIn: openid\noperations: ['GET /users/{id}']";
    let sample = Sample::new(text);
    let written = scopes::write(&sample.catalog, &sample.planned()[0]);
    insta::assert_snapshot!(written.text, @r#"
    openid https://graph.microsoft.us/User.ReadBasic.All
    https://graph.microsoft.us/.default
    "#);
}

#[test]
fn an_app_registration_gets_ids() {
    let text = "signIn: openid\noperations: [GET /me, POST /me/sendMail]\naccess: delegated";
    let sample = Sample::new(text);
    let written = rra::write(&sample.catalog, &sample.planned()[0]).unwrap();
    insta::assert_snapshot!(written.text, @r#"
    [
      {
        "resourceAppId": "00000003-0000-0000-c000-000000000000",
        "resourceAccess": [
          {
            "id": "37f7f235-527c-4136-accd-4a02d197296e",
            "type": "Scope"
          },
          {
            "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
            "type": "Scope"
          },
          {
            "id": "e383f46e-2787-4529-855e-0e479a3ffac0",
            "type": "Scope"
          }
        ]
      }
    ]
    "#);
    assert!(written.remarks.is_empty());
}

#[test]
fn hostile_text_acts_on_no_terminal() {
    let sample = Sample::new(HOSTILE);
    let planned = sample.planned();
    let catalog = &sample.catalog;
    let mut texts = vec![
        human::plan::write(catalog, &planned, PLAIN),
        markdown::write(catalog, &planned),
        json::text(&json::plan::Document::new(
            catalog,
            &json::requirement::origin(catalog),
            &planned,
        ))
        .unwrap(),
        scopes::write(catalog, &planned[0]).text,
        rra::write(catalog, &planned[0]).unwrap().text,
    ];
    texts.extend(scopes::write(catalog, &planned[0]).remarks);
    for text in texts {
        let harmful: Vec<char> = text
            .chars()
            .filter(|c| *c != '\n' && is_unsafe(*c))
            .collect();
        assert!(harmful.is_empty(), "{harmful:?} in {text}");
    }
}

#[test]
fn hostile_text_means_nothing_in_markdown() {
    let sample = Sample::new(HOSTILE);
    let text = markdown::write(&sample.catalog, &sample.planned());
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let bars = line.replace("\\|", "").matches('|').count();
        let header = text.lines().filter(|line| line.starts_with("|---"));
        let columns: Vec<usize> = header.map(|line| line.matches('|').count()).collect();
        assert!(columns.contains(&bars), "{line}");
    }
    // Outside of code spans nothing of the user's is left.
    for word in ["script", "alert", "@admins", "evil", "bold", "@org", "img"] {
        assert!(!outside_code(&text).contains(word), "{word} in {text}");
    }
}

/// Drops code spans as Markdown finds them: a run of backticks up to the next run of the same length.
fn outside_code(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let runs: Vec<&[char]> = characters
        .chunk_by(|first, second| (*first == '`') == (*second == '`'))
        .collect();
    let mut out = String::new();
    let mut at = 0;
    while let Some(run) = runs.get(at) {
        let closing = runs.iter().skip(at + 1).position(|other| other == run);
        match closing.filter(|_| run.starts_with(&['`'])) {
            Some(distance) => at += distance + 1,
            None => out.extend(*run),
        }
        at += 1;
    }
    out
}

#[test]
fn code_and_prose_keep_their_text() {
    assert_eq!(markdown::code("a`b"), "``a`b``");
    assert_eq!(markdown::code("`"), "`` ` ``");
    assert_eq!(markdown::code(""), "`  `");
    assert_eq!(
        markdown::prose("use `a_b` for *x* <y> @z"),
        "use `a_b` for \\*x\\* &lt;y&gt; @<!-- -->z"
    );
    assert_eq!(markdown::prose("one ` tick"), "one \\` tick");
}

#[test]
fn several_apps_are_a_list_and_one_is_flat() {
    let several = "apps: [{name: a, operations: [GET /me]}, {name: b, operations: [GET /me]}]";
    for (text, is_flat) in [(several, false), (RICH, true), ("operations: []", true)] {
        let sample = Sample::new(text);
        let planned = sample.planned();
        let text = json::text(&json::plan::Document::new(
            &sample.catalog,
            &json::requirement::origin(&sample.catalog),
            &planned,
        ))
        .unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value.get("access").is_some(), is_flat);
        assert_eq!(value.get("apps").is_none(), is_flat);
    }
}

#[test]
fn personal_needs_are_shown_only_where_the_app_takes_them() {
    for (text, count) in [(RICH, 7), ("operations: [GET /me]", 0)] {
        let sample = Sample::new(text);
        let planned = sample.planned();
        let text = json::text(&json::plan::Document::new(
            &sample.catalog,
            &json::requirement::origin(&sample.catalog),
            &planned,
        ))
        .unwrap();
        assert_eq!(text.matches("\"personal\": {").count(), count);
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    let sample = Sample::new(RICH);
    let planned = sample.planned();
    let coloured = Look {
        colour: Colour::On,
        ..PLAIN
    };
    let text = human::plan::write(&sample.catalog, &planned, coloured);
    assert!(text.contains('\u{1b}'));
    assert_eq!(
        anstream::adapter::strip_str(&text).to_string(),
        human::plan::write(&sample.catalog, &planned, PLAIN)
    );
}

#[test]
fn the_export_agrees_with_the_catalog() {
    let sample = Sample::new("operations: []");
    let catalog = &sample.catalog;
    let value: serde_json::Value = serde_json::from_str(&export::write(catalog).unwrap()).unwrap();
    let rows = |key: &str| value[key].as_array().unwrap();
    assert_eq!(rows("permissions").len(), catalog.permission_ids().count());
    assert_eq!(rows("operations").len(), catalog.operation_ids().count());
    let pairs: usize = catalog
        .permission_ids()
        .flat_map(|id| Access::ALL.map(|access| catalog.above(id, access).len()))
        .sum();
    assert_eq!(rows("order").len(), pairs);
    for operation in rows("operations") {
        for scheme in ["delegated", "personal", "application"] {
            let need = &operation[scheme];
            let sets = |key: &str| need[key].as_array().cloned().unwrap_or_default();
            for set in sets("preferred") {
                assert!(sets("admissible").contains(&set), "{operation}");
            }
            for set in sets("admissible") {
                assert!(sets("alternatives").contains(&set), "{operation}");
            }
        }
    }
}
