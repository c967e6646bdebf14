//! From options, manifest and environment to a token: which flow runs with what.

use std::path::Path;
use std::time::Duration;

use crate::catalog::Catalog;
use crate::cli::{AssertionName, CredentialOptions, FlowName, SignatureName, TokenOrigin};
use crate::command::clock;
use crate::command::token::dialogue::{Terminal, tell_wait};
use crate::manifest::App;
use crate::net::{Client, Settings};
use crate::source::read::{self, ReadError};
use crate::source::walk;
use crate::token::authority::{Authority, Wanted};
use crate::token::error::TokenError;
use crate::token::flow::authorization_code::Choice;
use crate::token::flow::certificate::{Proof, Signature};
use crate::token::flow::federated::From;
use crate::token::flow::managed_identity::Identity;
use crate::token::flow::{
    authorization_code, azure_cli, certificate, client_secret, device_code, federated, given,
    managed_identity,
};
use crate::token::{Acquired, Environment, Secret, World};

/// The largest file with a certificate, roots or a secret, in bytes.
const LIMIT: u64 = 1 << 20;

/// Where a token comes from, made up from all that says so.
#[derive(Debug)]
pub struct Origin<'a> {
    options: &'a TokenOrigin,
    flow: FlowName,
    environment: Environment,
    /// Where tokens are asked for, and what for.
    pub authority: Authority,
    /// The client.
    pub client: Client,
    /// The app, where anything names it.
    pub client_id: Option<String>,
}

impl<'a> Origin<'a> {
    /// Puts together what options, manifest and environment say, in this order. `flow` is the one when no option
    /// names any.
    ///
    /// # Errors
    /// When they make no sense.
    pub fn new(
        catalog: &Catalog,
        options: &'a TokenOrigin,
        flow: FlowName,
        app: Option<&App>,
    ) -> Result<Self, TokenError> {
        let environment = Environment::of_process();
        let of_app =
            |value: Option<&crate::source::Spanned<String>>| value.map(|value| value.value.clone());
        let tenant = options
            .tenant
            .clone()
            .or_else(|| of_app(app.and_then(|app| app.tenant.as_ref())))
            .or_else(|| environment.text("AZURE_TENANT_ID"));
        let cloud = options
            .cloud
            .clone()
            .or_else(|| of_app(app.and_then(|app| app.cloud.as_ref())));
        let client_id = options
            .client_id
            .clone()
            .or_else(|| of_app(app.and_then(|app| app.client_id.as_ref())))
            .or_else(|| environment.text("AZURE_CLIENT_ID"));
        let connection = &options.connection;
        let named = match (&cloud, &connection.authority) {
            (None, None) => environment.text("AZURE_AUTHORITY_HOST"),
            _ => None,
        };
        let cloud = match named {
            Some(host) => Some(Authority::cloud_of_host(catalog, &host)?),
            None => cloud,
        };
        // A tenant in the authority's path counts before that of manifest and environment.
        let tenant = match (&connection.authority, &options.tenant) {
            (Some(authority), None) if has_tenant(authority) => None,
            _ => tenant,
        };
        let authority = Authority::find(
            catalog,
            &Wanted {
                cloud: cloud.as_deref(),
                authority: connection.authority.as_deref(),
                graph: connection.graph.as_deref(),
                audience: connection.audience.as_deref(),
                tenant: tenant.as_deref(),
                plain: connection.allow_http_loopback,
            },
        )?;
        let roots = connection.ca_file.as_ref();
        let roots = roots.map(|path| read::bytes(path, LIMIT)).transpose()?;
        let client = Client::new(Settings {
            total: Duration::from_secs(connection.timeout),
            roots,
            now: clock::now,
            waiting: tell_wait,
        });
        Ok(Self {
            options,
            flow: options.flow.unwrap_or(flow),
            environment,
            authority,
            client,
            client_id,
        })
    }

