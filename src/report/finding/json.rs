//! `--format json` of findings: the stable machine form.

use schemars::JsonSchema;
use serde::Serialize;

use crate::finding::{Edit, Finding, Findings, Fix, Place, Related, Rule, Safety, Suppressed};
use crate::report::finding::fingerprint::fingerprints;
use crate::report::finding::located::path_text;
use crate::report::finding::{Located, Tally};
use crate::report::json::{VERSION, text};
use crate::source::Position;

/// The whole document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant lint", inline)]
pub struct Document<'a> {
    /// The version of this form.
    pub schema_version: u32,
    /// The numbers of findings.
    pub summary: Summary,
    /// The files that were judged.
    pub files: Vec<String>,
    /// The findings, suppressed ones included, by path and place.
    pub findings: Vec<FindingForm<'a>>,
    /// The rules that were looked at, in the order of their ids.
    pub rules: Vec<RuleForm>,
    /// What to know of the run as a whole.
    pub remarks: &'a [String],
}

/// The numbers of findings.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// Errors that count.
    pub errors: usize,
    /// Warnings that count.
    pub warnings: usize,
    /// Remarks that count.
    pub infos: usize,
    /// Findings that a suppression takes out; in none of the other numbers.
    pub suppressed: usize,
}

/// A rule.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Rule")]
pub struct RuleForm {
    /// Its id, such as `GG001`.
    pub id: &'static str,
    /// Its name in kebab case.
    pub name: &'static str,
    /// Its severity in general: the policy may say otherwise, and each finding has its own.
    pub severity: &'static str,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// Its weight for code scanning, `0.1` to `10.0`; null when it is no matter of security.
    pub security_severity: Option<&'static str>,
}

/// A finding.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
pub struct FindingForm<'a> {
    /// The id of the rule.
    pub rule: &'static str,
    /// The name of the rule.
    pub name: &'static str,
    /// `info`, `warning` or `error`, after policy.
    pub severity: &'static str,
    /// What is wrong.
    pub message: &'a str,
    /// Where.
    #[serde(flatten)]
    pub place: PlaceForm,
    /// What is marked there.
    pub label: &'a str,
    /// Other places that explain it.
    pub related: Vec<RelatedForm<'a>>,
    /// What to do about it.
    pub help: Option<&'a str>,
    /// What it is about, apart from its place.
    pub subject: &'a [String],
    /// Stays the same when lines move; unique in the document.
    pub fingerprint: String,
    /// The change that would settle it.
    pub fix: Option<FixForm<'a>>,
    /// Set when a suppression takes it out of the count.
    pub suppressed: Option<SuppressedForm<'a>>,
}

/// A range in a file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Place")]
pub struct PlaceForm {
    /// The file, with `/`.
    pub path: String,
    /// The first character.
    pub start: PositionForm,
    /// One past the last character.
    pub end: PositionForm,
}

/// A line and a column.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Position")]
pub struct PositionForm {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// Another place.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Related")]
pub struct RelatedForm<'a> {
    /// Where.
    #[serde(flatten)]
    pub place: PlaceForm,
    /// What stands there.
    pub label: &'a str,
}

/// A change that would settle a finding.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Fix")]
pub struct FixForm<'a> {
    /// What it does.
    pub title: &'a str,
    /// `safe` or `unsafe`.
    pub safety: &'static str,
    /// The file.
    pub path: String,
    /// The replacements: all or none.
    pub edits: Vec<EditForm<'a>>,
}

/// A replacement.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Edit")]
pub struct EditForm<'a> {
    /// The first byte, from 0, in the UTF-8 text without a byte order mark.
    pub start: usize,
    /// One past the last byte; the start, to insert.
    pub end: usize,
    /// What stands there afterwards.
    pub text: &'a str,
}

/// A suppression.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Suppressed")]
pub struct SuppressedForm<'a> {
    /// The reason given with it: a claim, not a fact.
    pub reason: &'a str,
    /// Where it is written.
    #[serde(flatten)]
    pub place: PlaceForm,
}

/// Writes the findings.
///
/// # Errors
/// Never: the keys are text.
pub fn write(findings: &Findings) -> serde_json::Result<String> {
    text(&Document::new(findings))
}

impl<'a> Document<'a> {
    /// Returns the JSON form of findings.
    pub fn new(findings: &'a Findings) -> Self {
        let tally = Tally::new(findings);
        let marks = fingerprints(&findings.findings);
        Self {
            schema_version: VERSION,
            summary: Summary {
                errors: tally.errors,
                warnings: tally.warnings,
                infos: tally.infos,
                suppressed: tally.suppressed,
            },
            files: findings.files.iter().map(|path| path_text(path)).collect(),
            findings: findings.findings.iter().zip(marks).map(form).collect(),
            rules: findings.rules.iter().map(|rule| rule_form(rule)).collect(),
            remarks: &findings.remarks,
        }
    }
}

fn rule_form(rule: &Rule) -> RuleForm {
    RuleForm {
        id: rule.id,
        name: rule.name,
        severity: rule.severity.word(),
        summary: rule.summary,
        security_severity: rule.security,
    }
}

fn form((finding, fingerprint): (&Finding, String)) -> FindingForm<'_> {
    FindingForm {
        rule: finding.rule.id,
        name: finding.rule.name,
        severity: finding.severity.word(),
        message: &finding.message,
        place: PlaceForm::new(&finding.place),
        label: &finding.label,
        related: finding.related.iter().map(related_form).collect(),
        help: finding.help.as_deref(),
        subject: &finding.subject,
        fingerprint,
        fix: finding.fix.as_ref().map(fix_form),
        suppressed: finding.suppressed.as_ref().map(suppressed_form),
    }
}

fn related_form(related: &Related) -> RelatedForm<'_> {
    RelatedForm {
        place: PlaceForm::new(&related.place),
        label: &related.label,
    }
}

fn suppressed_form(suppressed: &Suppressed) -> SuppressedForm<'_> {
    SuppressedForm {
        reason: &suppressed.reason,
        place: PlaceForm::new(&suppressed.place),
    }
}

fn fix_form(fix: &Fix) -> FixForm<'_> {
    FixForm {
        title: &fix.title,
        safety: match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        },
        path: path_text(&fix.file),
        edits: fix.edits.iter().map(edit_form).collect(),
    }
}

fn edit_form(edit: &Edit) -> EditForm<'_> {
    EditForm {
        start: edit.span.start,
        end: edit.span.end,
        text: &edit.text,
    }
}

impl PlaceForm {
    fn new(place: &Place) -> Self {
        let Located { path, start, end } = Located::new(place);
        Self {
            path,
            start: start.into(),
            end: end.into(),
        }
    }
}

impl From<Position> for PositionForm {
    fn from(position: Position) -> Self {
        Self {
            line: position.line,
            column: position.column,
        }
    }
}
