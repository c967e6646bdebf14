//! serde-saphyr behind the tree: options, conversion, and its errors in our words.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{
    DuplicateKeyPolicy, Error, Location, MergeKeyPolicy, NonFiniteFloatPolicy, Options, budget,
};

use crate::source::escape::shown;
use crate::source::span::{Span, Spanned};
use crate::source::yaml::error::YamlError;
use crate::source::yaml::node::{Node, NodeKind};

type Placed<T> = serde_saphyr::Spanned<T>;

/// Lists within mappings within lists: a hand-written file needs about ten levels.
const DEPTH: usize = 32;
/// 5,000 operations with every detail have about 150,000.
const NODES: usize = 400_000;
const ALIASES: usize = 1_000;

/// Why there is no tree, and the byte where reading stopped.
pub(super) struct Failure {
    pub(super) error: YamlError,
    pub(super) at: usize,
}

/// Reads a text into a tree. Mistakes that leave a tree go to `errors`.
pub(super) fn load(text: &str, errors: &mut Vec<YamlError>) -> Result<Node, Failure> {
    match serde_saphyr::from_str_with_options::<Placed<Raw>>(text, options()) {
        Ok(root) => Ok(Converter { text, errors }.node(root)),
        Err(error) => Err(failure(text, &error)),
    }
}

