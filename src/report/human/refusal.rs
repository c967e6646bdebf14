//! For people: what a code of the identity platform, or an answer of Microsoft Graph, means.

use std::fmt::Write as _;

use crate::report::look::{Look, Tone};
use crate::report::words;
use crate::source::escape::shown;
use crate::token::aadsts::{Fact, Table};
use crate::token::refusal::Refusal;
use crate::verify::probe::Diagnosis;

/// Returns what is known of a code.
pub fn code(code: u32, table: &Table, look: Look) -> String {
    let heading = look.paint(Tone::Heading, &format!("AADSTS{code}"));
    match table.code(code) {
        Some(fact) => format!("{heading}\n{}", fact_lines(fact, table, look)),
        None => format!("{heading}\n{}", unknown(code, look)),
    }
}

fn unknown(code: u32, look: Look) -> String {
    let text = format!(
        "The code is not in this program's table. Microsoft explains it at https://login.microsoftonline.com/error?code={code}"
    );
    look.paragraph("", &text)
}

fn fact_lines(fact: &Fact, table: &Table, look: Look) -> String {
    let mut out = look.paragraph("means  ", &fact.meaning);
    out.push_str(&look.paragraph("do     ", &fact.advice));
    let source = fact.source.as_deref().unwrap_or(&table.source);
    out.push_str(&look.paragraph("source ", &format!("{source}, read {}", table.date)));
    out
}

/// Returns what a pasted error of the identity platform means.
pub fn refusal(refusal: &Refusal, table: &Table, look: Look) -> String {
    let mut out = String::new();
    let error = match refusal.error.as_str() {
        "" => "error".to_owned(),
        error => shown(error),
    };
    let heading = format!("The identity platform refused: {error}");
    let _ = writeln!(out, "{}", look.paint(Tone::Heading, &heading));
    for code in &refusal.codes {
        out.push_str(&self::code(*code, table, look));
    }
    if refusal.codes.is_empty() {
        match table.error(&refusal.error) {
            Some(fact) => out.push_str(&fact_lines(fact, table, look)),
            None => out.push_str(&look.paragraph("", "Nothing is known of this error.")),
        }
    }
    for (label, value) in [
        ("refinement  ", &refusal.suberror),
        ("trace id    ", &refusal.trace_id),
        ("correlation ", &refusal.correlation_id),
        ("time        ", &refusal.timestamp),
    ] {
        if let Some(value) = value {
            out.push_str(&look.paragraph(label, &shown(value)));
        }
    }
    out
}

/// Returns what an answer of Microsoft Graph means.
pub fn answer(diagnosis: &Diagnosis, look: Look) -> String {
    let mut out = String::new();
    let heading = format!(
        "Microsoft Graph answered {}: {}",
        diagnosis.status,
        diagnosis.outcome.word()
    );
    let _ = writeln!(out, "{}", look.paint(Tone::Heading, &heading));
    if let Some(workload) = &diagnosis.workload {
        out.push_str(&look.paragraph("workload ", workload));
    }
    if let Some(code) = &diagnosis.code {
        out.push_str(&look.paragraph("code     ", &words::safe(code)));
    }
    out.push_str(&look.paragraph("means    ", &diagnosis.meaning));
    if !diagnosis.advice.is_empty() {
        out.push_str(&look.paragraph("do       ", &diagnosis.advice));
    }
    for (label, names) in [
        ("accepts  ", &diagnosis.accepted),
        ("saw      ", &diagnosis.presented),
        ("saw RSC  ", &diagnosis.resource_specific),
    ] {
        if !names.is_empty() {
            out.push_str(&look.paragraph(label, &names.join(", ")));
        }
    }
    if let Some(id) = &diagnosis.request_id {
        out.push_str(&look.paragraph("request  ", &words::safe(id)));
    }
    out
}
