//! Places in a text: byte ranges, and the lines and columns that people read.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::source::escape;

/// A range of bytes in the text of a [`Source`], on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// Returns the range from `start` up to `end`; an end before the start counts as the start.
    pub const fn new(start: usize, end: usize) -> Self {
        let end = if end < start { start } else { end };
        Self { start, end }
    }

    /// Returns the number of bytes.
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Returns whether the range holds nothing and only marks a place.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Returns the range that starts here and ends where `other` ends.
    #[must_use]
    pub const fn to(self, other: Self) -> Self {
        Self::new(self.start, other.end)
    }
}

impl From<Span> for SourceSpan {
    fn from(span: Span) -> Self {
        Self::from((span.start, span.len()))
    }
}

/// A value and where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value and its place together.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Changes the value and keeps the place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned::new(change(self.value), self.span)
    }
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A text and the name it is shown under. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    /// The offset after each line feed. INVARIANT: ascending.
    line_starts: Arc<[usize]>,
}

impl Source {
    /// Takes a text; a byte order mark at its start is no part of it.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let mut text: Arc<str> = text.into();
        if let Some(rest) = text.strip_prefix('\u{feff}') {
            text = Arc::from(rest);
        }
        let line_starts = text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(offset, _)| offset + 1)
            .collect();
        Self {
            name: Arc::from(name.into()),
            text,
            line_starts,
        }
    }

    /// Returns the name as given; escape it before showing it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the text of a range, or nothing where the range is none of this text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Returns the line and column of a byte offset. Lines end with a line feed, as miette counts them.
    pub fn position(&self, offset: usize) -> Position {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = line
            .checked_sub(1)
            .and_then(|before| self.line_starts.get(before))
            .copied()
            .unwrap_or_default();
        // Counted in whole pieces: a file may be one line of megabytes with thousands of findings.
        let end = self.text.floor_char_boundary(offset);
        let before = self.text.get(start..end).unwrap_or_default();
        let inside = usize::from(end < offset && end < self.text.len());
        let column = before.chars().count() + inside;
        Position {
            line: line + 1,
            column: column + 1,
        }
    }

    /// Returns the whole text as a range.
    pub fn span(&self) -> Span {
        Span::new(0, self.text.len())
    }

    /// Returns the text with the given ranges blotted out, for texts that hold what must not be shown.
    /// All other places stay where they are.
    #[must_use]
    pub fn redacted(&self, hidden: &[Span]) -> Self {
        if hidden.is_empty() {
            return self.clone();
        }
        let mut hidden = hidden.to_vec();
        hidden.sort_unstable();
        let mut text = String::with_capacity(self.text.len());
        let mut ranges = hidden.iter().peekable();
        for (at, character) in self.text.char_indices() {
            while ranges.next_if(|range| range.end <= at).is_some() {}
            let covered = ranges.peek().is_some_and(|range| range.start <= at);
            if covered && !character.is_whitespace() {
                (0..character.len_utf8()).for_each(|_| text.push('*'));
            } else {
                text.push(character);
            }
        }
        Self {
            name: Arc::clone(&self.name),
            text: Arc::from(text),
            line_starts: Arc::clone(&self.line_starts),
        }
    }

    /// Returns what miette prints snippets from: characters that could harm a terminal are replaced by
    /// harmless ones of the same length.
    pub fn to_named(&self) -> Named {
        Named {
            name: escape::shown(&self.name),
            text: match escape::masked(&self.text) {
                Cow::Borrowed(_) => Arc::clone(&self.text),
                Cow::Owned(masked) => Arc::from(masked),
            },
            line_starts: Arc::clone(&self.line_starts),
        }
    }
}

/// A text that miette prints snippets from. Cheap to clone.
#[derive(Clone)]
pub struct Named {
    name: String,
    text: Arc<str>,
    line_starts: Arc<[usize]>,
}

impl Named {
    /// Returns the text as it is printed: as long as the one it was made of, and harmless.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl SourceCode for Named {
    // miette looks for lines from the start of a text. In a long manifest with many diagnostics that took
    // longer than planning it, so it gets the text from the first line that it prints.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let line = self
            .line_starts
            .partition_point(|start| *start <= span.offset());
        // One more, as an empty range at the start of a line belongs to the line feed before it, too.
        let first = line.saturating_sub(lines_before.saturating_add(1));
        let start = first
            .checked_sub(1)
            .and_then(|before| self.line_starts.get(before))
            .copied()
            .unwrap_or_default();
        let rest = self.text.get(start..).ok_or(MietteError::OutOfBounds)?;
        let inside = SourceSpan::new((span.offset() - start).into(), span.len());
        let found = rest.read_span(&inside, lines_before, lines_after)?;
        let place = SourceSpan::new((found.span().offset() + start).into(), found.span().len());
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            found.data(),
            place,
            found.line() + first,
            found.column(),
            found.line_count() + first,
        )))
    }
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Named")
            .field("name", &self.name)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Source {
    // The text may be megabytes, and may hold a secret that a manifest must not have.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, offset: usize, expected: &str) {
        assert_eq!(
            Source::new("t", text).position(offset).to_string(),
            expected
        );
    }

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        case("", 0, "1:1");
        case("ab\ncd", 0, "1:1");
        case("ab\ncd", 2, "1:3");
        case("ab\ncd", 3, "2:1");
        case("ab\ncd", 5, "2:3");
        case("ab\r\ncd", 4, "2:1");
        case("é😀x", 6, "1:3");
        case("\u{feff}ab", 1, "1:2");
        case("a\n", 2, "2:1");
        // Inside a character, and past the end.
        case("é😀x", 1, "1:2");
        case("é😀x", 4, "1:3");
        case("ab", 9, "1:3");
    }

    #[test]
    fn snippets_are_those_of_the_whole_text() {
        let text = "one\ntwo é\n\nfour\r\nfive\nsix";
        let named = Source::new("t", text).to_named();
        for start in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            for end in start..=text.len() {
                for lines in 0..4 {
                    let span = SourceSpan::new(start.into(), end - start);
                    let told = |source: &dyn SourceCode| {
                        let found = source.read_span(&span, lines, lines).ok()?;
                        let place = (found.line(), found.column(), *found.span());
                        Some((found.data().to_vec(), place, found.line_count()))
                    };
                    assert_eq!(told(&named), told(&text), "{start}..{end}, {lines}");
                }
            }
        }
    }

    #[test]
    fn redaction_keeps_places() {
        let source = Source::new("t", "key: wörd\nnext: b c\n");
        let hidden = source.redacted(&[Span::new(16, 19), Span::new(5, 10)]);
        assert_eq!(hidden.text(), "key: *****\nnext: * c\n");
        assert_eq!(hidden.position(17), source.position(17));
    }
}
