//! Tables that fit the terminal without losing anything.

use tabled::builder::Builder;
use tabled::settings::peaker::Priority;
use tabled::settings::{Style, Width};

use crate::report::look::Look;

/// Narrower than this no table is readable, and columns would vanish.
const LEAST_COLUMN: usize = 9;

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

    /// Returns true when there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns how wide it is when nothing wraps.
    pub fn natural_width(&self) -> usize {
        self.build().total_width()
    }

    /// Returns the table within the width of the look; long cells wrap.
    pub fn render(&self, look: Look) -> String {
        let width = look.width.max(self.header.len() * LEAST_COLUMN);
        let mut table = self.build();
        // Without the priority, wrapping shrinks short columns to nothing and their text is lost.
        table.with(
            Width::wrap(width)
                .keep_words(true)
                .priority(Priority::max(true)),
        );
        let mut text = table.to_string();
        text.push('\n');
        text
    }

    fn build(&self) -> tabled::Table {
        let mut builder = Builder::default();
        builder.push_record(self.header.iter().copied());
        for row in &self.rows {
            builder.push_record(row.iter().map(String::as_str));
        }
        let mut table = builder.build();
        table.with(Style::rounded());
        table
    }
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
            assert!(longest <= Some(width.max(27)), "{text}");
        }
    }
}
