use super::*;

#[track_caller]
fn parsed(text: &str) -> File {
    parse(&Source::new("t.bicep", text)).unwrap()
}

#[track_caller]
fn value(text: &str) -> ExpressionKind {
    let file = parsed(&format!("var x = {text}\n"));
    file.variables[0].value.kind.clone()
}

#[track_caller]
fn fails(text: &str, message: &str, at: &str) {
    let source = Source::new("t.bicep", text);
    let error = parse(&source).unwrap_err();
    assert!(error.message.contains(message), "{}", error.message);
    assert_eq!(
        source.position(error.span.start).to_string(),
        at,
        "{}",
        error.message
    );
}

#[test]
fn values_are_read() {
    use ExpressionKind as K;
    let text = |text: &str| K::Text(text.to_owned());
    assert_eq!(value("'a'"), text("a"));
    assert_eq!(
        value(r"'it\'s \\ \n \u{1F600} \${x}'"),
        text("it's \\ \n 😀 ${x}")
    );
    assert_eq!(value("''"), text(""));
    assert_eq!(value("'$ $$'"), text("$ $$"));
    assert_eq!(
        value("'''\none\n'two' ${no}\n'''"),
        text("one\n'two' ${no}\n")
    );
    assert_eq!(value("''''quoted''''"), text("'quoted'"));
    assert!(matches!(value("$'''a${b}c'''"), K::Template(parts) if parts.len() == 3));
    assert!(matches!(value("$$'''a${b}$${c}'''"), K::Template(parts) if parts.len() == 2));
    assert!(matches!(value("'a${b}'"), K::Template(parts) if parts.len() == 2));
    assert!(matches!(value("'${'in${'ner'}'}'"), K::Template(_)));
    assert_eq!(value("42"), K::Number("42".to_owned()));
    assert_eq!(value("true"), K::Bool(true));
    assert_eq!(value("null"), K::Null);
    assert_eq!(value("abc"), K::Name("abc".to_owned()));
    for list in ["[1, 2]", "[\n1\n2\n]", "[\n  1, 2\n]", "[1\n\n  // two\n2]"] {
        assert!(
            matches!(value(list), K::Array(items) if items.len() == 2),
            "{list}"
        );
    }
    assert!(matches!(value("[]"), K::Array(items) if items.is_empty()));
    for object in [
        "{a: 1, 'b c': 2}",
        "{\n  a: 1\n  b: 2 // two\n}",
        "{ a: 1\n b:\n 2 }",
    ] {
        assert!(
            matches!(value(object), K::Object(members) if members.len() == 2),
            "{object}"
        );
    }
    assert!(
        matches!(value("{ ...y, '${z}': 1 }"), K::Object(members) if members.iter().all(|m| m.key.is_none()))
    );
    assert!(matches!(value("[for x in y: x.z]"), K::For(_)));
    assert!(
        matches!(value("[for (x, i) in y: if (x) { a: i }]"), K::For(parts) if parts.is_filtered && parts.index.is_some())
    );
    assert!(
        matches!(value("f(1, 'a')"), K::Call(name, arguments) if name == "f" && arguments.len() == 2)
    );
    assert!(
        matches!(value("az.f()"), K::Call(name, arguments) if name == "f" && arguments.len() == 1)
    );
}

#[test]
fn steps_and_operators_are_read() {
    use ExpressionKind as K;
    assert!(matches!(value("x => x.y"), K::Lambda(names, _) if names == ["x"]));
    assert!(matches!(value("(x, y) => x"), K::Lambda(names, _) if names.len() == 2));
    assert!(matches!(value("('a')"), K::Text(_)));
    assert!(matches!(value("a == 'b'"), K::Equals(..)));
    assert!(matches!(value("a =~ 'b'"), K::Equals(..)));
    assert!(matches!(value("a == b && c"), K::Other("a calculation", parts) if parts.len() == 3));
    assert!(matches!(value("!a"), K::Other("a calculation", _)));
    assert!(matches!(value("a ? b : c"), K::Other("a condition", _)));
    assert!(matches!(
        value("a\n  ? b\n  : c"),
        K::Other("a condition", _)
    ));
    assert!(matches!(value("a ?? b"), K::Other("a calculation", _)));
    assert!(matches!(value("a.b"), K::Member(..)));
    assert!(matches!(value("a.?b!"), K::Member(..)));
    assert!(matches!(value("a::b"), K::Member(..)));
    assert!(matches!(value("a[0]"), K::Index(..)));
    assert!(matches!(value("a[?0]"), K::Index(..)));
}

const STATEMENTS: &str = "metadata a = 'x'\r
targetScope = 'subscription'
extension microsoftGraphV1
using none
@description('it''s')
@allowed([
  'a'
])
param one string = 'x' // with a default
param two {
  a: string
  b: ('x' | 'y')[]?
}
type t = {
  a: string
}
func f(a string) string => '${a}x'
import { x, y } from 'z.bicep'
var three = 1
var four string[] = ['x']
/* a comment
   of two lines */
