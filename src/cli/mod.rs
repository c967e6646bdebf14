//! The command line: the one source of parsing, help, completions and man pages. No decisions, no I/O.
//!
//! `command` has the list of commands; each command brings its options in a file of its name.

mod catalog;
mod command;
mod explain;
mod init;
mod input;
mod plan;
mod query;
mod token;
mod verify;

pub use catalog::{Catalog, CatalogAction, Diff, Import};
pub use command::{Cli, Color, Command, Global};
pub use explain::Explain;
pub use init::Init;
pub use input::{AccessName, AnswerFormat, Input};
pub use plan::{ObjectiveName, Plan, PlanFormat};
pub use query::{Query, Question};
pub use token::{
    AssertionName, ConnectionOptions, CredentialOptions, FlowName, SignatureName, Token,
    TokenAction, TokenGet, TokenInspect, TokenOrigin,
};
pub use verify::{MethodName, ProbeOptions, Verify, VerifyFormat};
