//! Credentials and other secrets in JSON: their dates are read, their values blotted out.
//!
//! No value of a secret may reach a message, a snippet or an error. What is hidden keeps its length, so that
//! places stay valid, and its quotes, so that the text stays JSON.

use std::collections::BTreeSet;

use crate::declared::field::Reader;
use crate::declared::model::{Credential, CredentialKind};
use crate::manifest::secret::names_secret;
use crate::source::json::{Node, NodeKind, Parsed};
use crate::source::{Source, Span};

/// Shorter values are blotted out at their own place only: elsewhere they are likely something else.
const TELLING: usize = 6;
/// So many values are looked for elsewhere in the text. Each costs a pass over it.
const SOUGHT: usize = 100;

/// The names that a format has for the parts of a credential; the first one that is there counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct CredentialFields {
    pub(super) start: [&'static str; 2],
    pub(super) end: [&'static str; 2],
    pub(super) value: [&'static str; 2],
}

impl CredentialFields {
    /// Microsoft Graph's names, and Azure AD Graph's.
    pub(super) const JSON: Self = Self {
        start: ["startDateTime", "startDate"],
        end: ["endDateTime", "endDate"],
        value: ["secretText", "value"],
    };
    /// Those of keys.
    pub(super) const KEY: Self = Self {
        value: ["key", "value"],
        ..Self::JSON
    };
}

impl Reader<'_> {
    /// Reads the list of credentials under a key.
    pub(super) fn credentials(
        &mut self,
        object: &Node,
        key: &str,
        kind: CredentialKind,
        into: &mut Vec<Credential>,
    ) {
        let fields = match kind {
            CredentialKind::Password => CredentialFields::JSON,
            CredentialKind::Certificate => CredentialFields::KEY,
        };
        for credential in self.objects(object, key) {
            let credential = self.credential(credential, kind, fields);
            into.push(credential);
        }
    }

    /// Reads one credential.
    pub(super) fn credential(
        &mut self,
        node: &Node,
        kind: CredentialKind,
        fields: CredentialFields,
    ) -> Credential {
        let [start, end] = [fields.start, fields.end]
            .map(|names| names.into_iter().find_map(|name| self.text(node, name)));
        let value = fields.value.into_iter().find_map(|name| node.get(name));
        let is_secret = kind == CredentialKind::Password || is_secret_key(node, value);
        let secret = value
            .filter(|_| is_secret)
            .and_then(|value| self.hide(value));
        Credential {
            span: node.span,
            kind,
            start,
            end,
            secret,
        }
    }

    /// Hides a value, if it is a secret, and returns its place.
    pub(super) fn hide(&mut self, value: &Node) -> Option<Span> {
        let place = value.inner();
        let is_real = match &value.kind {
            NodeKind::String(text) => {
                let may_be = !text.trim().is_empty() && !self.is_placeholder(text);
                may_be || self.hidden.contains(&place)
            }
            NodeKind::Number(_) => true,
            _ => false,
        };
        is_real.then(|| {
            self.hidden.insert(place);
            place
        })
    }

    /// Hides whatever stands under a key that names a secret, anywhere in a tree.
    pub(super) fn hide_named(&mut self, node: &Node) {
        for item in node.items() {
            self.hide_named(item);
        }
        for member in node.members() {
            if member.value.text().is_some() && names_secret(&member.key.value) {
                self.hide(&member.value);
            }
            self.hide_named(&member.value);
        }
    }
}

/// Returns the text without the secrets, also where they are repeated.
pub(super) fn without_secrets(source: &Source, secrets: &[Span], parsed: &Parsed) -> Source {
    let values: BTreeSet<&str> = secrets
        .iter()
        .map(|span| source.slice(*span))
        .filter(|value| value.len() >= TELLING)
        .take(SOUGHT)
        .collect();
    let mut hidden = secrets.to_vec();
    let mut look = |span: Span| {
        let text = source.slice(span);
        for value in &values {
            let found = text.match_indices(value);
            let found = found.map(|(at, found)| (span.start + at, found.len()));
            hidden.extend(found.map(|(at, len)| Span::new(at, at + len)));
        }
    };
    let comments = parsed.comments.iter();
    comments.for_each(|comment| look(comment.span));
    each_text(&parsed.root, &mut look);
    source.redacted(&hidden)
}

/// Returns whether a key is one that must stay with the app: a symmetric one, or a private one.
fn is_secret_key(node: &Node, value: Option<&Node>) -> bool {
    let word = |name| node.get(name).and_then(Node::text).unwrap_or_default();
    let text = value.and_then(Node::text).unwrap_or_default();
    word("type").eq_ignore_ascii_case("Symmetric")
        || word("type").eq_ignore_ascii_case("X509CertAndPassword")
        || text.contains("PRIVATE KEY")
}

fn each_text(node: &Node, look: &mut impl FnMut(Span)) {
    if node.text().is_some() {
        look(node.inner());
    }
    for item in node.items() {
        each_text(item, look);
    }
    for member in node.members() {
        let key = member.key.span;
        look(Span::new(key.start + 1, key.end.saturating_sub(1)));
        each_text(&member.value, look);
    }
}
