//! The managed identity of the Azure resource that the program runs on.
//!
//! The environment tells which endpoint there is: App Service and its kin, Azure Arc, Azure Machine Learning, or else
//! the metadata service of a machine. All are called directly, past every proxy: what answers is on this machine.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

use crate::net::{Answer, Call, NetError, Url, is_local, is_loopback};
use crate::source::escape::shown;
use crate::source::read;
use crate::token::authority::Authority;
use crate::token::error::TokenError;
use crate::token::post::{check, number, object};
use crate::token::secret::{Scrubber, Secret};
use crate::token::{Acquired, World};
use zeroize::Zeroizing;

/// The metadata service of a machine.
const METADATA: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

/// Where the metadata service answers from.
const MACHINE: &str = "169.254.169.254";

/// The variable that names another host for the metadata service, as it does for the Azure SDKs; here for test
/// servers on this machine alone.
const TEST_HOST: &str = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

/// For how long the metadata service answers 410 while it is updated, at most (Microsoft's documentation).
const UPDATE: Duration = Duration::from_secs(70);

/// How long a 404 of it is sat out: it is not ready yet, or it is none of Azure's at all.
const NOT_READY: Duration = Duration::from_secs(7);

/// The folder in which the agent of Azure Arc keeps its key files.
const ARC_FOLDER: &str = if cfg!(windows) {
    r"C:\ProgramData\AzureConnectedMachineAgent\Tokens"
} else {
    "/var/opt/azcmagent/tokens"
};

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

/// What a host calls the ids of an identity in its query.
#[derive(Clone, Copy)]
struct Names {
    client: &'static str,
    resource: &'static str,
}

const RESOURCE_ID: Names = Names {
    client: "client_id",
    resource: "msi_res_id",
};
const APP_SERVICE_ID: Names = Names {
    client: "client_id",
    resource: "mi_res_id",
};
const MACHINE_LEARNING_ID: Names = Names {
    client: "clientid",
    resource: "mi_res_id",
};

/// Where the identity is asked for.
enum Host {
    Machine { url: Url },
    AppService { url: Url, header: Secret },
    Arc { url: Url },
    MachineLearning { url: Url, secret: Secret },
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
    acquire_for(world, authority, authority.resource(), identity)
}

