//! The commonest mistake: `{request: GET /users/{id}}`. Within brackets YAML takes the inner brace for a
//! mapping and gives up. The mistake is reported, and reading goes on as if the value had been quoted, so
//! that the rest of the file is checked in the same run.
//!
//! That works without a parser of our own: the braces are replaced by parentheses, which leaves every
//! place where it was, and plain scalars get their original text back from their span.

use std::borrow::Cow;

use crate::source::escape::shown;
use crate::source::span::{Source, Span};
use crate::source::yaml::error::YamlError;
use crate::source::yaml::load::{Failure, load};
use crate::source::yaml::node::{Node, NodeKind};

/// How often reading starts again. Each round costs as much as reading does, so huge texts get one.
const ROUNDS: usize = 64;
const LARGE: usize = 1 << 18;

/// Reads a tree, reporting and passing over unquoted templates in flow collections.
pub(super) fn load_forgiving(source: &Source, errors: &mut Vec<YamlError>) -> Option<Node> {
    let original = source.text();
    let rounds = if original.len() > LARGE { 1 } else { ROUNDS };
    let mut text = Cow::Borrowed(original);
    for _ in 0..rounds {
        match load(&text, errors) {
            Ok(mut root) => {
                if matches!(text, Cow::Owned(_)) {
                    restore(&mut root, &text, original);
                }
                return Some(root);
            }
            Err(Failure { error, at }) => {
                let Some(template) = template_at(&text, at) else {
                    errors.push(error);
                    return None;
                };
                errors.push(YamlError::UnquotedBraces {
                    text: shown(source.slice(template)),
                    span: template,
                });
                text = Cow::Owned(with_parentheses(&text, template));
            }
        }
    }
    None
}

/// Returns the whole word around the brace at `at`, if it looks like a template in a plain scalar.
fn template_at(text: &str, at: usize) -> Option<Span> {
    let (before, after) = text.split_at_checked(at)?;
    let start = before
        .rfind(|c: char| c.is_whitespace() || "[{,\"'".contains(c))
        .map_or(0, |found| found + 1);
    if start == at || !after.starts_with('{') {
        return None;
    }
    let mut is_open = false;
    let mut end = None;
    for (offset, character) in after.char_indices() {
        match character {
            '{' if !is_open => is_open = true,
            '}' if is_open => {
                is_open = false;
                end = Some(at + offset + 1);
            }
            ',' | '[' | ']' | '{' | '}' | '"' => break,
            _ if character.is_whitespace() => break,
            _ if end.is_some() && !is_open => end = Some(at + offset + character.len_utf8()),
            _ => {}
        }
    }
    end.map(|end| Span::new(start, end))
}

fn with_parentheses(text: &str, template: Span) -> String {
    text.char_indices()
        .map(|(at, character)| match character {
            '{' if (template.start..template.end).contains(&at) => '(',
            '}' if (template.start..template.end).contains(&at) => ')',
            _ => character,
        })
        .collect()
}

fn restore(node: &mut Node, changed: &str, original: &str) {
    let Span { start, end } = node.span;
    match &mut node.kind {
        NodeKind::String(value) if changed.get(start..end) == Some(value) => {
            original
                .get(start..end)
                .unwrap_or_default()
                .clone_into(value);
        }
        NodeKind::Sequence(items) => {
            for item in items {
                restore(item, changed, original);
            }
        }
        NodeKind::Mapping(entries) => {
            for (_, value) in entries {
                restore(value, changed, original);
            }
        }
        _ => {}
    }
}
