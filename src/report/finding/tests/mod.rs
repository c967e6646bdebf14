use std::fmt::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::finding::{
    Edit, Finding, Findings, Fix, Persona, Place, Related, Rule, Safety, Severity, Suppressed,
};
use crate::report::look::{Colour, Look};
use crate::source::escape::{has_command, is_unsafe};
use crate::source::{Source, Span};

static MISSING: Rule = Rule {
    id: "GG901",
    name: "missing-thing",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "A thing is missing",
    explanation: "# Missing\n\nThe app calls for a thing that it does not declare.\n\nDeclare it.",
    security: None,
};

static DANGEROUS: Rule = Rule {
    id: "GG902",
    name: "dangerous-thing",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "A thing is dangerous",
    explanation: "A thing leads to control of the tenant.",
    security: Some("9.5"),
};

static CURIOUS: Rule = Rule {
    id: "GG903",
    name: "curious-thing",
    severity: Severity::Info,
    persona: Persona::Pedantic,
    summary: "A thing is curious",
    explanation: "Worth a look.",
    security: Some("0.1"),
};

mod sarif_form;

const PLAIN: Look = Look {
    width: 100,
    colour: Colour::Off,
};

const TEXT: &str = "{\n  \"id\": \"é😀\", \"type\": \"Role\"\n}\n";

fn place(path: &str, text: &str, start: usize, end: usize) -> Place {
    Place {
        path: PathBuf::from(path),
        source: Source::new("as opened", text),
        span: Span::new(start, end),
    }
}

fn finding(rule: &'static Rule, place: Place, message: &str) -> Finding {
    Finding {
        rule,
        severity: rule.severity,
        message: message.to_owned(),
        place,
        label: String::new(),
        related: Vec::new(),
        help: None,
        subject: Vec::new(),
        fix: None,
        suppressed: None,
    }
}

/// One of everything.
fn rich() -> Findings {
    let mut missing = finding(
        &MISSING,
        place("app/manifest.json", TEXT, 4, 8),
        "`GET /users/{id}` would fail: `User.Read.All` is not declared",
    );
    missing.label = "not among these".to_owned();
    missing.help = Some("declare `User.Read.All`".to_owned());
    missing.subject = vec!["User.Read.All".to_owned(), "application".to_owned()];
    missing.related = vec![
        Related {
            place: place("app/manifest.json", TEXT, 20, 26),
            label: "of this type".to_owned(),
        },
        Related {
            place: place(
                "app/graphgrant.yaml",
                "operations:\n  - GET /users/{id}\n",
                16,
                31,
            ),
            label: "needed by this".to_owned(),
        },
    ];
    missing.fix = Some(Fix {
        title: "declare `User.Read.All`".to_owned(),
        safety: Safety::Safe,
        file: PathBuf::from("app/manifest.json"),
        edits: vec![Edit::new(Span::new(18, 18), "x")],
    });
    let mut set_aside = finding(
        &DANGEROUS,
        place("app/manifest.json", TEXT, 20, 26),
        "too much",
    );
    set_aside.suppressed = Some(Suppressed {
        reason: "agreed with the tenant's admin".to_owned(),
        place: place("policy.yaml", "suppress: x\n", 0, 8),
    });
    let curious = finding(
        &CURIOUS,
        place("./sub dir/ü.tf", "a\nb\n", 2, 3),
        "look at 50%",
    );
    let dangerous = finding(
        &DANGEROUS,
        place("./sub dir/ü.tf", "a\nb\n", 0, 3),
        "all of it",
    );
    Findings {
        findings: vec![missing, set_aside, dangerous, curious],
        rules: vec![&MISSING, &DANGEROUS, &CURIOUS],
        files: ["app/manifest.json", "clean.json", "./sub dir/ü.tf"]
            .map(PathBuf::from)
            .into(),
        remarks: vec!["app/manifest.json is judged by app/graphgrant.yaml".to_owned()],
    }
}

/// Texts that mean something in one of the output languages, or to the terminal.
const HOSTILE: [&str; 23] = [
    "a\n::error::b",
    "a\r\n##vso[task.setvariable variable=x]b",
    "##[command]x ##VSO[task.complete result=Succeeded;]",
    "::stop-commands::x",
    "long enough to be broken before a ::stop-commands::x and after it again",
    "100% %0A %AZP25",
    "a;b]c=d,e:f",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a|b \\| c`|`d",
    "@admins and @org/team #12 GH-12",
    "![](http://x.example/pixel) [a](http://x.example)",
    "http://x.example www.x.example mail@x.example",
    "\u{1b}[31mred\u{1b}]8;;http://x\u{7}",
    "\u{202e}bidi\u{2066}",
    "\0\u{1}\u{8}\u{b}\u{7f}\u{9b}",
    "\u{fffe}\u{ffff}\u{feff}",
    "]]>&amp;&#0;\"'",
    "``` `` ` ~~~",
    "| --- |\n| x |",
    "{0} {{1}} %s",
    "../../etc/passwd",
    "--option=-x",
];

