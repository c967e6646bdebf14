//! An answer as titled parts of paragraphs, tables and lists, and its forms for terminals and Markdown.

use std::fmt::Write as _;

use crate::report::consent::rich::Rich;
use crate::report::look::{Look, Tone};
use crate::report::table::Table;

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The parts, in order.
    pub blocks: Vec<Block>,
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The title of all.
    Title(Rich),
    /// A title; the number is its depth, from 2.
    Heading(u8, Rich),
    /// A paragraph.
    Text(Rich),
    /// A paragraph that must not be overlooked.
    Alert(Rich),
    /// A paragraph of less weight.
    Quiet(Rich),
    /// A table.
    Table(Vec<&'static str>, Vec<Vec<Rich>>),
    /// A list; each entry may have lines below it.
    List(Vec<(Rich, Vec<Rich>)>),
    /// A list whose order matters.
    Steps(Vec<Rich>),
}

impl Page {
    /// Adds a part.
    pub fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// Adds a title.
    pub fn heading(&mut self, depth: u8, text: Rich) {
        self.push(Block::Heading(depth, text));
    }

    /// Adds a list under a title, unless it is empty.
    pub fn list(&mut self, title: &str, items: Vec<(Rich, Vec<Rich>)>) {
        if !items.is_empty() {
            self.heading(3, Rich::plain(title));
            self.push(Block::List(items));
        }
    }

    /// Returns the answer for a terminal.
    pub fn to_human(&self, look: Look) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            human(block, look, &mut out);
        }
        out.trim_end().to_owned() + "\n"
    }

    /// Returns the answer as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            markdown(block, &mut out);
        }
        out.trim_end().to_owned() + "\n"
    }
}

fn human(block: &Block, look: Look, out: &mut String) {
    match block {
        Block::Title(text) | Block::Heading(2, text) => {
            let text = look.paragraph("", &text.to_human());
            let _ = writeln!(out, "{}", look.paint(Tone::Heading, text.trim_end()));
        }
        Block::Heading(_, text) => {
            let text = look.paragraph("", &text.to_human());
            let _ = writeln!(out, "{}", look.paint(Tone::Heading, text.trim_end()));
            return;
        }
        Block::Text(text) => out.push_str(&look.paragraph("", &text.to_human())),
        Block::Alert(text) => {
            let text = look.paragraph("! ", &text.to_human());
            let _ = writeln!(out, "{}", look.paint(Tone::Bad, text.trim_end()));
        }
        Block::Quiet(text) => {
            let text = look.paragraph("", &text.to_human());
            let _ = writeln!(out, "{}", look.paint(Tone::Quiet, text.trim_end()));
        }
        Block::Table(header, rows) => {
            let mut table = Table::new(header);
            for row in rows {
                table.push_row(row.iter().map(Rich::to_human).collect());
            }
            out.push_str(&table.render(look));
        }
        Block::List(items) => {
            for (text, below) in items {
                out.push_str(&look.paragraph("  - ", &text.to_human()));
                for text in below {
                    out.push_str(&look.paragraph("      ", &text.to_human()));
                }
            }
        }
        Block::Steps(steps) => {
            for (at, text) in steps.iter().enumerate() {
                let lead = format!("  {}. ", at + 1);
                out.push_str(&look.paragraph(&lead, &text.to_human()));
            }
        }
    }
    out.push('\n');
}

fn markdown(block: &Block, out: &mut String) {
    match block {
        Block::Title(text) => {
            let _ = writeln!(out, "# {}", text.to_markdown());
        }
        Block::Heading(depth, text) => {
            let marks = "#".repeat(usize::from(*depth));
            let _ = writeln!(out, "{marks} {}", text.to_markdown());
        }
        Block::Text(text) | Block::Quiet(text) => {
            let _ = writeln!(out, "{}", text.to_markdown());
        }
        Block::Alert(text) => {
            let _ = writeln!(out, "> **Attention:** {}", text.to_markdown());
        }
        Block::Table(header, rows) => {
            let _ = writeln!(out, "| {} |", header.join(" | "));
            let _ = writeln!(out, "|{}", "---|".repeat(header.len()));
            for row in rows {
                let cells: Vec<String> = row.iter().map(Rich::to_markdown_cell).collect();
                let _ = writeln!(out, "| {} |", cells.join(" | "));
            }
        }
        Block::List(items) => {
            for (text, below) in items {
                let _ = writeln!(out, "- {}", text.to_markdown());
                for text in below {
                    let _ = writeln!(out, "  - {}", text.to_markdown());
                }
            }
        }
        Block::Steps(steps) => {
            for (at, text) in steps.iter().enumerate() {
                let _ = writeln!(out, "{}. {}", at + 1, text.to_markdown());
            }
        }
    }
    out.push('\n');
}
