//! The app alone, with an assertion of another platform that the app trusts (a federated credential).
//!
//! The assertion is fetched anew for each token request: most are good for a few minutes only.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::net::{Answer, Body, Call, Url, is_loopback};
use crate::source::escape::shown;
use crate::source::read;
use crate::token::authority::Authority;
use crate::token::encoding::from_url_safe;
use crate::token::error::TokenError;
use crate::token::flow::{ASSERTION_TYPE, managed_identity};
use crate::token::post;
use crate::token::secret::Secret;
use crate::token::{Acquired, World};
use zeroize::Zeroizing;

/// The longest assertion, in bytes.
const LONGEST: u64 = 64 << 10;

/// What messages call it.
const WHAT: &str = "the assertion";

/// The variable that GitLab jobs keep their token in unless another is named.
const GITLAB: &str = "GITLAB_OIDC_TOKEN";

/// The codes that say that no federated credential matches.
const MISMATCH: [u32; 5] = [70021, 700_211, 700_213, 7_002_121, 7_002_131];

#[derive(Deserialize)]
struct GitHubReply {
    value: String,
}

#[derive(Deserialize)]
struct AzureReply {
    #[serde(rename = "oidcToken")]
    token: String,
}

/// Where the assertion comes from.
#[derive(Debug, Clone, Copy)]
pub enum From<'a> {
    /// A file.
    File(&'a Path),
    /// An environment variable.
    Variable(&'a str),
    /// The job of GitHub Actions that this is.
    GitHub,
    /// The job of Azure Pipelines that this is, and its service connection.
    AzurePipelines {
        /// The id of the service connection.
        connection: Option<&'a str>,
    },
    /// The job of GitLab that this is: the variable that `id_tokens` names.
    GitLab {
        /// The variable.
        variable: Option<&'a str>,
    },
    /// The pod with Azure workload identity that this is.
    WorkloadIdentity,
    /// The managed identity of the Azure resource that this is.
    ManagedIdentity(managed_identity::Identity<'a>),
}

/// Acquires a token.
///
/// # Errors
/// When there is no assertion, or no token for it.
pub fn acquire(
    world: &World<'_>,
    authority: &Authority,
    client_id: &str,
    from: From<'_>,
) -> Result<Acquired, TokenError> {
    authority.needs_one_tenant()?;
    let url = authority.endpoint("token")?;
    let assertion = assertion(world, authority, from)?;
    let scope = authority.scope(".default");
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion.trimmed()),
        ("scope", &scope),
    ];
    let mut answer = post::token(world, authority.plain, &url, &form);
    if let Err(TokenError::Refused(refused)) = &mut answer {
        let codes = &refused.refusal.codes;
        if codes.iter().any(|code| MISMATCH.contains(code)) {
            refused.add_help(&presented(assertion.trimmed()));
        }
    }
    answer
}

/// What the assertion says of itself, to compare with the federated credential. None of it is secret.
fn presented(assertion: &str) -> String {
    let claims = assertion.split('.').nth(1).and_then(from_url_safe);
    let claims: Option<Value> = claims.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(claims) = claims else {
        return "the assertion is no JSON Web Token".to_owned();
    };
    let told = ["iss", "sub", "aud"].map(|name| {
        let value = claims.get(name);
        let text = value.and_then(Value::as_str).map(shown);
        format!("{name} `{}`", text.unwrap_or_else(|| "?".to_owned()))
    });
    format!("the assertion says: {}", told.join(", "))
}

fn assertion(
    world: &World<'_>,
    authority: &Authority,
    from: From<'_>,
) -> Result<Secret, TokenError> {
    let environment = world.environment;
    match from {
        From::File(path) => Secret::from_bytes(read::bytes(path, LONGEST)?, WHAT),
        From::Variable(name) => environment.secret(name, WHAT),
        From::GitHub => github(world, authority),
        From::AzurePipelines { connection } => azure_pipelines(world, authority, connection),
        From::GitLab { variable } => {
            let name = variable.unwrap_or(GITLAB);
            environment.secret(name, WHAT).map_err(|error| match error {
                TokenError::NotSet { variable, .. } => unset(
                    "GitLab",
                    variable,
                    "declare it in the job: `id_tokens: {GITLAB_OIDC_TOKEN: {aud: api://AzureADTokenExchange}}`",
                ),
                other => other,
            })
        }
        From::WorkloadIdentity => {
            let Some(path) = environment.text("AZURE_FEDERATED_TOKEN_FILE") else {
                return Err(unset(
                    "workload identity",
                    "AZURE_FEDERATED_TOKEN_FILE is not set",
                    "label the pod `azure.workload.identity/use: \"true\"` and use its service account",
                ));
            };
            Secret::from_bytes(read::bytes(Path::new(&path), LONGEST)?, WHAT)
        }
        From::ManagedIdentity(identity) => {
            let audience = audience(authority)?;
            let acquired = managed_identity::acquire_for(world, authority, audience, identity)?;
            Ok(acquired.token)
        }
    }
}

/// The error of a place that is not set up for assertions.
fn unset(source_name: &'static str, what: impl Into<String>, help: &'static str) -> TokenError {
    TokenError::NoAssertion {
        source_name,
        what: what.into(),
        help,
    }
}

