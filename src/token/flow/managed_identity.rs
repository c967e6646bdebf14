//! The managed identity of the Azure resource that the program runs on.
//!
//! The environment tells which endpoint there is: App Service and its kin, Azure Arc, or else the metadata service
//! of a machine. All are called directly, past every proxy: what answers is on this machine.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::net::{Answer, Call, Url, is_local};
use crate::source::escape::shown;
use crate::source::read;
use crate::token::authority::Authority;
use crate::token::encoding::standard;
use crate::token::error::TokenError;
use crate::token::post::{check, number, object};
use crate::token::secret::{Scrubber, Secret};
use crate::token::{Acquired, World};
use zeroize::Zeroizing;

/// The metadata service of a machine.
const METADATA: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

/// Which identity, where a resource has several.
#[derive(Debug, Clone, Copy)]
pub enum Identity<'a> {
    /// The resource's own.
    System,
    /// The one with this client id.
    ClientId(&'a str),
    /// The one with this object id.
    ObjectId(&'a str),
    /// The one with this Azure resource id.
    ResourceId(&'a str),
}

#[derive(Deserialize)]
struct Reply {
    access_token: String,
    #[serde(default)]
    expires_on: Value,
}

/// Where the identity is asked for.
enum Host {
    Machine,
    AppService { url: Url, header: Secret },
    Arc { url: Url },
}

/// Acquires a token.
///
/// # Errors
/// When there is no such identity, or nothing answers.
pub fn acquire(
    world: &World<'_>,
    authority: &Authority,
    identity: Identity<'_>,
) -> Result<Acquired, TokenError> {
    acquire_for(world, authority.resource(), identity)
}

/// Acquires a token for any resource, such as the audience of federated credentials.
///
/// # Errors
/// When there is no such identity, or nothing answers.
pub(super) fn acquire_for(
    world: &World<'_>,
    resource: &str,
    identity: Identity<'_>,
) -> Result<Acquired, TokenError> {
    let answer = match host(world)? {
        Host::Machine => {
            let url = Url::parse(METADATA).map_err(|_| failed("its address is none", ""))?;
            let url = with_query(url, "2018-02-01", resource, identity, "msi_res_id");
            ask(world, &url, &[("metadata", "true")])?
        }
        Host::AppService { url, header } => {
            let url = with_query(url, "2019-08-01", resource, identity, "mi_res_id");
            ask(world, &url, &[("x-identity-header", header.expose())])?
        }
        Host::Arc { url } => {
            if !matches!(identity, Identity::System) {
                return Err(failed(
                    "Azure Arc machines have one identity of their own",
                    "leave the identity's id out",
                ));
            }
            let url = with_query(url, "2020-06-01", resource, identity, "msi_res_id");
            arc(world, &url)?
        }
    };
    let reply: Reply = match answer.status {
        200 => object(&answer.body).ok_or_else(|| failed("its answer holds no token", WHO))?,
        status => return Err(refused(status, &answer)),
    };
    let token = Secret::new(reply.access_token);
    check(&token).map_err(|what| failed(what, WHO))?;
    let expires = number(&reply.expires_on).map(|at| at.saturating_sub((world.now)()));
    Ok(Acquired {
        token,
        expires_in: expires,
        scope: None,
        remarks: vec![
            "the platform keeps tokens of managed identities for up to 24 hours: roles that were granted since then \
             do not show, and nothing makes it forget them"
                .to_owned(),
        ],
    })
}

const WHO: &str = "check what listens there: it should be the platform";

fn failed(what: impl Into<String>, help: &'static str) -> TokenError {
    TokenError::ManagedIdentity {
        what: what.into(),
        help,
    }
}

fn host(world: &World<'_>) -> Result<Host, TokenError> {
    let environment = world.environment;
    let Some(endpoint) = environment.text("IDENTITY_ENDPOINT") else {
        return Ok(Host::Machine);
    };
    let url = Url::parse(&endpoint).ok();
    // App Service and Arc both answer on the machine itself. Any other address is not the platform's.
    let Some(url) = url.filter(|url| url.scheme() == "http" && is_local(url)) else {
        return Err(failed(
            "IDENTITY_ENDPOINT is not an address of this machine",
            "the platform sets this variable; do not set it yourself",
        ));
    };
    if environment.text("IDENTITY_HEADER").is_some() {
        if environment.text("IDENTITY_SERVER_THUMBPRINT").is_some() {
            return Err(failed(
                "this is Service Fabric, whose endpoint has a certificate of its own that cannot be verified here",
                "acquire the token with the Azure SDK and give it on standard input",
            ));
        }
        let header = environment.secret("IDENTITY_HEADER", "the identity header")?;
        return Ok(Host::AppService { url, header });
    }
    if environment.text("IMDS_ENDPOINT").is_some() {
        return Ok(Host::Arc { url });
    }
    Err(failed(
        "IDENTITY_ENDPOINT is set, but neither IDENTITY_HEADER nor IMDS_ENDPOINT",
        "this host is not known; acquire the token with the Azure SDK and give it on standard input",
    ))
}

fn with_query(
    mut url: Url,
    version: &str,
    resource: &str,
    identity: Identity<'_>,
    resource_id: &str,
) -> Url {
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("api-version", version)
            .append_pair("resource", resource);
        match identity {
            Identity::System => {}
            Identity::ClientId(id) => drop(query.append_pair("client_id", id)),
            Identity::ObjectId(id) => drop(query.append_pair("object_id", id)),
            Identity::ResourceId(id) => drop(query.append_pair(resource_id, id)),
        }
    }
    url
}

fn ask(world: &World<'_>, url: &Url, headers: &[(&str, &str)]) -> Result<Answer, TokenError> {
    Ok(world.client.call(&Call {
        headers,
        plain: true,
        ..Call::get(url)
    })?)
}

/// Azure Arc proves that the caller may read a file that only privileged users can.
fn arc(world: &World<'_>, url: &Url) -> Result<Answer, TokenError> {
    let first = ask(world, url, &[("metadata", "true")])?;
    if first.status != 401 {
        return Ok(first);
    }
    let challenge = first.header("www-authenticate").unwrap_or_default();
    let file = challenge
        .split_once("realm=")
        .map(|(_, path)| path.trim_matches('"'));
    let Some(file) = file.map(PathBuf::from).filter(|file| is_arc_file(file)) else {
        return Err(failed(
            "it names no key file where Azure Arc keeps them",
            WHO,
        ));
    };
    let key = read::bytes(&file, 4096)?;
    let key = Zeroizing::new(key);
    let header = Zeroizing::new(format!("Basic {}", standard(&key)));
    ask(
        world,
        url,
        &[("metadata", "true"), ("authorization", &header)],
    )
}

/// Whether a file is one of those that the Arc agent writes: no other is read and sent away.
fn is_arc_file(file: &Path) -> bool {
    let folder = if cfg!(windows) {
        r"C:\ProgramData\AzureConnectedMachineAgent\Tokens"
    } else {
        "/var/opt/azcmagent/tokens"
    };
    file.parent() == Some(Path::new(folder))
        && file.extension().is_some_and(|extension| extension == "key")
}

fn refused(status: u16, answer: &Answer) -> TokenError {
    #[derive(Deserialize)]
    struct Error {
        #[serde(default)]
        error_description: String,
    }
    let said = object::<Error>(&answer.body);
    let said = said.map(|error| Scrubber::default().clean(&error.error_description));
    let said = said.unwrap_or_default();
    let what = format!("it answered {status} {}", shown(&said));
    let help = match status {
        400 => "assign an identity to this resource, or check the id of the user-assigned one",
        403 => "a proxy may stand before the metadata service; it has to be called directly",
        404 | 410 => "the service is not ready: try again in a minute",
        429 | 500..=599 => "the service is overloaded: try again later",
        _ => WHO,
    };
    failed(what.trim(), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_name_the_identity_as_each_host_wants() {
        let url = || Url::parse("http://127.0.0.1:1/token").unwrap();
        let query =
            |identity| with_query(url(), "v", "https://r", identity, "mi_res_id").to_string();
        assert!(query(Identity::System).ends_with("?api-version=v&resource=https%3A%2F%2Fr"));
        assert!(query(Identity::ClientId("a")).ends_with("&client_id=a"));
        assert!(query(Identity::ResourceId("/s/x")).ends_with("&mi_res_id=%2Fs%2Fx"));
    }

    #[test]
    fn only_key_files_of_the_agent_are_read() {
        let folder = if cfg!(windows) {
            r"C:\ProgramData\AzureConnectedMachineAgent\Tokens\"
        } else {
            "/var/opt/azcmagent/tokens/"
        };
        assert!(is_arc_file(Path::new(&format!("{folder}a.key"))));
        for bad in [
            "/etc/passwd",
            "/etc/x.key",
            &format!("{folder}../x.key"),
            &format!("{folder}a.txt"),
        ] {
            assert!(!is_arc_file(Path::new(bad)), "{bad}");
        }
    }
}
