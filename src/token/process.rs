//! Programs of the machine: the Azure CLI, the browser. The only file that starts any.
//!
//! A program is looked for in the absolute folders of `PATH` alone, never in the current one: a repository that
//! somebody works in must not be able to bring its own `az`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::token::environment::Environment;

/// The most bytes of a program's output that are read.
const SIZE: u64 = 1 << 20;

/// The endings of a program's file.
const ENDINGS: &[&str] = if cfg!(windows) {
    &[".cmd", ".exe"]
} else {
    &[""]
};

/// How a program ended.
pub(super) struct Output {
    /// Whether it says that all went well.
    pub(super) succeeded: bool,
    /// What it wrote to standard output.
    pub(super) out: Zeroizing<Vec<u8>>,
    /// What it wrote to standard error.
    pub(super) err: Zeroizing<Vec<u8>>,
}

/// Why a program did not end well.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RunError {
    /// It cannot be started.
    Start,
    /// It did not end in time.
    Time,
}

/// Finds a program in the absolute folders of `PATH`, except the current folder.
pub(super) fn find(environment: Environment, name: &str) -> Option<PathBuf> {
    let here = environment
        .folder()
        .and_then(|folder| folder.canonicalize().ok());
    let path = environment.raw("PATH")?;
    let mut candidates = std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .filter(|folder| {
            folder
                .canonicalize()
                .is_ok_and(|folder| Some(folder) != here)
        })
        .flat_map(|folder| {
            let with = move |ending: &&str| folder.join(format!("{name}{ending}"));
            ENDINGS.iter().map(with).collect::<Vec<_>>()
        });
    candidates.find(|file| file.is_file())
}

/// Runs a program to its end, in its own folder: Python programs look for their modules in the current one.
pub(super) fn run(
    program: &Path,
    arguments: &[&str],
    patience: Duration,
) -> Result<Output, RunError> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(folder) = program.parent() {
        command.current_dir(folder);
    }
    let mut child = command.spawn().map_err(|_| RunError::Start)?;
    let out = child.stdout.take().map(drain);
    let err = child.stderr.take().map(drain);
    let end = Instant::now() + patience;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(20)),
            _ => {
                // It may have ended just now; then there is nothing to stop.
                let _ = child.kill();
                let _ = child.wait();
                return Err(RunError::Time);
            }
        }
    };
    // A child of the program may keep the pipe open for ever; what came until then is enough.
    let collect = |pipe: Option<mpsc::Receiver<Zeroizing<Vec<u8>>>>| {
        let left = end.saturating_duration_since(Instant::now());
        let wait = left.min(Duration::from_secs(5));
        pipe.and_then(|pipe| pipe.recv_timeout(wait).ok())
            .unwrap_or_default()
    };
    Ok(Output {
        succeeded: status.success(),
        out: collect(out),
        err: collect(err),
    })
}

fn drain(pipe: impl Read + Send + 'static) -> mpsc::Receiver<Zeroizing<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::new());
        let _ = pipe.take(SIZE).read_to_end(&mut bytes);
        // Nobody listens any more when the program was stopped.
        let _ = sender.send(bytes);
    });
    receiver
}

/// Opens a page in the browser of the machine. Returns false when there is none that can be started.
pub fn open_page(environment: &Environment, page: &str) -> bool {
    let (name, first): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    let Some(program) = find(*environment, name) else {
        return false;
    };
    Command::new(program)
        .args(first)
        .arg(page)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .is_ok()
}
