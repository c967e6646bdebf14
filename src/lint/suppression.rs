//! Findings that are set aside, for a time and for a reason: by a comment in the file or by the policy.
//!
//! A comment that starts with `graphgrant:` is one of
//!
//! ```text
//! graphgrant: allow(RULE) reason="..." owner=... until=YYYY-MM-DD
//! graphgrant: allow(RULE, SUBJECT) reason="..." owner=... until=YYYY-MM-DD
//! ```
//!
//! and nothing else. RULE is the name or id of a rule. With a SUBJECT (a permission, an operation, a URI; `*`
//! stands for anything) it holds for the whole file, without one for what starts on the comment's line or, where
//! the comment stands alone, on the next line that is no comment. The three keys come in any order, each once; a
//! value with spaces stands in double quotes. `until` is the last day on which it holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::declared::Comment;
use crate::finding::{Finding, Place, Suppressed};
use crate::lint::associate::Link;
use crate::lint::case::place;
use crate::lint::input::{BaseComment, Inputs};
use crate::lint::policy::is_named;
use crate::manifest::policy::{Pattern, Suppression};
use crate::source::{Source, Span};

/// What a comment starts with to be one of ours.
const MARK: &str = "graphgrant:";

/// How many suppressions of a file are read: nobody reviews more, and each is held against each finding.
const MOST: usize = 500;

/// A suppression as it is written in a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The name or id of the rule.
    pub rule: String,
    /// What the findings are about.
    pub subject: Option<Pattern>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub until: Date,
}

/// Reads a comment without its marks; `None` when it is none of ours.
pub fn parse(text: &str) -> Option<Result<Allowance, String>> {
    let rest = text.trim().strip_prefix(MARK)?;
    Some(allowance(rest.trim()))
}

fn allowance(text: &str) -> Result<Allowance, String> {
    let inside = text
        .strip_prefix("allow(")
        .ok_or("it does not say `allow(RULE)`")?;
    let (scope, rest) = inside
        .split_once(')')
        .ok_or("the parenthesis after `allow(` is not closed")?;
    let (rule, subject) = match scope.split_once(',') {
        Some((rule, subject)) => (rule.trim(), Some(subject.trim())),
        None => (scope.trim(), None),
    };
    let is_rule = |text: &str| {
        let mut bytes = text.bytes();
        !text.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !is_rule(rule) {
        return Err("the rule in `allow(RULE)` is missing or no name".to_owned());
    }
    if subject.is_some_and(str::is_empty) {
        return Err("nothing stands after the comma in `allow(RULE, SUBJECT)`".to_owned());
    }
    let mut values = values(rest)?;
    let mut taken = |key: &str| {
        values
            .remove(key)
            .ok_or_else(|| format!("`{key}=` is missing"))
    };
    let (reason, owner, until) = (taken("reason")?, taken("owner")?, taken("until")?);
    let is_day = until.len() == 10;
    let until = until.parse().ok().filter(|_| is_day);
    Ok(Allowance {
        rule: rule.to_owned(),
        subject: subject.map(Pattern::new),
        reason,
        owner,
        until: until.ok_or("`until` is no day such as `2027-01-31`")?,
    })
}

/// Reads `key=value key="a value"`.
fn values(text: &str) -> Result<BTreeMap<&str, String>, String> {
    let mut values = BTreeMap::new();
    let mut rest = text;
    while !rest.trim_start().is_empty() {
        if !rest.starts_with(char::is_whitespace) {
            return Err("a space is missing between two parts".to_owned());
        }
        let (key, after) = rest
            .trim_start()
            .split_once('=')
            .ok_or("after `allow(...)` only `key=value` may follow")?;
        if !["reason", "owner", "until"].contains(&key) {
            return Err(format!(
                "`{}` is none of `reason`, `owner` and `until`",
                key.trim()
            ));
        }
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => quoted
                .split_once('"')
                .ok_or_else(|| format!("the quote after `{key}=` is not closed"))?,
            None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
        };
        if value.trim().is_empty() {
            return Err(format!("`{key}=` has no value"));
        }
        if values.insert(key, value.trim().to_owned()).is_some() {
            return Err(format!("`{key}` is given twice"));
        }
        rest = left;
    }
    Ok(values)
}

