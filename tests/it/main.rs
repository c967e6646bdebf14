//! The program from outside, as its users run it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod catalog;
mod ci;
mod compare;
mod consent;
mod consent_hostile;
mod consent_letter;
mod consent_url;
mod diff;
mod explain;
mod graph;
mod init;
mod lint;
mod lint_base;
mod lint_fix;
mod lint_policy;
mod lint_shared;
mod lock;
mod plan;
mod query;
mod readme;
mod run;
mod scene;
mod schemas;
mod script;
mod script_doubt;
mod script_run;
mod script_undo;
mod server;
mod status;
mod status_doubt;
mod status_live;
mod tenant;
mod texts;
mod token;
mod token_disk;
mod token_faults;
mod token_inspect;
mod token_memory;
mod token_people;
mod token_platforms;
mod token_terminal;
mod verify;
mod verify_probe;
mod verify_proof;
