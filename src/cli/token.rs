//! Options of `token`, and those of a token's origin that `verify` takes too.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::AnswerFormat;

/// Options of `token`.
#[derive(Debug, Args)]
pub struct Token {
    /// What to do
    #[command(subcommand)]
    pub action: TokenAction,
}

/// What `token` does.
#[derive(Debug, Subcommand)]
pub enum TokenAction {
    /// Acquire an access token and say what is in it
    Get(Box<TokenGet>),
    /// Decode an access token, without verifying it
    Inspect(TokenInspect),
}

/// Options of `token get`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  AZURE_CLIENT_SECRET=... graphgrant token get --tenant contoso.onmicrosoft.com --client-id ID
  graphgrant token get --flow certificate --certificate app.pfx --password-env PFX_PASSWORD
  graphgrant token get --flow federated --assertion github-actions
  graphgrant token get --flow device-code --scope User.Read --scope Mail.Read
  graphgrant token get --print-token | graphgrant token inspect

Secrets come from the environment, from files or from standard input, never from the command line. Nothing is
kept: there is no cache, and without --print-token nobody sees the token.

Exit codes: 0 there is a token; 2 wrong usage; 3 the platform refused or could not be reached; 130 interrupted.")]
pub struct TokenGet {
    /// Where the token comes from
    #[command(flatten)]
    pub origin: TokenOrigin,
    /// Print the token itself, and nothing else, to standard output
    #[arg(long)]
    pub print_token: bool,
    /// How to print what is in it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
}

/// Options of `token inspect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant token inspect < token.txt
  graphgrant token inspect --token-env ACCESS_TOKEN --format json

The claims are not verified: nobody but Microsoft Graph can do that for its tokens.

Exit codes: 0 decoded; 1 the token is encrypted, opaque or mangled; 2 wrong usage.")]
pub struct TokenInspect {
    /// Read the token from this environment variable instead of standard input
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
    /// How to print the claims
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
}

/// How a token is acquired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FlowName {
    /// The app alone, with a client secret
    ClientSecret,
    /// The app alone, with a certificate
    Certificate,
    /// The app alone, with an assertion of another platform
    Federated,
    /// The managed identity of this Azure resource
    ManagedIdentity,
    /// What the Azure CLI is signed in as
    AzureCli,
    /// A user in the browser of this machine
    AuthorizationCode,
    /// A user who types a code on another device
    DeviceCode,
    /// A token that you have already
    Given,
}

/// Where the assertion of `--flow federated` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AssertionName {
    /// `--assertion-file`
    File,
    /// `--assertion-env`
    Env,
    /// The job of GitHub Actions
    GithubActions,
    /// The job of Azure Pipelines
    AzurePipelines,
    /// The job of GitLab
    Gitlab,
    /// The pod with Azure workload identity
    WorkloadIdentity,
    /// The managed identity of this Azure resource
    ManagedIdentity,
}

/// The signature of a certificate's assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SignatureName {
    /// RSASSA-PSS, as documented today
    Ps256,
    /// RSASSA-PKCS1-v1_5, as older clients sign
    Rs256,
}

/// Where a token comes from.
#[derive(Debug, Args)]
pub struct TokenOrigin {
    /// How to acquire the token [otherwise: client-secret for `token get`, given for `verify`]
    #[arg(long, value_name = "FLOW")]
    pub flow: Option<FlowName>,
    /// The app [otherwise: the manifest, `AZURE_CLIENT_ID`]
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// The tenant, an id or a domain [otherwise: the manifest, `AZURE_TENANT_ID`]
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// The cloud [otherwise: the manifest, the one that `AZURE_AUTHORITY_HOST` names, global]
    #[arg(long, value_name = "NAME")]
    pub cloud: Option<String>,
    /// A scope to ask for, may be repeated; delegated flows only [otherwise: .default]
    #[arg(long, value_name = "NAME")]
    pub scope: Vec<String>,
    /// The account to propose in the browser
    #[arg(long, value_name = "ACCOUNT")]
    pub login_hint: Option<String>,
    /// Do not start a browser, only show the page
    #[arg(long)]
    pub no_browser: bool,
    /// The port of the redirect URI `http://localhost` [otherwise: any]
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub port: u16,
    /// The credential
    #[command(flatten)]
    pub credential: CredentialOptions,
    /// The connection
    #[command(flatten)]
    pub connection: ConnectionOptions,
}

/// What the app proves itself with. Secrets are named by where they are, never given.
#[derive(Debug, Args)]
#[command(next_help_heading = "Credential")]
pub struct CredentialOptions {
    /// The environment variable with the client secret
    #[arg(long, value_name = "NAME", default_value = "AZURE_CLIENT_SECRET")]
    pub secret_env: String,
    /// The file with the client secret, `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
    /// The certificate with its key, PEM or PFX [otherwise: `AZURE_CLIENT_CERTIFICATE_PATH`]
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// The environment variable with the password of the key
    #[arg(long, value_name = "NAME", conflicts_with = "password_file")]
    pub password_env: Option<String>,
    /// The file with the password of the key, `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// How the certificate's key signs
    #[arg(long, value_name = "NAME", default_value = "ps256")]
    pub signature: SignatureName,
    /// Where the assertion comes from [otherwise: told from the environment]
    #[arg(long, value_name = "PLACE")]
    pub assertion: Option<AssertionName>,
    /// The file with the assertion, `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub assertion_file: Option<PathBuf>,
    /// The environment variable with the assertion
    #[arg(long, value_name = "NAME")]
    pub assertion_env: Option<String>,
    /// The service connection of Azure Pipelines
    #[arg(long, value_name = "ID")]
    pub service_connection: Option<String>,
    /// The client id of a user-assigned managed identity
    #[arg(long, value_name = "ID", group = "identity")]
    pub identity_client_id: Option<String>,
    /// The object id of a user-assigned managed identity
    #[arg(long, value_name = "ID", group = "identity")]
    pub identity_object_id: Option<String>,
    /// The Azure resource id of a user-assigned managed identity
    #[arg(long, value_name = "ID", group = "identity")]
    pub identity_resource_id: Option<String>,
    /// The environment variable with the token of `--flow given` [otherwise: standard input]
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
}

/// How hosts are reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionOptions {
    /// Ask this host for tokens instead of the cloud's, `https://HOST` or `https://HOST/TENANT`
    #[arg(long, value_name = "URL")]
    pub authority: Option<String>,
    /// Use this host as Microsoft Graph instead of the cloud's
    #[arg(long, value_name = "URL")]
    pub graph: Option<String>,
    /// The audience of assertions instead of the cloud's
    #[arg(long, value_name = "AUDIENCE")]
    pub audience: Option<String>,
    /// Allow plain http to this machine, for test servers
    #[arg(long)]
    pub allow_http_loopback: bool,
    /// Trust the PEM certificates of this file instead of the machine's
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// How long one call may take, with all its attempts
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// How long to wait for a person or a program
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub wait: u64,
}
