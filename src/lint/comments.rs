//! The comments of a YAML text, which its reader does not keep.

use crate::declared::Comment;
use crate::source::yaml::{self, Node, NodeKind};
use crate::source::{Source, Span};

/// Returns the comments, in the order of the text: from a `#` that starts a line or follows white space, and
/// stands in no scalar, to the end of the line.
pub fn of_yaml(source: &Source) -> Vec<Comment> {
    let text = source.text();
    if !text.contains('#') {
        return Vec::new();
    }
    let mut scalars = Vec::new();
    if let Some(root) = yaml::parse(source).root {
        collect(&root, &mut scalars);
    }
    scalars.sort_unstable();
    let is_in_scalar = |at: usize| {
        let after = scalars.partition_point(|scalar| scalar.start <= at);
        let before = after.checked_sub(1).and_then(|last| scalars.get(last));
        before.is_some_and(|scalar| at < scalar.end)
    };
    let mut comments = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end().len();
        let hashes = line.match_indices('#').map(|(at, _)| start + at);
        let mut marks = hashes.filter(|at| is_mark(text, *at));
        let first = marks.find(|at| !is_in_scalar(*at));
        if let Some(at) = first {
            let span = Span::new(at, end);
            let inner = source.slice(span).trim_start_matches('#');
            comments.push(Comment {
                span,
                text: inner.trim().to_owned(),
            });
        }
        start += line.len();
    }
    comments
}

fn is_mark(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    before.is_none_or(char::is_whitespace)
}

fn collect(node: &Node, scalars: &mut Vec<Span>) {
    match &node.kind {
        NodeKind::Sequence(items) => items.iter().for_each(|item| collect(item, scalars)),
        NodeKind::Mapping(entries) => {
            for (key, value) in entries {
                scalars.push(key.span);
                collect(value, scalars);
            }
        }
        _ => scalars.push(node.span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &[&str]) {
        let comments = of_yaml(&Source::new("t", text));
        let told: Vec<&str> = comments.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn hashes_in_scalars_are_no_comments() {
        case("# a\nx: 1 # b\n", &["a", "b"]);
        case("x: 'a # b'\n", &[]);
        case("x: a#b\n", &[]);
        case("x: |\n  # text\n  more\ny: 1 ## c\n", &["c"]);
        case("x: [\n", &[]);
        case("# graphgrant: allow(x)\nx: [\n", &["graphgrant: allow(x)"]);
        case("", &[]);
    }
}