/// Findings with a text everywhere where a text of users may be.
fn hostile(text: &str) -> Findings {
    let file = format!("{text}\nsecond {text}\n");
    let mut one = finding(&DANGEROUS, place(text, &file, 0, text.len()), text);
    one.label = text.to_owned();
    one.help = Some(text.to_owned());
    one.subject = vec![text.to_owned()];
    one.related = vec![
        Related {
            place: place(text, &file, text.len() + 1, file.len()),
            label: text.to_owned(),
        },
        Related {
            place: place("other", &file, 0, file.len()),
            label: text.to_owned(),
        },
    ];
    one.fix = Some(Fix {
        title: text.to_owned(),
        safety: Safety::Unsafe,
        file: PathBuf::from(text),
        edits: vec![Edit::new(Span::new(0, 1), text)],
    });
    let mut aside = one.clone();
    aside.suppressed = Some(Suppressed {
        reason: text.to_owned(),
        place: place(text, &file, 0, 1),
    });
    let mut info = one.clone();
    info.severity = Severity::Info;
    Findings {
        findings: vec![one, aside, info],
        rules: vec![&DANGEROUS],
        files: vec![PathBuf::from(text)],
        remarks: vec![text.to_owned()],
    }
}

fn all_formats(findings: &Findings) -> [(&'static str, String); 9] {
    let narrow = Look { width: 1, ..PLAIN };
    [
        ("human", human::write(findings, PLAIN)),
        ("human", human::write(findings, narrow)),
        ("json", json::write(findings).unwrap()),
        ("sarif", sarif::write(findings, "lint").unwrap()),
        ("github", github::write(findings)),
        ("gitlab", gitlab::write(findings).unwrap()),
        ("azure-devops", azure_devops::write(findings)),
        ("junit", junit::write(findings).unwrap()),
        ("markdown", markdown::write(findings)),
    ]
}

#[test]
fn nothing_hostile_acts_in_any_format() {
    for text in HOSTILE {
        for (format, written) in all_formats(&hostile(text)) {
            let acting = |c: char| c != '\n' && is_unsafe(c);
            assert!(
                !written.contains(acting),
                "{format} of {text:?}: {written:?}"
            );
            for line in written.lines() {
                let is_own = match format {
                    "github" => line.starts_with("::warning ") || line.starts_with("::notice "),
                    "azure-devops" => line.starts_with("##vso[task."),
                    _ => false,
                };
                let is_command = line.trim_start().starts_with("::") || has_command(line);
                assert!(is_own || !is_command, "{format} of {text:?}: {line}");
                if is_own && format == "azure-devops" {
                    assert!(!has_command(line.get(2..).unwrap()), "{line}");
                }
            }
        }
    }
}

#[test]
fn commands_have_the_parts_that_they_should_have() {
    for text in HOSTILE {
        let findings = hostile(text);
        let github = github::write(&findings);
        let commands: Vec<&str> = github
            .lines()
            .filter(|line| line.starts_with("::"))
            .collect();
        assert_eq!(commands.len(), 2, "{github}");
        for command in commands {
            let (head, _) = command.get(2..).unwrap().split_once("::").unwrap();
            let (_, properties) = head.split_once(' ').unwrap();
            let keys: Vec<&str> = (properties.split(','))
                .map(|property| property.split('=').next().unwrap())
                .collect();
            assert_eq!(keys.first(), Some(&"file"), "{command}");
            assert_eq!(keys.last(), Some(&"title"), "{command}");
            assert!(keys.len() <= 6, "{command}");
        }
        let azure = azure_devops::write(&findings);
        let commands: Vec<&str> = azure
            .lines()
            .filter(|line| line.starts_with("##vso["))
            .collect();
        assert_eq!(commands.len(), 2, "{azure}");
        let (head, _) = commands[0].split_once(']').unwrap();
        let keys: Vec<&str> = (head.split_once(' ').unwrap().1.split(';'))
            .map(|property| property.split('=').next().unwrap())
            .collect();
        assert_eq!(
            keys,
            [
                "type",
                "sourcepath",
                "linenumber",
                "columnnumber",
                "code",
                ""
            ],
            "{head}"
        );
    }
}

#[test]
fn tables_stay_tables() {
    for text in HOSTILE {
        let written = markdown::write(&hostile(text));
        let rows: Vec<&str> = written
            .lines()
            .filter(|line| line.starts_with('|'))
            .collect();
        assert_eq!(rows.len(), 4, "{written}");
        for row in rows {
            let unescaped = row.replace("\\\\", "").replace("\\|", "");
            assert_eq!(unescaped.matches('|').count(), 5, "{row}");
        }
        for piece in [
            "<img", "<script", "](http", "![", "@admins", "http://x", "#12",
        ] {
            let outside = outside_code(&written).replace("\\]", "");
            assert!(!outside.contains(piece), "{piece} in {outside}");
        }
    }
}

/// What of a Markdown text is in no code span, told by fences of equal length.
fn outside_code(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(at) = rest.find('`') {
            let is_escaped = rest.get(..at).unwrap().ends_with('\\');
            out.push_str(rest.get(..at).unwrap());
            let run = rest
                .get(at..)
                .unwrap()
                .chars()
                .take_while(|c| *c == '`')
                .count();
            let inside = rest.get(at + run..).unwrap();
            let fence = "`".repeat(run);
            let end = inside.match_indices(&fence).find(|(end, _)| {
                !inside.get(..*end).unwrap().ends_with('`')
                    && !inside.get(end + run..).unwrap().starts_with('`')
            });
            rest = match end {
                Some((end, _)) if !is_escaped => inside.get(end + run..).unwrap(),
                _ => inside,
            };
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}

#[test]
fn xml_is_fit_for_parsers() {
    for text in HOSTILE {
        let xml = junit::write(&hostile(text)).unwrap();
        let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(xml.chars().all(is_allowed), "{xml:?}");
        // Every tag is one that the format has.
        for tag in xml.split('<').skip(1) {
            let name: String = tag
                .trim_start_matches(['/', '?'])
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '-')
                .collect();
            let known = [
                "xml",
                "testsuites",
                "testsuite",
                "testcase",
                "failure",
                "skipped",
                "system-out",
            ];
            assert!(known.contains(&name.as_str()), "<{tag}");
        }
    }
}

#[test]
fn a_moved_line_is_the_same_finding() {
    let of = |findings: &Findings| fingerprint::fingerprints(&findings.findings);
    let before = rich();
    let mut after = rich();
    for finding in &mut after.findings {
        finding.place.source = Source::new("x", format!("\n\n{}", finding.place.source.text()));
        finding.place.span = Span::new(finding.place.span.start + 2, finding.place.span.end + 2);
        finding.message.push_str(" reworded");
    }
    assert_eq!(of(&before), of(&after));
    after.findings[0].subject[0].push('x');
    assert_ne!(of(&before)[0], of(&after)[0]);
    let twice = Findings {
        findings: vec![before.findings[2].clone(), before.findings[2].clone()],
        ..Findings::default()
    };
    let marks = of(&twice);
    assert_eq!(marks[0].replace(":1", ":2"), marks[1]);
    // Parts that run together are other parts.
    let mut split = before.findings[0].clone();
    split.subject = vec!["User.Read.Allapplication".to_owned()];
    let joined = fingerprint::fingerprints(&[split, before.findings[0].clone()]);
    assert!(joined[0] != joined[1].replace(":2", ":1"));
}

#[test]
fn json_is_valid_and_keeps_texts() {
    let schema: Value =
        serde_json::from_str(&crate::report::json::schema::<json::Document<'static>>()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for findings in HOSTILE
        .map(hostile)
        .iter()
        .chain([&rich(), &Findings::default()])
    {
        let value: Value = serde_json::from_str(&json::write(findings).unwrap()).unwrap();
        assert!(
            validator.is_valid(&value),
            "{:?}",
            validator.validate(&value)
        );
        for (form, finding) in value["findings"]
            .as_array()
            .unwrap()
            .iter()
            .zip(&findings.findings)
        {
            assert_eq!(form["message"], finding.message.as_str());
        }
    }
}

#[test]
fn a_report_for_gitlab() {
    let issues: Value = serde_json::from_str(&gitlab::write(&rich()).unwrap()).unwrap();
    let issues = issues.as_array().unwrap();
    // The suppressed one is not told.
    assert_eq!(issues.len(), 3);
    assert_eq!(
        issues[1]["location"],
        serde_json::json!({"path": "sub dir/ü.tf", "lines": {"begin": 1, "end": 2}})
    );
    assert_eq!(issues[0]["severity"], "critical");
    assert_eq!(issues[0]["check_name"], "missing-thing");
    let mut marks: Vec<&str> = issues
        .iter()
        .map(|issue| issue["fingerprint"].as_str().unwrap())
        .collect();
    marks.sort_unstable();
    marks.dedup();
    assert_eq!(marks.len(), 3);
}

#[test]
fn findings_for_people() {
    insta::assert_snapshot!("findings_human", human::write(&rich(), PLAIN));
    let none = human::write(
        &Findings {
            files: vec!["a".into()],
            ..Findings::default()
        },
        PLAIN,
    );
    assert_eq!(none, "no finding in 1 file\n");
    let colour = Look {
        colour: Colour::On,
        ..PLAIN
    };
    assert!(human::write(&rich(), colour).contains('\u{1b}'));
}

#[test]
fn findings_for_pipelines() {
    insta::assert_snapshot!(github::write(&rich()));
    insta::assert_snapshot!(azure_devops::write(&rich()));
    insta::assert_snapshot!(markdown::write(&rich()));
    insta::assert_snapshot!(junit::write(&rich()).unwrap());
}

#[test]
fn limits_are_told() {
    let mut findings = rich();
    let many = findings.findings[2].clone();
    findings.findings.extend(std::iter::repeat_n(many, 11));
    assert!(github::write(&findings).contains("GitHub shows 10 annotations"));
    assert!(!github::write(&rich()).contains("GitHub shows"));
    let mut long = findings.findings[2].clone();
    long.message = "x".repeat(590);
    findings.findings.extend(std::iter::repeat_n(long, 2000));
    let written = markdown::write(&findings);
    assert!(written.len() <= 1024 * 1024 && written.contains(" left out here."));
}

#[test]
fn long_lines_are_not_printed_whole() {
    let text = format!(
        "{{\"a\":\"{}\",\"id\":\"é\",\"b\":\"{}\"}}\nnext\n",
        "x".repeat(100_000),
        "y".repeat(100_000)
    );
    let at = text.find("\"id\"").unwrap();
    let mut one = finding(&MISSING, place("long.json", &text, at, at + 4), "here");
    one.label = "this".to_owned();
    one.related = vec![
        Related {
            place: place("long.json", &text, at + 5, at + 9),
            label: "near".to_owned(),
        },
        Related {
            place: place("long.json", &text, 1, 4),
            label: "far".to_owned(),
        },
        Related {
            place: place("long.json", &text, text.len() - 5, text.len() - 1),
            label: "below".to_owned(),
        },
        Related {
            place: place("long.json", &text, 0, text.len()),
            label: "all".to_owned(),
        },
    ];
    let findings = Findings {
        findings: vec![one],
        ..Findings::default()
    };
    let written = human::write(&findings, PLAIN);
    assert!(written.len() < 6000, "{}", written.len());
    for label in ["this", "near", "far", "below"] {
        assert!(written.contains(label), "{label} in {written}");
    }
    assert!(
        written.contains(&format!("[long.json:1:{}]", at + 1)),
        "{written}"
    );
}

proptest! {
    #[test]
    fn any_place_of_any_text_is_printed(
        text in "([a-c\n\r\té😀]{0,60}|a{0,3000}){0,4}",
        places in prop::collection::vec((0usize..9000, 0usize..300), 1..6),
    ) {
        let boundary = |at: usize| text.floor_char_boundary(at.min(text.len()));
        let spans = places.iter().map(|(start, length)| (boundary(*start), boundary(start + length)));
        let mut all: Vec<Place> = spans.map(|(start, end)| place("f", &text, start, end)).collect();
        let mut one = finding(&MISSING, all.remove(0), "m");
        one.related = all.into_iter().map(|place| Related { place, label: "l".to_owned() }).collect();
        let findings = Findings { findings: vec![one], ..Findings::default() };
        for (format, written) in all_formats(&findings) {
            prop_assert!(written.len() < 40_000, "{}: {}", format, written.len());
            prop_assert!(!written.contains("Failed to read"), "{}", written);
        }
    }
}

#[test]
fn the_picture_of_a_sentence() {
    let tally = |errors, warnings, infos, suppressed| Tally {
        errors,
        warnings,
        infos,
        suppressed,
        files: 2,
    };
    let mut all = String::new();
    for tally in [
        tally(0, 0, 0, 0),
        tally(1, 0, 0, 0),
        tally(2, 1, 0, 3),
        tally(1, 2, 3, 0),
        tally(0, 0, 1, 1),
    ] {
        let _ = writeln!(all, "{}", tally.sentence());
    }
    insta::assert_snapshot!(all, @r"
    no finding in 2 files
    1 error in 2 files
    2 errors and 1 warning in 2 files, 3 suppressed
    1 error, 2 warnings and 3 remarks in 2 files
    1 remark in 2 files, 1 suppressed
    ");
}
