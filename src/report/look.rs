//! How results look on a terminal: width and colour.

use anstyle::{AnsiColor, Effects, Style};

/// Width and colour of what is printed for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The columns that a line should not exceed.
    pub width: usize,
    /// Whether colours are used.
    pub colour: Colour,
}

/// Whether colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// They are.
    On,
    /// Plain text.
    Off,
}

/// What a piece of text says, and so how it is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// The start of a part.
    Heading,
    /// All is well.
    Good,
    /// Needs a look.
    Doubtful,
    /// Is not well.
    Bad,
    /// Less important.
    Quiet,
}

impl Look {
    /// Returns the text in the colour of its tone.
    pub fn paint(self, tone: Tone, text: &str) -> String {
        if self.colour == Colour::Off {
            return text.to_owned();
        }
        let style = match tone {
            Tone::Heading => Style::new().effects(Effects::BOLD),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Doubtful => AnsiColor::Yellow.on_default(),
            Tone::Bad => AnsiColor::Red.on_default(),
            Tone::Quiet => Style::new().effects(Effects::DIMMED),
        };
        format!("{style}{text}{style:#}")
    }

    /// Returns a paragraph broken into lines: the first after `lead`, the others below its text. Words that
    /// are longer than a line stay whole, so that links and names can be copied.
    pub fn paragraph(self, lead: &str, text: &str) -> String {
        let indent = lead.chars().count();
        let room = self.width.saturating_sub(indent).max(20);
        let mut lines: Vec<String> = vec![String::new()];
        for word in text.split_whitespace() {
            let length = word.chars().count();
            match lines.last_mut() {
                Some(line) if line.is_empty() => line.push_str(word),
                Some(line) if line.chars().count() + 1 + length <= room => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        let below = " ".repeat(indent);
        let mut out = String::new();
        for (at, line) in lines.iter().enumerate() {
            out.push_str(if at == 0 { lead } else { &below });
            out.push_str(line);
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_wrap_below_their_lead_and_keep_words_whole() {
        let look = Look {
            width: 24,
            colour: Colour::Off,
        };
        assert_eq!(
            look.paragraph(
                "  - ",
                "one two three four https://learn.microsoft.com/graph five"
            ),
            "  - one two three four\n    https://learn.microsoft.com/graph\n    five\n"
        );
        assert_eq!(look.paragraph("- ", ""), "- \n");
    }

    #[test]
    fn colour_is_used_only_when_wanted() {
        let with = |colour| {
            Look { width: 80, colour }
                .paint(Tone::Bad, "x")
                .contains('\u{1b}')
        };
        assert!(with(Colour::On) && !with(Colour::Off));
    }
}
