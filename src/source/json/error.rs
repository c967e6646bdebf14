//! What can be wrong with JSON itself.

use jsonc_parser::errors::{ParseError, ParseErrorKind as Kind};

use crate::source::escape::shown;
use crate::source::span::Span;

/// A mistake in the notation. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// What to do.
    pub help: &'static str,
    /// Where.
    pub span: Span,
}

/// What is said when neither parser knows more.
const PLAIN_HELP: &str = "correct the text at this place; the parts before it are well formed";

/// Puts the parser's error into our words.
pub(super) fn of_parser(text: &str, error: &ParseError) -> JsonError {
    let range = error.range();
    let start = text.floor_char_boundary(range.start);
    let end = text.ceil_char_boundary(range.end.max(start));
    let whole = Span::new(start, end);
    let first = Span::new(start, text.ceil_char_boundary((start + 1).min(end)));
    let (message, help, span) = match error.kind() {
        Kind::UnterminatedObject => (
            "the text ends within this object",
            "add the rest of the file, or the missing `}`",
            first,
        ),
        Kind::UnterminatedArray => (
            "the text ends within this list",
            "add the rest of the file, or the missing `]`",
            first,
        ),
        Kind::UnterminatedCommentBlock => (
            "this comment is not closed",
            "close it with `*/`, or remove it",
            first,
        ),
        Kind::ExpectedComma => (
            "a comma is missing here",
            "separate entries with a comma",
            whole,
        ),
        Kind::ExpectedColonAfterObjectKey => (
            "a colon is missing after the key",
            "write `\"key\": value`",
            whole,
        ),
        Kind::ExpectedObjectValue => (
            "a value is missing after the colon",
            "write a value, or remove the key",
            whole,
        ),
        Kind::ExpectedStringObjectProperty => (
            "a key needs double quotes",
            "put the key in double quotes",
            whole,
        ),
        Kind::SingleQuotedStringsNotAllowed => {
            ("text needs double quotes", "use `\"` instead of `'`", first)
        }
        Kind::MultipleRootJsonValues => (
            "more text follows after the end of the value",
            "keep one value per file, or put them in a list",
            whole,
        ),
        Kind::NestingDepthExceeded => (
            "this is nested too deeply",
            "no file of this kind is; check where it comes from",
            first,
        ),
        Kind::UnexpectedWord => (
            "text needs double quotes",
            "put it in double quotes; only `true`, `false`, `null` and numbers stand without",
            whole,
        ),
        Kind::UnexpectedToken if is_word(text, whole) => (
            "text needs double quotes",
            "put it in double quotes; only `true`, `false`, `null` and numbers stand without",
            whole,
        ),
        Kind::UnexpectedComma => ("a value is missing before this comma", PLAIN_HELP, whole),
        Kind::UnexpectedCloseBrace | Kind::UnexpectedCloseBracket | Kind::UnexpectedColon => {
            ("a value is expected here", PLAIN_HELP, whole)
        }
        Kind::UnexpectedTokenInObject => ("a key is expected here", PLAIN_HELP, whole),
        other => return plain(&other.to_string(), line_of(text, whole)),
    };
    JsonError {
        message: message.to_owned(),
        help,
        span,
    }
}

fn is_word(text: &str, span: Span) -> bool {
    let found = text.get(span.start..span.end).unwrap_or_default();
    found.starts_with(char::is_alphabetic)
}

/// Puts the gate's error into our words.
pub(super) fn of_gate(text: &str, error: &serde_json::Error) -> JsonError {
    let told = error.to_string();
    let message = told.split(" at line ").next().unwrap_or_default();
    // Lines and columns count from 1, columns in bytes.
    let line = error.line().saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let at = text.floor_char_boundary(start + error.column().saturating_sub(1));
    let end = text.ceil_char_boundary((at + 1).min(text.len()));
    plain(message, Span::new(at, end))
}

/// Returns the error for a text with nothing in it.
pub(super) fn empty() -> JsonError {
    JsonError {
        message: "the file is empty".to_owned(),
        help: "check that it was written completely",
        span: Span::default(),
    }
}

fn plain(message: &str, span: Span) -> JsonError {
    let mut message = shown(message);
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    JsonError {
        message: format!("this is not valid JSON: {message}"),
        help: PLAIN_HELP,
        span,
    }
}

/// Returns the part of a range on its first line: an open string reaches to the end of the text.
fn line_of(text: &str, span: Span) -> Span {
    let covered = text.get(span.start..span.end).unwrap_or_default();
    let line = covered.split(['\r', '\n']).next().unwrap_or_default();
    Span::new(span.start, span.start + line.len())
}
