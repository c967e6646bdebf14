//! New values written as their neighbours are: indentation, line ends, one line or several.

use crate::declared::edit::list::{blanks, comma_after, comment_len, gap_before};
use crate::finding::Edit;
use crate::source::Span;
use crate::source::json::{Member, Node, NodeKind};

/// A value to write.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    List(Vec<Self>),
    Object(Vec<(&'static str, Self)>),
}

/// How an object is written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Manner {
    /// One member a line.
    is_open: bool,
    /// Between brace and member, when all stand in one line.
    pad: String,
    /// Between key and value.
    colon: String,
    /// Between members, when all stand in one line.
    comma: String,
}

/// How many lines are looked at for what a level is indented by.
const INDENTED: usize = 200;

/// A text to write on.
#[derive(Debug)]
pub(super) struct Page<'t> {
    text: &'t str,
    line_end: &'static str,
    /// What each level is indented by.
    unit: String,
    /// How objects are written that have no neighbour.
    manner: Manner,
}

impl<'t> Page<'t> {
    pub(super) fn new(text: &'t str, root: &Node) -> Self {
        let plain = Manner {
            is_open: true,
            pad: " ".to_owned(),
            colon: ": ".to_owned(),
            comma: ", ".to_owned(),
        };
        // The first level stands near the top, and a page is made for each change of a long text.
        let lines = text.lines().take(INDENTED).map(|line| {
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            line.get(..indent).unwrap_or_default()
        });
        let least = lines
            .filter(|indent| !indent.is_empty())
            .min_by_key(|indent| indent.len());
        let unit = least.unwrap_or("  ").to_owned();
        let first = first_object(root);
        Self {
            text,
            line_end: if text.contains("\r\n") { "\r\n" } else { "\n" },
            unit,
            manner: first.map_or_else(|| plain.clone(), |node| manner_of(text, node, &plain)),
        }
    }

