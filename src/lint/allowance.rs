//! The grammar of suppressions in comments.
//!
//! A comment that starts with `graphgrant:` is one of
//!
//! ```text
//! graphgrant: allow(RULE) reason="..." owner=... until=YYYY-MM-DD
//! graphgrant: allow(RULE, SUBJECT) reason="..." owner=... until=YYYY-MM-DD
//! ```
//!
//! and nothing else. RULE is the name or id of a rule; several stand one after the other, before the subject. The
//! three keys come in any order, each once; a value with spaces stands in double quotes. `until` is the last day
//! on which it holds.
//!
//! What looks like one and is spelled otherwise, or stands behind other text, is told rather than passed over:
//! its writer believes that it holds.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::lint::policy::is_named;
use crate::lint::rule;
use crate::manifest::policy::{Pattern, day};
use crate::source::escape::shown;
use crate::source::suggest;

/// What a comment starts with to be one of ours.
const MARK: &str = "graphgrant:";
/// What it may be called in a comment that only looks like one.
const NAME: &str = "graphgrant";
/// Words with which people ask tools to be quiet.
const WORDS: [&str; 10] = [
    "accept", "allow", "disable", "except", "exempt", "ignore", "nolint", "noqa", "skip",
    "suppress",
];

/// A suppression of one rule.
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

/// Reads a comment without its marks, one suppression for each rule; `None` when it is none of ours.
pub fn parse(text: &str) -> Option<Result<Vec<Allowance>, String>> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix(MARK) {
        return Some(allowances(rest.trim()));
    }
    lookalike(text).map(Err)
}

/// Returns what is wrong with a comment that looks like a suppression and does not start as one.
fn lookalike(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    for (at, _) in lower.match_indices(NAME) {
        let before = lower.get(..at).unwrap_or_default();
        let after = lower.get(at + NAME.len()..).unwrap_or_default();
        if before.ends_with(char::is_alphanumeric) {
            continue;
        }
        let is_mark = |c: char| c.is_whitespace() || matches!(c, ':' | '=' | '-' | '/' | '@' | '.');
        let rest = after.trim_start_matches(is_mark);
        let has_colon = after
            .get(..after.len() - rest.len())
            .is_some_and(|marks| marks.contains(':'));
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .unwrap_or(rest.len());
        let (word, then) = rest.split_at(end);
        let is_call = !word.is_empty() && then.trim_start().starts_with('(');
        let is_word = WORDS.contains(&word);
        let is_first = before.is_empty();
        let is_meant = if has_colon {
            is_first || is_call || is_word
        } else {
            is_word && (is_first || is_call)
        };
        if !is_meant {
            continue;
        }
        let is_spelled = text.get(at..).is_some_and(|text| text.starts_with(MARK));
        return Some(if is_spelled {
            format!("text stands before `{MARK}`, with which its comment must start")
        } else {
            format!("it does not start with `{MARK}`, in lower case and with the colon")
        });
    }
    None
}

fn allowances(text: &str) -> Result<Vec<Allowance>, String> {
    let inside = text
        .strip_prefix("allow(")
        .ok_or("it does not say `allow(RULE)`")?;
    let (scope, rest) = closed(inside).ok_or("the parenthesis after `allow(` is not closed")?;
    let (rules, subject) = scope_of(scope)?;
    let mut values = values(rest)?;
    let mut taken = |key: &str| {
        values
            .remove(key)
            .ok_or_else(|| format!("`{key}=` is missing"))
    };
    let (reason, owner, until) = (taken("reason")?, taken("owner")?, taken("until")?);
    let until = day(&until).map_err(|why| format!("`{}` after `until=` {why}", shown(&until)))?;
    let of = |rule: &str| Allowance {
        rule: rule.to_owned(),
        subject: subject.map(Pattern::new),
        reason: reason.clone(),
        owner: owner.clone(),
        until,
    };
    Ok(rules.into_iter().map(of).collect())
}

/// Splits at the parenthesis that closes: calls have parentheses of their own.
fn closed(text: &str) -> Option<(&str, &str)> {
    let mut open = 0usize;
    for (at, character) in text.char_indices() {
        match character {
            '(' => open += 1,
            ')' if open == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            ')' => open -= 1,
            _ => {}
        }
    }
    None
}

/// Splits what stands in `allow(...)` into rules and subject.
fn scope_of(scope: &str) -> Result<(Vec<&str>, Option<&str>), String> {
    let (first, mut left) = match scope.split_once(',') {
        Some((first, left)) => (first.trim(), Some(left.trim())),
        None => (scope.trim(), None),
    };
    let mut bytes = first.bytes();
    let is_name = bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if first.is_empty() || !is_name {
        return Err("the rule in `allow(RULE)` is missing or no name".to_owned());
    }
    let mut rules = vec![first];
    while let Some(text) = left {
        let (part, more) = match text.split_once(',') {
            Some((part, more)) => (part.trim(), Some(more.trim())),
            None => (text, None),
        };
        if part.is_empty() {
            return Err("nothing stands after the comma in `allow(RULE, SUBJECT)`".to_owned());
        }
        if !means_rule(part) {
            break;
        }
        if rules.contains(&part) {
            return Err(format!("`{part}` is given twice"));
        }
        rules.push(part);
        left = more;
    }
    if let Some(subject) = left {
        let mut parts = subject.split(',').map(str::trim);
        if subject.contains(',') && parts.clone().all(is_word) {
            return Err(match parts.find(|part| means_rule(part)) {
                Some(rule) => format!("the rule `{rule}` stands behind the subject; rules come first"),
                None => "it has one subject, in which `*` stands for anything; write one suppression for each"
                    .to_owned(),
            });
        }
    }
    Ok((rules, left))
}

