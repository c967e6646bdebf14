//! The two parsers behind the tree.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::ParseError;
use jsonc_parser::tokens::{Token, TokenAndRange};
use jsonc_parser::{
    CollectOptions, CommentCollectionStrategy, ParseOptions, ParseResult, parse_to_ast,
};
use serde::de::IgnoredAny;

use crate::source::json::Parsed;
use crate::source::json::error::{self, JsonError};
use crate::source::json::node::{Comment, Member, Node, NodeKind};
use crate::source::span::{Span, Spanned};

/// Whether comments and commas before a closing bracket are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Strict,
    Forgiving,
}

/// Reads a text into a tree.
pub(super) fn load(text: &str) -> Result<Parsed, JsonError> {
    if is_json(text).is_ok() {
        let parsed = parsed(text, Manner::Strict);
        let parsed = parsed.map_err(|error| error::of_parser(text, &error))?;
        return Ok(Parsed {
            root: parsed.value.map(node).ok_or_else(error::empty)?,
            comments: Vec::new(),
            trailing_commas: Vec::new(),
        });
    }
    let parsed = parsed(text, Manner::Forgiving);
    let parsed = parsed.map_err(|error| error::of_parser(text, &error))?;
    let tokens = parsed.tokens.unwrap_or_default();
    let comments = comments(&tokens);
    let trailing_commas = trailing_commas(&tokens);
    let blanked = comments.iter().map(|comment| comment.span);
    let plain = blank(text, blanked.chain(trailing_commas.iter().copied()));
    let root = parsed.value.map(node).ok_or_else(error::empty)?;
    is_json(&plain).map_err(|error| error::of_gate(&plain, &error))?;
    Ok(Parsed {
        root,
        comments,
        trailing_commas,
    })
}

fn is_json(text: &str) -> Result<(), serde_json::Error> {
    serde_json::from_str::<IgnoredAny>(text).map(|_| ())
}

fn parsed(text: &str, manner: Manner) -> Result<ParseResult<'_>, ParseError> {
    let is_forgiving = manner == Manner::Forgiving;
    // Every leniency is on by default. All are written out, so that a new one breaks the build instead of
    // slipping in.
    let options = ParseOptions {
        allow_comments: is_forgiving,
        allow_trailing_commas: is_forgiving,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let collected = CollectOptions {
        comments: if is_forgiving {
            CommentCollectionStrategy::AsTokens
        } else {
            CommentCollectionStrategy::Off
        },
        tokens: is_forgiving,
    };
    parse_to_ast(text, &collected, &options)
}

const fn span(range: Range) -> Span {
    Span::new(range.start, range.end)
}

// Recursion is bounded: the parser refuses what is nested deeper than 512.
fn node(value: Value<'_>) -> Node {
    let span = span(value.range());
    let kind = match value {
        Value::NullKeyword(_) => NodeKind::Null,
        Value::BooleanLit(literal) => NodeKind::Bool(literal.value),
        Value::NumberLit(literal) => NodeKind::Number(literal.value.to_owned()),
        Value::StringLit(literal) => NodeKind::String(literal.value.into_owned()),
        Value::Array(array) => NodeKind::Array(array.elements.into_iter().map(node).collect()),
        Value::Object(object) => {
            let members = object.properties.into_iter();
            NodeKind::Object(
                members
                    .map(|found| member(found.name, found.value))
                    .collect(),
            )
        }
    };
    Node { span, kind }
}

fn member(name: ObjectPropName<'_>, value: Value<'_>) -> Member {
    let place = span(name.range());
    let name = match name {
        ObjectPropName::String(literal) => literal.value.into_owned(),
        ObjectPropName::Word(word) => word.value.to_owned(),
    };
    Member {
        key: Spanned::new(name, place),
        value: node(value),
    }
}

fn comments(tokens: &[TokenAndRange<'_>]) -> Vec<Comment> {
    let found = tokens.iter().filter_map(|token| {
        let (Token::CommentLine(text) | Token::CommentBlock(text)) = &token.token else {
            return None;
        };
        Some(Comment {
            span: span(token.range),
            text: (*text).to_owned(),
        })
    });
    found.collect()
}

fn trailing_commas(tokens: &[TokenAndRange<'_>]) -> Vec<Span> {
    let mut found = Vec::new();
    let mut comma = None;
    for token in tokens {
        match token.token {
            Token::Comma => comma = Some(span(token.range)),
            Token::CommentLine(_) | Token::CommentBlock(_) => {}
            Token::CloseBrace | Token::CloseBracket => found.extend(comma.take()),
            _ => comma = None,
        }
    }
    found
}

/// Returns the text with the ranges blank, every other byte where it was.
fn blank(text: &str, ranges: impl Iterator<Item = Span>) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut ranges: Vec<_> = ranges.collect();
    ranges.sort_unstable();
    let mut at = 0;
    for range in ranges {
        plain.push_str(text.get(at..range.start).unwrap_or_default());
        let hidden = text.get(range.start..range.end).unwrap_or_default();
        let blanks = hidden
            .bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' });
        plain.extend(blanks);
        at = range.end;
    }
    plain.push_str(text.get(at..).unwrap_or_default());
    plain
}
