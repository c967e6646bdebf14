//! Secrets that are written into a file: their places, so that nothing shows them.

use crate::declared::blot::repeated;
use crate::manifest::secret::names_secret;
use crate::source::hcl::{Body, Expression, ExpressionKind, Structure};
use crate::source::{Source, Span};

/// Returns the places of what stands under a name that names a secret, or is a private key, and where the
/// same text is repeated in texts and comments.
pub(super) fn places(source: &Source, body: &Body, comments: &[Span]) -> Vec<Span> {
    let mut finder = Finder {
        source,
        hidden: Vec::new(),
        texts: comments.to_vec(),
    };
    finder.body(body, false);
    repeated(source, &finder.hidden, &finder.texts)
}

/// Returns the place of a text without its quotes, or without the marks of a heredoc.
pub(super) fn inner(source: &Source, span: Span) -> Span {
    let text = source.slice(span);
    if text.starts_with('"') {
        return Span::new(span.start + 1, span.end.saturating_sub(1));
    }
    match (text.find('\n'), text.rfind('\n')) {
        (Some(first), Some(last)) => Span::new(span.start + first + 1, span.start + last),
        _ => span,
    }
}

struct Finder<'a> {
    source: &'a Source,
    hidden: Vec<Span>,
    texts: Vec<Span>,
}

impl Finder<'_> {
    fn body(&mut self, body: &Body, is_secret: bool) {
        for structure in &body.structures {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = attribute.name.value.as_str();
                    let names = names_secret(name) || (is_secret && name == "value");
                    self.expression(&attribute.value, names);
                }
                Structure::Block(block) => {
                    // `azurerm_key_vault_secret` and its like keep it under `value`.
                    let kind = block.labels.first();
                    let names = kind.is_some_and(|kind| names_secret(&kind.value));
                    self.body(&block.body, names);
                }
            }
        }
    }

    fn expression(&mut self, expression: &Expression, is_secret: bool) {
        if let ExpressionKind::Text(text) = &expression.kind {
            let inner = inner(self.source, expression.span);
            let is_key = text.contains("PRIVATE KEY");
            if (is_secret || is_key) && !text.is_empty() {
                self.hidden.push(inner);
            } else {
                self.texts.push(inner);
            }
            return;
        }
        if let ExpressionKind::Object(members) = &expression.kind {
            for member in members {
                let names = match &member.key.kind {
                    ExpressionKind::Text(name) => names_secret(name),
                    _ => false,
                };
                self.expression(&member.value, names);
            }
            return;
        }
        // A template or a function may hold a secret in its parts.
        let passes = matches!(
            expression.kind,
            ExpressionKind::Call(..) | ExpressionKind::Other(..)
        );
        for part in expression.inner() {
            self.expression(part, is_secret && passes);
        }
    }
}
