//! Hostile values in all that `consent` writes.

use crate::run::Place;

/// What manifests may hold to reach beyond their place in an output.
const HOSTILE: [&str; 15] = [
    "a'b\"c`d",
    "$(touch ran) `touch ran` ; touch ran",
    "</script><script>alert(1)</script>",
    "</style></code><img src=x onerror=alert(1)>",
    "one\n# two\n\n- three\r\nfour",
    "${7*7} #{7*7} {{ 7*7 }} {% raw %}",
    "@everyone #1 ![x](https://evil.example/x.png) [y](javascript:alert(1))",
    "| a | b |\n|---|---|",
    "\u{202e}gnp.exe\u{2066}x",
    "\u{1b}[31mred\u{1b}[0m\u{7}",
    "<!-- --> <details><summary>x",
    "``` \n```sh\nrm -rf /\n```",
    "&lt;b&gt; &amp; &#60;",
    "--flag -o /etc/passwd",
    "\u{e0041}\u{200b}\u{feff}",
];

fn hostile(value: &str) -> String {
    let json = serde_json::to_string(value).unwrap();
    format!(
        "app: {{name: {json}, audience: AzureADMyOrg}}\naccess: [delegated, application]\nprofiles:\n  p: {{reason: {json}}}\npermissions:\n  - {{name: SMTP.Send, access: delegated, reason: {json}}}\noperations:\n  - {{request: GET /me, access: delegated, reason: {json}}}\n  - {{request: POST /me/sendMail, access: delegated, profile: p, reason: {json}}}\n  - {{request: GET /users, access: application, reason: {json}}}\n"
    )
}

#[test]
fn hostile_values_stay_in_their_place() {
    for value in HOSTILE {
        let place = Place::new().with("graphgrant.yaml", &hostile(value));
        let state = format!("--state={value}");
        let outputs = [
            &["consent", "show"][..],
            &["consent", "show", "--format", "markdown"],
            &["consent", "show", "--format", "json"],
            &["consent", "url", &state],
            &["consent", "letter"],
            &["consent", "letter", "--format", "html"],
        ];
        for arguments in outputs {
            let outcome = place.run(arguments);
            assert_ne!(outcome.code, 2, "{value:?} {arguments:?}\n{}", outcome.err);
            let both = format!("{}{}", outcome.out, outcome.err);
            let acts = |c: char| {
                (c.is_control() && c != '\n')
                    || matches!(
                        c,
                        '\u{202e}' | '\u{2066}' | '\u{200b}' | '\u{feff}' | '\u{e0041}'
                    )
            };
            assert!(!both.contains(acts), "{value:?} {arguments:?}\n{both}");
        }
        let html = place.run(&["consent", "letter", "--format", "html"]).out;
        check_html(value, &html);
        for arguments in [
            &["consent", "letter"][..],
            &["consent", "show", "--format", "markdown"],
        ] {
            check_markdown(value, &place.run(arguments).out);
        }
        for line in place.run(&["consent", "url", &state]).out.lines() {
            let fine = |c: char| c.is_ascii_alphanumeric() || "-._~%:/?=&<>".contains(c);
            assert!(line.chars().all(fine), "{line}");
            assert_eq!(line.matches("&state=").count(), 1, "{line}");
        }
    }
}

/// Only the template's own tags, and no attribute but those it writes.
fn check_html(value: &str, html: &str) {
    let tags = [
        "html", "head", "meta", "title", "style", "body", "main", "header", "p", "h1", "h2", "h3",
        "h4", "div", "dl", "dt", "dd", "code", "em", "b", "section", "article", "span", "ul", "ol",
        "li", "footer", "!doctype",
    ];
    for piece in html.split('<').skip(1) {
        let inside = piece.split('>').next().unwrap();
        let name = inside.trim_start_matches('/').split(' ').next().unwrap();
        assert!(tags.contains(&name), "{value:?}: <{inside}>");
        assert!(
            !inside.contains(" on") && !inside.contains("src="),
            "{value:?}: <{inside}>"
        );
    }
    if value.contains("{{ 7*7 }}") {
        assert!(html.contains("{{ 7*7 }}"), "{value:?} was evaluated");
    }
}

/// What others wrote stands in code spans alone, each of which ends on its line.
fn check_markdown(value: &str, text: &str) {
    for line in text.lines() {
        let outside = outside_code(line);
        for mark in [
            "![",
            "](",
            "<script",
            "<img",
            "<details",
            "javascript:",
            "touch ran",
        ] {
            assert!(!outside.contains(mark), "{value:?}: {mark} in {line}");
        }
        let bare_mention = outside.replace("@<!-- -->", "").contains('@');
        assert!(!bare_mention, "{value:?}: {line}");
    }
}

/// A line without its code spans, as `CommonMark` reads them.
fn outside_code(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        let run = from.chars().take_while(|c| *c == '`').count();
        let (_, after) = from.split_at(run);
        if before.ends_with('\\') {
            out.push_str(before);
            out.push('`');
            rest = from.split_at(1).1;
            continue;
        }
        let fence = "`".repeat(run);
        let mut search = 0;
        let end = loop {
            let Some(found) = after.split_at(search).1.find(&fence) else {
                break None;
            };
            let start = search + found;
            let (before, here) = after.split_at(start);
            let length = here.chars().take_while(|c| *c == '`').count();
            let is_start = !before.ends_with('`');
            if length == run && is_start {
                break Some(start);
            }
            search = start + length;
        };
        out.push_str(before);
        if let Some(end) = end {
            rest = after.split_at(end + run).1;
        } else {
            out.push_str(&fence);
            rest = after;
        }
    }
    out + rest
}
