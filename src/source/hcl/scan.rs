//! A look at the marks of a text before it is parsed: comments, and how much stands in one pair of
//! brackets. It goes wrong on no text; of texts that are no HCL it may tell nonsense, which then the parser
//! refuses.

use crate::source::hcl::HclError;
use crate::source::span::Span;

/// How many separators may stand directly within one pair of brackets of an expression. The parser looks
/// through all keys of an object before each: 5,000 take a tenth of a second, 100,000 a minute.
const ENTRIES: usize = 5_000;

/// What is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// The braces of a block, and where they start.
    Block(usize),
    /// Braces or brackets within an expression: where they start, and the separators so far.
    Bracket { start: usize, entries: usize },
    /// A text in quotes, and where it starts.
    Quotes(usize),
    /// A text up to a line with only the word at this range.
    Heredoc(Span),
}

/// Returns the place of the character at or before an offset; of nothing at the end of the text.
pub(super) fn character(text: &str, at: usize) -> Span {
    let start = text.floor_char_boundary(at);
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.chars().next().map_or(0, char::len_utf8);
    Span::new(start, start + length)
}

/// What a look at the marks shows.
#[derive(Debug)]
pub(super) struct Marks {
    /// The comments with their marks.
    pub(super) comments: Vec<Span>,
    /// The first mark that does not fit. The parser often stops elsewhere; it decides whether there is a
    /// mistake at all.
    pub(super) misfit: Option<HclError>,
}

/// Looks at the marks of a text.
pub(super) fn marks(text: &str) -> Result<Marks, HclError> {
    let mut scan = Scan {
        text,
        at: 0,
        open: Vec::new(),
        comments: Vec::new(),
        misfit: None,
        last: 0,
    };
    while scan.at < text.len() {
        scan.step()?;
    }
    match scan.open.last().copied() {
        Some(Open::Block(start) | Open::Bracket { start, .. }) => {
            scan.misfit(start, "this bracket is never closed", "close it");
        }
        Some(Open::Quotes(start)) => scan.misfit(start, UNCLOSED_TEXT, "write the second quote"),
        Some(Open::Heredoc(word)) => {
            let help = "write the same word on a line of its own";
            scan.misfit(word.start, "the text that starts here never ends", help);
        }
        None => {}
    }
    Ok(Marks {
        comments: scan.comments,
        misfit: scan.misfit,
    })
}

const UNCLOSED_TEXT: &str = "the text that starts here does not end on its line";