/// Acquires a token for any resource, such as the audience of federated credentials.
///
/// # Errors
/// When there is no such identity, or nothing answers.
pub(super) fn acquire_for(
    world: &World<'_>,
    authority: &Authority,
    resource: &str,
    identity: Identity<'_>,
) -> Result<Acquired, TokenError> {
    let answer = match host(world, authority.plain)? {
        Host::Machine { url } => {
            let url = with_query(url, "2018-02-01", resource, identity, RESOURCE_ID);
            machine(world, &url)?
        }
        Host::AppService { url, header } => {
            let url = with_query(url, "2019-08-01", resource, identity, APP_SERVICE_ID);
            ask(world, &url, &[("x-identity-header", header.expose())])?
        }
        Host::Arc { url } => {
            if !matches!(identity, Identity::System) {
                return Err(failed(
                    "Azure Arc machines have one identity of their own",
                    "leave the identity's id out",
                ));
            }
            let url = with_query(url, "2020-06-01", resource, identity, RESOURCE_ID);
            arc(world, &url, Path::new(ARC_FOLDER))?
        }
        Host::MachineLearning { url, secret } => {
            let usual = world.environment.text("DEFAULT_IDENTITY_CLIENT_ID");
            let identity = match (identity, &usual) {
                (Identity::System, Some(id)) => Identity::ClientId(id),
                (Identity::System | Identity::ClientId(_), _) => identity,
                _ => {
                    return Err(failed(
                        "Azure Machine Learning knows identities by their client id alone",
                        "name the identity with `--identity-client-id`",
                    ));
                }
            };
            let url = with_query(url, "2017-09-01", resource, identity, MACHINE_LEARNING_ID);
            ask(world, &url, &[("secret", secret.expose())])?
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

/// An address of the environment that is on this machine, as those of the platform all are.
fn address(text: &str, name: &str) -> Result<Url, TokenError> {
    let url = Url::parse(text).ok();
    url.filter(|url| url.scheme() == "http" && is_local(url))
        .ok_or_else(|| {
            failed(
                format!("{name} is not an address of this machine"),
                "the platform sets this variable; do not set it yourself",
            )
        })
}

/// The metadata service of this machine, or the test server that stands for it.
fn metadata(world: &World<'_>, plain: bool) -> Result<Url, TokenError> {
    let mut url = Url::parse(METADATA).map_err(|_| failed("its address is none", ""))?;
    if let Some(text) = world.environment.text(TEST_HOST) {
        let test = Url::parse(&text).ok();
        let test = test.filter(|url| plain && url.scheme() == "http" && is_loopback(url));
        let Some(mut test) = test else {
            return Err(failed(
                format!("{TEST_HOST} names another host for the metadata service"),
                "take the variable away; a test server on this machine needs `--allow-http-loopback`",
            ));
        };
        test.set_path(url.path());
        test.set_query(None);
        url = test;
    }
    Ok(url)
}

fn host(world: &World<'_>, plain: bool) -> Result<Host, TokenError> {
    let environment = world.environment;
    let Some(endpoint) = environment.text("IDENTITY_ENDPOINT") else {
        let Some(endpoint) = environment.text("MSI_ENDPOINT") else {
            let url = metadata(world, plain)?;
            return Ok(Host::Machine { url });
        };
        if environment.text("MSI_SECRET").is_none() {
            return Err(failed(
                "this is Azure Cloud Shell, whose endpoint gives tokens of the person who uses it",
                "use `--flow azure-cli`, which says so too",
            ));
        }
        let url = address(&endpoint, "MSI_ENDPOINT")?;
        let secret = environment.secret("MSI_SECRET", "the identity secret")?;
        return Ok(Host::MachineLearning { url, secret });
    };
    let url = address(&endpoint, "IDENTITY_ENDPOINT")?;
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
    names: Names,
) -> Url {
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("api-version", version)
            .append_pair("resource", resource);
        match identity {
            Identity::System => {}
            Identity::ClientId(id) => drop(query.append_pair(names.client, id)),
            Identity::ObjectId(id) => drop(query.append_pair("object_id", id)),
            Identity::ResourceId(id) => drop(query.append_pair(names.resource, id)),
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

/// Asks the metadata service, and sits out what it answers while it starts or is updated.
fn machine(world: &World<'_>, url: &Url) -> Result<Answer, TokenError> {
    let start = Instant::now();
    let mut pause = Duration::from_secs(1);
    loop {
        let answer = match ask(world, url, &[("metadata", "true")]) {
            Err(TokenError::Net(
                NetError::Timeout { .. } | NetError::Unreachable { .. } | NetError::Broken { .. },
            )) => {
                return Err(failed(
                    format!("nothing answers at {}", url.host_str().unwrap_or(MACHINE)),
                    "run this on an Azure resource that has an identity, or take another `--flow`; in a container \
                     the address may be blocked",
                ));
            }
            answer => answer?,
        };
        let patience = match answer.status {
            404 => NOT_READY,
            410 => UPDATE,
            _ => return Ok(answer),
        };
        let left = patience.min(world.patience).saturating_sub(start.elapsed());
        if left.is_zero() {
            return Ok(answer);
        }
        let wait = pause.min(left);
        world.client.wait(url, answer.status, wait);
        pause *= 2;
    }
}

/// Azure Arc proves that the caller may read a file that only privileged users can.
fn arc(world: &World<'_>, url: &Url, folder: &Path) -> Result<Answer, TokenError> {
    let first = ask(world, url, &[("metadata", "true")])?;
    if first.status != 401 {
        return Ok(first);
    }
    let challenge = first.header("www-authenticate").unwrap_or_default();
    let file = challenge
        .split_once("realm=")
        .map(|(_, path)| path.trim().trim_matches('"'));
    let file = file.map(PathBuf::from);
    let Some(file) = file.filter(|file| is_arc_file(file, folder)) else {
        return Err(failed(
            "it names no key file where Azure Arc keeps them",
            WHO,
        ));
    };
    // The agent takes the content of the file as it is.
    let key = Secret::from_bytes(read::bytes(&file, 4096)?, "the key of Azure Arc")?;
    let mut header = Zeroizing::new(String::with_capacity(key.expose().len() + 6));
    header.push_str("Basic ");
    header.push_str(key.trimmed());
    ask(
        world,
        url,
        &[("metadata", "true"), ("authorization", &header)],
    )
}

/// Whether a file is one of those that the Arc agent writes: no other is read and sent away.
fn is_arc_file(file: &Path, folder: &Path) -> bool {
    file.parent() == Some(folder) && file.extension().is_some_and(|extension| extension == "key")
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
        404 | 410 => {
            "the service is still not ready: try again in some minutes, and check that this is an Azure resource"
        }
        429 | 500..=599 => "the service is overloaded: try again later",
        _ => WHO,
    };
    failed(what.trim(), help)
}

#[cfg(test)]
mod tests;