    /// Puts an item into the list at the end of a chain of keys, and makes what is missing of the chain.
    pub(super) fn ensure(
        &self,
        object: &Node,
        keys: &[&'static str],
        item: Value,
    ) -> Option<Vec<Edit>> {
        let (key, rest) = keys.split_first()?;
        match object.get(key) {
            Some(found) if rest.is_empty() && found.is_array() => self.append(found, &item),
            Some(found) if !rest.is_empty() && found.is_object() => self.ensure(found, rest, item),
            Some(found) if found.kind != NodeKind::Null => None,
            _ => {
                let list = Value::List(vec![item]);
                let value = rest
                    .iter()
                    .rev()
                    .fold(list, |value, key| Value::Object(vec![(*key, value)]));
                self.set(object, key, &value)
            }
        }
    }

    /// Gives an object a member, in place of `null` where it has that.
    pub(super) fn set(&self, object: &Node, key: &str, value: &Value) -> Option<Vec<Edit>> {
        let members = object.members();
        if let Some(member) = object.member(key) {
            let indent = self.indent_of_line(member.key.span.start);
            let manner = manner_of(self.text, object, &self.manner);
            let text = self.written(value, indent, &manner);
            return Some(vec![Edit::new(member.value.span, text)]);
        }
        let manner = manner_of(self.text, object, &self.manner);
        let spans: Vec<_> = members.iter().map(Member::span).collect();
        let edits = self.insert(object.span, &spans, &manner, &|indent| {
            let value = self.written(value, indent, &manner);
            format!("{}{}{value}", quoted(key), manner.colon)
        })?;
        Some(alone(edits))
    }

    /// Puts an item at the end of a list.
    pub(super) fn append(&self, list: &Node, item: &Value) -> Option<Vec<Edit>> {
        let items = list.items();
        let spans: Vec<_> = items.iter().map(|item| item.span).collect();
        let neighbour = items.last().filter(|item| item.is_object());
        let manner = neighbour.map_or_else(
            || self.manner.clone(),
            |node| manner_of(self.text, node, &self.manner),
        );
        // Lists inside a new item are written as those of the neighbour.
        let inner = neighbour
            .and_then(|node| node.members().iter().rev().find(|m| m.value.is_array()))
            .and_then(|member| member.value.items().last())
            .map_or_else(
                || manner.clone(),
                |node| manner_of(self.text, node, &manner),
            );
        self.insert(list.span, &spans, &manner, &|indent| {
            self.written_within(item, indent, &manner, &inner)
        })
    }

    /// Inserts a part at the end of a list or object. `part` writes it for the indentation of its line.
    fn insert(
        &self,
        around: Span,
        parts: &[Span],
        manner: &Manner,
        part: &dyn Fn(&str) -> String,
    ) -> Option<Vec<Edit>> {
        let Some(last) = parts.last() else {
            return Some(vec![self.first(around, part)?]);
        };
        let before = match parts.len().checked_sub(2).and_then(|at| parts.get(at)) {
            Some(earlier) => comma_after(self.text, earlier.end)?.end,
            None => around.start + 1,
        };
        let gap = gap_before(self.text, before, last.start);
        let gap_text = self.text.get(gap.start..gap.end)?;
        let has_own_line = gap_text.contains('\n');
        let indent = if has_own_line {
            gap_text.rsplit('\n').next().unwrap_or_default()
        } else {
            self.indent_of_line(last.end)
        };
        let comma = comma_after(self.text, last.end);
        let end = comma.map_or(last.end, |comma| comma.end);
        // A comment at the end of the line is about what stands before it.
        let comment = end + blanks(self.text, end);
        let len = comment_len(self.text.get(comment..)?);
        let is_line_comment = self.text.get(comment..)?.starts_with("//");
        let place = if len > 0 { comment + len } else { end };
        let separator = if has_own_line || is_line_comment {
            format!("{}{indent}", self.line_end)
        } else if parts.len() > 1 {
            gap_text.to_owned()
        } else {
            let after = manner.comma.split_once(',');
            after.map_or_else(String::new, |(_, after)| after.to_owned())
        };
        let text = format!("{separator}{}", part(indent));
        if comma.is_some() {
            let text = format!("{text},");
            return Some(vec![Edit::item(place, text)]);
        }
        if place == last.end {
            return Some(vec![Edit::item(place, format!(",{text}"))]);
        }
        let comma = Edit::new(Span::new(last.end, last.end), ",");
        let part = Edit::new(Span::new(place, place), text);
        Some(vec![comma, part])
    }

    /// Inserts the first part into an empty list or object.
    fn first(&self, around: Span, part: &dyn Fn(&str) -> String) -> Option<Edit> {
        let inside = Span::new(around.start + 1, around.end - 1);
        let indent = self.indent_of_line(around.start);
        let deeper = format!("{indent}{}", self.unit);
        let inner = self.text.get(inside.start..inside.end)?;
        if !inner.trim().is_empty() {
            let place = inside.start + inner.trim_end().len();
            let text = format!("{}{deeper}{}", self.line_end, part(&deeper));
            return Some(Edit::new(Span::new(place, place), text));
        }
        let text = if self.manner.is_open {
            let line_end = self.line_end;
            format!("{line_end}{deeper}{}{line_end}{indent}", part(&deeper))
        } else {
            part(indent)
        };
        Some(Edit::new(inside, text))
    }

    fn written(&self, value: &Value, indent: &str, manner: &Manner) -> String {
        self.written_within(value, indent, manner, manner)
    }

    /// Writes a value; what stands in a list of it in the second manner.
    fn written_within(
        &self,
        value: &Value,
        indent: &str,
        manner: &Manner,
        inner: &Manner,
    ) -> String {
        let deeper = format!("{indent}{}", self.unit);
        let line_end = self.line_end;
        match value {
            Value::Text(text) => quoted(text),
            Value::List(items) => {
                let within = if manner.is_open { &deeper } else { indent };
                let items = items.iter();
                let items = items.map(|item| self.written_within(item, within, inner, inner));
                let items: Vec<_> = items.collect();
                if manner.is_open {
                    let between = format!(",{line_end}{deeper}");
                    let items = items.join(&between);
                    format!("[{line_end}{deeper}{items}{line_end}{indent}]")
                } else {
                    format!("[{}]", items.join(&manner.comma))
                }
            }
            Value::Object(members) => {
                let within = if manner.is_open { &deeper } else { indent };
                let members = members.iter().map(|(key, value)| {
                    let value = self.written_within(value, within, manner, inner);
                    format!("{}{}{value}", quoted(key), manner.colon)
                });
                let members: Vec<_> = members.collect();
                if manner.is_open {
                    let between = format!(",{line_end}{deeper}");
                    let members = members.join(&between);
                    format!("{{{line_end}{deeper}{members}{line_end}{indent}}}")
                } else {
                    let members = members.join(&manner.comma);
                    format!("{{{}{members}{}}}", manner.pad, manner.pad)
                }
            }
        }
    }

    /// Returns the white space that the line of a place starts with.
    fn indent_of_line(&self, place: usize) -> &str {
        let before = self.text.get(..place).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let len = blanks(self.text, start);
        self.text.get(start..start + len).unwrap_or_default()
    }
}

/// Returns edits that have their place for themselves: what makes a list that is missing can only be done once.
pub(super) fn alone(edits: Vec<Edit>) -> Vec<Edit> {
    let edits = edits.into_iter();
    edits.map(|edit| Edit::new(edit.span, edit.text)).collect()
}

/// Returns a text as JSON writes it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn first_object(node: &Node) -> Option<&Node> {
    if node.members().is_empty() {
        node.items().iter().find_map(first_object)
    } else {
        Some(node)
    }
}

/// Returns how an object is written; where it does not show, as the other manner says.
fn manner_of(text: &str, node: &Node, otherwise: &Manner) -> Manner {
    let mut manner = otherwise.clone();
    let Some(first) = node.members().first() else {
        return manner;
    };
    let blank = |from: usize, to: usize| {
        let part = text.get(from..to).unwrap_or_default();
        let part = part.strip_prefix([',', ':']).unwrap_or(part);
        part.trim().is_empty().then_some(part)
    };
    let colon = text.get(first.key.span.end..first.value.span.start);
    if let Some(colon) = colon.filter(|colon| is_separator(colon, ":")) {
        colon.clone_into(&mut manner.colon);
    }
    if let Some(pad) = blank(node.span.start + 1, first.key.span.start) {
        manner.is_open = pad.contains('\n');
        if !manner.is_open {
            pad.clone_into(&mut manner.pad);
        }
    } else {
        manner.is_open = true;
    }
    if let Some(second) = node.members().get(1) {
        let comma = text.get(first.value.span.end..second.key.span.start);
        if let Some(comma) = comma.filter(|comma| is_separator(comma, ",")) {
            comma.clone_into(&mut manner.comma);
        }
    }
    manner
}

/// Returns whether a text is a separator with nothing but blanks around it.
fn is_separator(text: &str, separator: &str) -> bool {
    !text.contains(['\r', '\n']) && text.trim_matches([' ', '\t']) == separator
}
