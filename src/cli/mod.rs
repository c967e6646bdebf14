//! The command line: the one source of parsing, help, completions and man pages. No decisions, no I/O.
//!
//! `command` has the list of commands; each command brings its options in a file of its name.

mod catalog;
mod command;
mod diff;
mod explain;
mod init;
mod input;
mod lint;
mod lock;
mod plan;
mod query;

pub use catalog::{Catalog, CatalogAction, Diff, Import};
pub use command::{Cli, Color, Command, Global};
pub use diff::{AccessDiff, DiffFormat};
pub use explain::Explain;
pub use init::Init;
pub use input::{AccessName, AnswerFormat, Input};
pub use lint::{FixName, KindName, Lint, LintFormat, SeverityName};
pub use lock::Lock;
pub use plan::{ObjectiveName, Plan, PlanFormat};
pub use query::{Query, Question};
