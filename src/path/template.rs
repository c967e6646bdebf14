//! A catalog path in matching form, read from upstream's spelling.

use std::fmt::Write as _;

use super::query::filter_names;
use super::repair::{self, Repair, RepairKind};
use super::segment::{is_identifier, is_placeholder};
use super::split;

/// One step of a path in matching form. All text is in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Token {
    /// A word; also `$ref`, a namespaced name, and a placeholder whose name has a meaning.
    Literal(String),
    /// Any id.
    Parameter,
    /// A call, its parameter names sorted.
    Function {
        /// The name before the parenthesis.
        name: String,
        /// The parameter names, at least one.
        parameters: Vec<String>,
    },
    /// A file path between colons.
    File,
    /// The collection and id before it, repeated to any depth.
    Repeat,
}

impl Token {
    /// Returns the text that stands for a word or a call in the path index.
    pub fn literal(&self) -> Option<String> {
        match self {
            Self::Literal(text) => Some(text.clone()),
            Self::Function { name, parameters } => Some(function(name, parameters)),
            Self::File => Some(FILE.to_owned()),
            Self::Parameter | Self::Repeat => None,
        }
    }
}

/// The index's word for a file path: no segment can read as a colon.
pub const FILE: &str = ":";

/// Returns the index's word for a call.
pub fn function(name: &str, parameters: &[String]) -> String {
    format!("{}({})", name.to_lowercase(), parameters.join(","))
}

/// Placeholders whose name is a fact: they stand for ids that every tenant has.
///
/// Source: the reference's page on agent collections,
/// <https://learn.microsoft.com/graph/api/resources/agentcollection>, read on 2026-11-24.
pub const WELL_KNOWN: [(&str, &str, &str); 2] = [
    (
        "agentcollections",
        "{global-collection-id}",
        "00000000-0000-0000-0000-000000000001",
    ),
    (
        "agentcollections",
        "{quarantined-collection-id}",
        "00000000-0000-0000-0000-000000000002",
    ),
];

/// A catalog path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The path in matching form; never empty.
    pub tokens: Vec<Token>,
    /// What the query must ask for, `$filter=` and the names its filter mentions, for the two rows that
    /// name a query.
    pub condition: Option<String>,
    /// What outputs show: upstream's spelling, repaired where it had to be.
    pub spelling: String,
}

impl Template {
    /// Reads upstream's spelling, with the repairs it needed; the error says why the path is dropped.
    pub fn read(spelling: &str) -> Result<(Self, Vec<Repair>), Repair> {
        let unreadable = || Repair::new(RepairKind::Unreadable, spelling, "");
        if !spelling.starts_with('/') || spelling.contains(char::is_control) {
            return Err(unreadable());
        }
        let mut repairs = Vec::new();
        let (path, query) = split::path_and_query(spelling);
        let mut segments = repair::segments(path, &mut repairs)?;
        close_files(&mut segments, &mut repairs);
        let mut tokens = Vec::new();
        let mut in_file = false;
        for segment in &segments {
            let closes = segment.ends_with(':');
            let text = segment.trim_end_matches(':');
            if in_file {
                tokens.push(Token::File);
                in_file = false;
                continue;
            }
            in_file = closes;
            push_tokens(text, &mut tokens).ok_or_else(unreadable)?;
        }
        if tokens.is_empty() || in_file {
            return Err(unreadable());
        }
        let condition = match query {
            Some(query) => Some(condition(query).ok_or_else(unreadable)?),
            None => None,
        };
        let mut shown = spelling.to_owned();
        if !repairs.is_empty() {
            shown = format!("/{}", segments.join("/"));
            if let Some(query) = query {
                shown.push('?');
                shown.push_str(query);
            }
        }
        let template = Self {
            tokens,
            condition,
            spelling: shown,
        };
        Ok((template, repairs))
    }

    /// Returns the key under which all spellings of one path meet, `/users/{}/messages`.
    pub fn canonical(&self) -> String {
        let mut key = String::new();
        for (position, token) in self.tokens.iter().enumerate() {
            match token {
                Token::Literal(text) => key.extend(["/", text]),
                Token::Parameter => key.push_str("/{}"),
                Token::Function { name, parameters } => {
                    key.extend(["/", &function(name, parameters)]);
                }
                Token::File => {
                    let is_last = position + 1 == self.tokens.len();
                    key.push_str(if is_last { ":/{}" } else { ":/{}:" });
                }
                Token::Repeat => key.push_str("/..."),
            }
        }
        if let Some(condition) = &self.condition {
            // Writing to a String cannot fail.
            let _ = write!(key, "?{condition}");
        }
        key
    }
}

