//! A command line that is none. What it shows goes to logs, so it repeats nothing that may be secret.

use std::borrow::Cow;

use clap::error::{ContextKind, ContextValue};

use crate::exit::Exit;
use crate::source::withheld::tokenless;

/// What stands in the place of an argument that is not repeated.
const WITHHELD: &str =
    "(not repeated: tokens and secrets come from the environment, a file or standard input)";

/// Tells what is wrong with a command line, or gives the help that it asks for.
pub fn misuse(mut error: clap::Error) -> Exit {
    // A word that no option takes: where tokens and secrets are dealt with it may be one.
    let is_about_tokens = error
        .get(ContextKind::Usage)
        .is_some_and(|usage| usage.to_string().contains(" token "));
    for kind in [
        ContextKind::InvalidArg,
        ContextKind::InvalidSubcommand,
        ContextKind::InvalidValue,
    ] {
        let Some(ContextValue::String(text)) = error.get(kind) else {
            continue;
        };
        let is_word = kind != ContextKind::InvalidValue && !text.starts_with('-');
        let told = if is_about_tokens && is_word {
            WITHHELD.to_owned()
        } else {
            tokenless(text).into_owned()
        };
        error.insert(kind, ContextValue::String(told));
    }
    // A tip may repeat the word that it is about.
    if let Some(ContextValue::StyledStrs(tips)) = error.get(ContextKind::Suggested)
        && tips
            .iter()
            .any(|tip| matches!(tokenless(&tip.to_string()), Cow::Owned(_)))
    {
        error.remove(ContextKind::Suggested);
    }
    // Nothing is left to do when it cannot be written.
    let _ = error.print();
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Fine
    }
}
