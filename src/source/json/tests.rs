use proptest::prelude::*;

use super::*;
use crate::source::Source;

fn read(text: &str) -> Result<Parsed, JsonError> {
    parse(&Source::new("t.json", text))
}

#[track_caller]
fn refused(text: &str, place: &str, message: &str) {
    let source = Source::new("t.json", text);
    let error = parse(&source).expect_err(text);
    let told = format!(
        "{} {:?}",
        source.position(error.span.start),
        source.slice(error.span)
    );
    assert_eq!(
        (told.as_str(), error.message.as_str()),
        (place, message),
        "{text:?}"
    );
    assert!(!error.help.is_empty());
}

#[test]
fn a_tree_knows_where_everything_stands() {
    let text = "{\n  \"a\": [1, \"x\\ny\", true, null],\n  \"a\": {\"é\": -1.5e3}\n}";
    let parsed = read(text).unwrap();
    let source = Source::new("t.json", text);
    assert_eq!(source.slice(parsed.root.span), text);
    let [first, second] = parsed.root.members() else {
        panic!("two members, though of one key")
    };
    assert_eq!(source.slice(first.key.span), "\"a\"");
    assert_eq!(
        source.slice(first.span()),
        "\"a\": [1, \"x\\ny\", true, null]"
    );
    let items = first.value.items();
    assert_eq!(items[0].kind, NodeKind::Number("1".to_owned()));
    assert_eq!(items[1].text(), Some("x\ny"));
    assert_eq!(source.slice(items[1].inner()), "x\\ny");
    assert_eq!(items[2].kind, NodeKind::Bool(true));
    assert_eq!(items[3].kind, NodeKind::Null);
    assert_eq!(source.slice(second.value.members()[0].value.span), "-1.5e3");
    assert_eq!(
        parsed.root.get("a"),
        Some(&second.value),
        "the last one counts"
    );
    assert_eq!(
        parsed.root.at(&["a", "é"]).map(Node::word),
        Some("a number")
    );
}

#[test]
fn comments_and_last_commas_are_taken_and_told() {
    let text = "// one\r\n{ \"a\": [1, 2, /* two */ ], } // three";
    let parsed = read(text).unwrap();
    let texts: Vec<_> = parsed
        .comments
        .iter()
        .map(|comment| comment.text.as_str())
        .collect();
    assert_eq!(texts, [" one", " two ", " three"]);
    let source = Source::new("t.json", text);
    assert_eq!(source.slice(parsed.comments[1].span), "/* two */");
    assert_eq!(parsed.trailing_commas.len(), 2);
    assert!(
        parsed
            .trailing_commas
            .iter()
            .all(|comma| source.slice(*comma) == ",")
    );
    let plain = read("{\"a\": \"// no comment, /* either */ ,]\"}").unwrap();
    assert!(plain.comments.is_empty() && plain.trailing_commas.is_empty());
}

#[test]
fn what_is_no_json_is_refused_with_a_place() {
    refused("", "1:1 \"\"", "the file is empty");
    refused(" \n ", "1:1 \"\"", "the file is empty");
    refused("// only\n", "1:1 \"\"", "the file is empty");
    refused(
        "{\"a\": [1, 2",
        "1:7 \"[\"",
        "the text ends within this list",
    );
    refused(
        "{\n \"a\": 1,\n",
        "1:1 \"{\"",
        "the text ends within this object",
    );
    refused("{\"a\":", "1:6 \"\"", "a value is missing after the colon");
    refused("{\"a\" 1}", "1:6 \"1\"", "a colon is missing after the key");
    refused(
        "{\"a\": 1\n \"b\": 2}",
        "1:8 \"\"",
        "a comma is missing here",
    );
    refused("[1 2]", "1:3 \"\"", "a comma is missing here");
    refused("{a: 1}", "1:2 \"a\"", "a key needs double quotes");
    refused("['a']", "1:2 \"'\"", "text needs double quotes");
    refused("[yes]", "1:2 \"yes\"", "text needs double quotes");
    refused(
        "[1,,2]",
        "1:4 \",\"",
        "a value is missing before this comma",
    );
    refused("[1}", "1:3 \"}\"", "a value is expected here");
    refused(
        "{} {}",
        "1:4 \"{\"",
        "more text follows after the end of the value",
    );
    refused("[1] /* x", "1:5 \"/\"", "this comment is not closed");
    let open = "{\"a\": \"b\n}";
    let error = read(open).unwrap_err();
    assert!(
        error.message.starts_with("this is not valid JSON: "),
        "{}",
        error.message
    );
    let nbsp = "{\"a\":\u{a0}1}";
    assert!(read(nbsp).is_err(), "foreign white space");
    assert!(read("[\"a\tb\"]").is_err(), "a raw tab in a text");
    assert!(
        read("[\"a\u{1}b\"] // c").is_err(),
        "a raw control character"
    );
    for number in ["01", "+1", ".5", "1.", "0x1", "NaN", "-Infinity", "1e"] {
        assert!(read(&format!("[{number}]")).is_err(), "{number}");
    }
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = "[".repeat(100_000);
    assert_eq!(
        read(&deep).unwrap_err().message,
        "this is nested too deeply"
    );
    let closed = format!("{deep}{}", "]".repeat(100_000));
    assert_eq!(
        read(&closed).unwrap_err().message,
        "this is nested too deeply"
    );
    let wide = format!("[{}1]", "1,".repeat(100_000));
    assert_eq!(read(&wide).unwrap().root.items().len(), 100_001);
}

proptest! {
    #[test]
    fn any_text_gives_a_tree_or_a_place(text in "[\\[\\]{}\",:a1 \\\\/*\\n\u{e9}\u{a0}-]{0,40}") {
        match read(&text) {
            Ok(parsed) => prop_assert!(text.get(parsed.root.span.start..parsed.root.span.end).is_some()),
            Err(error) => prop_assert!(text.get(error.span.start..error.span.end).is_some()),
        }
    }

    #[test]
    fn the_gate_and_the_tree_agree(text in "(\\[|\\]|\\{|\\}|\"a\"|,|:|1| ){0,14}") {
        let strict = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        let parsed = read(&text);
        if strict {
            prop_assert!(parsed.is_ok());
        } else if let Ok(parsed) = parsed {
            prop_assert!(!parsed.trailing_commas.is_empty());
        }
    }
}
