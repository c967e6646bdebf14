//! Takes entries out.

use crate::declared::model::Document;
use crate::declared::terraform::edit::add::is_only_for;
use crate::declared::terraform::edit::decided;
use crate::declared::terraform::edit::place::{Page, Spot, Within, find, is_referred, parts};
use crate::declared::terraform::edit::trial::{Wanted, tried};
use crate::finding::Edit;
use crate::source::Span;
use crate::source::hcl::{self, Block, Body, Expression, ExpressionKind};

/// Returns the edits that take an entry out. With its last entry a list goes that may not be empty.
pub(in crate::declared) fn remove(
    document: &Document,
    registration: usize,
    entry: usize,
) -> Option<Vec<Edit>> {
    let found = decided(document, registration)?;
    let entry = found.entries.get(entry)?;
    let body = hcl::parse(&document.source).ok()?.body;
    let page = Page {
        text: document.source.text(),
    };
    let spot = find(&body, entry.span)?;
    if let Spot::Item(within, ..) | Spot::Member(within, ..) = spot
        && !is_only_for(&body, within, found, entry)
    {
        return None;
    }
    let edits = vec![cut(&body, page, spot)?];
    tried(document, registration, edits, &Wanted::Gone(entry))
}

/// Returns the edit that takes out what stands at a spot.
pub(super) fn cut(body: &Body, page: Page<'_>, spot: Spot<'_>) -> Option<Edit> {
    let span = match spot {
        Spot::Whole(block) => cut_block(body, page, block)?,
        Spot::Nested(within, block) => {
            let mut others = within.block.body.blocks();
            let has_more = others.any(|other| other.span != block.span);
            let gone = if has_more { block } else { within.block };
            page.block_lines(gone.span)?
        }
        Spot::Item(within, list, at) | Spot::Member(within, list, at) => {
            if parts(list).len() == 1 {
                cut_emptied(body, page, within, list)?
            } else {
                cut_part(page, list, at)?
            }
        }
    };
    Some(Edit::new(span, ""))
}

fn cut_block(body: &Body, page: Page<'_>, block: &Block) -> Option<Span> {
    if is_referred(body, block) {
        return None;
    }
    page.block_lines(block.span)
}

/// Returns what goes when the only part of a list does.
fn cut_emptied(body: &Body, page: Page<'_>, within: Within<'_>, list: &Expression) -> Option<Span> {
    let attribute = within.attribute?;
    let name = attribute.name.value.as_str();
    let is_direct = attribute.value.span == list.span;
    match name {
        "for_each" => Some(Span::new(list.span.start + 1, list.span.end - 1)),
        "role_ids" | "scope_ids" if is_direct => {
            let other = if name == "role_ids" {
                "scope_ids"
            } else {
                "role_ids"
            };
            match within.block.body.attribute(other) {
                // What is said about the list stays, and so does the list.
                Some(_) if has_comments(page, list) => page.own_lines(*parts(list).first()?),
                Some(_) => page.block_lines(attribute.span),
                None => cut_block(body, page, within.top),
            }
        }
        "claim_values" if is_direct => cut_block(body, page, within.top),
        _ => None,
    }
}

/// Returns whether comments stand in a list on lines of their own.
fn has_comments(page: Page<'_>, list: &Expression) -> bool {
    let lines = parts(list).into_iter();
    let mut ends: Vec<Span> = lines
        .map(|part| page.own_lines(part).unwrap_or(part))
        .collect();
    let mut at = list.span.start + 1;
    ends.push(Span::new(list.span.end - 1, list.span.end));
    ends.into_iter().any(|lines| {
        let between = page.slice(Span::new(at, lines.start.max(at)));
        at = lines.end;
        let is_blank = |c: char| c == ',' || c.is_whitespace();
        !between.trim_matches(is_blank).is_empty()
    })
}

/// Returns what goes with one part of several.
fn cut_part(page: Page<'_>, list: &Expression, at: usize) -> Option<Span> {
    let all = parts(list);
    let part = all.get(at)?;
    let brackets = Span::new(list.span.start + 1, list.span.end - 1);
    let lines = page.own_lines(*part);
    if let Some(lines) = lines.filter(|lines| {
        brackets.start <= lines.start && lines.end <= page.line_start(brackets.end).max(lines.start)
    }) {
        return Some(lines);
    }
    let span = if let Some(next) = all.get(at + 1) {
        Span::new(part.start, next.start)
    } else {
        let before = at.checked_sub(1).and_then(|before| all.get(before))?;
        let end = page.after_comma(part.end).unwrap_or(part.end);
        Span::new(before.end, end)
    };
    // What stands between two parts: white space, and commas unless the list is an object.
    let between = page.slice(Span::new(span.start.max(part.end), span.end.max(part.end)));
    let before = page.slice(Span::new(span.start.min(part.start), part.start));
    let is_plain = |text: &str| text.chars().all(|c| c == ',' || c.is_whitespace());
    let is_object = matches!(list.kind, ExpressionKind::Object(_));
    let keeps_lines = !is_object || (!between.contains('\n') && !before.contains('\n'));
    (is_plain(between) && is_plain(before) && keeps_lines).then_some(span)
}
