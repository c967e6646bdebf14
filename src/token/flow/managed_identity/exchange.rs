//! The calls of each kind of host.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::net::{Answer, Call, NetError, Url};
use crate::source::read;
use crate::token::World;
use crate::token::error::TokenError;
use crate::token::flow::managed_identity::{WHO, failed};
use crate::token::secret::Secret;

/// Where the metadata service answers from.
const MACHINE: &str = "169.254.169.254";

/// For how long the metadata service answers 410 while it is updated, at most (Microsoft's documentation).
const UPDATE: Duration = Duration::from_secs(70);

/// How long a 404 of it is sat out: it is not ready yet, or it is none of Azure's at all.
const NOT_READY: Duration = Duration::from_secs(7);

/// The folder in which the agent of Azure Arc keeps its key files.
pub(super) const ARC_FOLDER: &str = if cfg!(windows) {
    r"C:\ProgramData\AzureConnectedMachineAgent\Tokens"
} else {
    "/var/opt/azcmagent/tokens"
};

/// Calls a host.
pub(super) fn ask(
    world: &World<'_>,
    url: &Url,
    headers: &[(&str, &str)],
) -> Result<Answer, TokenError> {
    Ok(world.client.call(&Call {
        headers,
        plain: true,
        ..Call::get(url)
    })?)
}

/// Asks the metadata service, and sits out what it answers while it starts or is updated.
pub(super) fn machine(world: &World<'_>, url: &Url) -> Result<Answer, TokenError> {
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
pub(super) fn arc(world: &World<'_>, url: &Url, folder: &Path) -> Result<Answer, TokenError> {
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
pub(super) fn is_arc_file(file: &Path, folder: &Path) -> bool {
    file.parent() == Some(folder) && file.extension().is_some_and(|extension| extension == "key")
}
