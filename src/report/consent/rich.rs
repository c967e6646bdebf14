//! A line of text in which what is code, or was written by others, stands apart from our own words: each
//! format marks and escapes it in its own way.

use serde::{Serialize, Serializer};

use crate::report::{markdown, words};

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The text; not escaped. What acts on a reader's screen is made harmless where it is handed to a
    /// template.
    #[serde(serialize_with = "harmless")]
    pub text: String,
    /// Whether it is a name, a request, a command, or anything that others wrote.
    pub code: bool,
}

// The signature is serde's.
fn harmless<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&words::safe(text))
}

/// A line of text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Rich(Vec<Piece>);

impl Rich {
    /// Returns a line of our own words.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::default().and(text)
    }

    /// Returns a line of the catalog: what stands between backticks is code.
    pub fn prose(text: &str) -> Self {
        Self::default().and_prose(text)
    }

    /// Returns a name, a request, a command, or a text that others wrote.
    pub fn code(text: &str) -> Self {
        Self::default().and_code(text)
    }

    /// Adds our own words.
    #[must_use]
    pub fn and(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        match self.0.last_mut() {
            Some(last) if !last.code => last.text.push_str(&text),
            _ => self.0.push(Piece { text, code: false }),
        }
        self
    }

    /// Adds a name, a request, a command, or a text that others wrote.
    #[must_use]
    pub fn and_code(mut self, text: &str) -> Self {
        self.0.push(Piece {
            text: text.to_owned(),
            code: true,
        });
        self
    }

    /// Adds a line of the catalog.
    #[must_use]
    pub fn and_prose(self, text: &str) -> Self {
        let parts: Vec<&str> = text.split('`').collect();
        if parts.len().is_multiple_of(2) {
            return self.and(text);
        }
        let mut line = self;
        for (at, part) in parts.into_iter().enumerate() {
            line = match (at % 2, part.is_empty()) {
                (_, true) => line,
                (1, false) => line.and_code(part),
                (_, false) => line.and(part),
            };
        }
        line
    }

    /// Adds another line.
    #[must_use]
    pub fn and_line(self, other: Self) -> Self {
        other.0.into_iter().fold(self, |line, piece| {
            if piece.code {
                line.and_code(&piece.text)
            } else {
                line.and(piece.text)
            }
        })
    }

    /// Adds names with commas between.
    #[must_use]
    pub fn and_names<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut line = self;
        for (at, name) in names.into_iter().enumerate() {
            if at > 0 {
                line = line.and(", ");
            }
            line = line.and_code(name);
        }
        line
    }

    /// Returns the line with its first letter in upper case, unless it begins with code.
    #[must_use]
    pub fn sentence(mut self) -> Self {
        if let Some(first) = self.0.first_mut().filter(|piece| !piece.code) {
            let mut rest = first.text.chars();
            if let Some(letter) = rest.next() {
                first.text = letter.to_uppercase().chain(rest).collect();
            }
        }
        self
    }

    /// Returns true when nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|piece| piece.text.is_empty())
    }

    /// Returns the line for a terminal: safe, and with backticks around code of several words.
    pub fn to_human(&self) -> String {
        let piece = |piece: &Piece| {
            let text = words::safe(&piece.text);
            if piece.code && text.contains(' ') {
                format!("`{text}`")
            } else {
                text
            }
        };
        self.0.iter().map(piece).collect()
    }

    /// Returns the line as Markdown.
    pub fn to_markdown(&self) -> String {
        let piece = |piece: &Piece| {
            if piece.code {
                markdown::code(&piece.text)
            } else {
                markdown::escaped(&piece.text)
            }
        };
        self.0.iter().map(piece).collect()
    }

    /// Returns the line for a cell of a Markdown table, where a bar ends a cell even in code.
    pub fn to_markdown_cell(&self) -> String {
        let piece = |piece: &Piece| {
            if piece.code {
                markdown::code(&piece.text).replace('|', "\\|")
            } else {
                markdown::escaped(&piece.text)
            }
        };
        self.0.iter().map(piece).collect()
    }
}