/// Whether a part can be nothing but a rule: its id, its name, or what is nearly its name.
fn means_rule(part: &str) -> bool {
    let is_id = part
        .get(..2)
        .is_some_and(|start| start.eq_ignore_ascii_case("GG"))
        && part.len() > 2
        && part.bytes().skip(2).all(|byte| byte.is_ascii_digit());
    let mut rules = rule::TABLE.iter().map(|it| it.rule());
    let looks_so = part.contains('-')
        && part
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let names = rule::TABLE.iter().map(|it| it.rule().name);
    is_id
        || rules.any(|it| is_named(it, part))
        || looks_so && suggest::nearest(part, names).is_some()
}

/// Whether a part is a name of a permission or a rule, or a pattern of one: URIs and calls have other marks.
fn is_word(part: &str) -> bool {
    let mut characters = part.chars();
    characters.all(|c| c.is_alphanumeric() || matches!(c, '.' | '*' | '-' | '_'))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &str) {
        let told = |found: Vec<Allowance>| {
            let rules: Vec<&str> = found.iter().map(|it| it.rule.as_str()).collect();
            let first = &found[0];
            let subject = first.subject.as_ref().map_or("", Pattern::written);
            let (reason, owner, until) = (&first.reason, &first.owner, first.until);
            format!(
                "{} | {subject} | {reason} | {owner} | {until}",
                rules.join(" ")
            )
        };
        let answer = match parse(text) {
            None => "none of ours".to_owned(),
            Some(Err(why)) => why,
            Some(Ok(found)) => told(found),
        };
        assert_eq!(answer, expected, "{text}");
    }

    const REST: &str = "reason=\"two words\" owner=me until=2027-01-31";

    #[test]
    fn the_grammar_is_strict() {
        case(
            &format!("graphgrant: allow(tier-1-risk) {REST}"),
            "tier-1-risk |  | two words | me | 2027-01-31",
        );
        case(
            &format!("  graphgrant:allow( GG012 , Mail.* ) {REST}  "),
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
            &format!("graphgrant: allow() {REST}"),
            "the rule in `allow(RULE)` is missing or no name",
        );
        case(
            &format!("graphgrant: allow(*) {REST}"),
            "the rule in `allow(RULE)` is missing or no name",
        );
        case(
            &format!("graphgrant: allow(x,) {REST}"),
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
            "`soon` after `until=` is not written as `YYYY-MM-DD`",
        );
        case(
            "graphgrant: allow(x) reason=r owner=o until=2026-02-31",
            "`2026-02-31` after `until=` is no day of the calendar",
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
            &format!("graphgrant: allow(x){REST}"),
            "a space is missing between two parts",
        );
        case(
            &format!("graphgrant: allow(x) {REST} trailing"),
            "after `allow(...)` only `key=value` may follow",
        );
        case(
            "graphgrant: allow(x) reason=\"r\"owner=o until=2027-01-31",
            "a space is missing between two parts",
        );
    }

    #[test]
    fn several_rules_stand_before_the_subject() {
        let good = |scope: &str, expected: &str| {
            case(
                &format!("graphgrant: allow({scope}) {REST}"),
                &format!("{expected} | two words | me | 2027-01-31"),
            );
        };
        good("GG005,GG003", "GG005 GG003 | ");
        good(
            "gg005, excess-permission, Mail.*",
            "gg005 excess-permission | Mail.*",
        );
        // A slip in a rule is no subject: nothing would ever be about it.
        good("GG005, GG999", "GG005 GG999 | ");
        good("GG005, exces-permission", "GG005 exces-permission | ");
        // Parentheses and commas of calls.
        good(
            "GG020, GET /me/reminderView(startDateTime='a',endDateTime='b')",
            "GG020 | GET /me/reminderView(startDateTime='a',endDateTime='b')",
        );
        good(
            "GG020, GET /users?$select=id,mail",
            "GG020 | GET /users?$select=id,mail",
        );
        let bad = |scope: &str, expected: &str| {
            case(&format!("graphgrant: allow({scope}) {REST}"), expected);
        };
        bad("GG005, GG005", "`GG005` is given twice");
        bad(
            "GG005, GG003,",
            "nothing stands after the comma in `allow(RULE, SUBJECT)`",
        );
        bad(
            "GG005, Mail.Read, GG003",
            "the rule `GG003` stands behind the subject; rules come first",
        );
        bad(
            "GG005, Mail.Read, Mail.Send",
            "it has one subject, in which `*` stands for anything; write one suppression for each",
        );
    }

    #[test]
    fn what_only_looks_like_one_is_told() {
        let before = "text stands before `graphgrant:`, with which its comment must start";
        let start = "it does not start with `graphgrant:`, in lower case and with the colon";
        case("agreed with Bob. graphgrant: allow(GG012)", before);
        case("Mail.Read # graphgrant: allow(GG012)", before);
        case("* graphgrant: ignore", before);
        case("see graphgrant: alow(GG012)", before);
        case("Graphgrant: allow(x)", start);
        case("GRAPHGRANT: x", start);
        case("graphgrant : allow(x)", start);
        case("graphgrant allow(GG012)", start);
        case("graphgrant-ignore GG012", start);
        case("for now: graphgrant allow(GG012)", start);
        case("graphgrant noqa", start);
        for prose in [
            " just a comment",
            "written by graphgrant",
            "graphgrant lint checks this (see the handbook)",
            "graphgrant allows this",
            "the job graphgrant: it lints",
            "mygraphgrant: allow(x)",
            "",
        ] {
            case(prose, "none of ours");
        }
    }
}
