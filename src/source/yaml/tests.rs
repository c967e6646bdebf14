//! What the tree holds, where, and what each kind of broken text is told.

use std::fmt::Write;

use miette::Diagnostic;
use proptest::prelude::*;

use super::*;
use crate::source::span::Span;

/// Writes a tree as one line per value: place, kind, text of its span.
fn picture(text: &str) -> String {
    let source = Source::new("t", text);
    let parsed = parse(&source);
    let mut out = String::new();
    for error in &parsed.errors {
        let code = error.code().map(|code| code.to_string());
        let code = code.unwrap_or_default().replace("graphgrant::yaml::", "");
        writeln!(out, "{} {code}", source.position(error.span().start)).unwrap();
    }
    if let Some(root) = &parsed.root {
        draw(&source, root, 0, &mut out);
    }
    out
}

fn draw(source: &Source, node: &Node, depth: usize, out: &mut String) {
    let place = source.position(node.span.start);
    let slice = source.slice(node.span);
    let indent = " ".repeat(depth);
    match &node.kind {
        NodeKind::Sequence(items) => {
            writeln!(out, "{indent}{place} list {slice:?}").unwrap();
            for item in items {
                draw(source, item, depth + 1, out);
            }
        }
        NodeKind::Mapping(entries) => {
            writeln!(out, "{indent}{place} mapping {slice:?}").unwrap();
            for (key, value) in entries {
                let at = source.position(key.span.start);
                writeln!(out, "{indent} {at} key {:?}", key.value).unwrap();
                draw(source, value, depth + 2, out);
            }
        }
        kind => writeln!(out, "{indent}{place} {kind:?} {slice:?}").unwrap(),
    }
}

