//! The exit numbers of the program: the only place that knows them.

use std::process::{ExitCode, Termination};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well: 0.
    Fine,
    /// Findings, or an operation that is unknown or unsupported in every access wanted: 1.
    Findings,
    /// Wrong usage or unreadable input: 2.
    Usage,
    /// The identity platform or Graph refused or could not be reached: 3.
    Remote,
    /// Somebody pressed Ctrl-C while they were waited for: 130, as shells count it.
    Interrupted,
}

impl Exit {
    const fn number(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Remote => 3,
            Self::Interrupted => 130,
        }
    }

    /// Ends the process at once, from any thread: a signal comes while another one waits for a person or a host.
    pub fn now(self) -> ! {
        std::process::exit(i32::from(self.number()))
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.number())
    }
}
