//! An item taken out of a list, with its comma and its line, and without the comments around it.

use crate::finding::Edit;
use crate::source::Span;
use crate::source::json::Node;

/// Returns the edits that take an item out of a list.
pub(super) fn remove(text: &str, list: &Node, index: usize) -> Option<Vec<Edit>> {
    let items = list.items();
    let item = items.get(index)?.span;
    let inside = Span::new(list.span.start + 1, list.span.end - 1);
    let before = match index.checked_sub(1).and_then(|index| items.get(index)) {
        Some(earlier) => comma_after(text, earlier.span.end)?.end,
        None => inside.start,
    };
    let gap = gap_before(text, before, item.start);
    let comma = comma_after(text, item.end);
    // Blanks between item and comma go with them; a comment there stays.
    let is_bare = comma.is_none_or(|comma| {
        let between = Span::new(item.end, comma.start);
        slice(text, between).trim().is_empty()
    });
    if items.len() == 1 {
        let end = comma.map_or(item.end, |comma| comma.end);
        let after = text.get(end..inside.end)?;
        if gap.start == inside.start && is_bare && after.trim().is_empty() {
            return Some(vec![deleted(inside)]);
        }
    }
    let item_end = match comma {
        Some(comma) if is_bare => comma.start,
        _ => item.end,
    };
    let is_own_line = line_ends(text, comma.map_or(item.end, |comma| comma.end));
    let has_comment_before = gap.start != before;
    let edits = match comma {
        // Nothing else on the line: the line goes. The line end before it goes and the one after it stays, so
        // that a comment before it keeps its line. Blanks after an earlier item's comma are that item's.
        Some(comma) if is_own_line => {
            let starts_line = slice(text, gap).contains('\n');
            let may = is_bare || !has_comment_before;
            let start = if may && (starts_line || index == 0) {
                gap.start
            } else {
                item.start
            };
            vec![deleted(Span::new(start, item_end)), deleted(comma)]
        }
        // What follows on the line moves up to where the item started.
        Some(comma) => {
            let end = comma.end + blanks(text, comma.end);
            let item = Span::new(item.start, item_end);
            vec![deleted(item), deleted(Span::new(comma.start, end))]
        }
        None => {
            let after = item.end + blanks(text, item.end);
            let own = if text.get(after..)?.starts_with('/') {
                Span::new(item.start, after)
            } else if has_comment_before && !is_own_line {
                item
            } else {
                Span::new(gap.start, item.end)
            };
            let mut edits = Vec::new();
            if index > 0 {
                edits.push(deleted(Span::new(before - 1, before)));
            }
            edits.push(deleted(own));
            edits
        }
    };
    Some(joined(edits))
}

/// Joins edits that touch.
fn joined(edits: Vec<Edit>) -> Vec<Edit> {
    let mut joined: Vec<Edit> = Vec::new();
    for edit in edits {
        match joined.last_mut() {
            Some(last) if last.span.end == edit.span.start => last.span.end = edit.span.end,
            _ => joined.push(edit),
        }
    }
    joined
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or_default()
}

fn deleted(span: Span) -> Edit {
    Edit::new(span, "")
}

/// Returns the white space directly before a place, not reaching back over `from` or a comment.
pub(super) fn gap_before(text: &str, from: usize, place: usize) -> Span {
    let before = text.get(from..place).unwrap_or_default();
    Span::new(from + before.trim_end().len(), place)
}

/// Returns the comma that follows a place after white space and comments.
pub(super) fn comma_after(text: &str, place: usize) -> Option<Span> {
    let mut at = place;
    loop {
        let rest = text.get(at..)?;
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        match comment_len(trimmed) {
            0 => break,
            len => at += len,
        }
    }
    text.get(at..)?
        .starts_with(',')
        .then(|| Span::new(at, at + 1))
}

/// Returns the length of the comment that a text starts with, without the line end of a line comment.
pub(super) fn comment_len(text: &str) -> usize {
    if text.starts_with("//") {
        text.find(['\r', '\n']).unwrap_or(text.len())
    } else if text.starts_with("/*") {
        text.find("*/").map_or(text.len(), |end| end + 2)
    } else {
        0
    }
}

/// Returns the number of spaces and tabs at a place.
pub(super) fn blanks(text: &str, place: usize) -> usize {
    let rest = text.get(place..).unwrap_or_default();
    rest.len() - rest.trim_start_matches([' ', '\t']).len()
}

/// Returns whether nothing follows on the line.
pub(super) fn line_ends(text: &str, place: usize) -> bool {
    let rest = text.get(place + blanks(text, place)..).unwrap_or_default();
    rest.is_empty() || rest.starts_with(['\r', '\n'])
}
