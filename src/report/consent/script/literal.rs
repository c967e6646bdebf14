//! Literals of the languages that scripts are written in, and the one-line text that comments take.

use std::fmt::Write as _;

use crate::source::escape::{is_unsafe, shown_up_to};

/// How much of an untrusted text a comment shows.
const LONGEST: usize = 300;

/// Returns an untrusted text for a comment that ends with its line: no line ends, nothing that acts.
pub(super) fn comment(text: &str) -> String {
    let mut shown = shown_up_to(text, LONGEST);
    // Some readers take a backslash at the end of a line for a line that goes on.
    if shown.ends_with('\\') {
        shown.push(' ');
    }
    shown
}

/// Returns a word of bash that stands for exactly this text.
pub(super) fn bash(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Returns a string of PowerShell that stands for this text, with characters that act spelled out: no id and no
/// name of a tenant has one, so such a text fits nothing there, as it should. PowerShell takes typographic
/// quotes for quotes, too.
pub(super) fn powershell(text: &str) -> String {
    let mut literal = String::from("'");
    for character in shown_up_to(text, text.len()).chars() {
        literal.push(character);
        if matches!(
            character,
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}'
        ) {
            literal.push(character);
        }
    }
    literal.push('\'');
    literal
}

/// Returns a string of HCL without interpolation.
pub(super) fn hcl(text: &str) -> String {
    let mut literal = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                literal.push(character);
                literal.push(character);
            }
            _ if is_unsafe(character) => {
                let number = u32::from(character);
                // Writing to a String cannot fail.
                if number > 0xffff {
                    write!(literal, "\\U{number:08x}").unwrap_or_default();
                } else {
                    write!(literal, "\\u{number:04x}").unwrap_or_default();
                }
            }
            _ => literal.push(character),
        }
    }
    literal.push('"');
    literal
}

/// Returns a string of Bicep without interpolation.
pub(super) fn bicep(text: &str) -> String {
    let mut literal = String::from("'");
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\'' => literal.push_str("\\'"),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '$' if rest.peek() == Some(&'{') => literal.push_str("\\$"),
            _ if is_unsafe(character) => {
                // Writing to a String cannot fail.
                write!(literal, "\\u{{{:x}}}", u32::from(character)).unwrap_or_default();
            }
            _ => literal.push(character),
        }
    }
    literal.push('\'');
    literal
}

/// Returns JSON text with every character that acts escaped, which JSON allows but does not ask for.
pub(super) fn json(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && is_unsafe(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a String cannot fail.
                write!(safe, "\\u{unit:04x}").unwrap_or_default();
            }
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Returns a name that Terraform and Bicep take: letters, digits and underscores, starting with a letter.
pub(super) fn identifier(text: &str) -> String {
    let mut name: String = text
        .chars()
        .take(80)
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        name.insert_str(0, "role_");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_escapes() {
        let text = "a'b\"c\\d\n${e}%{f}$g\u{202e}\u{2019}";
        assert_eq!(bash("it's $(x)"), r"'it'\''s $(x)'");
        assert_eq!(powershell("it's \u{2019}$x"), "'it''s \u{2019}\u{2019}$x'");
        assert_eq!(hcl(text), "\"a'b\\\"c\\\\d\\n$${e}%%{f}$g\\u202e\u{2019}\"");
        assert_eq!(
            bicep(text),
            "'a\\'b\"c\\\\d\\n\\${e}%{f}$g\\u{202e}\u{2019}'"
        );
        assert_eq!(json("\"\u{e0041}é\""), "\"\\udb40\\udc41é\"");
        assert_eq!(comment("a\n# b\u{85}"), "a\\n# b\\u{85}");
        assert_eq!(identifier("User-Mail.Read.All"), "user_mail_read_all");
        assert_eq!(identifier("${x}"), "role___x_");
    }
}
