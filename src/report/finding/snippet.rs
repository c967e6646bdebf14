//! The part of a text that is printed around a finding, however long its lines are.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::source::{Named, Source, Span};

/// How many bytes of whole lines are printed; of longer ones only what stands near the finding.
const WHOLE: usize = 2000;

/// How many bytes are printed before and after a finding in a long line.
const NEAR: usize = 80;

/// How many bytes of a finding are marked: a whole file may be one.
const MARKED: usize = 200;

/// A text, and the same text as miette prints it.
#[derive(Debug, Clone)]
pub(super) struct Snippet {
    source: Source,
    named: Named,
    name: String,
}

impl Snippet {
    /// Prepares a text. `name` is escaped.
    pub(super) fn new(source: &Source, name: String) -> Self {
        // The name of the source is the path as it was opened; what is shown is the path of the place.
        let renamed = Source::new(name.clone(), source.text());
        Self {
            named: renamed.to_named(),
            source: renamed,
            name,
        }
    }

    /// Returns what is marked of a range: its first line, and not too much of that.
    pub(super) fn marked(&self, span: Span) -> Span {
        let text = self.source.slice(span);
        let line = text.lines().next().unwrap_or_default();
        let end = line.floor_char_boundary(MARKED);
        let start = self.source.text().floor_char_boundary(span.start);
        Span::new(start, start + end)
    }

    /// Reads what is near a range and on its lines.
    fn near(&self, span: &SourceSpan) -> Option<MietteSpanContents<'_>> {
        let text = self.source.text();
        let (start, end) = (span.offset(), span.offset() + span.len());
        let before = text.get(..start)?;
        let after = text.get(end..)?;
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_end = end + after.find('\n').unwrap_or(after.len());
        let from = text.ceil_char_boundary(start.saturating_sub(NEAR).max(line_start));
        let until = text.floor_char_boundary((end + NEAR).min(line_end));
        // The text that is printed has the same places, and is harmless.
        let shown = self.named.text().get(from..until)?;
        let position = self.source.position(start);
        Some(MietteSpanContents::new_named(
            self.name.clone(),
            shown.as_bytes(),
            (from, until - from).into(),
            position.line - 1,
            position.column - 1,
            shown.lines().count(),
        ))
    }
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Only several findings together are that long, and those are then printed one by one.
        if span.len() > WHOLE {
            return Err(MietteError::OutOfBounds);
        }
        let found = self.named.read_span(span, lines_before, lines_after)?;
        if found.data().len() <= WHOLE {
            return Ok(found);
        }
        let near = self.near(span).ok_or(MietteError::OutOfBounds)?;
        Ok(Box::new(near))
    }
}
