//! Which host gives tokens of an identity: the environment tells.

use crate::net::{Url, is_local, is_loopback};
use crate::token::World;
use crate::token::error::TokenError;
use crate::token::flow::managed_identity::failed;
use crate::token::secret::Secret;

/// The metadata service of a machine.
const METADATA: &str = "http://169.254.169.254/metadata/identity/oauth2/token";

/// The variable that names another host for the metadata service, as it does for the Azure SDKs; here for test
/// servers on this machine alone.
pub(super) const TEST_HOST: &str = "AZURE_POD_IDENTITY_AUTHORITY_HOST";

/// Where the identity is asked for.
pub(super) enum Host {
    Machine { url: Url },
    AppService { url: Url, header: Secret },
    Arc { url: Url },
    MachineLearning { url: Url, secret: Secret },
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

/// Finds the host that the environment shows.
pub(super) fn host(world: &World<'_>, plain: bool) -> Result<Host, TokenError> {
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
    // Its address is https and that of the node, so this comes before the address is judged.
    if environment.text("IDENTITY_SERVER_THUMBPRINT").is_some() {
        return Err(failed(
            "this is Service Fabric, whose endpoint has a certificate of its own that cannot be verified here",
            "acquire the token with the Azure SDK and give it on standard input",
        ));
    }
    let url = address(&endpoint, "IDENTITY_ENDPOINT")?;
    if environment.text("IDENTITY_HEADER").is_some() {
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
