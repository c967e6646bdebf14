//! Texts that are no Bicep, or far too much of it: an error with a place, never a panic.

use std::fmt::Write;
use std::fs;

use proptest::prelude::*;

use super::*;

fn judged(text: &str) -> Option<Document> {
    let source = Source::new("main.bicep", text);
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
        if path
            .extension()
            .is_some_and(|extension| extension == "bicep")
        {
            let text = fs::read_to_string(&path).unwrap();
            assert!(judged(&text).is_none(), "{}", path.display());
            count += 1;
        }
    }
    assert!(count >= 6);
}

#[test]
fn examples_that_end_too_early_are_read_or_refused() {
    for (_, text) in EXAMPLES {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            judged(text.get(..end).unwrap());
        }
    }
}

#[test]
fn a_mark_at_the_start_and_other_line_ends_change_nothing() {
    for (_, text) in EXAMPLES {
        let plain = told(&document(text));
        assert_eq!(plain, told(&document(&format!("\u{feff}{text}"))));
        assert_eq!(plain, told(&document(&text.replace('\n', "\r\n"))));
    }
}

#[test]
fn names_that_multiply_each_other_end() {
    let mut text = String::from("var a0 = ['x', 'x', 'x', 'x', 'x', 'x', 'x', 'x']\n");
    for at in 1..20 {
        let before = at - 1;
        writeln!(
            text,
            "var a{at} = concat(a{before}, a{before}, a{before}, a{before})"
        )
        .unwrap();
    }
    text.push_str(
        "resource app 'Microsoft.Graph/applications@v1.0' = {\n  requiredResourceAccess: a19\n}\n",
    );
    assert_eq!(document(&text).undecided[0].what, "names that lead too far");
    let mut loops = String::from("var l = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\nvar x = ");
    for at in 0..20 {
        write!(loops, "[for i{at} in l: ").unwrap();
    }
    loops.push('1');
    loops.push_str(&"]".repeat(20));
    loops.push_str(
        "\nresource app 'Microsoft.Graph/applications@v1.0' = {\n  requiredResourceAccess: x\n}\n",
    );
    assert_eq!(
        document(&loops).undecided[0].what,
        "names that lead too far"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        judged(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_marks_are_read_or_refused(text in "(var x = )?[a{}\\[\\]()'$%@/*?!<=.,:\n -]{0,60}") {
        judged(&text);
    }

    #[test]
    fn any_change_of_an_example_is_read_or_refused(
        which in 0..EXAMPLES.len(),
        at in any::<prop::sample::Index>(),
        length in 0..40usize,
        with in "[a{}\\[\\]()'$?=.,\n]{0,4}",
    ) {
        let text = EXAMPLES[which].1;
        let start = text.floor_char_boundary(at.index(text.len()));
        let end = text.ceil_char_boundary((start + length).min(text.len()));
        if let Some(document) = judged(&format!("{}{with}{}", text.get(..start).unwrap(), text.get(end..).unwrap())) {
            for found in &document.registrations {
                for entry in &found.entries {
                    prop_assert!(entry.span.end <= document.source.text().len());
                }
            }
        }
    }
}
