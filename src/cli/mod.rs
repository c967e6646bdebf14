//! The command line: the one source of parsing, help, completions and man pages. No decisions, no I/O.
//!
//! `command` has the list of commands; each command brings its options in a file of its name.

mod catalog;
mod command;
mod compare;
mod consent;
mod diff;
mod explain;
mod graph;
mod init;
mod input;
mod lint;
mod lock;
mod plan;
mod query;
mod script;
mod status;
mod token;
mod verify;

pub use catalog::{Catalog, CatalogAction, Diff, Import};
pub use command::{Cli, Color, Command, Global};
pub use compare::{Compare, CompareFormat};
pub use consent::{
    Consent, ConsentAction, ConsentLetter, ConsentPart, ConsentShow, ConsentUrl, Endpoint,
    LetterFormat, PolicyName, PolicyWish, ReportFormat,
};
pub use diff::{AccessDiff, DiffFormat};
pub use explain::Explain;
pub use graph::{ExtentName, Graph, GraphFormat};
pub use init::Init;
pub use input::{AccessName, AnswerFormat, Input};
pub use lint::{FixName, KindName, Lint, LintFormat, SeverityName};
pub use lock::Lock;
pub use plan::{ObjectiveName, Plan, PlanFormat};
pub use query::{Query, Question};
pub use script::{ConsentScript, ScriptKind};
pub use status::Status;
pub use token::{
    AssertionName, ConnectionOptions, CredentialOptions, FlowName, SignatureName, Token,
    TokenAction, TokenGet, TokenInspect, TokenOrigin,
};
pub use verify::{MethodName, ProbeOptions, Verify, VerifyFormat};