#[test]
fn every_value_has_a_usable_span() {
    let text = "a: &x [1, 'q s', # c\n ]\nb: *x\né:\n  - GET /ü/{id}\n  - >-\n    folded\n    more\n  - {k: v , z: []}\nn:\n";
    insta::assert_snapshot!(picture(text), @r#"
    1:1 mapping "a: &x [1, 'q s', # c\n ]\nb: *x\né:\n  - GET /ü/{id}\n  - >-\n    folded\n    more\n  - {k: v , z: []}\nn"
     1:1 key "a"
      1:7 list "[1, 'q s', # c\n ]"
       1:8 Number("1") "1"
       1:11 String("q s") "'q s'"
     3:1 key "b"
      3:4 list "*x"
       3:4 Number("1") "*x"
       3:4 String("q s") "*x"
     4:1 key "é"
      5:3 list "- GET /ü/{id}\n  - >-\n    folded\n    more\n  - {k: v , z: []}"
       5:5 String("GET /ü/{id}") "GET /ü/{id}"
       7:5 String("folded more") "folded\n    more"
       9:5 mapping "{k: v , z: []}"
        9:6 key "k"
         9:9 String("v") "v"
        9:13 key "z"
         9:16 list "[]"
     10:1 key "n"
      10:2 Null ""
    "#);
}

#[test]
fn windows_line_ends_and_marks_keep_places_right() {
    insta::assert_snapshot!(picture("\u{feff}a: é\r\nb:\r\n  - x\r\n"), @r#"
    1:1 mapping "a: é\r\nb:\r\n  - x"
     1:1 key "a"
      1:4 String("é") "é"
     2:1 key "b"
      3:3 list "- x"
       3:5 String("x") "x"
    "#);
}

#[test]
fn words_that_look_like_other_types_stay_text() {
    insta::assert_snapshot!(picture("[NO, yes, on, 010, 1_000, 0x10, 1e3, .inf, true, ~, 12:30]"), @r#"
    1:1 list "[NO, yes, on, 010, 1_000, 0x10, 1e3, .inf, true, ~, 12:30]"
     1:2 String("NO") "NO"
     1:6 String("yes") "yes"
     1:11 String("on") "on"
     1:15 String("010") "010"
     1:20 String("1_000") "1_000"
     1:27 Number("0x10") "0x10"
     1:33 Number("1e3") "1e3"
     1:38 Number(".inf") ".inf"
     1:44 Bool(true) "true"
     1:50 Null "~"
     1:53 String("12:30") "12:30"
    "#);
}

#[test]
fn unquoted_braces_are_reported_and_read_as_meant() {
    insta::assert_snapshot!(picture("a: {request: GET /users/{id}/x/{id}, b: 1}\nb: [GET /ü/{id}]\nb: 2\n"), @r#"
    1:18 unquoted_braces
    2:9 unquoted_braces
    3:1 duplicate_key
    1:1 mapping "a: {request: GET /users/{id}/x/{id}, b: 1}\nb: [GET /ü/{id}]\nb: 2"
     1:1 key "a"
      1:4 mapping "{request: GET /users/{id}/x/{id}, b: 1}"
       1:5 key "request"
        1:14 String("GET /users/{id}/x/{id}") "GET /users/{id}/x/{id}"
       1:38 key "b"
        1:41 Number("1") "1"
     2:1 key "b"
      2:4 list "[GET /ü/{id}]"
       2:5 String("GET /ü/{id}") "GET /ü/{id}"
    "#);
}

#[track_caller]
fn case(text: &str, expected: &str) {
    let source = Source::new("t", text);
    let errors: Vec<_> = parse(&source)
        .errors
        .iter()
        .map(|error| format!("{} {error}", source.position(error.span().start)))
        .collect();
    assert_eq!(errors.join("\n"), expected);
}

#[test]
fn broken_texts_are_told_what_is_wrong_and_where() {
    case("a: [1", "1:4 this is not valid YAML: unclosed bracket '['");
    case(
        "é: 1\r\nb: 'é\r\n",
        "2:4 this is not valid YAML: unclosed quote",
    );
    case("a: b: c", "1:5 a value with `: ` in it needs quotes");
    case("a:\n\t- b", "2:1 a tab cannot indent YAML");
    case("a: @x", "1:4 a value that starts with `@` needs quotes");
    case(
        "a: 1\nb: 2\na: 3\nb: 4\n",
        "3:1 the key `a` is given twice\n4:1 the key `b` is given twice",
    );
    case("<<: {a: 1}", "1:1 merge keys (`<<`) are not supported");
    case(
        "a: !!python/x 1",
        "1:15 the tag `!!python/x` is not supported",
    );
    case("a: *b", "1:4 the alias points to no anchor above it");
    case(
        "a: 1\n---\nb: 2",
        "3:1 the text holds more than one YAML document",
    );
    case("~: 1", "1:1 a key must be text");
    case("? [a]\n: b", "1:3 a key must be text");
    case(
        "a: \u{1b}[31m",
        "1:4 this is not valid YAML: unexpected character: `\\u{1b}'",
    );
    case("", "");
    case("# nothing\n", "");
}

#[track_caller]
fn bomb(text: &str, expected: &str) {
    let parsed = parse(&Source::new("t", text));
    let errors: Vec<_> = parsed.errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors, [expected]);
}

#[test]
fn bombs_are_refused() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(laughs, "a{level}: &a{level} [{below}]").unwrap();
    }
    let entangled = "the YAML is too entangled: its aliases repeat too much";
    bomb(&laughs, entangled);
    let aliases = format!("a: &a x\nb: [{}]", "*a, ".repeat(100_000));
    bomb(&aliases, entangled);
    bomb("a: &a [*a]", entangled);
    bomb(&"- ".repeat(50_000), "the YAML is too deeply nested");
    bomb(&"[".repeat(50_000), "the YAML is too deeply nested");
    bomb(&"{a: ".repeat(50_000), "the YAML is too deeply nested");
    bomb(&"- x\n".repeat(500_000), "the YAML is too large");
}

#[test]
fn a_huge_but_honest_file_is_read() {
    let entry = "  - request: PATCH /users/{id}\n    access: application\n    reason: disable leavers\n    select: [a, b, c, d]\n    expand: [m]\n    properties: [p, q]\n    profile: x\n";
    let text = format!("operations:\n{}", entry.repeat(5_000));
    let parsed = parse(&Source::new("t", text));
    assert_eq!(parsed.errors, []);
    assert!(parsed.root.is_some());
}

fn spans(node: &Node, into: &mut Vec<Span>) {
    into.push(node.span);
    match &node.kind {
        NodeKind::Sequence(items) => {
            for item in items {
                spans(item, into);
            }
        }
        NodeKind::Mapping(entries) => {
            for (key, value) in entries {
                into.push(key.span);
                spans(value, into);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_places_inside_it(
        text in prop_oneof![
            any::<String>(),
            "[-a:é{}\\[\\], /\\n\\r\\t'\"&*!|>#?%@~0]{0,60}",
        ]
    ) {
        let source = Source::new("t", text);
        let parsed = parse(&source);
        let mut all: Vec<_> = parsed.errors.iter().map(YamlError::span).collect();
        if let Some(root) = &parsed.root {
            spans(root, &mut all);
        }
        prop_assert!(parsed.root.is_some() || !parsed.errors.is_empty());
        for span in all {
            prop_assert!(source.text().get(span.start..span.end).is_some(), "{span:?}");
        }
    }
}
