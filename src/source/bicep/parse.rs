//! The statements of a file. Those that no reader needs are passed over.

use crate::source::bicep::BicepError;
use crate::source::bicep::tree::{File, Module, Resource, Variable};
use crate::source::escape::shown;
use crate::source::span::{Span, Spanned};

/// How deep values may lead into each other without brackets, as conditions do.
const DEPTH: usize = 160;

/// Parses a text whose brackets balance.
pub(super) fn file(text: &str, comments: Vec<Span>) -> Result<File, BicepError> {
    let mut parser = Parser::new(text);
    while parser.statement()? {}
    let mut file = parser.file;
    file.comments = comments;
    file.resources.sort_by_key(|resource| resource.span);
    Ok(file)
}

/// A place in a text, and what was found before it.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) depth: usize,
    file: File,
}

impl<'a> Parser<'a> {
    const fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            file: File {
                resources: Vec::new(),
                variables: Vec::new(),
                parameters: Vec::new(),
                modules: Vec::new(),
                comments: Vec::new(),
            },
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Passes over white space and comments within a line.
    pub(super) fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() && c != '\n');
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                self.at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    /// Passes over white space, comments and line ends.
    pub(super) fn lines(&mut self) {
        loop {
            self.blanks();
            if self.peek() != Some('\n') {
                return;
            }
            self.at += 1;
        }
    }

    /// Takes a mark, if it stands here.
    pub(super) fn take(&mut self, mark: &str) -> bool {
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    pub(super) fn expect(&mut self, mark: &str) -> Result<(), BicepError> {
        if self.take(mark) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{mark}`")))
    }

    /// Returns the error that something else was expected here.
    pub(super) fn unexpected(&self, wanted: &str) -> BicepError {
        let found = self.peek();
        let span = Span::new(self.at, self.at + found.map_or(0, char::len_utf8));
        let found = match found {
            None => "the file ends".to_owned(),
            Some('\n' | '\r') => "the line ends".to_owned(),
            Some(found) => format!("`{}` stands", shown(&found.to_string())),
        };
        BicepError::new(
            span,
            format!("{found} here where {wanted} is needed"),
            "correct the file until `bicep build` accepts it",
        )
    }

    /// Takes a name, if one stands here.
    pub(super) fn name(&mut self) -> Option<Spanned<String>> {
        let rest = self.rest();
        let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !rest.starts_with(is_start) {
            return None;
        }
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let span = Span::new(self.at, self.at + length);
        self.at = span.end;
        Some(Spanned::new(
            rest.get(..length).unwrap_or_default().to_owned(),
            span,
        ))
    }

    pub(super) fn needed_name(&mut self) -> Result<Spanned<String>, BicepError> {
        self.blanks();
        self.name().ok_or_else(|| self.unexpected("a name"))
    }

    /// Goes one level deeper.
    pub(super) fn deeper(&mut self) -> Result<(), BicepError> {
        self.depth += 1;
        if self.depth <= DEPTH {
            return Ok(());
        }
        Err(BicepError::new(
            Span::new(self.at, self.at),
            format!("values nest more than {DEPTH} deep"),
            "this is no file that a person wrote by hand; leave it out",
        ))
    }

    /// Reads a statement; returns whether there was one.
    fn statement(&mut self) -> Result<bool, BicepError> {
        self.lines();
        if self.peek().is_none() {
            return Ok(false);
        }
        let start = self.at;
        let word = self.name();
        match word.as_ref().map(|word| word.value.as_str()) {
            Some("resource") => self.resource(start)?,
            Some("var") => {
                let name = self.needed_name()?;
                let value = self.assigned()?;
                self.file.variables.push(Variable { name, value });
            }
            Some("param") => {
                let name = self.needed_name()?;
                self.file.parameters.push(name);
                self.pass_over();
            }
            Some("module") => {
                let name = self.needed_name()?;
                let value = self.assigned()?;
                self.file.modules.push(Module { name, value });
            }
            Some(_) => self.pass_over(),
            // A decorator, or the rest of a value over several lines.
            None if self
                .rest()
                .starts_with(['@', '?', ':', '|', '&', '.', '[', '{', '(']) =>
            {
                self.pass_over();
            }
            None => return Err(self.unexpected("a statement")),
        }
        Ok(true)
    }

    /// Reads `name 'type' [existing] = value` after `resource`.
    pub(super) fn resource(&mut self, start: usize) -> Result<(), BicepError> {
        let name = self.needed_name()?;
        self.blanks();
        let kind = self.plain_text()?;
        self.blanks();
        let word = self.name();
        let is_existing = word.as_ref().is_some_and(|word| word.value == "existing");
        if word.is_some() && !is_existing {
            return Err(self.unexpected("`existing` or `=`"));
        }
        self.blanks();
        self.expect("=")?;
        self.lines();
        let before = self.at;
        let mut condition = None;
        if self.word("if") {
            self.blanks();
            self.expression()?;
            condition = Some(Span::new(before, self.at));
            self.lines();
        }
        let value = self.expression()?;
        self.file.resources.push(Resource {
            span: Span::new(start, self.at),
            name,
            kind,
            is_existing,
            condition,
            value,
        });
        Ok(())
    }

    /// Takes a word, if it stands here alone.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let before = self.at;
        if self.name().is_some_and(|found| found.value == word) {
            return true;
        }
        self.at = before;
        false
    }

    /// Reads a value after what stands before `=`.
    fn assigned(&mut self) -> Result<crate::source::bicep::Expression, BicepError> {
        self.until(|rest| rest.starts_with('=') && !rest.starts_with("=="));
        self.expect("=")?;
        self.lines();
        if self.word("if") {
            self.blanks();
            self.expression()?;
            self.lines();
        }
        self.expression()
    }

    /// Passes over the rest of a statement.
    fn pass_over(&mut self) {
        self.until(|_| false);
    }

    /// Goes to where something stands outside of brackets and texts, or to the end of the line.
    fn until(&mut self, is_it: impl Fn(&str) -> bool) {
        loop {
            self.blanks();
            let rest = self.rest();
            let Some(first) = rest.chars().next() else {
                return;
            };
            if first == '\n' || is_it(rest) {
                return;
            }
            match first {
                '{' | '[' | '(' => self.brackets(),
                '\'' | '$' => self.pass_text(),
                _ => self.at += first.len_utf8(),
            }
        }
    }

    /// Passes over brackets and what is in them.
    pub(super) fn brackets(&mut self) {
        let mut depth = 0usize;
        while let Some(first) = self.peek() {
            match first {
                '{' | '[' | '(' => depth += 1,
                '}' | ']' | ')' => depth = depth.saturating_sub(1),
                '\'' | '$' => {
                    self.pass_text();
                    continue;
                }
                '/' => {
                    let before = self.at;
                    self.blanks();
                    if self.at > before {
                        continue;
                    }
                }
                _ => {}
            }
            self.at += first.len_utf8();
            if depth == 0 {
                return;
            }
        }
    }
}
