//! The layout of the machine forms: two spaces for each level, as `serde_json` has it, which writes them one
//! level at a time. Half of a plan's JSON is indentation. What would act on a terminal is escaped on the way.

use std::io::{self, Write};

use serde_json::ser::Formatter;

use super::harmless;

/// A line feed and the indentation of the deepest form; what is deeper is written in several parts.
const LINE: &[u8] = b"\n                                ";

/// Starts each element and each key on a line of its own.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Indented {
    depth: usize,
    /// Whether the innermost list or object has an entry: an empty one stays on its line.
    is_filled: bool,
}

impl Indented {
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_filled = false;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth = self.depth.saturating_sub(1);
        if self.is_filled {
            self.line(writer)?;
        }
        writer.write_all(bracket)
    }

    fn entry<W: ?Sized + Write>(self, writer: &mut W, is_first: bool) -> io::Result<()> {
        if !is_first {
            writer.write_all(b",")?;
        }
        self.line(writer)
    }

    fn line<W: ?Sized + Write>(self, writer: &mut W) -> io::Result<()> {
        let end = 2 * self.depth;
        if let Some(line) = LINE.get(..=end) {
            return writer.write_all(line);
        }
        writer.write_all(LINE)?;
        (LINE.len()..=end).try_for_each(|_| writer.write_all(b" "))
    }
}

/// Returns whether no character of a text has to be looked at: printable ASCII without the sign that commands
/// of pipelines begin with.
fn is_plain(text: &str) -> bool {
    let bytes = text.bytes();
    bytes.fold(true, |all, byte| {
        all & matches!(byte, b' '..=b'"' | b'$'..=b'~')
    })
}

impl Formatter for Indented {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if is_plain(fragment) {
            writer.write_all(fragment.as_bytes())
        } else {
            writer.write_all(harmless(fragment).as_bytes())
        }
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.entry(writer, is_first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.entry(writer, is_first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize as _;
    use serde_json::{Serializer, json, to_string_pretty};

    use super::*;

    #[test]
    fn the_layout_is_that_of_serde_json() {
        let mut deep = json!([1]);
        for _ in 0..40 {
            deep = json!({ "in": [deep, {}, []], "beside": "x" });
        }
        let mut bytes = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut bytes, Indented::default());
        deep.serialize(&mut serializer).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            to_string_pretty(&deep).unwrap()
        );
    }
}
