//! Options of `consent`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::{AccessName, ConsentScript, Input};

/// Options of `consent`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant consent show                          who must consent to what
  graphgrant consent show --consent-policy none    in a tenant where users may not consent
  graphgrant consent url --redirect-uri https://app.example.com/consented
  graphgrant consent letter --format html -o request.html")]
pub struct Consent {
    /// What to do about consent
    #[command(subcommand)]
    pub action: ConsentAction,
}

/// The subcommands of `consent`.
#[derive(Debug, Subcommand)]
pub enum ConsentAction {
    /// Say who must consent to what, under which policy, and what it takes besides
    Show(ConsentShow),
    /// Print the URL where an admin consents
    Url(ConsentUrl),
    /// Write the request to the admin, as Markdown or as one HTML page
    Letter(ConsentLetter),
    /// Write the commands or files that carry the consent out
    Script(ConsentScript),
}

/// The part of a manifest that a consent is about.
#[derive(Debug, Args)]
pub struct ConsentPart {
    /// The operations
    #[command(flatten)]
    pub input: Input,
    /// Only this access
    #[arg(long, value_name = "ACCESS")]
    pub access: Option<AccessName>,
    /// The base and this profile only; may be repeated
    #[arg(long, value_name = "NAME")]
    pub profile: Vec<String>,
    /// Only this app of a manifest with several
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What users of the tenant may consent to.
#[derive(Debug, Args)]
pub struct PolicyWish {
    /// The consent policy of the tenant
    #[arg(long, value_name = "POLICY", conflicts_with = "tenant_policy")]
    pub consent_policy: Option<PolicyName>,
    /// The tenant's own policy: exported JSON of `authorizationPolicy`, `permissionGrantPolicies`,
    /// `delegatedPermissionClassifications`; may be repeated
    #[arg(long, value_name = "FILE")]
    pub tenant_policy: Vec<PathBuf>,
}

/// The consent policies that Microsoft brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicyName {
    /// Users may not consent
    None,
    /// What the tenant has classified as low, for verified publishers and own apps
    Low,
    /// Microsoft's choice, the default of new tenants
    Recommended,
    /// Whatever needs no admin
    Legacy,
}

impl PolicyName {
    /// Returns the word that data and outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Recommended => "recommended",
            Self::Legacy => "legacy",
        }
    }
}

/// Options of `consent show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 all operations are served; 1 one is unknown, or unsupported in every access wanted;
2 wrong usage or unreadable input.")]
pub struct ConsentShow {
    /// What it is about
    #[command(flatten)]
    pub part: ConsentPart,
    /// The tenant's policy
    #[command(flatten)]
    pub policy: PolicyWish,
    /// How to print the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: ReportFormat,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Human,
    /// For machines
    Json,
    /// For a pull request or wiki
    Markdown,
}

/// Options of `consent url`.
#[derive(Debug, Args)]
#[command(after_help = "\
Delegated permissions are asked for by name, app roles through `.default`: that stands for all that the \
registration lists. Without the client id, the tenant or the redirect URI what is printed has placeholders \
and is no URL that a browser opens.

Exit codes: 0 written; 1 written with placeholders or with a gap; 2 wrong usage or unreadable input.")]
pub struct ConsentUrl {
    /// What it is about
    #[command(flatten)]
    pub part: ConsentPart,
    /// The endpoint: `v2`, or `v1`, which always asks for the whole registration
    #[arg(long, value_name = "VERSION", default_value = "v2")]
    pub endpoint: Endpoint,
    /// Where the admin is sent afterwards; one of the registered redirect URIs
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Option<String>,
    /// What comes back unchanged with the answer; random when not given
    #[arg(long, value_name = "TEXT")]
    pub state: Option<String>,
    /// The tenant that consents: an id, a domain, or `organizations` (v1: `common`)
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// The deployment of Microsoft Graph; the manifest's when not given
    #[arg(long, value_name = "CLOUD", value_parser = crate::manifest::model::CLOUDS)]
    pub cloud: Option<String>,
}

/// The admin consent endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Endpoint {
    /// Takes scopes
    V2,
    /// Takes the whole registration
    V1,
}

/// Options of `consent letter`.
#[derive(Debug, Args)]
pub struct ConsentLetter {
    /// What it is about
    #[command(flatten)]
    pub part: ConsentPart,
    /// The tenant's policy
    #[command(flatten)]
    pub policy: PolicyWish,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    pub format: LetterFormat,
}

/// How a letter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LetterFormat {
    /// For a ticket, a wiki or a mail
    Markdown,
    /// One page that needs nothing else
    Html,
}