/// Returns how two spellings of one canonical path differ.
pub fn union_kind(first: &str, second: &str) -> RepairKind {
    if first.eq_ignore_ascii_case(second) {
        RepairKind::CaseOnly
    } else if nameless(first) == nameless(second) {
        RepairKind::ParameterName
    } else {
        RepairKind::EqualMeaning
    }
}

/// Returns a spelling in lower case with its placeholders emptied.
fn nameless(spelling: &str) -> String {
    let mut text = String::new();
    let mut in_placeholder = false;
    for character in spelling.chars() {
        in_placeholder &= character != '}';
        if !in_placeholder {
            text.extend(character.to_lowercase());
        }
        in_placeholder |= character == '{';
    }
    text
}

/// Makes every file path one placeholder with a closing colon unless it ends the path.
fn close_files(segments: &mut Vec<String>, repairs: &mut Vec<Repair>) {
    let mut start = 0;
    while let Some(opener) = segments
        .iter()
        .skip(start)
        .position(|segment| segment.ends_with(':'))
    {
        let first = start + opener + 1;
        let closing = segments
            .iter()
            .skip(first)
            .position(|segment| segment.ends_with(':'));
        let len = match closing {
            Some(closing) => closing + 1,
            None => 1,
        };
        let end = (first + len).min(segments.len());
        let written = segments.get(first..end).unwrap_or_default().join("/");
        let is_last = end == segments.len();
        let name = written.trim_end_matches(':');
        let file = if is_placeholder(name) { name } else { "{path}" };
        let file = if is_last && closing.is_none() {
            file.to_owned()
        } else {
            format!("{file}:")
        };
        if first < end && file != written {
            let kind = if is_placeholder(name) {
                RepairKind::UnclosedColonPath
            } else {
                RepairKind::LiteralExamplePath
            };
            repairs.push(Repair::new(kind, &written, &file));
        }
        if first < end {
            segments.splice(first..end, [file]);
        }
        start = first + 1;
    }
}

fn push_tokens(text: &str, tokens: &mut Vec<Token>) -> Option<()> {
    if is_placeholder(text) {
        tokens.push(well_known(text, tokens).unwrap_or(Token::Parameter));
    } else if text == "..." {
        let follows_pair = matches!(tokens.as_slice(), [.., Token::Literal(_), Token::Parameter]);
        follows_pair.then(|| tokens.push(Token::Repeat))?;
    } else if let Some((name, inside)) = text.split_once('(') {
        let inside = inside.strip_suffix(')')?;
        if !is_identifier(name) || inside.contains(['(', ')']) {
            return None;
        }
        let name = name.to_lowercase();
        if is_placeholder(inside) {
            tokens.push(Token::Literal(name));
            tokens.push(Token::Parameter);
            return Some(());
        }
        let mut parameters = split::arguments(inside)
            .into_iter()
            .map(|argument| {
                let (parameter, value) = argument.split_once('=')?;
                (is_identifier(parameter) && is_placeholder(value))
                    .then(|| parameter.to_lowercase())
            })
            .collect::<Option<Vec<_>>>()?;
        parameters.sort();
        tokens.push(Token::Function { name, parameters });
    } else {
        is_identifier(text).then(|| tokens.push(Token::Literal(text.to_lowercase())))?;
    }
    Some(())
}

fn well_known(placeholder: &str, tokens: &[Token]) -> Option<Token> {
    let Some(Token::Literal(collection)) = tokens.last() else {
        return None;
    };
    WELL_KNOWN
        .iter()
        .find(|(of, name, _)| of == collection && name.eq_ignore_ascii_case(placeholder))
        .map(|(_, name, _)| Token::Literal((*name).to_owned()))
}

fn condition(query: &str) -> Option<String> {
    let filter = query.strip_prefix("$filter=")?;
    let names = filter_names(filter);
    (!names.is_empty()).then(|| format!("$filter={}", names.join(",").to_lowercase()))
}