    /// Returns how many seconds one call may take.
    pub const fn timeout(&self) -> u64 {
        self.options.connection.timeout
    }

    /// Returns whether the token is read from standard input.
    pub fn reads_input(&self) -> bool {
        self.flow == FlowName::Given && self.options.credential.token_env.is_none()
    }

    /// Acquires the token.
    ///
    /// # Errors
    /// When there is none.
    pub fn acquire(&self) -> Result<Acquired, TokenError> {
        let dialogue = Terminal::new();
        let world = World {
            client: &self.client,
            environment: &self.environment,
            dialogue: &dialogue,
            now: clock::now,
            patience: Duration::from_secs(self.options.connection.wait),
        };
        let credential = &self.options.credential;
        match self.flow {
            FlowName::Given => self.given(),
            FlowName::AzureCli => azure_cli::acquire(&world, &self.authority),
            FlowName::ManagedIdentity => {
                managed_identity::acquire(&world, &self.authority, identity(credential))
            }
            FlowName::ClientSecret => {
                let client_id = self.client_id()?;
                let secret = self.secret()?;
                client_secret::acquire(&world, &self.authority, client_id, &secret)
            }
            FlowName::Certificate => self.certificate(&world),
            FlowName::Federated => {
                let client_id = self.client_id()?;
                federated::acquire(&world, &self.authority, client_id, self.assertion()?)
            }
            FlowName::AuthorizationCode => {
                let choice = Choice {
                    scopes: &self.scopes(),
                    port: self.options.port,
                    browser: !self.options.no_browser,
                    login_hint: self.options.login_hint.as_deref(),
                };
                authorization_code::acquire(&world, &self.authority, self.client_id()?, &choice)
            }
            FlowName::DeviceCode => {
                device_code::acquire(&world, &self.authority, self.client_id()?, &self.scopes())
            }
        }
    }

    fn client_id(&self) -> Result<&str, TokenError> {
        self.client_id.as_deref().ok_or(TokenError::Missing {
            what: "the client id",
            help: "give it with `--client-id`, as `app.clientId` of the manifest, or in AZURE_CLIENT_ID",
        })
    }

    fn scopes(&self) -> String {
        let names = &self.options.scope;
        if names.is_empty() {
            return self.authority.scope(".default");
        }
        let full: Vec<String> = names
            .iter()
            .map(|name| self.authority.scope(name))
            .collect();
        full.join(" ")
    }

    fn given(&self) -> Result<Acquired, TokenError> {
        match &self.options.credential.token_env {
            Some(name) => given::from_environment(&self.environment, name),
            None => given::from_bytes(read::bytes(Path::new(read::STDIN), LIMIT)?),
        }
    }

    fn secret(&self) -> Result<Secret, TokenError> {
        const WHAT: &str = "the client secret";
        let credential = &self.options.credential;
        match &credential.secret_file {
            Some(path) => Secret::from_bytes(secret_file(path, "--secret-file")?, WHAT),
            None => self.environment.secret(&credential.secret_env, WHAT),
        }
    }

    fn certificate(&self, world: &World<'_>) -> Result<Acquired, TokenError> {
        const WHAT: &str = "the password of the key";
        let credential = &self.options.credential;
        let client_id = self.client_id()?;
        let set = self.environment.text("AZURE_CLIENT_CERTIFICATE_PATH");
        let option = match credential.certificate {
            Some(_) => "--certificate",
            None => "AZURE_CLIENT_CERTIFICATE_PATH",
        };
        let path = credential.certificate.clone().or(set.map(Into::into));
        let path = path.ok_or(TokenError::Missing {
            what: "the certificate",
            help: "name its PEM or PFX file with `--certificate` or in AZURE_CLIENT_CERTIFICATE_PATH",
        })?;
        let file = zeroize::Zeroizing::new(secret_file(&path, option)?);
        let password = match (&credential.password_env, &credential.password_file) {
            (Some(name), _) => Some(self.environment.secret(name, WHAT)?),
            (None, Some(path)) => Some(Secret::from_bytes(
                secret_file(path, "--password-file")?,
                WHAT,
            )?),
            (None, None) => None,
        };
        let proof = Proof {
            file: &file,
            password: password.as_ref(),
            signature: match credential.signature {
                SignatureName::Ps256 => Signature::Ps256,
                SignatureName::Rs256 => Signature::Rs256,
            },
        };
        certificate::acquire(world, &self.authority, client_id, proof)
    }