/// A suppression of a run.
#[derive(Debug)]
pub struct Found<'a> {
    /// Where it is written.
    pub place: Place,
    /// Whether it could be read.
    pub allowance: Result<Allowance, String>,
    /// Where it holds.
    scope: Scope<'a>,
    /// Whether the base has it too, or no base is asked for.
    pub is_trusted: bool,
    /// Whether it has set a finding aside, or would but for its age or its origin.
    pub is_used: bool,
}

#[derive(Debug)]
enum Scope<'a> {
    /// The whole of a file.
    File,
    /// What starts on a line of the file.
    Line(usize),
    /// The files of a policy, of these paths.
    Policy {
        files: Option<Vec<PathBuf>>,
        path: Option<&'a Pattern>,
    },
}

/// All suppressions of a run.
#[derive(Debug, Default)]
pub struct Suppressions<'a> {
    /// In the order of their places.
    pub all: Vec<Found<'a>>,
}

impl<'a> Suppressions<'a> {
    /// Reads the suppressions of all files and policies.
    pub fn new(inputs: &'a Inputs, links: &[Link]) -> Self {
        let mut all = Vec::new();
        let operations = inputs.operations.iter();
        let operations = operations.map(|file| (&file.path, &file.manifest.source, &file.comments));
        let apps = inputs.apps.iter();
        let apps = apps.map(|file| (&file.path, &file.document.source, &file.document.comments));
        for (path, source, comments) in operations.chain(apps) {
            let ours = comments.iter().filter_map(|comment| {
                let allowance = parse(&comment.text)?;
                Some((comment, allowance))
            });
            let ours: Vec<_> = ours.take(MOST).collect();
            if ours.is_empty() {
                continue;
            }
            let layout = Lines::new(source, comments);
            for (comment, allowance) in ours {
                all.push(in_comment(
                    inputs, path, source, &layout, comment, allowance,
                ));
            }
        }
        for (index, file) in inputs.operations.iter().enumerate() {
            for policy in &file.policies {
                all.extend(policy.suppressions.iter().map(|given| Found {
                    place: place(Path::new(policy.source.name()), &policy.source, given.span),
                    allowance: Ok(allowance_of(given)),
                    scope: Scope::Policy {
                        files: Some(reach(inputs, links, index)),
                        path: given.path.as_ref(),
                    },
                    is_trusted: true,
                    is_used: false,
                }));
            }
        }
        for policy in &inputs.policies {
            all.extend(policy.suppressions.iter().map(|given| Found {
                place: place(Path::new(policy.source.name()), &policy.source, given.span),
                allowance: Ok(allowance_of(given)),
                scope: Scope::Policy {
                    files: None,
                    path: given.path.as_ref(),
                },
                is_trusted: true,
                is_used: false,
            }));
        }
        all.sort_by(|one, other| {
            let key = |found: &Found<'_>| (found.place.path.clone(), found.place.span);
            key(one).cmp(&key(other))
        });
        Self { all }
    }

    /// Sets findings aside.
    pub(super) fn settle(&mut self, findings: &mut [Finding], today: Date) {
        if self.all.is_empty() {
            return;
        }
        for finding in findings {
            let line = finding.place.source.position(finding.place.span.start).line;
            for found in &mut self.all {
                let Ok(allowance) = &found.allowance else {
                    continue;
                };
                if !covers(&found.scope, &found.place, allowance, finding, line) {
                    continue;
                }
                found.is_used = true;
                if found.is_trusted && allowance.until >= today && finding.suppressed.is_none() {
                    finding.suppressed = Some(Suppressed {
                        reason: allowance.reason.clone(),
                        place: found.place.clone(),
                    });
                }
            }
        }
    }
}

fn allowance_of(given: &Suppression) -> Allowance {
    Allowance {
        rule: given.rule.value.clone(),
        subject: given.subject.clone(),
        reason: given.reason.clone(),
        owner: given.owner.clone(),
        until: given.until.value,
    }
}

/// The files that an operations manifest and its policy are about. What is approved of those of the base says
/// nothing of files that come to it now.
fn reach(inputs: &Inputs, links: &[Link], operations: usize) -> Vec<PathBuf> {
    let own = inputs.operations.get(operations).map(|file| &file.path);
    let is_reviewed = |path: &&PathBuf| own.is_some_and(|own| inputs.is_reviewed(own, path));
    let linked = links.iter().filter(|link| {
        link.owner
            .is_some_and(|owner| owner.operations == operations)
    });
    let linked = linked.filter_map(|link| inputs.apps.get(link.file));
    let linked = linked.map(|file| &file.path).filter(is_reviewed);
    own.into_iter().chain(linked).cloned().collect()
}

