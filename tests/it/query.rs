//! `graphgrant query`.

use crate::run::run;

#[test]
fn opens_lists_by_scheme() {
    let answer = run(&["query", "opens", "mail.send", "--format", "json"]).ends_with(0);
    let value = answer.json();
    assert_eq!(value["permission"], "Mail.Send");
    let schemes: Vec<_> = value["schemes"].as_array().unwrap().iter().collect();
    assert_eq!(schemes.len(), 3);
    assert!(
        schemes[0]["operations"]
            .to_string()
            .to_lowercase()
            .contains("post /me/sendmail")
    );
    let one = run(&["query", "opens", "Mail.Send", "--access", "application"]).ends_with(0);
    assert!(one.out.contains("Mail.Send, application: opens"));
    assert!(!one.out.contains("delegated"));
}

#[test]
fn covers_gives_a_counterexample() {
    let answer = run(&["query", "covers", "Mail.Read", "Mail.ReadWrite"]).ends_with(0);
    assert!(answer.out.contains("counterexample: "), "{}", answer.out);
    let answer = run(&["query", "covers", "Mail.ReadWrite", "Mail.Read"]).ends_with(0);
    assert!(
        answer
            .out
            .contains("Mail.ReadWrite gives all that Mail.Read gives")
    );
}

#[test]
fn between_names_what_lies_between() {
    let answer = run(&["query", "between", "Mail.ReadBasic", "Mail.ReadWrite"]).ends_with(0);
    assert!(answer.out.contains("\n  Mail.Read\n"), "{}", answer.out);
}

#[test]
fn a_misspelt_permission_is_wrong_usage() {
    let answer = run(&["query", "opens", "Mail.Reed"]).ends_with(2);
    assert!(
        answer.err.contains("did you mean `Mail.Read`?"),
        "{}",
        answer.err
    );
}