    /// Where the assertion comes from: what is named, else what the environment shows.
    fn assertion(&self) -> Result<From<'_>, TokenError> {
        let credential = &self.options.credential;
        let file = credential.assertion_file.as_deref();
        let variable = credential.assertion_env.as_deref();
        let is_set = |name| self.environment.text(name).is_some();
        let place = match credential.assertion {
            Some(place) => place,
            None if file.is_some() => AssertionName::File,
            None if variable.is_some() => AssertionName::Env,
            None if is_set("ACTIONS_ID_TOKEN_REQUEST_URL") => AssertionName::GithubActions,
            None if is_set("SYSTEM_OIDCREQUESTURI") => AssertionName::AzurePipelines,
            None if is_set("GITLAB_CI") => AssertionName::Gitlab,
            None if is_set("AZURE_FEDERATED_TOKEN_FILE") => AssertionName::WorkloadIdentity,
            None => {
                return Err(TokenError::Missing {
                    what: "the place of the assertion",
                    help: "name it with `--assertion`, `--assertion-file` or `--assertion-env`; no CI platform shows in the environment",
                });
            }
        };
        let missing = |what, help| TokenError::Missing { what, help };
        Ok(match place {
            AssertionName::File => From::File(file.ok_or_else(|| {
                missing(
                    "the file of the assertion",
                    "name it with `--assertion-file`",
                )
            })?),
            AssertionName::Env => From::Variable(variable.ok_or_else(|| {
                missing(
                    "the variable of the assertion",
                    "name it with `--assertion-env`",
                )
            })?),
            AssertionName::GithubActions => From::GitHub,
            AssertionName::AzurePipelines => From::AzurePipelines {
                connection: credential.service_connection.as_deref(),
            },
            AssertionName::Gitlab => From::GitLab { variable },
            AssertionName::WorkloadIdentity => From::WorkloadIdentity,
            AssertionName::ManagedIdentity => From::ManagedIdentity(identity(credential)),
        })
    }
}

/// Reads a file with a secret. A name that leads nowhere may be the secret itself, and is not repeated then.
fn secret_file(path: &Path, option: &'static str) -> Result<Vec<u8>, TokenError> {
    let folder = path
        .parent()
        .filter(|folder| folder.file_name().is_some() || folder.is_relative());
    let is_path = folder.is_some_and(walk::is_folder);
    match read::bytes(path, LIMIT) {
        Err(ReadError::NotFound { .. } | ReadError::Unreadable { .. })
            if !is_path && !walk::is_there(path) =>
        {
            Err(TokenError::NoFile {
                option,
                length: path.to_string_lossy().chars().count(),
            })
        }
        other => Ok(other?),
    }
}

fn identity(credential: &CredentialOptions) -> Identity<'_> {
    if let Some(id) = &credential.identity_client_id {
        Identity::ClientId(id)
    } else if let Some(id) = &credential.identity_object_id {
        Identity::ObjectId(id)
    } else if let Some(id) = &credential.identity_resource_id {
        Identity::ResourceId(id)
    } else {
        Identity::System
    }
}

fn has_tenant(authority: &str) -> bool {
    let path = authority.split_once("://").map_or("", |(_, rest)| rest);
    let path = path.split_once('/').map_or("", |(_, path)| path);
    !path.trim_matches('/').is_empty()
}
