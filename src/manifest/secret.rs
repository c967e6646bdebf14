//! Secrets that somebody wrote into a manifest: found by their key, reported, and blotted out of the text
//! before anything can show it.

use std::collections::BTreeSet;

use crate::manifest::error::ManifestError;
use crate::source::escape::shown;
use crate::source::yaml::{Node, NodeKind};
use crate::source::{Source, Span};

/// Parts of keys that name a secret, in lower case and without separators.
const MARKS: [&str; 9] = [
    "secret",
    "password",
    "passwd",
    "privatekey",
    "accesstoken",
    "refreshtoken",
    "apikey",
    "connectionstring",
    "assertion",
];

/// Shorter values are blotted out at their own place only: elsewhere they are likely something else.
const TELLING: usize = 6;

/// Returns whether a key names a secret and its value could be one.
pub(super) fn is_secret(key: &str, value: &Node) -> bool {
    let could_be = matches!(
        value.kind,
        NodeKind::String(_) | NodeKind::Number(_) | NodeKind::Bool(_)
    );
    could_be && names_secret(key)
}

/// Returns whether a key names a secret.
pub fn names_secret(key: &str) -> bool {
    let plain: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect();
    MARKS.iter().any(|mark| plain.contains(mark))
}

/// Reports every secret of a tree, wherever it stands, and returns the text without their values.
pub(super) fn redact(source: &Source, root: &Node, errors: &mut Vec<ManifestError>) -> Source {
    let mut values = BTreeSet::new();
    let mut hidden = Vec::new();
    find(root, &mut |key, key_span, value, text| {
        errors.push(ManifestError::Secret {
            key: shown(key),
            span: key_span,
        });
        hidden.push(value);
        if text.len() >= TELLING {
            values.insert(text.to_owned());
        }
    });
    for value in &values {
        let found = source.text().match_indices(value.as_str());
        hidden.extend(found.map(|(at, found)| Span::new(at, at + found.len())));
    }
    source.redacted(&hidden)
}

fn find(node: &Node, met: &mut impl FnMut(&str, Span, Span, &str)) {
    match &node.kind {
        NodeKind::Sequence(items) => {
            for item in items {
                find(item, met);
            }
        }
        NodeKind::Mapping(entries) => {
            for (key, value) in entries {
                if is_secret(&key.value, value) {
                    let text = match &value.kind {
                        NodeKind::String(text) | NodeKind::Number(text) => text,
                        _ => "",
                    };
                    met(&key.value, key.span, value.span, text);
                }
                find(value, met);
            }
        }
        _ => {}
    }
}

/// Returns a text that is no YAML without what stands behind keys that name a secret: up to the end of the
/// line, and the lines below that are indented deeper.
pub fn redact_lines(source: &Source) -> Source {
    let mut hidden = Vec::new();
    let mut below: Option<usize> = None;
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let end = start + line.len();
        let is_blank = line.trim().is_empty();
        if below.is_some_and(|key| indent > key) && !is_blank {
            hidden.push(Span::new(start, end));
        } else if let Some(at) = secret_value(line) {
            hidden.push(Span::new(start + at, end));
            below = Some(indent);
        } else if !is_blank {
            below = None;
        }
        start = end;
    }
    source.redacted(&hidden)
}

/// Returns where the value of a secret starts in a line, if the line has one.
fn secret_value(line: &str) -> Option<usize> {
    line.match_indices([':', '=']).find_map(|(at, separator)| {
        let before = line.get(..at)?.trim_end().trim_end_matches(['"', '\'']);
        let key = before
            .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
            .next()?;
        names_secret(key).then_some(at + separator.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &str) {
        assert_eq!(redact_lines(&Source::new("t", text)).text(), expected);
    }

    #[test]
    fn broken_texts_lose_their_secrets_too() {
        case("clientSecret: 'abc\nx: 1\n", "clientSecret: ****\nx: 1\n");
        case(
            "- {\"client_secret\": ab, b}",
            "- {\"client_secret\": *** **",
        );
        case(
            "password: |\n  ab\n  cd\nx: [\n",
            "password: *\n  **\n  **\nx: [\n",
        );
        case("- POST /me/changePassword\n", "- POST /me/changePassword\n");
    }
}