fn failed(source_name: &'static str, what: impl Into<String>, help: &'static str) -> TokenError {
    TokenError::Assertion {
        source_name,
        what: what.into(),
        help,
    }
}

fn audience(authority: &Authority) -> Result<&str, TokenError> {
    authority
        .federation_audience
        .as_deref()
        .ok_or(TokenError::Missing {
            what: "the audience of assertions in this cloud, which is not published,",
            help: "name it with `--audience`",
        })
}

/// The address that a CI platform names in the environment; the job's token is sent there.
fn address(text: &str, name: &'static str, plain: bool) -> Result<Url, TokenError> {
    let url = Url::parse(text).ok();
    let url = url.filter(|url| url.scheme() == "https" || (plain && is_loopback(url)));
    url.ok_or_else(|| {
        unset(
            name,
            "the address in its environment is no https URL",
            "the platform sets it; do not set it yourself",
        )
    })
}

fn github(world: &World<'_>, authority: &Authority) -> Result<Secret, TokenError> {
    const NAME: &str = "GitHub Actions";
    const HELP: &str = "give the job `permissions: {id-token: write}`";
    let environment = world.environment;
    let Some(text) = environment.text("ACTIONS_ID_TOKEN_REQUEST_URL") else {
        return Err(unset(NAME, "ACTIONS_ID_TOKEN_REQUEST_URL is not set", HELP));
    };
    let token = environment
        .secret("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "the job's token")
        .map_err(|_| unset(NAME, "ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set", HELP))?;
    let mut url = address(&text, NAME, authority.plain)?;
    url.query_pairs_mut()
        .append_pair("audience", audience(authority)?);
    let bearer = Zeroizing::new(format!("Bearer {}", token.trimmed()));
    let answer = world.client.call(&Call {
        headers: &[("authorization", &bearer)],
        plain: authority.plain,
        ..Call::get(&url)
    })?;
    taken(NAME, &answer, HELP, |reply: GitHubReply| reply.value)
}

fn azure_pipelines(
    world: &World<'_>,
    authority: &Authority,
    connection: Option<&str>,
) -> Result<Secret, TokenError> {
    const NAME: &str = "Azure Pipelines";
    const HELP: &str =
        "pass the token to the step: `env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)}`";
    let environment = world.environment;
    let Some(text) = environment.text("SYSTEM_OIDCREQUESTURI") else {
        return Err(unset(
            NAME,
            "SYSTEM_OIDCREQUESTURI is not set",
            "run this in a step of the pipeline that names the service connection",
        ));
    };
    let set = environment.text("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID");
    let Some(connection) = connection.or(set.as_deref()) else {
        return Err(unset(
            NAME,
            "no service connection is named",
            "give its id with `--service-connection`",
        ));
    };
    let token = environment
        .secret("SYSTEM_ACCESSTOKEN", "the job's token")
        .map_err(|_| unset(NAME, "SYSTEM_ACCESSTOKEN is not set", HELP))?;
    let mut url = address(&text, NAME, authority.plain)?;
    url.query_pairs_mut()
        .append_pair("api-version", "7.1")
        .append_pair("serviceConnectionId", connection);
    let bearer = Zeroizing::new(format!("Bearer {}", token.trimmed()));
    let answer = world.client.call(&Call {
        method: "POST",
        headers: &[("authorization", &bearer)],
        body: Body::Json(b""),
        plain: authority.plain,
        ..Call::get(&url)
    })?;
    taken(NAME, &answer, HELP, |reply: AzureReply| reply.token)
}

fn taken<T: serde::de::DeserializeOwned>(
    name: &'static str,
    answer: &Answer,
    help: &'static str,
    take: impl Fn(T) -> String,
) -> Result<Secret, TokenError> {
    if answer.status != 200 {
        return Err(failed(name, format!("it answered {}", answer.status), help));
    }
    let reply = post::object(&answer.body).ok_or_else(|| {
        let what = "its answer holds no token";
        failed(name, what, "check the address in the environment")
    })?;
    let secret = Secret::new(take(reply));
    if secret.trimmed().is_empty() {
        return Err(TokenError::EmptySecret { what: WHAT });
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::token::claims::forge;

    #[test]
    fn what_an_assertion_presents_is_told_and_no_more() {
        let token = forge(
            &json!({"alg": "RS256"}),
            &json!({"iss": "https://i", "sub": "repo:o/r:ref:x\u{1b}", "aud": "api://a", "actor": "anna"}),
        );
        let told = presented(&token);
        assert_eq!(
            told,
            "the assertion says: iss `https://i`, sub `repo:o/r:ref:x\\u{1b}`, aud `api://a`"
        );
        assert_eq!(presented("x"), "the assertion is no JSON Web Token");
    }

    #[test]
    fn a_jobs_token_goes_to_no_unsafe_address() {
        assert!(address("https://x.example/a", "x", false).is_ok());
        assert!(address("http://127.0.0.1:5/a", "x", true).is_ok());
        for (text, plain) in [
            ("http://x.example/", true),
            ("http://127.0.0.1/", false),
            ("", true),
            ("ftp://127.0.0.1/", false),
        ] {
            assert!(address(text, "x", plain).is_err(), "{text}");
        }
    }
}
