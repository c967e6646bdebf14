//! `--format junit`: what nearly every pipeline shows. A file is a suite, a finding a failed test.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::finding::{Finding, Findings, Severity};
use crate::report::finding::Located;
use crate::report::finding::located::path_text;
use crate::report::words;

/// Writes the findings: errors and warnings as failures, remarks as passed tests with a text, suppressed ones
/// as skipped. A file without any is one passed test.
///
/// # Errors
/// Never: texts are made fit for XML.
pub fn write(findings: &Findings) -> Result<String, SerializeError> {
    let mut suites: BTreeMap<String, Vec<TestCase>> = BTreeMap::new();
    for file in &findings.files {
        suites.entry(path_text(file)).or_default();
    }
    for finding in &findings.findings {
        let at = Located::new(&finding.place);
        let cases = suites.entry(at.path.clone()).or_default();
        cases.push(case(finding, &at));
    }
    let mut report = Report::new("graphgrant");
    for (path, mut cases) in suites {
        let name = xml(&words::safe(&path));
        if cases.is_empty() {
            let mut fine = TestCase::new("no finding", TestCaseStatus::success());
            fine.set_classname(name.as_str());
            cases.push(fine);
        }
        let mut suite = TestSuite::new(name);
        suite.add_test_cases(cases);
        report.add_test_suite(suite);
    }
    if !findings.remarks.is_empty() {
        let mut suite = TestSuite::new("remarks");
        let lines: Vec<String> = findings
            .remarks
            .iter()
            .map(|it| xml(&words::safe(it)))
            .collect();
        suite.set_system_out(lines.join("\n"));
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn case(finding: &Finding, at: &Located) -> TestCase {
    let message = xml(&words::safe(&finding.message));
    let path = xml(&words::safe(&at.path));
    let mut text = format!("{path}:{}: {message}", at.start);
    if let Some(help) = &finding.help {
        text.push('\n');
        text.push_str(&xml(&words::safe(help)));
    }
    let status = match (&finding.suppressed, finding.severity) {
        (Some(suppressed), _) => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(xml(&words::safe(&suppressed.reason)));
            skipped
        }
        (None, Severity::Info) => TestCaseStatus::success(),
        (None, severity) => {
            let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
            failed
                .set_message(message.as_str())
                .set_type(severity.word())
                .set_description(text.as_str());
            failed
        }
    };
    // Tests are told apart by class and name: the place keeps two findings of a rule two tests.
    let name = format!(
        "{} {} at {}: {message}",
        finding.rule.id, finding.rule.name, at.start
    );
    let mut case = TestCase::new(name, status);
    case.set_classname(path);
    if finding.suppressed.is_none() && finding.severity == Severity::Info {
        case.set_system_out(text);
    }
    case
}

/// Replaces the characters that XML 1.0 has not even as references. Controls are escaped before.
fn xml(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
