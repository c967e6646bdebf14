//! `--format sarif`: SARIF 2.1.0 with what GitHub code scanning requires
//! (<https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning>,
//! read 2026-11).
//!
//! Suppressed findings are results with a suppression, as the standard has them. GitHub shows those like any
//! other: leave them out before the upload.

mod form;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::finding::{Finding, Findings, Fix, Place, Rule, Severity};
use crate::report::finding::Located;
use crate::report::finding::fingerprint::fingerprints;
use crate::report::finding::located::path_text;
use crate::report::json;
use crate::report::words;
use crate::source::escape::shown_up_to;
use crate::source::{Position, Source, Span};
use form::{
    Artifact, Change, Configuration, Driver, Insertion, Invocation, Location, Log, Markdown,
    Notification, Physical, Properties, Region, Replacement, Result, Run, Suppression, Text, Tool,
};

/// How many results GitHub takes in a run (of them it shows the 5,000 most severe).
pub const RESULTS: usize = 25_000;

/// How many locations GitHub shows for a result.
const LOCATIONS: usize = 100;

/// How many characters GitHub takes in the descriptions of a rule.
const DESCRIPTION: usize = 1024;

/// Writes the findings. `category` tells several analyses of one commit apart: a later one of the same
/// category replaces the earlier.
///
/// # Errors
/// Never: the keys are text.
pub fn write(findings: &Findings, category: &str) -> serde_json::Result<String> {
    json::text(&log(findings, category))
}

fn log<'a>(findings: &'a Findings, category: &str) -> Log<'a> {
    let all = &findings.findings;
    let positions: BTreeMap<&str, usize> = (findings.rules.iter().enumerate())
        .map(|(at, rule)| (rule.id, at))
        .collect();
    let mut results: Vec<(&Finding, String)> = all.iter().zip(fingerprints(all)).collect();
    let mut notifications: Vec<Notification> = findings.remarks.iter().map(|it| note(it)).collect();
    if results.len() > RESULTS {
        let left = results.len() - RESULTS;
        notifications.push(note(&format!(
            "{} left out, the least severe ones: GitHub takes {RESULTS} results in a run",
            words::count(left, "finding")
        )));
        // The sort is stable, so that those of one severity stay in the order of the files.
        results
            .sort_by_key(|(finding, _)| (finding.suppressed.is_some(), Reverse(finding.severity)));
        results.truncate(RESULTS);
    }
    Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "graphgrant",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: findings.rules.iter().map(|it| rule(it)).collect(),
                },
            },
            automation_details: form::Automation {
                id: format!("{}/", category.trim_end_matches('/')),
            },
            column_kind: "unicodeCodePoints",
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: notifications,
            }],
            results: results
                .into_iter()
                .map(|(finding, mark)| result(finding, mark, &positions))
                .collect(),
        }],
    }
}

fn rule(rule: &'static Rule) -> form::Rule {
    let mut tags = vec!["microsoft-graph", "permissions"];
    if rule.security.is_some() {
        tags.push("security");
    }
    form::Rule {
        id: rule.id,
        name: rule.name,
        short_description: Text::new(cut(rule.summary)),
        full_description: Text::new(cut(first_paragraph(rule.explanation))),
        help: Markdown {
            text: rule.explanation,
            markdown: rule.explanation,
        },
        default_configuration: Configuration {
            level: level(rule.severity),
        },
        properties: Properties {
            tags,
            precision: "high",
            problem_severity: match rule.severity {
                Severity::Info => "recommendation",
                Severity::Warning => "warning",
                Severity::Error => "error",
            },
            security_severity: rule.security,
        },
    }
}

/// The first paragraph that is no heading.
fn first_paragraph(markdown: &str) -> &str {
    let mut paragraphs = markdown.split("\n\n").map(str::trim);
    let is_text = |text: &&str| !text.is_empty() && !text.starts_with('#');
    paragraphs.find(is_text).unwrap_or(markdown)
}

fn cut(text: &str) -> String {
    text.chars().take(DESCRIPTION).collect()
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Returns an untrusted text as a plain message. Only what looks like a link is changed, so that `{id}[0]`
/// stays what it is.
fn plain(text: &str) -> String {
    let text = shown_up_to(text, 2000);
    if text.contains("](") {
        text.replace('[', "\\[").replace(']', "\\]")
    } else {
        text
    }
}

fn note(text: &str) -> Notification {
    Notification {
        level: "note",
        message: Text::new(plain(text)),
    }
}

fn result<'a>(finding: &'a Finding, mark: String, positions: &BTreeMap<&str, usize>) -> Result<'a> {
    let message = match &finding.help {
        Some(help) => format!("{}. {}", plain(&finding.message), plain(help)),
        None => plain(&finding.message),
    };
    let related = finding.related.iter().take(LOCATIONS).enumerate();
    Result {
        rule_id: finding.rule.id,
        rule_index: positions.get(finding.rule.id).copied(),
        level: level(finding.severity),
        message: Text::new(message),
        locations: [Location {
            id: None,
            physical_location: physical(&finding.place),
            message: (!finding.label.is_empty()).then(|| Text::new(plain(&finding.label))),
        }],
        related_locations: related
            .map(|(at, related)| Location {
                id: Some(at + 1),
                physical_location: physical(&related.place),
                message: Some(Text::new(plain(&related.label))),
            })
            .collect(),
        partial_fingerprints: form::Fingerprints {
            primary_location_line_hash: mark,
        },
        suppressions: finding
            .suppressed
            .iter()
            .map(|suppressed| Suppression {
                kind: if suppressed.place.path == finding.place.path {
                    "inSource"
                } else {
                    "external"
                },
                status: "accepted",
                justification: plain(&suppressed.reason),
                location: Location {
                    id: None,
                    physical_location: physical(&suppressed.place),
                    message: None,
                },
            })
            .collect(),
        fixes: (finding.fix.iter())
            .filter(|fix| path_text(&fix.file) == path_text(&finding.place.path))
            .map(|fix| fixed(fix, &finding.place))
            .collect(),
    }
}

/// A fix of the file that the finding is in: of no other one are lines and columns known.
fn fixed<'a>(fix: &'a Fix, place: &Place) -> form::Fix<'a> {
    form::Fix {
        description: Text::new(plain(&fix.title)),
        artifact_changes: [Change {
            artifact_location: artifact(place),
            replacements: fix
                .edits
                .iter()
                .map(|edit| Replacement {
                    deleted_region: region_of(&place.source, edit.span),
                    inserted_content: Insertion { text: &edit.text },
                })
                .collect(),
        }],
    }
}

fn physical(place: &Place) -> Physical {
    let Located { start, end, .. } = Located::new(place);
    Physical {
        artifact_location: artifact(place),
        region: region(start, end),
    }
}

fn region_of(source: &Source, span: Span) -> Region {
    region(source.position(span.start), source.position(span.end))
}

const fn region(start: Position, end: Position) -> Region {
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

fn artifact(place: &Place) -> Artifact {
    let path = path_text(&place.path);
    let encoded = encoded(&path);
    if path.starts_with('/') {
        return Artifact {
            uri: format!("file://{encoded}"),
            uri_base_id: None,
        };
    }
    Artifact {
        uri: encoded,
        uri_base_id: Some("%SRCROOT%"),
    }
}

/// Returns a path as part of a URI.
fn encoded(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
