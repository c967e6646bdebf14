//! `[variables('name')]`: Bicep compiles each `var` to it, and its value stands in the template.

use std::borrow::Cow;

use crate::source::Span;
use crate::source::json::{Member, Node, NodeKind};

/// Variables within variables within variables.
const DEPTH: usize = 8;
/// So many values are filled in; a template that needs more is no template that a person wrote.
const VALUES: usize = 100_000;

/// Returns a tree with every text that only names a variable replaced by the variable's value.
pub(super) fn filled_in<'n>(node: &'n Node, variables: Option<&Node>) -> Cow<'n, Node> {
    if variables.is_none_or(|variables| variables.members().is_empty()) {
        return Cow::Borrowed(node);
    }
    let mut filler = Filler {
        variables,
        left: VALUES,
    };
    Cow::Owned(filler.fill(node, &Use::default()))
}

struct Filler<'n> {
    variables: Option<&'n Node>,
    left: usize,
}

/// Where a value is used.
#[derive(Debug, Clone, Copy, Default)]
struct Use {
    /// How many variables lead to it.
    depth: usize,
    /// The place of the use, when the variable is all that stands there.
    span: Option<Span>,
}

impl<'n> Filler<'n> {
    fn fill(&mut self, node: &Node, within: &Use) -> Node {
        if within.depth > 0 {
            self.left = self.left.saturating_sub(1);
        }
        // A text stands where it is used: that is where a reader looks. Parts of a list or an object stand
        // where they are written, as several of them cannot stand in one place.
        let part = Use {
            span: None,
            ..*within
        };
        let (span, kind) = match &node.kind {
            NodeKind::String(text) => {
                let span = within.span.unwrap_or(node.span);
                let may = within.depth < DEPTH && self.left > 0;
                if let Some(value) = self.variable(text).filter(|_| may) {
                    let used = Use {
                        depth: within.depth + 1,
                        span: Some(span),
                    };
                    return self.fill(value, &used);
                }
                (span, node.kind.clone())
            }
            NodeKind::Array(items) => {
                let items = items.iter().map(|item| self.fill(item, &part));
                (node.span, NodeKind::Array(items.collect()))
            }
            NodeKind::Object(members) => {
                let members = members.iter().map(|member| Member {
                    key: member.key.clone(),
                    // A nested template has variables of its own.
                    value: if member.key.value == "template" {
                        member.value.clone()
                    } else {
                        self.fill(&member.value, &part)
                    },
                });
                (node.span, NodeKind::Object(members.collect()))
            }
            other => (within.span.unwrap_or(node.span), other.clone()),
        };
        Node { span, kind }
    }

    fn variable(&self, text: &str) -> Option<&'n Node> {
        let name = text.strip_prefix("[variables('")?.strip_suffix("')]")?;
        self.variables?.get(name)
    }
}
