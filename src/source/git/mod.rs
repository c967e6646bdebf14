//! Files of a revision, read from a git repository that may be hostile.
//!
//! In come a folder, the name of a revision and a path, out come bytes as they were committed. The program
//! `git` is asked with plumbing commands that neither run hooks, filters, text conversions, monitors, pagers
//! nor fetch anything; `process` says how. Nothing is written, the work tree and the index are not looked at,
//! and nothing here knows what a file means.

mod error;
mod process;
mod repository;

#[cfg(test)]
mod tests;

pub use error::GitError;
pub use repository::{Repository, Revision};