fn in_comment<'a>(
    inputs: &Inputs,
    path: &Path,
    source: &Source,
    layout: &Lines,
    comment: &Comment,
    allowance: Result<Allowance, String>,
) -> Found<'a> {
    let has_subject = allowance.as_ref().is_ok_and(|it| it.subject.is_some());
    let scope = if has_subject {
        Scope::File
    } else {
        Scope::Line(layout.target(source, comment.span))
    };
    let base = inputs.base_comments.as_ref();
    let is_trusted = base.is_none_or(|base| {
        let about = layout.about(source, comment.span);
        let known = base.iter().filter(|(of, _)| of == path);
        let mut known = known.flat_map(|(_, comments)| comments);
        // What is approved of one line says nothing of another one that the comment was moved to.
        known.any(|it| it.text == comment.text && (has_subject || it.about == about))
    });
    Found {
        place: place(path, source, comment.span),
        allowance,
        scope,
        is_trusted,
        is_used: false,
    }
}

/// Returns the suppressions in comments of a text, with what they are about.
pub fn in_base(source: &Source, comments: &[Comment]) -> Vec<BaseComment> {
    let layout = Lines::new(source, comments);
    let ours = comments.iter().filter(|it| parse(&it.text).is_some());
    ours.map(|comment| BaseComment {
        text: comment.text.clone(),
        about: layout.about(source, comment.span),
    })
    .collect()
}

/// The lines of a text, as far as comments are concerned.
struct Lines {
    /// By line from 0: whether something stands before a comment that starts on it.
    shares: Vec<bool>,
    /// By line from 0: the first line from there on that holds more than white space and comments.
    next: Vec<Option<usize>>,
}

impl Lines {
    fn new(source: &Source, comments: &[Comment]) -> Self {
        let lines: Vec<&str> = source.text().split('\n').collect();
        let mut is_code: Vec<bool> = lines.iter().map(|line| !line.trim().is_empty()).collect();
        let mut shares = vec![false; lines.len()];
        for comment in comments {
            let start = source.position(comment.span.start);
            let first = start.line - 1;
            let last = source.position(comment.span.end).line - 1;
            let before = lines.get(first).is_some_and(|line| {
                let mut before = line.chars().take(start.column - 1);
                before.any(|character| !character.is_whitespace())
            });
            if let Some(shares) = shares.get_mut(first) {
                *shares |= before;
            }
            let alone = if before { first + 1 } else { first };
            for line in is_code.iter_mut().take(last + 1).skip(alone) {
                *line = false;
            }
        }
        let mut next = vec![None; lines.len()];
        let mut found = None;
        for (number, is_code) in is_code.iter().enumerate().rev() {
            if *is_code {
                found = Some(number);
            }
            if let Some(slot) = next.get_mut(number) {
                *slot = found;
            }
        }
        Self { shares, next }
    }

    /// The line that a comment is about, from 1: its own when something stands before it, else the next one
    /// that holds more than a comment.
    fn target(&self, source: &Source, span: Span) -> usize {
        let line = source.position(span.start).line;
        if self.shares.get(line - 1).copied().unwrap_or_default() {
            return line;
        }
        let after = source.position(span.end).line;
        let next = self.next.get(after).copied().flatten();
        next.map_or(line, |next| next + 1)
    }
}

impl Lines {
    /// What stands on the line that a comment is about, without comma and comment, and on the next one when that
    /// says the type: the same id or name of another type is another permission.
    fn about(&self, source: &Source, span: Span) -> String {
        let bare = |line: &str| line.trim().trim_end_matches(',').trim_end().to_owned();
        let target = self.target(source, span);
        let mut lines = source.text().split('\n').skip(target - 1);
        let line = lines.next().unwrap_or_default();
        let shares = source.position(span.start).line == target;
        let line = if shares {
            line.chars()
                .take(source.position(span.start).column - 1)
                .collect()
        } else {
            line.to_owned()
        };
        let says_type = |line: &str| line.contains("type");
        let next = lines
            .next()
            .filter(|next| says_type(next) && !says_type(&line));
        format!("{}\n{}", bare(&line), bare(next.unwrap_or_default()))
    }
}

