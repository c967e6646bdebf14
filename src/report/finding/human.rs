//! Findings for people: each with its snippet, what explains it, what to do, and a count at the end.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::Path;
use std::rc::Rc;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use crate::finding::{Finding, Findings, Place, Safety, Severity};
use crate::report::finding::Tally;
use crate::report::finding::located::path_text;
use crate::report::finding::snippet::Snippet;
use crate::report::look::{Colour, Look, Tone};
use crate::report::words;
use crate::source::beside;

/// How many findings take longer to write than a thread takes to start.
const WORTH_A_THREAD: usize = 64;

/// How many other places of a finding are shown.
const RELATED: usize = 6;

/// Writes the findings that count, then the remarks, then the numbers.
pub fn write(findings: &Findings, look: Look) -> String {
    let counted: Vec<_> = findings.counted().collect();
    let mut out = if counted.len() < WORTH_A_THREAD {
        told(&counted, look)
    } else {
        let (first, second) = counted.split_at(counted.len() / 2);
        beside(|| told(first, look), || told(second, look)).concat()
    };
    for remark in &findings.remarks {
        out.push_str(&look.paragraph("note: ", &words::safe(remark)));
    }
    let tally = Tally::new(findings);
    let tone = match tally {
        Tally { errors: 1.., .. } => Tone::Bad,
        Tally { warnings: 1.., .. } => Tone::Doubtful,
        _ => Tone::Good,
    };
    let mut sentence = tally.sentence();
    let (safe, other) = fixes(findings);
    if safe > 0 {
        let _ = write!(sentence, "; `--fix` settles {safe}");
    }
    if other > 0 {
        let _ = write!(sentence, "; `--fix=unsafe` settles {}", safe + other);
    }
    out.push_str(&look.paint(tone, &sentence));
    out.push('\n');
    out
}

/// Returns each finding with its snippet.
fn told(findings: &[&Finding], look: Look) -> String {
    let mut snippets = Snippets::default();
    let handler = handler(look);
    let mut out = String::new();
    for finding in findings {
        let told = snippets.told(finding);
        // Writing to a String fails only where a place lies outside its text; the rest is told then.
        if handler.render_report(&mut out, &told).is_err() {
            out.push_str(&words::safe(&finding.message));
        }
        // What explains it is no finding of its own, so it stands below without a heading.
        for related in &told.related {
            if handler.render_report(&mut out, related).is_err() {
                out.push_str(&related.message);
            }
        }
        out.push('\n');
    }
    out
}

/// How many findings have a safe fix, and how many another one.
fn fixes(findings: &Findings) -> (usize, usize) {
    let of = |wanted| {
        let fixes = findings
            .counted()
            .filter_map(|finding| finding.fix.as_ref());
        fixes.filter(|fix| fix.safety == wanted).count()
    };
    (of(Safety::Safe), of(Safety::Unsafe))
}

fn handler(look: Look) -> GraphicalReportHandler {
    let theme = match look.colour {
        Colour::On => GraphicalTheme::unicode(),
        Colour::Off => GraphicalTheme::unicode_nocolor(),
    };
    GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(look.width.max(40))
}

/// The texts that were printed from already.
#[derive(Debug, Default)]
struct Snippets<'a> {
    /// By path, and by where the text is in memory: a text may be read twice under one path.
    known: BTreeMap<(&'a Path, usize), Rc<Snippet>>,
}

impl<'a> Snippets<'a> {
    fn of(&mut self, place: &'a Place) -> Rc<Snippet> {
        let key = (place.path.as_path(), place.source.text().as_ptr().addr());
        let new = || {
            let name = words::safe(&path_text(&place.path));
            Rc::new(Snippet::new(&place.source, name))
        };
        Rc::clone(self.known.entry(key).or_insert_with(new))
    }

    fn told(&mut self, finding: &'a Finding) -> Told {
        let snippet = self.of(&finding.place);
        let marked = snippet.marked(finding.place.span);
        let label = Some(words::safe(&finding.label)).filter(|label| !label.is_empty());
        let mut told = Told {
            code: Some(format!("{} {}", finding.rule.id, finding.rule.name)),
            message: words::safe(&finding.message),
            severity: finding.severity,
            help: help(finding),
            labels: vec![LabeledSpan::new_primary_with_span(label, marked)],
            snippet: Some(snippet),
            related: Vec::new(),
        };
        for related in finding.related.iter().take(RELATED) {
            let label = words::safe(&related.label);
            if is_same_text(&related.place, &finding.place) {
                let marked = told
                    .snippet
                    .as_ref()
                    .map(|it| it.marked(related.place.span));
                told.labels
                    .extend(marked.map(|at| LabeledSpan::new_with_span(Some(label), at)));
            } else {
                told.related.push(self.beside(&related.place, &label));
            }
        }
        let left = finding.related.len().saturating_sub(RELATED);
        if left > 0 {
            let more = format!("and {left} more places");
            told.help = Some(match told.help {
                Some(help) => format!("{help}\n{more}"),
                None => more,
            });
        }
        told
    }

    /// A place in another file.
    fn beside(&mut self, place: &'a Place, label: &str) -> Told {
        let snippet = self.of(place);
        let marked = snippet.marked(place.span);
        Told {
            code: None,
            message: label.to_owned(),
            severity: Severity::Info,
            help: None,
            labels: vec![LabeledSpan::new_primary_with_span(None, marked)],
            snippet: Some(snippet),
            related: Vec::new(),
        }
    }
}

fn is_same_text(one: &Place, other: &Place) -> bool {
    one.path == other.path && one.source == other.source
}

fn help(finding: &Finding) -> Option<String> {
    let help = finding.help.as_ref().map(|help| words::safe(help));
    let fix = finding.fix.as_ref().map(|fix| {
        let option = match fix.safety {
            Safety::Safe => "--fix",
            Safety::Unsafe => "--fix=unsafe",
        };
        format!("`{option}`: {}", words::safe(&fix.title))
    });
    match (help, fix) {
        (Some(help), Some(fix)) => Some(format!("{help}\n{fix}")),
        (help, fix) => help.or(fix),
    }
}

/// A finding as miette prints it.
#[derive(Debug)]
struct Told {
    code: Option<String>,
    message: String,
    severity: Severity,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    snippet: Option<Rc<Snippet>>,
    related: Vec<Self>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Told {}

impl Diagnostic for Told {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let code = self.code.as_ref()?;
        Some(Box::new(code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Info => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let snippet: &Snippet = self.snippet.as_ref()?;
        Some(snippet)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
