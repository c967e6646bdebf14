//! Options of `lint`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of `lint`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant lint                                 every app manifest below this folder
  graphgrant lint aad.manifest.json --fix         apply the fixes that need no second thought
  graphgrant lint --fix=unsafe --diff             show what all fixes would change
  graphgrant lint --format sarif -o lint.sarif    for code scanning
  graphgrant lint --policy-from origin/main       judge a pull request by the policy of its base

The policy of a manifest holds for the files that belong to it and for all in its folder and below, so that those of
manifests above PATH count, too, up to the top folder of the git repository, or else the current folder.
Paths are told from the current folder, for code hosts (sarif, github, gitlab, azure-devops) from the top folder.

Exit codes: 0 nothing to fail for; 1 findings from the severity of `--fail-on` on; 2 wrong usage or unreadable input.")]
pub struct Lint {
    /// Files and folders; folders are walked, without what `.gitignore` leaves out
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// How to print the findings
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: LintFormat,
    /// Apply fixes; with `--diff` only show them. `safe` adds what is needed below tier 1, corrects types and
    /// drops duplicates; `unsafe` also removes, and adds what is riskier or of unknown risk
    #[arg(
        long,
        value_name = "SAFETY",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "safe"
    )]
    pub fix: Option<FixName>,
    /// Print what fixes would change as a unified difference, and change nothing: the safe ones, or those of
    /// `--fix=unsafe` beside it
    #[arg(long, conflicts_with = "format")]
    pub diff: bool,
    /// A policy for all apps, besides those of the manifests
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Take policy, suppressions, lock and catalog from a git revision; a change to them is a finding
    #[arg(long, value_name = "REV")]
    pub policy_from: Option<String>,
    /// From which severity on to fail; `warning` unless a policy says otherwise
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<SeverityName>,
    /// Report what only the thorough want to know
    #[arg(long)]
    pub pedantic: bool,
    /// Read every named file as this kind
    #[arg(long, value_name = "KIND")]
    pub kind: Option<KindName>,
    /// Print the rules and end
    #[arg(long)]
    pub list_rules: bool,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The day on which dates are judged (YYYY-MM-DD), for runs that must be repeatable
    #[arg(long, value_name = "DAY", hide = true)]
    pub today: Option<String>,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LintFormat {
    /// Diagnostics with the lines they are about
    Human,
    /// The stable machine form (schemas/lint.schema.json)
    Json,
    /// SARIF 2.1.0 for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab Code Quality
    Gitlab,
    /// Commands of Azure Pipelines
    AzureDevops,
    /// `JUnit` XML
    Junit,
    /// A summary for a pull request
    Markdown,
}

/// Which fixes are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FixName {
    /// Those that take nothing away and give nothing that is not known to be below tier 1
    Safe,
    /// All
    Unsafe,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeverityName {
    /// Worth knowing
    Info,
    /// Should change
    Warning,
    /// Must change
    Error,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindName {
    /// An app registration as Microsoft Graph writes it
    GraphApplication,
    /// An app manifest of Azure AD Graph
    LegacyManifest,
    /// An app manifest of the Microsoft 365 Agents Toolkit
    AgentsToolkit,
    /// A Teams app manifest
    TeamsApp,
    /// `package-solution.json` of the SharePoint Framework
    Spfx,
    /// A Terraform file
    Terraform,
    /// The output of `terraform show -json`
    TerraformPlan,
    /// A Bicep file
    Bicep,
    /// An ARM template
    ArmTemplate,
    /// A manifest of operations
    Operations,
}