fn covers(
    scope: &Scope<'_>,
    at: &Place,
    allowance: &Allowance,
    finding: &Finding,
    starts_on: usize,
) -> bool {
    let about = |pattern: &Pattern| finding.subject.iter().any(|part| pattern.matches(part));
    if !is_named(finding.rule, &allowance.rule) || !allowance.subject.as_ref().is_none_or(about) {
        return false;
    }
    match scope {
        Scope::File => finding.place.path == at.path,
        Scope::Line(line) => finding.place.path == at.path && starts_on == *line,
        Scope::Policy { files, path } => {
            let shown = finding.place.path.to_string_lossy();
            files
                .as_ref()
                .is_none_or(|files| files.contains(&finding.place.path))
                && path.is_none_or(|path| path.matches(&shown))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &str) {
        let answer = match parse(text) {
            None => "none of ours".to_owned(),
            Some(Err(why)) => why,
            Some(Ok(found)) => format!(
                "{} | {} | {} | {} | {}",
                found.rule,
                found
                    .subject
                    .map_or(String::new(), |it| it.written().to_owned()),
                found.reason,
                found.owner,
                found.until
            ),
        };
        assert_eq!(answer, expected, "{text}");
    }

    #[test]
    fn the_grammar_is_strict() {
        let rest = "reason=\"two words\" owner=me until=2027-01-31";
        case(" just a comment", "none of ours");
        case("Graphgrant: allow(x)", "none of ours");
        case(
            &format!("graphgrant: allow(tier-1-risk) {rest}"),
            "tier-1-risk |  | two words | me | 2027-01-31",
        );
        case(
            &format!("  graphgrant:allow( GG012 , Mail.* ) {rest}  "),
            "GG012 | Mail.* | two words | me | 2027-01-31",
        );
        case(
            "graphgrant: allow(x) until=2027-01-31 owner=\"a b\" reason=short",
            "x |  | short | a b | 2027-01-31",
        );
        case("graphgrant: ignore(x)", "it does not say `allow(RULE)`");
        case("graphgrant: allow x", "it does not say `allow(RULE)`");
        case(
            "graphgrant: allow(x",
            "the parenthesis after `allow(` is not closed",
        );
        case(
            &format!("graphgrant: allow() {rest}"),
            "the rule in `allow(RULE)` is missing or no name",
        );
        case(
            &format!("graphgrant: allow(*) {rest}"),
            "the rule in `allow(RULE)` is missing or no name",
        );
        case(
            &format!("graphgrant: allow(x,) {rest}"),
            "nothing stands after the comma in `allow(RULE, SUBJECT)`",
        );
        case("graphgrant: allow(x)", "`reason=` is missing");
        case(
            "graphgrant: allow(x) reason=r until=2027-01-31",
            "`owner=` is missing",
        );
        case(
            "graphgrant: allow(x) reason=r owner=o",
            "`until=` is missing",
        );
        case(
            "graphgrant: allow(x) reason=r owner=o until=soon",
            "`until` is no day such as `2027-01-31`",
        );
        case(
            "graphgrant: allow(x) reason=r owner=o until=2027-02-30",
            "`until` is no day such as `2027-01-31`",
        );
        case(
            "graphgrant: allow(x) reason=r reason=s owner=o until=2027-01-31",
            "`reason` is given twice",
        );
        case(
            "graphgrant: allow(x) reason=\"r owner=o until=2027-01-31",
            "the quote after `reason=` is not closed",
        );
        case(
            "graphgrant: allow(x) reason= owner=o until=2027-01-31",
            "`reason=` has no value",
        );
        case(
            "graphgrant: allow(x) why=r owner=o until=2027-01-31",
            "`why` is none of `reason`, `owner` and `until`",
        );
        case(
            &format!("graphgrant: allow(x){rest}"),
            "a space is missing between two parts",
        );
        case(
            &format!("graphgrant: allow(x) {rest} trailing"),
            "after `allow(...)` only `key=value` may follow",
        );
        case(
            "graphgrant: allow(x) reason=\"r\"owner=o until=2027-01-31",
            "a space is missing between two parts",
        );
    }
}
