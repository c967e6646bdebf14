//! A look at the marks of a text before it is parsed: comments, texts and brackets.

use crate::source::bicep::BicepError;
use crate::source::span::Span;

/// How deep brackets may nest. People stay below ten.
const DEPTH: usize = 64;

const UNCLOSED_TEXT: &str = "the text that starts here does not end on its line";

/// What is open.
#[derive(Debug, Clone, Copy)]
enum Open {
    /// A bracket, and where it stands.
    Bracket(usize),
    /// `'...'`, and where it starts.
    Text(usize),
    /// `'''...'''`: where it starts, and how many `$` make an interpolation in it.
    Lines(usize, usize),
}

/// Collects the comments with their marks.
pub(super) fn comments(text: &str) -> Result<Vec<Span>, BicepError> {
    let mut scan = Scan {
        text,
        at: 0,
        open: Vec::new(),
        comments: Vec::new(),
    };
    while scan.at < text.len() {
        scan.step()?;
    }
    match scan.open.last().copied() {
        None => Ok(scan.comments),
        Some(Open::Bracket(start)) => Err(BicepError::new(
            one(start),
            "this bracket is never closed",
            "close it",
        )),
        Some(Open::Text(start)) => Err(BicepError::new(
            one(start),
            UNCLOSED_TEXT,
            "write the second quote",
        )),
        Some(Open::Lines(start, _)) => Err(BicepError::new(
            Span::new(start, start + 3),
            "the text that starts here never ends",
            "close it with three quotes",
        )),
    }
}

/// A mark is one byte.
fn one(at: usize) -> Span {
    Span::new(at, at + 1)
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open>,
    comments: Vec<Span>,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn step(&mut self) -> Result<(), BicepError> {
        match self.open.last().copied() {
            Some(Open::Text(start)) => self.in_text(start),
            Some(Open::Lines(_, dollars)) => self.in_lines(dollars),
            Some(Open::Bracket(_)) | None => self.in_code(),
        }
    }

    fn in_text(&mut self, start: usize) -> Result<(), BicepError> {
        let rest = self.rest();
        if rest.starts_with('\n') {
            return Err(BicepError::new(
                one(start),
                UNCLOSED_TEXT,
                "write the second quote",
            ));
        }
        if rest.starts_with("${") {
            self.at += 1;
            return self.enter();
        }
        if rest.starts_with('\\') {
            self.at += 1;
        }
        if rest.starts_with('\'') {
            self.open.pop();
        }
        self.advance();
        Ok(())
    }

    fn in_lines(&mut self, dollars: usize) -> Result<(), BicepError> {
        let rest = self.rest();
        if rest.starts_with("'''") {
            // Quotes before the last three are part of the text.
            let quotes = rest.len() - rest.trim_start_matches('\'').len();
            self.at += quotes;
            self.open.pop();
            return Ok(());
        }
        if dollars > 0 && rest.starts_with('$') {
            let found = rest.len() - rest.trim_start_matches('$').len();
            self.at += found;
            if found >= dollars && self.rest().starts_with('{') {
                return self.enter();
            }
            return Ok(());
        }
        self.advance();
        Ok(())
    }

    fn in_code(&mut self) -> Result<(), BicepError> {
        let rest = self.rest();
        let Some(first) = rest.bytes().next() else {
            return Ok(());
        };
        match first {
            b'/' if rest.starts_with("//") => {
                let line = rest.split('\n').next().unwrap_or_default();
                let length = line.strip_suffix('\r').unwrap_or(line).len();
                self.comment(length);
            }
            b'/' if rest.starts_with("/*") => {
                let Some(end) = rest.find("*/") else {
                    let span = Span::new(self.at, self.at + 2);
                    let message = "the comment that starts here never ends";
                    return Err(BicepError::new(span, message, "close it with `*/`"));
                };
                self.comment(end + 2);
            }
            b'$' | b'\'' => {
                let quotes = rest.trim_start_matches('$');
                let dollars = rest.len() - quotes.len();
                if quotes.starts_with("'''") {
                    self.open.push(Open::Lines(self.at, dollars));
                    self.at += dollars + 3;
                } else if dollars == 0 {
                    self.open.push(Open::Text(self.at));
                    self.at += 1;
                } else {
                    self.at += dollars;
                }
            }
            b'{' | b'[' | b'(' => return self.enter(),
            b'}' | b']' | b')' => return self.close(first),
            _ => self.advance(),
        }
        Ok(())
    }

    fn advance(&mut self) {
        self.at += self.rest().chars().next().map_or(1, char::len_utf8);
    }

    fn comment(&mut self, length: usize) {
        let span = Span::new(self.at, self.at + length);
        self.comments.push(span);
        self.at = span.end;
    }

    fn enter(&mut self) -> Result<(), BicepError> {
        let here = one(self.at);
        self.open.push(Open::Bracket(self.at));
        self.at += 1;
        if self.open.len() > DEPTH {
            return Err(BicepError::new(
                here,
                format!("brackets nest more than {DEPTH} deep"),
                "this is no file that a person wrote by hand; leave it out",
            ));
        }
        Ok(())
    }

    fn close(&mut self, mark: u8) -> Result<(), BicepError> {
        let here = one(self.at);
        self.at += 1;
        let Some(Open::Bracket(start)) = self.open.pop() else {
            let message = "this bracket closes none";
            return Err(BicepError::new(here, message, "remove it, or open one"));
        };
        let fits = matches!(
            (self.text.as_bytes().get(start), mark),
            (Some(b'{'), b'}') | (Some(b'['), b']') | (Some(b'('), b')')
        );
        if fits {
            return Ok(());
        }
        let message = "this bracket closes another kind of bracket";
        let help = "close the bracket that was opened last";
        Err(BicepError::new(here, message, help))
    }
}
