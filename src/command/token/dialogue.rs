//! What a person sees while a token is acquired. All of it goes to standard error.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Once;

use crate::exit::Exit;
use crate::token::Dialogue;

/// As wide as the longest line of a wait.
const WIDTH: usize = 70;

/// Ctrl-C is looked after once in a process.
static LOOKED_AFTER: Once = Once::new();

/// The person at standard error.
#[derive(Debug)]
pub struct Terminal {
    is_terminal: bool,
}

impl Terminal {
    /// Returns the one of this process.
    pub fn new() -> Self {
        Self {
            is_terminal: io::stderr().is_terminal(),
        }
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

impl Dialogue for Terminal {
    fn show_code(&self, code: &str, page: &str, seconds: u64) {
        let minutes = seconds.div_ceil(60);
        // The code stands on a line of its own, so that a double click or a triple click takes it alone.
        say(&format!(
            "Open this page on any device and type the code:\n\n  {page}\n\n  {code}\n\nThe code is good for {minutes} min. \
             Type it only if you started this yourself.\n"
        ));
    }

    fn show_page(&self, page: &str, opened: bool) {
        let first = if opened {
            "A browser was started for the sign-in. If it does not show, open this page in one on this machine:"
        } else {
            "Open this page in a browser on this machine to sign in:"
        };
        say(&format!("{first}\n\n  {page}\n"));
    }

    fn show_wait(&self, seconds: u64) {
        if self.is_terminal {
            LOOKED_AFTER.call_once(look_after_interrupts);
            let _ = write!(
                io::stderr(),
                "\rWaiting for the sign-in, {seconds} s left (Ctrl-C ends)"
            );
            let _ = io::stderr().flush();
        }
    }

    fn end_wait(&self) {
        if self.is_terminal {
            clear();
        }
    }
}

/// Takes the line of a wait away. What a terminal shows for Ctrl-C stands on it too.
fn clear() {
    let _ = write!(io::stderr(), "\r{:WIDTH$}\r", "");
    let _ = io::stderr().flush();
}

/// Ends the process on Ctrl-C without leaving a half line behind. Where it cannot be looked after the usual happens:
/// the process ends, and the line stays.
fn look_after_interrupts() {
    let _ = ctrlc::set_handler(|| {
        clear();
        say("Interrupted.");
        Exit::Interrupted.now();
    });
}

/// Tells of a wait between two attempts of a call.
pub fn tell_wait(what: &str) {
    if io::stderr().is_terminal() {
        say(what);
    }
}

fn say(text: &str) {
    // Nothing is left to do when standard error cannot be written.
    let _ = writeln!(io::stderr(), "{text}");
}
