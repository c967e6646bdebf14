use super::*;

#[track_caller]
fn parsed(text: &str) -> Parsed {
    parse(&Source::new("t.tf", text)).unwrap()
}

#[track_caller]
fn value(text: &str) -> Expression {
    let text = format!("x = {text}\n");
    let body = parsed(&text).body;
    body.attribute("x").unwrap().value.clone()
}

#[track_caller]
fn fails(text: &str, message: &str, at: &str) {
    let source = Source::new("t.tf", text);
    let error = parse(&source).unwrap_err();
    assert!(error.message.contains(message), "{}", error.message);
    assert_eq!(source.position(error.span.start).to_string(), at);
}

#[test]
fn blocks_and_attributes_have_their_places() {
    let text = "# one\nresource \"a\" b {\r\n  x = 1 # two\r\n  inner { y = \"z\" }\r\n}\r\n";
    let source = Source::new("t.tf", text);
    let body = parse(&source).unwrap().body;
    let block = body.blocks().next().unwrap();
    assert!(source.slice(block.span).starts_with("resource"));
    assert!(source.slice(block.span).ends_with('}'));
    let labels: Vec<_> = block.labels.iter().map(|label| &*label.value).collect();
    assert_eq!(labels, ["a", "b"]);
    assert_eq!(source.slice(block.labels[0].span), "\"a\"");
    assert_eq!(
        source.slice(block.body.attribute("x").unwrap().span),
        "x = 1"
    );
    let inner = block.body.blocks_of("inner").next().unwrap();
    assert_eq!(source.slice(inner.span), "inner { y = \"z\" }");
    let y = inner.body.attribute("y").unwrap();
    assert_eq!(source.slice(y.span), "y = \"z\"");
    assert_eq!(source.slice(y.name.span), "y");
}

#[test]
fn expressions_keep_what_readers_look_at() {
    use ExpressionKind as K;
    assert_eq!(
        value(r#""a\"b\u0041$${c}""#).kind,
        K::Text("a\"bA${c}".to_owned())
    );
    assert_eq!(value("<<E\na\nE").kind, K::Text("a\n".to_owned()));
    assert_eq!(value("-1.50").kind, K::Number("-1.5".to_owned()));
    assert_eq!(value("true").kind, K::Bool(true));
    assert_eq!(value("null").kind, K::Null);
    assert!(matches!(value("[1, 2]").kind, K::List(items) if items.len() == 2));
    assert!(matches!(value("(\"a\")").kind, K::Text(_)));
    assert!(matches!(
        value("a ? b : c").kind,
        K::Other("a condition", _)
    ));
    assert!(matches!(value("a::b(1, c...)").kind, K::Call(name, _) if name == "a::b"));
    assert!(matches!(value("\"a${b}\"").kind, K::Template(parts) if parts.len() == 2));
    assert!(matches!(value("f(1)[0]").kind, K::Other("an index", _)));
    let K::Traversal(root, steps) = value("a.b[\"c\"].*.d").kind else {
        panic!("no traversal");
    };
    assert_eq!((root.value.as_str(), steps.len()), ("a", 4));
    let K::Object(members) = value("{ a = 1, \"b\" : 2\n (c) = 3 }").kind else {
        panic!("no object");
    };
    assert_eq!(members.len(), 3);
    let K::For(parts) = value("{ for k, v in m : k => v if v }").kind else {
        panic!("no for");
    };
    assert_eq!(parts.key_name.as_deref(), Some("k"));
    assert!(parts.is_filtered && parts.key.is_some());
}

#[test]
fn comments_are_told_from_texts() {
    let text = "# one\r\nx = \"# no // no ${\"/* no */\"}\" // two\ny = <<-E\n  # no\n  E\n/* three\n four */ z = [1, # five\n]\n";
    let comments = parsed(text).comments;
    let written = |span: &Span| text.get(span.start..span.end).unwrap();
    let said: Vec<_> = comments
        .iter()
        .map(|span| comment_text(written(span)))
        .collect();
    assert_eq!(said, ["one", "two", "three\n four", "five"]);
    assert_eq!(written(&comments[0]), "# one");
    let open = scan::marks("x = 1 /* open").unwrap();
    assert_eq!(open.comments, [Span::new(6, 13)]);
}

#[test]
fn mistakes_have_places() {
    fails("x = [1\ny = 2\n", "never closed", "1:5");
    fails("resource \"a\" \"b\" {\n", "never closed", "1:18");
    fails("a {\n  b = [1)\n}\n", "another kind", "2:9");
    fails("a {\n}\n}\n", "closes none", "3:1");
    fails("x = \"a\n", "does not end on its line", "1:5");
    fails("x = <<E\n a\n", "never ends", "1:7");
    fails("x = \"${[}\"\n", "another kind", "1:9");
    fails("é = = 1", "not valid HCL", "1:5");
    fails("{\"a\": 1}", "not valid HCL", "1:1");
    fails("\u{1b}", "not valid HCL", "1:1");
    fails("a = 1 b = 2\n", "not valid HCL", "1:7");
    fails("a = 1\na = 2\n", "redefined", "2:1");
}

#[test]
fn depth_and_size_are_bounded() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{a=", "}"),
        ("f(", ")"),
        ("\"${", "}\""),
        ("-", ""),
        ("!", ""),
        ("a ? ", " : b"),
        ("[for x in ", " : x]"),
        ("1 + ", ""),
    ] {
        let text = format!("x = {}1{}\n", open.repeat(100_000), close.repeat(100_000));
        let error = parse(&Source::new("t.tf", text)).unwrap_err();
        assert!(!error.message.is_empty());
        let open = format!("x = {}", open.repeat(100_000));
        assert!(parse(&Source::new("t.tf", open)).is_err());
    }
    let blocks = format!("{}{}", "b {\n".repeat(100_000), "}\n".repeat(100_000));
    assert!(parse(&Source::new("t.tf", blocks)).is_err());
    let keys: String = (0..10_000).fold(String::new(), |all, key| all + &format!("k{key} = 1\n"));
    fails(&format!("x = {{\n{keys}}}\n"), "more than 5000", "1:5");
    fails(
        &format!("x = [for y in {{\n{keys}}} : y]\n"),
        "more than 5000",
        "1:15",
    );
    fails(&"a".repeat(LIMIT + 1), "larger than", "1:1");
    assert_eq!(parsed(&keys).body.structures.len(), 10_000);
}

#[test]
fn any_deep_but_legal_nesting_is_converted() {
    for depth in 0..64 {
        let text = format!("x = {}1{}\n", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&Source::new("t.tf", text)).is_ok());
    }
}
