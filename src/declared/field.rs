//! Fields of a JSON tree with the types that they must have, and what is wrong with those that have others.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::model::Access;
use crate::declared::known::Ids;
use crate::declared::model::{Comment, Document, Fault, FaultKind, Kind, Known, Undecided};
use crate::manifest::model::Audience;
use crate::source::escape::shown;
use crate::source::json::{Node, NodeKind, Parsed};
use crate::source::suggest::listed;
use crate::source::{Source, Span, Spanned};

/// How many faults of one file are told. A file with more has one cause.
const FAULTS: usize = 100;
/// How many are kept to choose the first ones of the text from; a hostile file may have millions.
const KEPT: usize = 10_000;
/// How many unknown names of one file get suggestions.
const SUGGESTED: usize = 200;

/// What encloses names that a tool fills in before the file is used.
const MARKS: [(&str, &str); 6] = [
    ("${", "}"),
    ("{{", "}}"),
    ("#{", "}"),
    ("$(", ")"),
    ("<%", "%>"),
    ("__", "__"),
];

/// Reads fields and keeps what is wrong with them.
pub(super) struct Reader<'r> {
    /// What the catalog knows.
    pub(super) ids: &'r Ids<'r>,
    /// The text.
    pub(super) source: &'r Source,
    /// What the file is.
    pub(super) kind: Kind,
    faults: Vec<Fault>,
    /// Faults that were not kept.
    unkept: usize,
    suggested: Cell<usize>,
    /// Values of secrets, without quotes.
    pub(super) hidden: BTreeSet<Span>,
    /// Lists and objects that are only known later. Whoever reads a registration moves them there.
    pub(super) undecided: Vec<Undecided>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(ids: &'r Ids<'r>, source: &'r Source, kind: Kind, hidden: Vec<Span>) -> Self {
        Self {
            ids,
            source,
            kind,
            faults: Vec::new(),
            unkept: 0,
            suggested: Cell::new(0),
            hidden: hidden.into_iter().collect(),
            undecided: Vec::new(),
        }
    }

    /// Keeps a fault in the shape of the file.
    pub(super) fn fault(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        if self.faults.len() >= KEPT {
            self.unkept += 1;
            return;
        }
        self.faults.push(Fault {
            span,
            kind: FaultKind::Shape,
            message: message.into(),
            help: help.into(),
        });
    }

    /// Puts the rest into the document; returns the places of the secrets.
    pub(super) fn finish(mut self, parsed: &Parsed, document: &mut Document) -> Vec<Span> {
        let notation = |span: Option<&Span>, message: &str, help: &str| {
            span.map(|span| Fault {
                span: *span,
                kind: FaultKind::Notation,
                message: message.to_owned(),
                help: help.to_owned(),
            })
        };
        let comment = parsed.comments.first().map(|comment| comment.span);
        // ARM templates have comments by definition.
        let comment = comment.filter(|_| self.kind != Kind::ArmTemplate);
        self.faults.extend(notation(
            comment.as_ref(),
            "JSON has no comments; the portal and the Azure CLI refuse this file as it is",
            "remove the comments before the file is handed over, or keep it for tools that take them",
        ));
        self.faults.extend(notation(
            parsed.trailing_commas.first(),
            "JSON has no comma after the last entry; strict readers refuse this file as it is",
            "remove the comma",
        ));
        self.faults.sort();
        self.faults.dedup();
        if self.faults.len() > FAULTS {
            let more = self.faults.len() - FAULTS + self.unkept;
            self.faults.truncate(FAULTS);
            let span = self
                .faults
                .last()
                .map_or_else(Span::default, |last| last.span);
            self.fault(
                span,
                format!("{more} more mistakes like these follow"),
                "mend the first ones, and read again",
            );
        }
        let comments = parsed.comments.iter();
        document.comments = comments
            .map(|comment| Comment {
                span: comment.span,
                text: comment.text.clone(),
            })
            .collect();
        document.faults = self.faults;
        self.hidden.into_iter().collect()
    }

    /// Reports keys that are given twice, anywhere in a tree.
    pub(super) fn report_repeated_keys(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Array(items) => {
                for item in items {
                    self.report_repeated_keys(item);
                }
            }
            NodeKind::Object(members) => {
                let mut met: BTreeMap<&str, Span> = BTreeMap::new();
                for member in members {
                    let key = member.key.value.as_str();
                    if let Some(earlier) = met.insert(key, member.key.span) {
                        let line = self.source.position(earlier.start).line;
                        self.fault(
                            member.key.span,
                            format!(
                                "the key `{}` is given twice, first in line {line}",
                                shown(key)
                            ),
                            "remove one of them; most readers take the last one, as is done here",
                        );
                    }
                    self.report_repeated_keys(&member.value);
                }
            }
            _ => {}
        }
    }

    fn report_type(&mut self, key: &str, node: &Node, expected: &str) {
        let message = format!("`{}` must be {expected}, not {}", shown(key), node.word());
        self.fault(node.span, message, format!("write {expected}"));
    }

    /// Returns the text under a key; `null` is as good as nothing.
    pub(super) fn text(&mut self, object: &Node, key: &str) -> Option<Spanned<String>> {
        let node = object.get(key)?;
        match &node.kind {
            NodeKind::String(text) => Some(Spanned::new(text.clone(), node.span)),
            NodeKind::Null => None,
            _ => {
                self.report_type(key, node, "text");
                None
            }
        }
    }

    /// Returns the truth value under a key.
    pub(super) fn flag(&mut self, object: &Node, key: &str) -> Option<Spanned<bool>> {
        let node = object.get(key)?;
        match &node.kind {
            NodeKind::Bool(value) => Some(Spanned::new(*value, node.span)),
            NodeKind::Null => None,
            NodeKind::String(text) if self.is_placeholder(text) => None,
            _ => {
                self.report_type(key, node, "true or false");
                None
            }
        }
    }

    /// Returns the place of a truth value that is true.
    pub(super) fn switched_on(&mut self, object: &Node, key: &str) -> Option<Span> {
        let flag = self.flag(object, key)?;
        flag.value.then_some(flag.span)
    }

    /// Returns the list under a key.
    pub(super) fn list<'n>(&mut self, object: &'n Node, key: &str) -> Option<&'n Node> {
        let node = object.get(key)?;
        match &node.kind {
            NodeKind::Array(_) => Some(node),
            NodeKind::Null => None,
            NodeKind::String(text) if self.is_placeholder(text) => {
                self.undecided.push(undecided(node.span, text));
                None
            }
            _ => {
                self.report_type(key, node, "a list");
                None
            }
        }
    }

    /// Returns the items of the list under a key.
    pub(super) fn items<'n>(&mut self, object: &'n Node, key: &str) -> &'n [Node] {
        self.list(object, key).map_or(&[], Node::items)
    }

    /// Returns the objects in the list under a key.
    pub(super) fn objects<'n>(&mut self, object: &'n Node, key: &str) -> Vec<&'n Node> {
        let items = self.items(object, key);
        self.only_objects(key, items)
    }

    /// Returns the objects among the items of a list, and reports the others.
    pub(super) fn only_objects<'n>(&mut self, key: &str, items: &'n [Node]) -> Vec<&'n Node> {
        let mut objects = Vec::new();
        for item in items {
            let later = item.text().filter(|text| self.is_placeholder(text));
            if item.is_object() {
                objects.push(item);
            } else if let Some(text) = later {
                self.undecided.push(undecided(item.span, text));
            } else {
                let message = format!(
                    "an entry of `{}` must be an object, not {}",
                    shown(key),
                    item.word()
                );
                self.fault(item.span, message, "write an object, or remove the entry");
            }
        }
        objects
    }

    /// Returns the texts in the list under a key.
    pub(super) fn texts(&mut self, object: &Node, key: &str) -> Vec<Spanned<String>> {
        let mut texts = Vec::new();
        for item in self.items(object, key) {
            if let Some(text) = item.text() {
                texts.push(Spanned::new(text.to_owned(), item.span));
            } else {
                let message = format!(
                    "an entry of `{}` must be text, not {}",
                    shown(key),
                    item.word()
                );
                self.fault(item.span, message, "write text, or remove the entry");
            }
        }
        texts
    }

    /// Returns the object under a key.
    pub(super) fn object<'n>(&mut self, object: &'n Node, key: &str) -> Option<&'n Node> {
        let node = object.get(key)?;
        match &node.kind {
            NodeKind::Object(_) => Some(node),
            NodeKind::Null => None,
            NodeKind::String(text) if self.is_placeholder(text) => {
                self.undecided.push(undecided(node.span, text));
                None
            }
            _ => {
                self.report_type(key, node, "an object");
                None
            }
        }
    }

    /// Returns the audience under a key.
    pub(super) fn audience(&mut self, object: &Node, key: &str) -> Option<Spanned<Audience>> {
        let written = self.text(object, key)?;
        let mut all = Audience::ALL.into_iter();
        let found = all.find(|audience| audience.name() == written.value);
        if found.is_none() && !self.is_placeholder(&written.value) {
            let message = format!("`{}` is no audience", shown(&written.value));
            let words = Audience::ALL.map(Audience::name);
            self.fault(
                written.span,
                message,
                format!("use one of {}", listed(&words)),
            );
        }
        found.map(|audience| Spanned::new(audience, written.span))
    }

    /// Returns the client id under a key, in lower case; a placeholder is none.
    pub(super) fn client_id(&mut self, object: &Node, key: &str) -> Option<Spanned<String>> {
        let written = self.text(object, key)?;
        if written.value.is_empty() || self.is_placeholder(&written.value) {
            return None;
        }
        if crate::declared::known::guid(&written.value).is_none() {
            let message = format!(
                "`{}` must be a GUID, not `{}`",
                shown(key),
                shown(&written.value)
            );
            self.fault(written.span, message, "write the application (client) id");
            return None;
        }
        Some(written.map(|id| id.to_lowercase()))
    }

    /// Returns what the catalog knows of a permission of Microsoft Graph.
    pub(super) fn known_of_graph(&self, key: &str, access: Option<Access>) -> Known {
        let known = self.ids.known_exactly(key, access);
        let is_unknown = matches!(known, Known::Unknown { .. });
        if !is_unknown || self.suggested.get() >= SUGGESTED {
            return known;
        }
        self.suggested.set(self.suggested.get() + 1);
        self.ids.known(key, access)
    }

    /// Returns whether a text stands for another one that is only known later: a variable of the Agents
    /// Toolkit, an expression of an ARM template, a token that a pipeline fills in.
    pub(super) fn is_placeholder(&self, text: &str) -> bool {
        if is_masked(text) {
            return true;
        }
        if self.kind == Kind::ArmTemplate {
            return text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[");
        }
        if self.kind == Kind::TerraformPlan {
            return false;
        }
        MARKS.iter().any(|(open, close)| {
            let inside = text.split_once(open).map(|(_, rest)| rest);
            inside.is_some_and(|rest| rest.find(close).is_some_and(|at| at > 0))
        })
    }

    /// Returns the range of a part of a text, given in bytes of its value; the whole text when it is
    /// written with escapes.
    pub(super) fn part(&self, text: &Spanned<String>, start: usize, end: usize) -> Span {
        let inner = Span::new(text.span.start + 1, text.span.end.saturating_sub(1));
        if self.source.slice(inner) == text.value {
            Span::new(inner.start + start, inner.start + end)
        } else {
            text.span
        }
    }
}

/// Returns whether a text was blotted out.
pub(super) fn is_masked(text: &str) -> bool {
    text.contains('*') && text.chars().all(|c| c == '*' || c.is_whitespace())
}

/// Returns the undecided part for a placeholder.
pub(super) fn undecided(span: Span, what: &str) -> Undecided {
    Undecided {
        span,
        what: shown(what),
    }
}
