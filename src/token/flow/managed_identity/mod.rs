//! The managed identity of the Azure resource that the program runs on.
//!
//! The environment tells which endpoint there is: App Service and its kin, Azure Arc, Azure Machine Learning, or else
//! the metadata service of a machine. All are called directly, past every proxy: what answers is on this machine.

mod exchange;
mod host;

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use self::exchange::{ARC_FOLDER, arc, ask, machine};
use self::host::{Host, host};
use crate::net::{Answer, Url};
use crate::source::escape::shown;
use crate::token::authority::Authority;
use crate::token::error::TokenError;
use crate::token::post::{check, number, object};
use crate::token::secret::{Scrubber, Secret};
use crate::token::{Acquired, World};

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
