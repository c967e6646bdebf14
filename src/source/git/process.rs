//! The only start of another program: `git`, with nothing of the repository's configuration that runs
//! programs, nothing of the caller's `GIT_*` environment, bounded output and a limit of time.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use crate::source::escape::shown_up_to;
use crate::source::git::GitError;

/// How long git may take for one answer.
pub(super) const TIME: Duration = Duration::from_secs(30);

/// How much is read of what git says on standard error.
const MESSAGE: u64 = 4096;

/// The variables that git keeps: where the user's own configuration is (that names the folders the user
/// trusts), and what Windows needs to start a program at all.
const KEPT: [&str; 8] = [
    "HOME",
    "XDG_CONFIG_HOME",
    "SUDO_UID",
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
    "SystemRoot",
    "ProgramData",
];

/// Settings that win over those of the repository. What runs a program is off. An embedded bare repository
/// is content, which somebody under review may have written.
const SETTINGS: [&str; 8] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.warnAmbiguousRefs=true",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
];

/// What git answered.
#[derive(Debug)]
pub(super) struct Answer {
    /// Whether it ended well.
    pub(super) is_fine: bool,
    /// Standard output, up to the limit; `None` when there is more.
    pub(super) out: Option<Vec<u8>>,
    /// Standard error, cut.
    pub(super) err: String,
}

impl Answer {
    /// Returns what git complained about, in one line that can be shown.
    pub(super) fn reason(&self) -> String {
        let line = self.err.lines().find(|line| !line.trim().is_empty());
        let line = line.unwrap_or("it gave no reason");
        shown_up_to(line.trim_start_matches("fatal: "), 200)
    }
}

/// Finds git in the folders of `PATH`, but neither in relative ones nor in `folder` or the current one:
/// what lies there may come with the files under review.
pub(super) fn find(folder: &Path) -> Result<PathBuf, GitError> {
    let path = std::env::var_os("PATH").ok_or(GitError::Absent)?;
    let current = std::env::current_dir().ok();
    let untrusted: Vec<PathBuf> = [Some(folder.to_owned()), current]
        .into_iter()
        .flatten()
        .filter_map(|folder| folder.canonicalize().ok())
        .collect();
    find_in(&path, &untrusted)
}

/// Finds git in the folders of a search path that are absolute and not among those that are not trusted.
pub(super) fn find_in(path: &OsStr, untrusted: &[PathBuf]) -> Result<PathBuf, GitError> {
    let name = if cfg!(windows) { "git.exe" } else { "git" };
    let is_trusted = |folder: &PathBuf| {
        folder.is_absolute()
            && folder
                .canonicalize()
                .is_ok_and(|folder| !untrusted.contains(&folder))
    };
    std::env::split_paths(path)
        .filter(is_trusted)
        .map(|folder| folder.join(name))
        .find(|program| is_executable(program))
        .ok_or(GitError::Absent)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Asks git. The arguments are those of a plumbing command that runs no filter and no text conversion.
pub(super) fn ask<S: AsRef<OsStr>>(
    program: &Path,
    folder: &Path,
    arguments: &[S],
    limit: u64,
    time: Duration,
) -> Result<Answer, GitError> {
    let failed = |error: std::io::Error| GitError::Failed {
        reason: shown_up_to(&error.to_string(), 200),
    };
    let mut child = command(program, folder, arguments)
        .spawn()
        .map_err(failed)?;
    let answer = listen(&mut child, limit, time);
    if answer.is_err() {
        // It may have ended by itself meanwhile.
        child.kill().unwrap_or_default();
    }
    let ended = end(&mut child);
    let (out, err) = answer?;
    Ok(Answer {
        is_fine: ended.is_some_and(|status| status.success()),
        out: (out.len() as u64 <= limit).then_some(out),
        err: String::from_utf8_lossy(&err).into_owned(),
    })
}

pub(super) fn command<S: AsRef<OsStr>>(
    program: &Path,
    folder: &Path,
    arguments: &[S],
) -> std::process::Command {
    let mut command = std::process::Command::new(program);
    command
        .env_clear()
        .envs(KEPT.iter().filter_map(|name| {
            let value = std::env::var_os(name)?;
            Some((*name, value))
        }))
        .envs([
            // Messages that are told apart below must not be translated.
            ("LC_ALL", "C"),
            // Settings of a protocol by name would win over `protocol.allow`; this wins over them.
            ("GIT_ALLOW_PROTOCOL", "none"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_LITERAL_PATHSPECS", "1"),
            ("GIT_ATTR_NOSYSTEM", "1"),
        ])
        .arg("--no-pager");
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Takes both outputs, each up to its limit and one byte more. Both are read at once, so that git never
/// waits for a reader.
fn listen(child: &mut Child, limit: u64, time: Duration) -> Result<(Vec<u8>, Vec<u8>), GitError> {
    let out = child.stdout.take().map(|pipe| gather(pipe, limit));
    let err = child.stderr.take().map(|pipe| gather(pipe, MESSAGE));
    Ok((received(out, time)?, received(err, time)?))
}

fn gather(pipe: impl Read + Send + 'static, limit: u64) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    // The thread ends with the pipe; when nobody listens any more, its message is lost.
    let _: thread::JoinHandle<()> = thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error counts; git's exit code tells the rest.
        pipe.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .unwrap_or_default();
        sender.send(bytes).unwrap_or_default();
    });
    receiver
}

fn received(from: Option<Receiver<Vec<u8>>>, time: Duration) -> Result<Vec<u8>, GitError> {
    let Some(from) = from else {
        return Ok(Vec::new());
    };
    from.recv_timeout(time).map_err(|_| GitError::TimedOut {
        seconds: time.as_secs(),
    })
}

/// Waits for the end, which is near: both outputs are closed, or it was killed. What does not end is
/// killed.
fn end(child: &mut Child) -> Option<ExitStatus> {
    for _ in 0..200 {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap_or_default();
    child.wait().ok()
}
