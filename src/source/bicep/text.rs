//! Texts: `'...'` with escapes and `${ }`, and `'''...'''` without escapes.

use crate::source::bicep::BicepError;
use crate::source::bicep::parse::Parser;
use crate::source::bicep::tree::{Expression, ExpressionKind, Part};
use crate::source::span::{Span, Spanned};

impl Parser<'_> {
    /// Returns whether a text starts here.
    pub(super) fn at_text(&self) -> bool {
        let rest = self.rest();
        rest.starts_with('\'')
            || (rest.starts_with('$') && rest.trim_start_matches('$').starts_with("'''"))
    }

    /// Reads a text.
    pub(super) fn text(&mut self) -> Result<Expression, BicepError> {
        let start = self.at;
        let rest = self.rest();
        let quotes = rest.trim_start_matches('$');
        let dollars = rest.len() - quotes.len();
        let parts = if quotes.starts_with("'''") {
            self.at += dollars + 3;
            self.line_parts(dollars)?
        } else {
            self.expect("'")?;
            self.parts()?
        };
        let mut parts = parts.into_iter();
        let kind = match (parts.next(), parts.next()) {
            (None, _) => ExpressionKind::Text(String::new()),
            (Some(Part::Text(text)), None) => ExpressionKind::Text(text),
            (Some(first), second) => {
                let all = std::iter::once(first).chain(second).chain(parts);
                ExpressionKind::Template(all.collect())
            }
        };
        Ok(Expression {
            span: Span::new(start, self.at),
            kind,
        })
    }

    /// Reads a text that may have no `${ }`.
    pub(super) fn plain_text(&mut self) -> Result<Spanned<String>, BicepError> {
        if !self.at_text() {
            return Err(self.unexpected("a text in quotes"));
        }
        let text = self.text()?;
        match text.kind {
            ExpressionKind::Text(value) => Ok(Spanned::new(value, text.span)),
            _ => Err(BicepError::new(
                text.span,
                "a type cannot be put together",
                "write it out",
            )),
        }
    }

    /// Passes over a text, or over a lone `$`.
    pub(super) fn pass_text(&mut self) {
        let before = self.at;
        let is_read = self.at_text() && self.text().is_ok();
        if !is_read && self.at == before {
            self.at += self.peek().map_or(1, char::len_utf8);
        }
    }

    fn parts(&mut self) -> Result<Vec<Part>, BicepError> {
        let mut parts = Vec::new();
        let mut text = String::new();
        loop {
            let Some(first) = self.peek() else {
                return Err(self.unexpected("`'`"));
            };
            if self.take("${") {
                self.interpolation(&mut text, &mut parts)?;
                continue;
            }
            self.at += first.len_utf8();
            match first {
                '\'' => {
                    if !text.is_empty() {
                        parts.push(Part::Text(text));
                    }
                    return Ok(parts);
                }
                '\\' => text.push(self.escaped()?),
                _ => text.push(first),
            }
        }
    }

    fn interpolation(
        &mut self,
        text: &mut String,
        parts: &mut Vec<Part>,
    ) -> Result<(), BicepError> {
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(text)));
        }
        self.lines();
        parts.push(Part::Value(self.expression()?));
        self.lines();
        self.expect("}")
    }

    fn escaped(&mut self) -> Result<char, BicepError> {
        let start = self.at.saturating_sub(1);
        let selector = self.peek();
        self.at += selector.map_or(0, char::len_utf8);
        let character = match selector {
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some(same @ ('\\' | '\'' | '$')) => Some(same),
            Some('u') if self.take("{") => {
                let digits = self.rest().split('}').next().unwrap_or_default();
                let code = u32::from_str_radix(digits, 16)
                    .ok()
                    .and_then(char::from_u32);
                if code.is_some() {
                    self.at += digits.len() + 1;
                }
                code
            }
            _ => None,
        };
        character.ok_or_else(|| {
            BicepError::new(
                Span::new(start, self.at),
                "there is no such escape",
                "write `\\\\` for a backslash; others are `\\n`, `\\r`, `\\t`, `\\'`, `\\$` and `\\u{...}`",
            )
        })
    }

    fn line_parts(&mut self, dollars: usize) -> Result<Vec<Part>, BicepError> {
        // A line end right after the quotes is no part of the text.
        if !self.take("\r\n") {
            self.take("\n");
        }
        let mut parts = Vec::new();
        let mut text = String::new();
        let mark = format!("{}{{", "$".repeat(dollars));
        loop {
            let rest = self.rest();
            let Some(first) = rest.chars().next() else {
                return Err(self.unexpected("`'''`"));
            };
            if rest.starts_with("'''") {
                let quotes = rest.len() - rest.trim_start_matches('\'').len();
                text.push_str(&"'".repeat(quotes - 3));
                self.at += quotes;
                if !text.is_empty() {
                    parts.push(Part::Text(text));
                }
                return Ok(parts);
            }
            if dollars > 0 && self.take(&mark) {
                self.interpolation(&mut text, &mut parts)?;
                continue;
            }
            text.push(first);
            self.at += first.len_utf8();
        }
    }
}
