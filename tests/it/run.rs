//! Runs the program in an empty folder and environment: no colour, no terminal, no settings of the machine.

use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

/// A folder to run in.
pub(crate) struct Place {
    folder: TempDir,
}

/// What a run left.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn with(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, "")
    }

    /// Runs with an input, and with these variables and no others.
    pub(crate) fn run_given(
        &self,
        arguments: &[&str],
        input: &str,
        environment: &[(&str, &str)],
    ) -> Outcome {
        outcome_in(self.path(), environment, arguments, input)
    }

    /// Runs with these variables and no others.
    pub(crate) fn run_in(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Outcome {
        outcome_in(self.path(), environment, arguments, "")
    }

    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Outcome {
        outcome(self.path(), arguments, input)
    }
}

fn outcome(folder: &Path, arguments: &[&str], input: &str) -> Outcome {
    outcome_in(folder, &[], arguments, input)
}

fn outcome_in(
    folder: &Path,
    environment: &[(&str, &str)],
    arguments: &[&str],
    input: &str,
) -> Outcome {
    let output = Command::cargo_bin("graphgrant")
        .unwrap()
        .current_dir(folder)
        .env_clear()
        .envs(environment.iter().copied())
        .args(arguments)
        .write_stdin(input)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
    Outcome {
        code: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Runs the program in an existing folder.
pub(crate) fn run_at(folder: &Path, arguments: &[&str]) -> Outcome {
    outcome(folder, arguments, "")
}

/// Runs the program in an existing folder with these variables and no others.
pub(crate) fn run_in_at(
    folder: &Path,
    environment: &[(&str, &str)],
    arguments: &[&str],
) -> Outcome {
    outcome_in(folder, environment, arguments, "")
}

/// Runs the program in an empty folder.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    Place::new().run(arguments)
}

impl Outcome {
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap()
    }
}
