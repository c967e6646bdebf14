//! Tables that fit the terminal without losing anything.

use tabled::builder::Builder;
use tabled::grid::util::string::get_line_width;
use tabled::settings::Style;

use crate::report::look::Look;

/// What a column takes besides its text: a border and a space on each side.
const FRAME: usize = 3;

/// No column becomes narrower than this, whatever the terminal's width.
const LEAST: usize = 6;

/// A table: a header and rows of text.
#[derive(Debug, Clone)]
pub struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Returns an empty table.
    pub fn new(header: &[&'static str]) -> Self {
        Self {
            header: header.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn push<const COUNT: usize>(&mut self, row: [String; COUNT]) {
        self.rows.push(row.into());
    }

    /// Adds a row whose length is not known to the compiler; it should have as many cells as the header.
    pub fn push_row(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// Returns true when there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns how wide it is when nothing wraps.
    pub fn natural_width(&self) -> usize {
        let widths = self.measured(|cell| cell.lines().map(line_width).max());
        widths.iter().sum::<usize>() + FRAME * widths.len() + 1
    }

    /// Returns the table within the width of the look; long cells wrap between words, before a slash or
    /// a dot, and inside a word only when nothing else is left.
    pub fn render(&self, look: Look) -> String {
        let widths = self.widths(look.width);
        let wrapped = |row: &mut dyn Iterator<Item = &str>| -> Vec<String> {
            row.zip(&widths)
                .map(|(cell, width)| wrap(cell, *width))
                .collect()
        };
        let mut builder = Builder::default();
        builder.push_record(wrapped(&mut self.header.iter().copied()));
        for row in &self.rows {
            builder.push_record(wrapped(&mut row.iter().map(String::as_str)));
        }
        let mut table = builder.build();
        table.with(Style::rounded());
        let mut text = table.to_string();
        text.push('\n');
        text
    }

    /// The widths of the columns: first the widest give way as far as their words allow, then words.
    fn widths(&self, width: usize) -> Vec<usize> {
        let mut widths = self.measured(|cell| cell.lines().map(line_width).max());
        let words =
            self.measured(|cell| pieces(cell).map(|piece| line_width(piece.trim_end())).max());
        let room = width.saturating_sub(FRAME * widths.len() + 1);
        for least in [words, vec![LEAST; widths.len()]] {
            while widths.iter().sum::<usize>() > room {
                let widest = widths
                    .iter_mut()
                    .zip(&least)
                    .filter(|(width, least)| **width > **least)
                    .max_by_key(|(width, _)| **width);
                let Some((widest, _)) = widest else { break };
                *widest -= 1;
            }
        }
        widths
    }

    /// The largest measure of each column's cells.
    fn measured(&self, measure: impl Fn(&str) -> Option<usize>) -> Vec<usize> {
        let of = |cell: &str| measure(cell).unwrap_or_default();
        let mut widths: Vec<usize> = self.header.iter().map(|cell| of(cell)).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(of(cell));
            }
        }
        widths
    }
}

/// The columns that a line takes.
fn line_width(line: &str) -> usize {
    // Of such text every byte takes one column; anything else has to be parsed.
    if line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        line.len()
    } else {
        get_line_width(line)
    }
}

/// The pieces of a text between which a line may end.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(char::is_whitespace).flat_map(|word| {
        let mut rest = word;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let end = rest
                .char_indices()
                .skip(1)
                .find(|(_, character)| matches!(character, '/' | '.'))
                .map_or(rest.len(), |(at, _)| at);
            let (piece, after) = rest.split_at_checked(end)?;
            rest = after;
            Some(piece)
        })
    })
}

/// Breaks a text into lines of a width.
fn wrap(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut current = String::new();
        for piece in pieces(line) {
            let together = line_width(&current) + line_width(piece.trim_end());
            if together > width && !current.is_empty() {
                lines.push(std::mem::take(&mut current));
            }
            for character in piece.chars() {
                // A word that is wider than its column.
                let is_full = line_width(&current) >= width;
                if is_full && !character.is_whitespace() {
                    lines.push(std::mem::take(&mut current));
                }
                current.push(character);
            }
        }
        lines.push(current);
    }
    let trimmed: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    trimmed.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::look::Colour;

    #[test]
    fn nothing_is_lost_to_the_width() {
        let mut table = Table::new(&["Permission", "Consent", "Operations"]);
        table.push([
            "DeviceManagementConfiguration.ReadWrite.All".to_owned(),
            "admin".to_owned(),
            "#1, #2, #30".to_owned(),
        ]);
        for width in [1, 40, 60, 200] {
            let text = table.render(Look {
                width,
                colour: Colour::Off,
            });
            let kept: String = text
                .chars()
                .filter(|c| c.is_alphanumeric() || *c == '.' || *c == '#')
                .collect();
            let count = |c: char| kept.chars().filter(|k| *k == c).count();
            assert_eq!(count('#'), 3, "{text}");
            assert_eq!(count('.'), 2, "{text}");
            let longest = text.lines().map(|line| line.chars().count()).max();
            assert!(
                longest <= Some(width.max(3 * (FRAME + LEAST) + 1)),
                "{text}"
            );
        }
    }
}