fn options() -> Options {
    let mut limits = serde_saphyr::options! {
        budget: budget! {
            max_depth: DEPTH,
            flow_nesting_limit: DEPTH,
            max_nodes: NODES,
            max_events: 3 * NODES,
            max_aliases: ALIASES,
            max_anchors: ALIASES,
            // The second one is refused as such, not as an excess.
            max_documents: 2,
            max_total_scalar_bytes: 8 << 20,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    };
    limits.alias_limits.max_total_replayed_events = 10_000;
    limits.alias_limits.max_replay_stack_depth = 8;
    limits.alias_limits.max_alias_expansions_per_anchor = 100;
    limits
}

/// What serde-saphyr hands over, before spans are made usable.
enum Raw {
    Null,
    Bool(bool),
    Number,
    String(String),
    Sequence(Vec<Placed<Self>>),
    Mapping(Vec<(Placed<String>, Placed<Self>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Mapping(entries))
    }
}

struct Converter<'t, 'e> {
    text: &'t str,
    errors: &'e mut Vec<YamlError>,
}

impl Converter<'_, '_> {
    // Recursion is bounded by DEPTH.
    fn node(&mut self, raw: Placed<Raw>) -> Node {
        let span = span_of(self.text, raw.referenced);
        let is_alias = raw.referenced != raw.defined;
        let (kind, last) = match raw.value {
            Raw::Null => (NodeKind::Null, None),
            Raw::Bool(value) => (NodeKind::Bool(value), None),
            Raw::Number => (NodeKind::Number(self.written(raw.defined)), None),
            Raw::String(value) => (NodeKind::String(value), None),
            Raw::Sequence(items) => {
                let items: Vec<_> = items.into_iter().map(|item| self.node(item)).collect();
                let last = items.last().map_or(span.end, |item| item.span.end);
                (NodeKind::Sequence(items), Some(last))
            }
            Raw::Mapping(entries) => {
                let (entries, last) = self.entries(entries, span.end);
                (NodeKind::Mapping(entries), Some(last))
            }
        };
        let span = match last {
            Some(last) if !is_alias => self.closed(span, last),
            _ => span,
        };
        Node { span, kind }
    }

    fn written(&self, location: Location) -> String {
        let Span { start, end } = span_of(self.text, location);
        self.text.get(start..end).unwrap_or_default().to_owned()
    }

    /// Converts the entries of a mapping; returns them and where the last one ends.
    fn entries(
        &mut self,
        raw: Vec<(Placed<String>, Placed<Raw>)>,
        start: usize,
    ) -> (Vec<(Spanned<String>, Node)>, usize) {
        let mut firsts: BTreeMap<String, Span> = BTreeMap::new();
        let mut entries = Vec::with_capacity(raw.len());
        let mut last = start;
        for (key, value) in raw {
            let span = span_of(self.text, key.referenced);
            let value = self.node(value);
            last = last.max(span.end).max(value.span.end);
            if let Some(first) = firsts.get(&key.value) {
                self.errors.push(YamlError::DuplicateKey {
                    key: shown(&key.value),
                    span,
                    first: *first,
                });
            } else {
                firsts.insert(key.value.clone(), span);
                entries.push((Spanned::new(key.value, span), value));
            }
        }
        (entries, last)
    }

    /// Returns the range from the start of a collection to its last part and, for a flow collection, its
    /// bracket: serde-saphyr knows the start only.
    fn closed(&self, start: Span, last: usize) -> Span {
        let text = |at: usize| self.text.get(at..).unwrap_or_default();
        let close = match text(start.start).chars().next() {
            Some('[') => ']',
            Some('{') => '}',
            _ => return Span::new(start.start, last),
        };
        // A block mapping may start with a flow mapping as its key: that one ends before `last`.
        let mut at = last.max(start.end);
        let mut rest = text(at);
        loop {
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            at += rest.len() - trimmed.len();
            rest = trimmed;
            if !rest.starts_with('#') {
                break;
            }
            let line = rest.find('\n').unwrap_or(rest.len());
            at += line;
            rest = text(at);
        }
        if rest.starts_with(close) {
            Span::new(start.start, at + 1)
        } else {
            Span::new(start.start, last)
        }
    }
}

/// Returns the bytes of a location, without the white space that ends a block scalar.
fn span_of(text: &str, location: Location) -> Span {
    let span = location.span();
    let index = |found: u64| usize::try_from(found).unwrap_or(usize::MAX);
    let (start, end) = if let (Some(start), Some(len)) = (span.byte_offset(), span.byte_len()) {
        (index(start), index(start.saturating_add(len)))
    } else {
        let start = byte_of(text, index(span.offset()));
        (start, start)
    };
    let start = text.floor_char_boundary(start);
    let end = text.floor_char_boundary(end);
    let kept = text.get(start..end).unwrap_or_default().trim_end().len();
    Span::new(start, start + kept)
}

fn byte_of(text: &str, character: usize) -> usize {
    text.char_indices()
        .nth(character)
        .map_or(text.len(), |(byte, _)| byte)
}

fn failure(text: &str, error: &Error) -> Failure {
    let mut error = error.without_snippet();
    let location = error.location().unwrap_or(Location::UNKNOWN);
    while let Error::AliasError { error: inner, .. } = error {
        error = inner.without_snippet();
    }
    let found = span_of(text, location);
    let at = found.start;
    let rest = text.get(at..).unwrap_or_default();
    let one = rest.chars().next().filter(|c| !c.is_whitespace());
    let span = if found.is_empty() {
        Span::new(at, at + one.map_or(0, char::len_utf8))
    } else {
        found
    };
    let error = match error {
        Error::MultipleDocuments { .. } => YamlError::Documents { span },
        Error::MergeKeyNotAllowed { .. } => YamlError::MergeKey { span },
        Error::UnsupportedTag { tag, .. } => YamlError::Tag {
            tag: shown(tag),
            span,
        },
        Error::UnknownAnchor { .. } => YamlError::UnknownAlias { span },
        Error::NullIntoString { .. } | Error::Unexpected { .. } => YamlError::Key { span },
        Error::Budget { breach, .. } => YamlError::Limit {
            what: too_what(breach),
            span,
        },
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::RecursiveReferencesRequireWeakTypes { .. } => YamlError::Limit {
            what: "entangled: its aliases repeat too much",
            span,
        },
        // The scanner counts brackets before the budget counts levels, and has only words for it.
        Error::ExternalMessage { msg, .. } if msg.starts_with("recursion limit") => {
            YamlError::Limit {
                what: "deeply nested",
                span,
            }
        }
        Error::ExternalMessage { msg, .. } => syntax(text, msg, span),
        other => syntax(text, &other.to_string(), span),
    };
    Failure { error, at }
}

fn too_what(breach: &budget::BudgetBreach) -> &'static str {
    use budget::BudgetBreach as Breach;
    match breach {
        Breach::Depth { .. } => "deeply nested",
        Breach::Aliases { .. } | Breach::Anchors { .. } | Breach::AliasAnchorRatio { .. } => {
            "entangled: it has too many aliases"
        }
        _ => "large",
    }
}

fn syntax(text: &str, message: &str, span: Span) -> YamlError {
    let rest = text.get(span.start..).unwrap_or_default();
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    match rest.chars().next() {
        Some('\t') => YamlError::Tab {
            span: Span::new(span.start, span.start + 1),
        },
        _ if line.ends_with('\t') && line.trim().is_empty() => YamlError::Tab {
            span: Span::new(span.start - 1, span.start),
        },
        Some(':') if message.starts_with("mapping values are not allowed") => {
            YamlError::UnquotedColon { span }
        }
        Some(character @ ('@' | '`' | '%')) => YamlError::ReservedCharacter { character, span },
        _ => YamlError::Syntax {
            message: shown(message),
            span,
        },
    }
}
