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
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Remote => 3,
        })
    }
}
