//! Untrusted text made safe to show on a terminal. Output languages have escapers of their own.

use std::borrow::Cow;
use std::fmt::Write;

use crate::source::withheld::{replaced, tokenless};

/// How many characters of an untrusted text a message shows.
const SHOWN: usize = 120;

/// How many bytes of a text are looked at together.
const PIECE: usize = 256;

/// Returns whether a character acts on the terminal or on the order of its neighbours instead of
/// standing for itself: controls, bidirectional marks, invisible and tag characters, line separators.
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Returns whether a text of lines holds a character that acts: any unsafe one but the line feeds.
pub fn acts(text: &str) -> bool {
    // Nearly all is printable ASCII, which is told many bytes at a time where no byte ends the loop.
    let is_printable = |piece: &str| {
        let bytes = piece.bytes();
        bytes.fold(true, |all, byte| {
            all & (byte == b'\n' || matches!(byte, b' '..=b'~'))
        })
    };
    let mut rest = text;
    while let Some((piece, after)) = rest
        .split_at_checked(rest.floor_char_boundary(PIECE))
        .filter(|(piece, _)| !piece.is_empty())
    {
        if !is_printable(piece) && piece.contains(|c: char| c != '\n' && is_unsafe(c)) {
            return true;
        }
        rest = after;
    }
    false
}

/// Returns where the agents of pipelines would find a command (`##[…]`, `##vso[…]`): they look for one anywhere
/// in a line of what a program prints.
fn commands(text: &str) -> impl Iterator<Item = usize> {
    let starts = text.match_indices("##");
    starts.filter_map(|(at, _)| {
        let rest = text.get(at + 2..)?;
        let word = rest.get(..4).unwrap_or_default();
        let length = match rest.as_bytes().first() {
            Some(b'[') => 2,
            _ if word.eq_ignore_ascii_case("vso[") => 5,
            _ => return None,
        };
        // The sign that makes it a command is the bracket.
        Some(at + length)
    })
}

/// Returns whether the agent of a pipeline would take a part of the text for a command.
pub fn has_command(text: &str) -> bool {
    commands(text).next().is_some()
}

