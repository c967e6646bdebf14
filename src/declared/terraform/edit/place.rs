//! Where something stands in the tree of a file, and on which lines.

use crate::declared::terraform::module::Address;
use crate::source::Span;
use crate::source::hcl::{Attribute, Block, Body, Expression, ExpressionKind, Member, Structure};

/// What an entry is written as.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spot<'t> {
    /// A block within a block of the file, such as `resource_access`.
    Nested(Within<'t>, &'t Block),
    /// A block of the file.
    Whole(&'t Block),
    /// An item of a list.
    Item(Within<'t>, &'t Expression, usize),
    /// A member of an object.
    Member(Within<'t>, &'t Expression, usize),
}

/// What is around something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Within<'t> {
    /// The block of the file.
    pub(super) top: &'t Block,
    /// The block directly around.
    pub(super) block: &'t Block,
    /// The attribute, for what stands in one.
    pub(super) attribute: Option<&'t Attribute>,
}

/// Finds what stands at a place.
pub(super) fn find(body: &Body, span: Span) -> Option<Spot<'_>> {
    let holds = |outer: Span| outer.start <= span.start && span.end <= outer.end;
    let top = body.blocks().find(|block| holds(block.span))?;
    if top.span == span {
        return Some(Spot::Whole(top));
    }
    let mut around = top;
    loop {
        let inner = around.body.structures.iter().find(|part| match part {
            Structure::Attribute(attribute) => holds(attribute.span),
            Structure::Block(block) => holds(block.span),
        })?;
        let mut within = Within {
            top,
            block: around,
            attribute: None,
        };
        match inner {
            Structure::Block(block) if block.span == span => {
                return Some(Spot::Nested(within, block));
            }
            Structure::Block(block) => around = block,
            Structure::Attribute(attribute) => {
                within.attribute = Some(attribute);
                return in_expression(&attribute.value, span, within);
            }
        }
    }
}

fn in_expression<'t>(
    expression: &'t Expression,
    span: Span,
    within: Within<'t>,
) -> Option<Spot<'t>> {
    match &expression.kind {
        ExpressionKind::List(items) => {
            if let Some(at) = items.iter().position(|item| item.span == span) {
                return Some(Spot::Item(within, expression, at));
            }
        }
        ExpressionKind::Object(members) => {
            if let Some(at) = members.iter().position(|member| member.span == span) {
                return Some(Spot::Member(within, expression, at));
            }
        }
        _ => {}
    }
    let holds = |outer: Span| outer.start <= span.start && span.end <= outer.end;
    let inner = expression.inner();
    let inner = inner.into_iter().find(|inner| holds(inner.span))?;
    in_expression(inner, span, within)
}

/// Returns the places of the parts of a list or an object.
pub(super) fn parts(list: &Expression) -> Vec<Span> {
    match &list.kind {
        ExpressionKind::List(items) => items.iter().map(|item| item.span).collect(),
        ExpressionKind::Object(members) => {
            members.iter().map(|Member { span, .. }| *span).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns whether anything in the file refers to a block.
pub(super) fn is_referred(body: &Body, block: &Block) -> bool {
    let Some(address) = Address::of(block) else {
        return false;
    };
    body.structures.iter().any(|part| match part {
        Structure::Attribute(attribute) => refers(&attribute.value, &address),
        Structure::Block(other) => other.span != block.span && body_refers(&other.body, &address),
    })
}

fn body_refers(body: &Body, address: &Address) -> bool {
    body.structures.iter().any(|part| match part {
        Structure::Attribute(attribute) => refers(&attribute.value, address),
        Structure::Block(block) => body_refers(&block.body, address),
    })
}

fn refers(expression: &Expression, address: &Address) -> bool {
    Address::referred(expression).as_ref() == Some(address)
        || expression
            .inner()
            .into_iter()
            .any(|inner| refers(inner, address))
}

/// Counts the references to a local name.
pub(super) fn uses_of_local(body: &Body, name: &str) -> usize {
    let count = |part: &Structure| match part {
        Structure::Attribute(attribute) => uses(&attribute.value, name),
        Structure::Block(block) => uses_of_local(&block.body, name),
    };
    body.structures.iter().map(count).sum()
}

fn uses(expression: &Expression, name: &str) -> usize {
    let own = match &expression.kind {
        ExpressionKind::Traversal(root, steps) if root.value == "local" => usize::from(matches!(
            steps.first(),
            Some(crate::source::hcl::Step::Attribute(first)) if first.value == name
        )),
        _ => 0,
    };
    let inner = expression.inner().into_iter();
    own + inner.map(|inner| uses(inner, name)).sum::<usize>()
}

/// A text by lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'t> {
    pub(super) text: &'t str,
}

impl<'t> Page<'t> {
    pub(super) fn slice(self, span: Span) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Returns the line end that the file uses.
    pub(super) fn line_end(self) -> &'static str {
        if self.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        }
    }

    /// Returns where the line of a place starts.
    pub(super) fn line_start(self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        before.rfind('\n').map_or(0, |found| found + 1)
    }

    /// Returns where the next line starts.
    pub(super) fn next_line(self, at: usize) -> usize {
        let after = self.text.get(at..).unwrap_or_default();
        after
            .find('\n')
            .map_or(self.text.len(), |found| at + found + 1)
    }

    /// Returns the white space that the line of a place starts with.
    pub(super) fn indent(self, at: usize) -> &'t str {
        let start = self.line_start(at);
        let line = self.text.get(start..).unwrap_or_default();
        let rest = line.trim_start_matches([' ', '\t']);
        line.get(..line.len() - rest.len()).unwrap_or_default()
    }

    /// Returns the lines of something that has them for itself, but for a comma and a comment after it.
    pub(super) fn own_lines(self, span: Span) -> Option<Span> {
        let start = self.line_start(span.start);
        let before = self.text.get(start..span.start)?;
        let end = self.next_line(span.end);
        let after = self
            .text
            .get(span.end..end)?
            .trim_start_matches([' ', '\t']);
        let after = after.strip_prefix(',').unwrap_or(after).trim();
        let is_comment = after.starts_with('#')
            || after.starts_with("//")
            || (after.starts_with("/*") && after.find("*/") == Some(after.len() - 2));
        let is_own = before.trim().is_empty() && (after.is_empty() || is_comment);
        is_own.then(|| Span::new(start, end))
    }

    /// Returns what goes with a block: its lines, and a blank one before or after it.
    pub(super) fn block_lines(self, span: Span) -> Option<Span> {
        let lines = self.own_lines(span)?;
        let before = self.line_start(lines.start.saturating_sub(1));
        let previous = self.text.get(before..lines.start)?;
        if lines.start > 0 && previous.trim().is_empty() {
            return Some(Span::new(before, lines.end));
        }
        let after = self.next_line(lines.end);
        let next = self.text.get(lines.end..after)?;
        let opens = lines.start == 0 || previous.trim_end().ends_with('{');
        if opens && !next.is_empty() && next.trim().is_empty() {
            return Some(Span::new(lines.start, after));
        }
        Some(lines)
    }

    /// Returns the place after a comma that follows, if one does.
    pub(super) fn after_comma(self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        let trimmed = rest.trim_start();
        trimmed
            .starts_with(',')
            .then(|| at + (rest.len() - trimmed.len()) + 1)
    }
}