resource five 'A.B/c@2020-01-01' existing = {
  name: 'x'
}
resource six 'A.B/c@2020-01-01' = if (one == 'x') {
  name: 'x'
  @description('y')
  resource inner 'd' = {
    name: 'y'
  }
}
resource seven 'A.B/c@2020-01-01' = [for x in four: {
  name: x
}]
module eight './a.bicep' = if (true) {
  params: { x: five.id }
}
output nine string = true
  ? 'a'
  : 'b'
assert ten = true
";

#[test]
fn statements_are_found_and_others_passed_over() {
    let text = STATEMENTS;
    let source = Source::new("t.bicep", text);
    let file = parse(&source).unwrap();
    let names = |all: Vec<&str>| all.join(" ");
    assert_eq!(
        names(
            file.resources
                .iter()
                .map(|r| r.name.value.as_str())
                .collect()
        ),
        "five six inner seven"
    );
    assert_eq!(
        names(
            file.variables
                .iter()
                .map(|v| v.name.value.as_str())
                .collect()
        ),
        "three four"
    );
    assert_eq!(
        names(file.parameters.iter().map(|p| p.value.as_str()).collect()),
        "one two"
    );
    assert_eq!(
        names(file.modules.iter().map(|m| m.name.value.as_str()).collect()),
        "eight"
    );
    assert!(file.resources[0].is_existing);
    assert_eq!(
        source.slice(file.resources[1].condition.unwrap()),
        "if (one == 'x')"
    );
    assert!(
        source
            .slice(file.resources[1].span)
            .starts_with("resource six")
    );
    assert!(source.slice(file.resources[1].span).ends_with('}'));
    let said: Vec<_> = file
        .comments
        .iter()
        .map(|span| comment_text(source.slice(*span)))
        .collect();
    assert_eq!(said, ["with a default", "a comment\n   of two lines"]);
}

#[test]
fn mistakes_have_places() {
    fails("var x = {\n", "never closed", "1:9");
    fails("var x = [1)\n", "another kind", "1:11");
    fails("var x = 1\n}\n", "closes none", "2:1");
    fails("var x = 'a\n", "does not end on its line", "1:9");
    fails("var x = '''a\n", "never ends", "1:9");
    fails("/* a\n", "never ends", "1:1");
    fails("var x = 'a\\q'\n", "no such escape", "1:11");
    fails("var x = 'a\\u{110000}'\n", "no such escape", "1:11");
    fails("var x =\n", "a value is needed", "2:1");
    fails("var = 1\n", "a name is needed", "1:5");
    fails("resource x = {}\n", "a text in quotes", "1:12");
    fails("resource x 'a' {}\n", "`=` is needed", "1:16");
    fails(
        "resource x 'a${b}' = {}\n",
        "cannot be put together",
        "1:12",
    );
    fails("resource x 'a' = {\n  a 1\n}\n", "`:` is needed", "2:5");
    fails("resource x 'a' = {\n  a: 1 b: 2\n}\n", "a new line", "2:8");
    fails("var x = [for y of z: 1]\n", "`in` is needed", "1:16");
    fails("var x = (1, 2)\n", "one value", "1:9");
    fails("var x = (1) => 2\n", "no names", "1:9");
    fails("= 1\n", "a statement", "1:1");
    fails("\u{1b}\n", "a statement", "1:1");
    fails(&"a".repeat(LIMIT + 1), "larger than", "1:1");
}

#[test]
fn depth_is_bounded() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{a: ", "}"),
        ("f(", ")"),
        ("'${", "}'"),
        ("-", ""),
        ("!", ""),
        ("a ? ", " : b"),
        ("b ? a : ", ""),
        ("x => ", ""),
        ("[for x in ", ": x]"),
        ("1 + ", ""),
    ] {
        let text = format!("var x = {}1{}\n", open.repeat(60_000), close.repeat(60_000));
        let is_flat = matches!(open, "-" | "!" | "1 + ");
        assert_eq!(parse(&Source::new("t", text)).is_ok(), is_flat, "{open}");
        let open = format!("var x = {}", open.repeat(60_000));
        assert!(parse(&Source::new("t", open)).is_err());
    }
    for step in [".a", "[0]", "!", "::a", ".f()"] {
        let text = format!("var x = a{}\n", step.repeat(60_000));
        assert!(parse(&Source::new("t", text)).is_err(), "{step}");
    }
    for depth in 0..60 {
        for (open, close) in [("[", "]"), ("{a: ", "}"), ("(", ")"), ("'${", "}'")] {
            // A text and what is put into it are two levels.
            let depth = if open == "'${" { depth / 2 } else { depth };
            let text = format!("var x = {}1{}\n", open.repeat(depth), close.repeat(depth));
            assert!(parse(&Source::new("t", text)).is_ok(), "{open} {depth}");
        }
    }
    let nested = format!(
        "{}{}",
        "resource x 'a' = {\n".repeat(60_000),
        "}\n".repeat(60_000)
    );
    assert!(parse(&Source::new("t", nested)).is_err());
}