/// Replaces the bracket of each command of a pipeline's agent.
pub fn without_commands(text: &str, bracket: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut from = 0;
    for at in commands(text) {
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(bracket);
        from = at + 1;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Returns the text on one line, with every unsafe character escaped, cut after 120 characters.
pub fn shown(text: &str) -> String {
    shown_up_to(text, SHOWN)
}

/// Returns the text on one line, with every unsafe character escaped, cut after `limit` characters.
pub fn shown_up_to(text: &str, limit: usize) -> String {
    let text = &*tokenless(text);
    let mut safe = String::with_capacity(text.len().min(limit * 4));
    for (index, character) in text.chars().enumerate() {
        if index == limit {
            safe.push('…');
            break;
        }
        match character {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            _ if is_unsafe(character) => {
                // Writing to a String cannot fail.
                write!(safe, "{}", character.escape_unicode()).unwrap_or_default();
            }
            _ => safe.push(character),
        }
    }
    if has_command(&safe) {
        safe = without_commands(&safe, "\\u{5b}");
    }
    if safe.contains("::") {
        safe = without_workflow_commands(&safe);
    }
    safe
}

/// Escapes the colon of what GitHub would take for a command (`::stop-commands::x`) once a line was broken
/// before it: there a command is what starts a line.
fn without_workflow_commands(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut from = 0;
    for (at, _) in text.match_indices("::") {
        let before = text.get(from..at).unwrap_or_default();
        out.push_str(before);
        from = at;
        if out.is_empty() || out.ends_with(char::is_whitespace) {
            out.push_str("\\u{3a}");
            from = at + 1;
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Returns the text with every unsafe character, the bracket of an agent's command, and what looks like a token,
/// replaced by harmless characters of the same number of bytes, so that places stay valid. Line ends and tabs stay.
pub fn masked(text: &str) -> Cow<'_, str> {
    let masked = match replaced(text, |length| "*".repeat(length)) {
        Cow::Borrowed(text) => mask(text),
        Cow::Owned(text) => Cow::Owned(mask(&text).into_owned()),
    };
    match masked {
        masked if has_command(&masked) => Cow::Owned(without_commands(&masked, "(")),
        masked => masked,
    }
}

fn mask(text: &str) -> Cow<'_, str> {
    if !acts(text) {
        return Cow::Borrowed(text);
    }
    let stays = |character: char, next: Option<char>| match character {
        '\n' | '\t' => true,
        '\r' => next == Some('\n'),
        _ => !is_unsafe(character),
    };
    let pairs = || {
        text.chars()
            .zip(text.chars().skip(1).map(Some).chain([None]))
    };
    if pairs().all(|(character, next)| stays(character, next)) {
        return Cow::Borrowed(text);
    }
    let masked = pairs()
        .map(|(character, next)| match character.len_utf8() {
            _ if stays(character, next) => character,
            1 => '?',
            2 => '·',
            3 => '\u{fffd}',
            // Any visible character of four bytes does.
            _ => '\u{1f6ab}',
        })
        .collect();
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, expected: &str, expected_mask: &str) {
        assert_eq!(shown(text), expected);
        let masked = masked(text);
        assert_eq!(masked, expected_mask);
        assert_eq!(masked.len(), text.len());
    }

    #[test]
    fn unsafe_characters_never_reach_the_terminal() {
        case("plain é 😀", "plain é 😀", "plain é 😀");
        case("\u{1b}[31mred", "\\u{1b}[31mred", "?[31mred");
        case("a\u{202e}b", "a\\u{202e}b", "a\u{fffd}b");
        case("a\u{9b}b", "a\\u{9b}b", "a·b");
        case("a\u{e0041}b", "a\\u{e0041}b", "a\u{1f6ab}b");
        case("a\nb\tc", "a\\nb\\tc", "a\nb\tc");
        case("a\r\nb\rc", "a\\r\\nb\\rc", "a\r\nb?c");
        let token = format!("eyJhbGciOiJSUzI1NiJ9.{}.c2ln", "eyJhIjoxfQ".repeat(3));
        case(
            &format!("a {token}, b"),
            "a (withheld: it looks like a secret), b",
            &format!("a {}, b", "*".repeat(token.len())),
        );
        let short = "eyJhbGciOiJSUzI1NiJ9.e30.x";
        case(short, short, short);
        let random = format!("state=eyJ{}", "a".repeat(40));
        case(&random, &random, &random);
        case("##[x]", "##\\u{5b}x]", "##(x]");
        case(
            "a ##VSO[x;]##[y",
            "a ##VSO\\u{5b}x;]##\\u{5b}y",
            "a ##VSO(x;]##(y",
        );
        case(
            "::a:: b::c ::d",
            "\\u{3a}:a:: b::c \\u{3a}:d",
            "::a:: b::c ::d",
        );
        case("## [x] #[y] ##é", "## [x] #[y] ##é", "## [x] #[y] ##é");
    }

    #[test]
    fn whatever_is_unsafe_acts_wherever_it_stands() {
        for text in ["", "plain\ntext — é…", "\n\n"] {
            assert!(!acts(text), "{text:?}");
        }
        for at in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            for character in [
                '\t',
                '\r',
                '\u{1b}',
                '\u{7f}',
                '\u{9b}',
                '\u{202e}',
                '\u{e0041}',
            ] {
                assert!(acts(&format!("{}{character}é", "x".repeat(at))));
            }
            assert!(!acts(&format!("{}é\n", "x".repeat(at))));
        }
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(shown_up_to("abcdef", 3), "abc…");
        assert_eq!(shown(&"x".repeat(1000)).chars().count(), SHOWN + 1);
    }
}
