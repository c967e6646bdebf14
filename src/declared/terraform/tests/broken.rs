//! Texts that are no Terraform, or far too much of it: an error with a place, never a panic.

use std::fs;

use proptest::prelude::*;

use super::examples::EXAMPLES;
use super::*;

fn judged(text: &str) -> Option<Document> {
    let source = Source::new("main.tf", text);
    match read(ids(), &source) {
        Ok(document) => Some(document),
        Err(error) => {
            assert!(error.span.end <= source.text().len());
            assert!(source.text().is_char_boundary(error.span.start));
            assert!(!error.message.is_empty() && !error.help.is_empty());
            None
        }
    }
}

#[test]
fn the_broken_files_are_told_with_a_place() {
    let mut count = 0;
    for entry in fs::read_dir("tests/broken").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            let text = fs::read_to_string(&path).unwrap();
            assert!(judged(&text).is_none(), "{}", path.display());
            count += 1;
        }
    }
    assert!(count >= 6);
}

#[test]
fn examples_that_end_too_early_are_read_or_refused() {
    let ids = ids();
    for (_, text) in EXAMPLES {
        let mut refused = 0;
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            refused += usize::from(read(ids, &Source::new("t", text.get(..end).unwrap())).is_err());
        }
        assert!(refused > text.len() / 2);
    }
}

#[test]
fn a_mark_at_the_start_and_other_line_ends_change_nothing() {
    for (_, text) in EXAMPLES {
        let plain = document(text);
        let marked = document(&format!("\u{feff}{text}"));
        assert_eq!(told(&plain), told(&marked));
        let other = document(&text.replace('\n', "\r\n"));
        assert_eq!(told(&plain), told(&other));
    }
}

#[test]
fn names_that_multiply_each_other_end() {
    let mut text = String::from(
        "locals {\na0 = [\"x\", \"x\", \"x\", \"x\", \"x\", \"x\", \"x\", \"x\", \"x\", \"x\"]\n",
    );
    for at in 1..20 {
        let before = at - 1;
        writeln!(
            text,
            "a{at} = concat(local.a{before}, local.a{before}, local.a{before}, local.a{before})"
        )
        .unwrap();
    }
    text.push_str("}\n");
    write!(text, "{GRAPH}{APP}resource \"azuread_application_api_access\" \"g\" {{\napplication_id = azuread_application.app.id\napi_client_id = \"00000003-0000-0000-c000-000000000000\"\nrole_ids = local.a19\n}}\n").unwrap();
    assert_eq!(document(&text).undecided[0].what, "names that lead too far");
    let mut chain = String::from("locals {\na0 = \"x\"\n");
    for at in 1..2_000 {
        writeln!(chain, "a{at} = local.a{}", at - 1).unwrap();
    }
    chain
        .push_str("}\nresource \"azuread_application\" \"app\" {\ndisplay_name = local.a1999\n}\n");
    assert_eq!(document(&chain).registrations.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        judged(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_marks_are_read_or_refused(text in "[a{}\\[\\]()\"$%#/*<=.,:\n -]{0,60}") {
        judged(&text);
    }

    #[test]
    fn any_change_of_an_example_is_read_or_refused(
        which in 0..EXAMPLES.len(),
        at in any::<prop::sample::Index>(),
        length in 0..40usize,
        with in "[a{}\\[\\]()\"$#=.,\n]{0,4}",
    ) {
        let text = EXAMPLES[which].1;
        let start = text.floor_char_boundary(at.index(text.len()));
        let end = text.ceil_char_boundary((start + length).min(text.len()));
        let changed = format!("{}{with}{}", text.get(..start).unwrap(), text.get(end..).unwrap());
        if let Some(document) = judged(&changed) {
            for found in &document.registrations {
                for entry in &found.entries {
                    prop_assert!(entry.span.end <= document.source.text().len());
                }
            }
        }
    }
}
