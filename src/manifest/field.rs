//! Values of the tree taken as what a key wants them to be; every disappointment becomes an error.

use crate::catalog::model::Access;
use crate::manifest::error::ManifestError;
use crate::manifest::read::CheckUrl;
use crate::manifest::secret;
use crate::source::escape::shown;
use crate::source::suggest;
use crate::source::yaml::{Node, NodeKind};
use crate::source::{Source, Span, Spanned};

/// What reading carries along: the text, the caller's judgement of URLs, and the mistakes so far.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) check_url: CheckUrl<'a>,
    pub(super) errors: Vec<ManifestError>,
}

/// A mapping of the manifest: its place in words, its keys, and where it is.
#[derive(Clone, Copy)]
pub(super) struct Fields<'n> {
    pub(super) place: &'static str,
    pub(super) span: Span,
    entries: &'n [(Spanned<String>, Node)],
}

impl<'n> Fields<'n> {
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|(_, value)| value)
    }

    pub(super) fn entry(&self, key: &str) -> Option<&'n (Spanned<String>, Node)> {
        self.entries.iter().find(|(name, _)| name.value == key)
    }
}

impl Reader<'_> {
    pub(super) fn report(&mut self, error: ManifestError) {
        self.errors.push(error);
    }

    pub(super) fn wrong_type(&mut self, node: &Node, what: &str, expected: &'static str) {
        self.report(ManifestError::WrongType {
            what: what.to_owned(),
            expected,
            found: node.kind.name(),
            span: node.span,
        });
    }

    /// Takes a mapping with only known keys; unknown ones are reported and otherwise ignored.
    pub(super) fn fields<'n>(
        &mut self,
        node: &'n Node,
        place: &'static str,
        known: &[&str],
        elsewhere: impl Fn(&str) -> Option<String>,
    ) -> Option<Fields<'n>> {
        let NodeKind::Mapping(entries) = &node.kind else {
            self.wrong_type(node, place, "a mapping");
            return None;
        };
        for (key, value) in entries {
            let name = key.value.as_str();
            if known.contains(&name) || secret::is_secret(name, value) {
                continue;
            }
            self.report(ManifestError::UnknownKey {
                key: shown(name),
                place,
                help: elsewhere(name).unwrap_or_else(|| suggest::help(name, known)),
                span: key.span,
            });
        }
        Some(Fields {
            place,
            span: node.span,
            entries,
        })
    }

    /// Takes a text that is not empty.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<Spanned<String>> {
        let value = match &node.kind {
            NodeKind::String(value) => value,
            NodeKind::Number(_) | NodeKind::Bool(_) => {
                self.report(ManifestError::NotText {
                    what: what.to_owned(),
                    found: node.kind.name(),
                    span: node.span,
                });
                return None;
            }
            NodeKind::Null => {
                self.no_content(node.span, what);
                return None;
            }
            NodeKind::Sequence(_) | NodeKind::Mapping(_) => {
                self.wrong_type(node, what, "text");
                return None;
            }
        };
        let value = value.trim();
        if value.is_empty() {
            self.no_content(node.span, what);
            return None;
        }
        Some(Spanned::new(value.to_owned(), node.span))
    }

    pub(super) fn no_content(&mut self, span: Span, what: &str) {
        self.report(ManifestError::NoContent {
            what: what.to_owned(),
            span,
        });
    }

    pub(super) fn text_at(&mut self, fields: Fields<'_>, key: &str) -> Option<Spanned<String>> {
        self.text(fields.get(key)?, &format!("`{key}`"))
    }

    pub(super) fn boolean_at(&mut self, fields: Fields<'_>, key: &str) -> Option<bool> {
        let node = fields.get(key)?;
        if let NodeKind::Bool(value) = node.kind {
            return Some(value);
        }
        self.wrong_type(node, &format!("`{key}`"), "`true` or `false`");
        None
    }

    /// Takes a list.
    pub(super) fn list_at<'n>(&mut self, fields: Fields<'n>, key: &str) -> Option<&'n [Node]> {
        let node = fields.get(key)?;
        if let NodeKind::Sequence(items) = &node.kind {
            return Some(items);
        }
        self.wrong_type(node, &format!("`{key}`"), "a list");
        None
    }

    /// Takes a list of texts, or one text.
    pub(super) fn texts_at(
        &mut self,
        fields: Fields<'_>,
        key: &str,
    ) -> Option<Vec<Spanned<String>>> {
        let node = fields.get(key)?;
        let what = format!("`{key}`");
        match &node.kind {
            NodeKind::Sequence(items) => {
                let what = format!("an entry of {what}");
                Some(
                    items
                        .iter()
                        .filter_map(|item| self.text(item, &what))
                        .collect(),
                )
            }
            NodeKind::Mapping(_) => {
                self.wrong_type(node, &what, "text or a list of texts");
                None
            }
            _ => self.text(node, &what).map(|text| vec![text]),
        }
    }

    /// Takes names from a list or from a text with commas. Commas within parentheses separate nothing.
    pub(super) fn names_at(&mut self, fields: Fields<'_>, key: &str) -> Option<Vec<String>> {
        let texts = self.texts_at(fields, key)?;
        let mut names = Vec::new();
        for text in texts {
            for name in split_names(&text.value) {
                if name.is_empty() {
                    self.no_content(text.span, &format!("a name in `{key}`"));
                } else {
                    names.push(name.to_owned());
                }
            }
        }
        Some(names)
    }

    /// Takes one of the known words.
    pub(super) fn word<T: Copy>(
        &mut self,
        word: &Spanned<String>,
        what: &'static str,
        known: &[(&str, T)],
    ) -> Option<Spanned<T>> {
        if let Some((_, value)) = known.iter().find(|(name, _)| *name == word.value) {
            return Some(Spanned::new(*value, word.span));
        }
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        self.report(ManifestError::UnknownWord {
            word: shown(&word.value),
            what,
            help: suggest::help(&word.value, &names),
            span: word.span,
        });
        None
    }

    /// Takes `delegated`, `application`, `both` or a list of them.
    pub(super) fn access_at(&mut self, fields: Fields<'_>) -> Option<Vec<Access>> {
        const WORDS: [(&str, &[Access]); 3] = [
            (Access::Delegated.name(), &[Access::Delegated]),
            (Access::Application.name(), &[Access::Application]),
            ("both", &Access::ALL),
        ];
        let texts = self.texts_at(fields, "access")?;
        if texts.is_empty()
            && let Some(node) = fields.get("access")
            && matches!(&node.kind, NodeKind::Sequence(items) if items.is_empty())
        {
            self.no_content(node.span, "`access`");
        }
        let mut access: Vec<_> = texts
            .iter()
            .filter_map(|text| self.word(text, "access", &WORDS))
            .flat_map(|words| words.value.iter().copied())
            .collect();
        access.sort_unstable();
        access.dedup();
        (!access.is_empty()).then_some(access)
    }

    /// Returns the place of a part of a scalar's value. YAML may have folded or unescaped the value; then
    /// the whole scalar is the place.
    pub(super) fn part(&self, scalar: Span, value: &str, part: Span) -> Span {
        let written = self.source.slice(scalar);
        let quoted = |mark: char| {
            written
                .strip_prefix(mark)
                .and_then(|rest| rest.strip_suffix(mark))
                == Some(value)
        };
        let start = if written == value {
            scalar.start
        } else if quoted('"') || quoted('\'') {
            scalar.start + 1
        } else {
            return scalar;
        };
        Span::new(start + part.start, start + part.end)
    }
}

fn split_names(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(|character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    })
    .map(str::trim)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_outside_parentheses() {
        assert_eq!(split_names("id, displayName"), ["id", "displayName"]);
        assert_eq!(
            split_names("manager($select=id,mail),memberOf"),
            ["manager($select=id,mail)", "memberOf"]
        );
        assert_eq!(split_names("a,"), ["a", ""]);
    }
}