/// Returns what a comment says, without its marks.
pub(super) fn said(comment: &str) -> &str {
    let inner = if let Some(inner) = comment.strip_prefix("/*") {
        inner.strip_suffix("*/").unwrap_or(inner)
    } else {
        let inner = comment.strip_prefix("//");
        inner
            .or_else(|| comment.strip_prefix('#'))
            .unwrap_or(comment)
    };
    inner.trim()
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open>,
    comments: Vec<Span>,
    misfit: Option<HclError>,
    /// The last byte that is no white space and no comment: `=` before a brace makes an object.
    last: u8,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self) -> Result<(), HclError> {
        match self.open.last().copied() {
            Some(Open::Quotes(start)) => self.step_in_quotes(start),
            Some(Open::Heredoc(word)) => self.step_in_heredoc(word),
            _ => return self.step_in_code(),
        }
        Ok(())
    }

    fn misfit(&mut self, at: usize, message: &str, help: &'static str) {
        if self.misfit.is_none() {
            self.misfit = Some(HclError {
                message: message.to_owned(),
                help,
                span: character(self.text, at),
            });
        }
    }

    fn step_in_quotes(&mut self, start: usize) {
        let rest = self.rest();
        if self.skips_template() {
            return;
        }
        if rest.starts_with('\\') {
            let escaped = rest.chars().nth(1).map_or(0, char::len_utf8);
            self.at += 1 + escaped;
        } else if rest.starts_with(['"', '\n']) {
            if rest.starts_with('\n') {
                self.misfit(start, UNCLOSED_TEXT, "write the second quote");
            }
            self.open.pop();
            self.last = b'"';
            self.at += 1;
        } else {
            self.advance();
        }
    }

    fn step_in_heredoc(&mut self, word: Span) {
        if self.skips_template() {
            return;
        }
        if self.text.as_bytes().get(self.at.wrapping_sub(1)) != Some(&b'\n') {
            self.advance();
            return;
        }
        let line = self.rest().split('\n').next().unwrap_or_default();
        let name = self.text.get(word.start..word.end).unwrap_or_default();
        if line.trim() == name {
            self.open.pop();
            self.last = b'"';
            self.at += line.len();
        } else {
            self.advance();
        }
    }

    /// Takes `$${`, `%%{`, `${` or `%{`, if one stands here.
    fn skips_template(&mut self) -> bool {
        let rest = self.rest();
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            self.at += 3;
            return true;
        }
        if rest.starts_with("${") || rest.starts_with("%{") {
            self.enter(self.at + 1);
            self.at += 2;
            return true;
        }
        false
    }

    fn step_in_code(&mut self) -> Result<(), HclError> {
        let rest = self.rest();
        let Some(first) = rest.bytes().next() else {
            return Ok(());
        };
        match first {
            b'#' => self.line_comment(),
            b'/' if rest.starts_with("//") => self.line_comment(),
            b'/' if rest.starts_with("/*") => self.block_comment(),
            b'"' => {
                self.open.push(Open::Quotes(self.at));
                self.at += 1;
            }
            b'<' if rest.starts_with("<<") => self.heredoc(),
            b'{' | b'[' | b'(' => {
                // Outside of expressions a brace after a word or a label opens a block.
                let is_outside = matches!(self.open.last(), None | Some(Open::Block(_)));
                let after_word = self.last.is_ascii_alphanumeric()
                    || matches!(self.last, b'"' | b'_' | b'-')
                    || !self.last.is_ascii();
                if first == b'{' && is_outside && after_word {
                    self.open.push(Open::Block(self.at));
                } else {
                    self.enter(self.at);
                }
                self.last = first;
                self.at += 1;
            }
            b'}' | b']' | b')' => {
                self.close(first);
                self.last = first;
                self.at += 1;
            }
            b',' | b'\n' => self.separator(first)?,
            _ => {
                if !first.is_ascii_whitespace() {
                    self.last = first;
                }
                self.advance();
            }
        }
        Ok(())
    }

    fn advance(&mut self) {
        self.at += self.rest().chars().next().map_or(1, char::len_utf8);
    }

    fn close(&mut self, mark: u8) {
        let (Some(Open::Block(start) | Open::Bracket { start, .. }), at) =
            (self.open.pop(), self.at)
        else {
            self.misfit(
                self.at,
                "this bracket closes none",
                "remove it, or open one",
            );
            return;
        };
        let fits = matches!(
            (self.text.as_bytes().get(start), mark),
            (Some(b'{'), b'}') | (Some(b'['), b']') | (Some(b'('), b')')
        );
        if !fits {
            let help = "close the bracket that was opened last";
            self.misfit(at, "this bracket closes another kind of bracket", help);
        }
    }

    fn enter(&mut self, start: usize) {
        self.open.push(Open::Bracket { start, entries: 0 });
    }

    fn separator(&mut self, mark: u8) -> Result<(), HclError> {
        if mark == b',' {
            self.last = mark;
        }
        self.at += 1;
        if let Some(Open::Bracket { start, entries }) = self.open.last_mut() {
            *entries += 1;
            if *entries > ENTRIES {
                return Err(HclError {
                    message: format!(
                        "there are more than {ENTRIES} lines or entries in one bracket"
                    ),
                    help: "this is no file that a person wrote by hand; split it, or leave it out",
                    span: Span::new(*start, *start + 1),
                });
            }
        }
        Ok(())
    }

    fn line_comment(&mut self) {
        let line = self.rest().split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let span = Span::new(self.at, self.at + line.len());
        self.comments.push(span);
        self.at = span.end;
    }

    fn block_comment(&mut self) {
        let inner = self.rest().get(2..).unwrap_or_default();
        let length = inner.find("*/").map_or(inner.len() + 2, |end| end + 4);
        let span = Span::new(self.at, self.at + length);
        self.comments.push(span);
        self.at = span.end;
    }

    fn heredoc(&mut self) {
        let rest = self.rest();
        let inner = rest.get(2..).unwrap_or_default();
        let inner = inner.strip_prefix('-').unwrap_or(inner);
        let start = self.at + (rest.len() - inner.len());
        let line = inner.split('\n').next().unwrap_or_default();
        let word = line.trim_end_matches('\r');
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        if word.is_empty() || !word.chars().all(is_word) {
            self.at += 2;
            return;
        }
        self.open
            .push(Open::Heredoc(Span::new(start, start + word.len())));
        self.at = (start + line.len() + 1).min(self.text.len());
    }
}
