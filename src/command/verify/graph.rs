//! Microsoft Graph as live calls reach it.

use std::time::{Duration, Instant};

use crate::net::{Client, NetError};
use crate::token::bearer::Bearer;
use crate::token::{Authority, Secret, TokenError};
use crate::verify::probe::{Call, Diagnosis, Graph, Reply, diagnose};

/// The Graph host of an authority, with a token.
pub(super) struct Live<'a> {
    bearer: Bearer<'a>,
    start: Instant,
}

impl<'a> Live<'a> {
    pub(super) fn new(
        authority: &'a Authority,
        client: &'a Client,
        token: &Secret,
    ) -> Result<Self, TokenError> {
        Ok(Self {
            bearer: Bearer::new(authority, client, token)?,
            start: Instant::now(),
        })
    }
}

impl Graph for Live<'_> {
    fn call(&self, call: &Call, path: &str) -> Result<Diagnosis, String> {
        let answer = self
            .bearer
            .call(call.method.name(), path, call.body.as_deref());
        match &answer {
            Ok(answer) => Ok(diagnose(
                &Reply {
                    status: answer.status,
                    authenticate: answer.header("www-authenticate"),
                    retry_after: answer.header("retry-after"),
                    request_id: answer.header("request-id"),
                    body: &answer.body,
                },
                call.ids_only,
            )),
            // How much there is of it does not matter: the status tells.
            Err(NetError::TooLarge { status, .. }) => Ok(diagnose(
                &Reply {
                    status: *status,
                    authenticate: None,
                    retry_after: None,
                    request_id: None,
                    body: b"",
                },
                call.ids_only,
            )),
            Err(error) => Err(error.to_string()),
        }
    }

    fn pause(&self, pause: Duration) {
        std::thread::sleep(pause);
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}
