//! Why git has no answer.

use miette::Diagnostic;
use thiserror::Error;

/// Why a revision, or a file of it, could not be read. Names and git's own words are escaped.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum GitError {
    /// There is no `git` in any folder of `PATH` that may be searched.
    #[error("the program `git` is not found")]
    #[diagnostic(
        code(graphgrant::git::absent),
        help(
            "install git and put its folder into PATH; relative folders in PATH, and the current one, are not searched"
        )
    )]
    Absent,
    /// The folder belongs to no repository with a work tree.
    #[error("`{folder}` is in no git repository")]
    #[diagnostic(
        code(graphgrant::git::no_repository),
        help(
            "revisions are read from the repository that the folder belongs to: change to it first"
        )
    )]
    NoRepository {
        /// The folder.
        folder: String,
    },
    /// Git does not trust the owner of the repository.
    #[error("git refuses the repository of `{folder}`, as it belongs to somebody else")]
    #[diagnostic(
        code(graphgrant::git::untrusted_owner),
        help(
            "if you trust it: `git config --global --add safe.directory FOLDER` with the top folder of the repository"
        )
    )]
    UntrustedOwner {
        /// The folder.
        folder: String,
    },
    /// The text cannot be the name of a revision.
    #[error("`{revision}` is no name of a revision")]
    #[diagnostic(
        code(graphgrant::git::bad_revision),
        help("name a branch, a tag or a commit, such as `origin/main` or `HEAD~1`")
    )]
    BadRevision {
        /// What was given.
        revision: String,
    },
    /// The repository has no such commit.
    #[error("the repository has no commit `{revision}`")]
    #[diagnostic(
        code(graphgrant::git::unknown_revision),
        help("fetch it first (`git fetch origin BRANCH`), and name it as `origin/BRANCH`")
    )]
    UnknownRevision {
        /// What was given.
        revision: String,
    },
    /// The repository has no such commit, and its history is cut off.
    #[error("this shallow clone has no commit `{revision}`")]
    #[diagnostic(
        code(graphgrant::git::shallow),
        help(
            "fetch more of the history: `git fetch --unshallow`, or in a pipeline `fetch-depth: 0` (GitHub), `fetchDepth: 0` (Azure DevOps), `GIT_DEPTH: 0` (GitLab)"
        )
    )]
    Shallow {
        /// What was given.
        revision: String,
    },
    /// The name stands for several things, such as a branch and a tag.
    #[error("`{revision}` names several things")]
    #[diagnostic(
        code(graphgrant::git::ambiguous),
        help("write it in full: `refs/heads/NAME`, `refs/tags/NAME`, or the id of the commit")
    )]
    Ambiguous {
        /// What was given.
        revision: String,
    },
    /// The path leads out of the repository.
    #[error("`{path}` is outside the repository")]
    #[diagnostic(
        code(graphgrant::git::outside),
        help("name a file of the repository, relative to the current folder")
    )]
    Outside {
        /// The path.
        path: String,
    },
    /// There is something else than a file.
    #[error("`{path}` is {what} in `{revision}`")]
    #[diagnostic(
        code(graphgrant::git::not_a_file),
        help("name a file; links are not followed")
    )]
    NotAFile {
        /// The path.
        path: String,
        /// The revision.
        revision: String,
        /// What it is.
        what: &'static str,
    },
    /// The file is larger than any that people write.
    #[error("`{path}` is larger than {limit} bytes in `{revision}`")]
    #[diagnostic(
        code(graphgrant::git::too_large),
        help("this is no file that a person wrote by hand; check the path")
    )]
    TooLarge {
        /// The path.
        path: String,
        /// The revision.
        revision: String,
        /// The limit.
        limit: u64,
    },
    /// Git did not end in time.
    #[error("git gave no answer within {seconds} seconds")]
    #[diagnostic(
        code(graphgrant::git::timed_out),
        help("check the repository with `git fsck`, and try again")
    )]
    TimedOut {
        /// The limit.
        seconds: u64,
    },
    /// Git ended with an error.
    #[error("git failed: {reason}")]
    #[diagnostic(
        code(graphgrant::git::failed),
        help(
            "check the repository with `git fsck`; in a partial clone fetch the file first, as nothing is fetched here"
        )
    )]
    Failed {
        /// What git says, in one line.
        reason: String,
    },
}
