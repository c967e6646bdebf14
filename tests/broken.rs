//! Files that are broken in many ways, in `tests/broken/`: each reader answers each with an error or a fault that
//! has a place and a help, and never with a panic.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::fmt::Write;
use std::path::Path;

use graphgrant::catalog::bundled;
use graphgrant::declared::{self, Document, Ids, Kind, Known};
use graphgrant::source::Source;
use graphgrant::source::read::{decode, text};

/// The kinds that are JSON.
const JSON: [Kind; 7] = [
    Kind::GraphApplication,
    Kind::LegacyManifest,
    Kind::AgentsToolkit,
    Kind::TeamsApp,
    Kind::SharePointFramework,
    Kind::TerraformPlan,
    Kind::ArmTemplate,
];

fn files() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Reads a file and returns what is said of it, a line each with its place.
fn told(ids: &Ids<'_>, source: &Source, kind: Kind) -> Vec<String> {
    let said = |source: &Source, span: graphgrant::source::Span, message: &str, help: &str| {
        assert!(span.start <= span.end && span.end <= source.text().len());
        assert!(source.text().is_char_boundary(span.start));
        assert!(!message.is_empty() && !help.is_empty());
        for text in [message, help] {
            assert!(!text.contains(['\u{1b}', '\u{202e}', '\n']), "{text:?}");
        }
        format!("{} {message}", source.position(span.start))
    };
    match declared::read(ids, source, kind) {
        Err(error) => vec![said(&error.file, error.span, &error.message, &error.help)],
        Ok(Document { source, faults, .. }) => faults
            .iter()
            .map(|fault| said(&source, fault.span, &fault.message, &fault.help))
            .collect(),
    }
}

#[test]
fn every_reader_answers_every_broken_file_with_a_place() {
    let catalog = bundled::open().unwrap();
    let ids = Ids::new(&catalog);
    let mut picture = String::new();
    for (name, bytes) in files() {
        let source = match decode(name.clone(), bytes) {
            Ok(source) => source,
            Err(error) => {
                writeln!(picture, "{name}\n  {error}").unwrap();
                continue;
            }
        };
        declared::detect(&name, &source);
        let mut shown = Vec::new();
        for kind in JSON {
            let lines = told(&ids, &source, kind);
            // A registration with a last comma is fine where it is one, and strange elsewhere.
            assert!(!lines.is_empty(), "{name} as {}", kind.name());
            if !shown.contains(&lines) {
                shown.push(lines);
            }
        }
        writeln!(picture, "{name}").unwrap();
        for lines in shown {
            for line in lines {
                writeln!(picture, "  {line}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(picture);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_shift_no_place() {
    let catalog = bundled::open().unwrap();
    let ids = Ids::new(&catalog);
    let plain = "{\n \"displayName\": \"é\",\n \"appId\": 5\n}";
    let marked = format!("\u{feff}{}", plain.replace('\n', "\r\n"));
    let answers: Vec<_> = [plain, &marked]
        .iter()
        .map(|text| {
            let source = decode("t.json", text.as_bytes().to_vec()).unwrap();
            told(&ids, &source, Kind::GraphApplication)
        })
        .collect();
    assert_eq!(
        answers,
        [
            ["3:11 `appId` must be text, not a list"],
            ["3:11 `appId` must be text, not a list"]
        ]
        .map(|lines| lines
            .map(|line| line.replace("a list", "a number"))
            .to_vec())
    );
}

#[test]
fn a_huge_file_is_refused_and_a_large_one_read() {
    let catalog = bundled::open().unwrap();
    let ids = Ids::new(&catalog);
    let entry = r#"{"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"}"#;
    let list = vec![entry; 20_000].join(",");
    let text_of = format!(
        r#"{{"requiredResourceAccess": [{{"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [{list}]}}]}}"#
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.json");
    std::fs::write(&path, &text_of).unwrap();
    let document = declared::read(&ids, &text(&path).unwrap(), Kind::GraphApplication).unwrap();
    assert_eq!(
        document.registrations.first().unwrap().entries.len(),
        20_000
    );
    let path = folder.path().join("huge.json");
    std::fs::write(&path, text_of.repeat(8)).unwrap();
    assert!(
        text(&path)
            .unwrap_err()
            .to_string()
            .contains("is larger than")
    );
}

#[test]
fn thousands_of_mistakes_are_told_once() {
    let catalog = bundled::open().unwrap();
    let ids = Ids::new(&catalog);
    let text = format!(
        r#"{{"displayName": "x", "requiredResourceAccess": [{}]}}"#,
        vec!["5"; 50_000].join(",")
    );
    let lines = told(&ids, &Source::new("t.json", text), Kind::GraphApplication);
    assert_eq!(lines.len(), 101);
    assert!(
        lines
            .last()
            .unwrap()
            .ends_with("49900 more mistakes like these follow")
    );
}

#[test]
fn no_answer_shows_a_secret_of_a_broken_file() {
    let catalog = bundled::open().unwrap();
    let ids = Ids::new(&catalog);
    for (name, bytes) in files() {
        let Ok(source) = decode(name, bytes) else {
            continue;
        };
        for kind in JSON {
            let shown = match declared::read(&ids, &source, kind) {
                Err(error) => format!("{:?}", miette::Report::new(error)),
                Ok(document) => document.source.text().to_owned(),
            };
            assert!(!shown.contains("broken.secret"), "{shown}");
        }
    }
}

#[test]
fn of_thousands_of_unknown_names_the_first_get_suggestions() {
    let catalog = bundled::open().unwrap();
    let ids = Ids::new(&catalog);
    let entries: Vec<_> = (0..5_000)
        .map(|_| r#"{"id": "User.Raed", "type": "Scope"}"#)
        .collect();
    let text = format!(
        r#"[{{"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [{}]}}]"#,
        entries.join(",")
    );
    let source = Source::new("t.json", text);
    let document = declared::read(&ids, &source, Kind::GraphApplication).unwrap();
    let entries = document
        .registrations
        .iter()
        .flat_map(|found| &found.entries);
    let suggested: Vec<_> = entries
        .map(|entry| match &entry.known {
            Known::Unknown { nearest } => !nearest.is_empty(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(suggested.len(), 5_000);
    assert!(suggested.iter().take(200).all(|is| *is) && !suggested.iter().skip(200).any(|is| *is));
}
