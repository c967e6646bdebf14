//! Secrets that are written into a file: their places, so that nothing shows them.

use crate::declared::blot::repeated;
use crate::manifest::secret::names_secret;
use crate::source::bicep::{Expression, ExpressionKind, File, Member};
use crate::source::{Source, Span};

/// Returns the places of what stands under a name that names a secret, or is a private key, and where the
/// same text is repeated in texts and comments.
pub(super) fn places(source: &Source, file: &File) -> Vec<Span> {
    let mut finder = Finder {
        source,
        hidden: Vec::new(),
        texts: file.comments.clone(),
    };
    for variable in &file.variables {
        finder.expression(&variable.value, names_secret(&variable.name.value));
    }
    for resource in &file.resources {
        finder.expression(&resource.value, false);
    }
    for module in &file.modules {
        finder.expression(&module.value, false);
    }
    repeated(source, &finder.hidden, &finder.texts)
}

/// Returns the place of a text without its quotes.
pub(super) fn inner(source: &Source, span: Span) -> Span {
    let text = source.slice(span);
    let start = text.len() - text.trim_start_matches('$').len();
    let quotes = if text
        .get(start..)
        .is_some_and(|text| text.starts_with("'''"))
    {
        3
    } else {
        1
    };
    Span::new(span.start + start + quotes, span.end.saturating_sub(quotes))
}

struct Finder<'a> {
    source: &'a Source,
    hidden: Vec<Span>,
    texts: Vec<Span>,
}

impl Finder<'_> {
    fn expression(&mut self, expression: &Expression, is_secret: bool) {
        match &expression.kind {
            ExpressionKind::Text(text) => {
                let place = inner(self.source, expression.span);
                let is_key = text.contains("PRIVATE KEY");
                if (is_secret || is_key) && !text.is_empty() {
                    self.hidden.push(place);
                } else {
                    self.texts.push(place);
                }
            }
            ExpressionKind::Object(members) => {
                for Member { key, value, .. } in members {
                    let names = key.as_ref().is_some_and(|key| names_secret(&key.value));
                    self.expression(value, names);
                }
            }
            kind => {
                // A function or a condition may hold a secret in its parts.
                let passes = matches!(kind, ExpressionKind::Call(..) | ExpressionKind::Other(..));
                for part in expression.inner() {
                    self.expression(part, is_secret && passes);
                }
            }
        }
    }
}
