//! Options of `query`.

use clap::{Args, Subcommand};

use crate::cli::{AccessName, AnswerFormat, Input};

/// Options of `query`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant query opens Mail.Read --access application
  graphgrant query covers Mail.ReadWrite Mail.Read
  graphgrant query between Mail.ReadBasic Mail.ReadWrite
  graphgrant query needs Mail.Read              which operations of graphgrant.yaml need it
  graphgrant query what-if --drop Mail.Read     which operations are lost without it
  graphgrant query what-if --add 'GET /users'   which permissions come with another call")]
pub struct Query {
    /// The question
    #[command(subcommand)]
    pub question: Question,
    /// How to print the answer
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
    /// Ask about this access only
    #[arg(long, global = true, value_name = "ACCESS")]
    pub access: Option<AccessName>,
}

/// The questions of `query`.
#[derive(Debug, Subcommand)]
pub enum Question {
    /// Which operations a permission opens
    Opens {
        /// The permission
        permission: String,
    },
    /// Whether the first permission gives all that the second gives
    Covers {
        /// The permission that should give more
        upper: String,
        /// The permission that should give less
        lower: String,
    },
    /// Which permissions lie between two in the order
    Between {
        /// One end
        first: String,
        /// The other end
        second: String,
    },
    /// Which operations of a manifest need a permission, and which of them forces it
    Needs {
        /// The permission
        permission: String,
        /// The operations
        #[command(flatten)]
        input: Input,
        /// Ask about this app of a manifest with several
        #[arg(long, value_name = "NAME")]
        app: Option<String>,
    },
    /// What changes when a permission goes or a call comes
    #[command(group = clap::ArgGroup::new("change").required(true).args(["drop", "add"]))]
    WhatIf {
        /// The operations
        #[command(flatten)]
        input: Input,
        /// Take this permission out of the plan: which operations are lost
        #[arg(long, value_name = "PERMISSION")]
        drop: Option<String>,
        /// Add this call to the manifest: which permissions come
        #[arg(long, value_name = "REQUEST")]
        add: Option<String>,
        /// Ask about this app of a manifest with several
        #[arg(long, value_name = "NAME")]
        app: Option<String>,
    },
}
