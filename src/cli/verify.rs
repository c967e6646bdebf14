//! Options of `verify`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::{AccessName, Input, ObjectiveName, TokenOrigin};

/// Options of `verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  graphgrant verify < token.txt                        a token that you have, with graphgrant.yaml
  graphgrant verify --token-env ACCESS_TOKEN -e 'GET /me/messages'
  graphgrant verify --flow client-secret               acquire one, with AZURE_CLIENT_SECRET
  graphgrant verify --flow device-code --probe         and ask Microsoft Graph too
  graphgrant verify --token-env T --format sarif -o verify.sarif

The claims of a token are not verified; --probe asks Microsoft Graph itself, by GET, with small answers whose content
goes nowhere. A tenant that is named by a domain is looked up at its authority, without any credential.

An operation counts as covered when the token holds a set that the data accepts for it, for all that the manifest leaves
open, or when a live call of it is allowed (of other people's data: for another user than the token's). Not covered is
what only the order of permissions, or a route outside the token, says to be allowed. A token that cannot be read stays
unproven, whatever live calls say: nothing tells whose it is. What a user may do, and policies of the tenant, can narrow
what permissions allow; only live calls show that.

Exit codes: 0 every operation of the token's access is covered, the token is the expected one, and with --probe each call
that can be made proves it (operations that no call can reach, and an app or tenant that nothing names, are told); 1 it is
not, or that is not proven; 2 wrong usage or unreadable input; 3 the platform refused to issue a token or could not be
reached, or Microsoft Graph not by any call; 130 interrupted.")]
pub struct Verify {
    /// The operations
    #[command(flatten)]
    pub input: Input,
    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: VerifyFormat,
    /// Compare with the plan of this access [otherwise: the token's own]
    #[arg(long, value_name = "ACCESS")]
    pub access: Option<AccessName>,
    /// What the plan minimises
    #[arg(long, value_name = "OBJECTIVE", default_value = "documented")]
    pub objective: ObjectiveName,
    /// Compare with the base and this profile only; may be repeated
    #[arg(long, value_name = "NAME")]
    pub profile: Vec<String>,
    /// The app of a manifest with several
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// Fail too when the token holds more than the plan needs
    #[arg(long)]
    pub exact: bool,
    /// An export of appRoleAssignments that says when grants were made
    #[arg(long, value_name = "FILE")]
    pub grants: Option<PathBuf>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Live calls
    #[command(flatten)]
    pub probe: ProbeOptions,
    /// The token
    #[command(flatten, next_help_heading = "Token")]
    pub origin: TokenOrigin,
}

/// Live calls.
#[derive(Debug, Args)]
#[command(next_help_heading = "Live calls")]
pub struct ProbeOptions {
    /// Call the plan's read operations at Microsoft Graph
    #[arg(long)]
    pub probe: bool,
    /// A value for a placeholder of paths, `users/id=adele@contoso.com`; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, requires = "probe")]
    pub value: Vec<(String, String)>,
    /// Call operations of this method too, which may change data; may be repeated
    #[arg(long, value_name = "METHOD", requires = "probe")]
    pub probe_method: Vec<MethodName>,
    /// The body of a call, `POST /me/sendMail=mail.json`; may be repeated
    #[arg(long, value_name = "REQUEST=FILE", value_parser = pair_at_end, requires = "probe_method")]
    pub probe_body: Vec<(String, String)>,
    /// The most calls
    #[arg(long, value_name = "NUMBER", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub probe_limit: u16,
}

/// A method besides GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum MethodName {
    /// POST
    #[value(alias = "post")]
    Post,
    /// PUT
    #[value(alias = "put")]
    Put,
    /// PATCH
    #[value(alias = "patch")]
    Patch,
    /// DELETE
    #[value(alias = "delete")]
    Delete,
}

/// How a verification is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerifyFormat {
    /// For people
    Human,
    /// The stable machine form (schemas/verify.schema.json)
    Json,
    /// SARIF 2.1.0 for code scanning
    Sarif,
    /// For a pull request or wiki
    Markdown,
    /// `JUnit` XML for test reports
    Junit,
}

fn pair(text: &str) -> Result<(String, String), String> {
    split(text.split_once('='), "NAME=VALUE")
}

/// Requests hold `=` in their queries, so the last one counts.
fn pair_at_end(text: &str) -> Result<(String, String), String> {
    split(text.rsplit_once('='), "REQUEST=FILE")
}

fn split(parts: Option<(&str, &str)>, form: &str) -> Result<(String, String), String> {
    match parts {
        Some((name, value)) if !name.trim().is_empty() && !value.is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err(format!("write it as {form}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_split_where_they_should() {
        let both = |one: &str, other: &str| Ok((one.to_owned(), other.to_owned()));
        assert_eq!(pair("users/id=a=b"), both("users/id", "a=b"));
        assert_eq!(
            pair_at_end("POST /x?$select=id=f.json"),
            both("POST /x?$select=id", "f.json")
        );
        assert!(pair("x").is_err() && pair("=x").is_err() && pair("x=").is_err());
    }
}
