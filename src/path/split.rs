//! Cutting a URL's text: where the path ends, where its segments end, what `%XX` stands for.
//!
//! Parentheses and the quotes inside them protect `/`, `?` and `#` (`search(q='a/b')`). Quotes outside
//! parentheses protect nothing, because file names hold apostrophes. A parenthesis that never closes is
//! an ordinary character, for the same reason.

use std::borrow::Cow;
use std::iter;

/// A `%` that two hexadecimal digits do not follow, or bytes that are no UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadEscape(pub(super) String);

/// Returns the position after the parenthesis that closes the one at `open`.
fn after_closing(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quoted = false;
    for (position, byte) in bytes.iter().enumerate().skip(open) {
        match byte {
            // A doubled quote closes and reopens, which is what an escape needs.
            b'\'' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(position + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Finds the positions of wanted bytes outside parentheses, in order.
fn outside_parentheses(text: &str, is_wanted: impl Fn(u8) -> bool) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let mut position = 0;
    // Once one parenthesis is known not to close, none is searched for again: that keeps it linear.
    let mut closes = true;
    iter::from_fn(move || {
        while let Some(byte) = bytes.get(position) {
            if *byte == b'(' && closes {
                if let Some(end) = after_closing(bytes, position) {
                    position = end;
                    continue;
                }
                closes = false;
            }
            position += 1;
            if is_wanted(*byte) {
                return Some(position - 1);
            }
        }
        None
    })
}

/// Splits a URL's path from its query; the fragment is dropped.
pub(super) fn path_and_query(text: &str) -> (&str, Option<&str>) {
    let Some(cut) = outside_parentheses(text, |byte| matches!(byte, b'?' | b'#')).next() else {
        return (text, None);
    };
    let (path, rest) = text.split_at_checked(cut).unwrap_or((text, ""));
    let query = rest.strip_prefix('?').map(|query| {
        query
            .split_once('#')
            .map_or(query, |(before_fragment, _)| before_fragment)
    });
    (path, query)
}

/// Splits a path into its segments, without the empty ones.
pub(super) fn segments(path: &str) -> Vec<&str> {
    split_outside(path, b'/')
        .filter(|segment| !segment.is_empty())
        .collect()
}

/// Splits text at a separator (ASCII) outside parentheses.
pub(super) fn split_outside(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let ends =
        outside_parentheses(text, move |byte| byte == separator).chain(iter::once(text.len()));
    let mut start = 0;
    ends.map(move |end| {
        let part = text.get(start..end).unwrap_or_default();
        start = end + 1;
        part
    })
}

/// Splits text at commas outside quotes and parentheses; parts are trimmed, empty ones are kept.
pub(super) fn arguments(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    let mut depth = 0_usize;
    for (position, byte) in text.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth = depth.saturating_sub(1),
            b',' if !quoted && depth == 0 => {
                parts.push(text.get(start..position).unwrap_or_default().trim());
                start = position + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default().trim());
    parts
}

/// Decodes every `%XX`.
pub(super) fn decode(text: &str) -> Result<Cow<'_, str>, BadEscape> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first != b'%' {
            bytes.push(*first);
            rest = after;
            continue;
        }
        let bad = || BadEscape(String::from_utf8_lossy(rest.get(..3).unwrap_or(rest)).into_owned());
        let [high, low, tail @ ..] = after else {
            return Err(bad());
        };
        let (Some(high), Some(low)) = (hex(*high), hex(*low)) else {
            return Err(bad());
        };
        bytes.push(high * 16 + low);
        rest = tail;
    }
    let decoded = String::from_utf8(bytes).map_err(|_| BadEscape(text.to_owned()))?;
    Ok(Cow::Owned(decoded))
}

/// Encodes what would be read as structure: the inverse of [`decode`] for one segment.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        let structural = matches!(character, '%' | '/' | '?' | '#' | '(' | ')' | '\'' | ':');
        if structural || character.is_control() || character.is_whitespace() {
            let mut buffer = [0; 4];
            for byte in character.encode_utf8(&mut buffer).bytes() {
                encoded.push('%');
                for digit in [byte >> 4, byte & 15] {
                    let digit = char::from_digit(u32::from(digit), 16);
                    encoded.extend(digit.map(|digit| digit.to_ascii_uppercase()));
                }
            }
        } else {
            encoded.push(character);
        }
    }
    encoded
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}
