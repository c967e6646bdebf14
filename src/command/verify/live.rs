//! Live calls: Microsoft Graph as they reach it, and what the options allow.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::catalog::Catalog;
use crate::catalog::model::Method;
use crate::cli::{MethodName, ProbeOptions};
use crate::command::token::origin::Origin;
use crate::manifest::App;
use crate::net::{Client, NetError};
use crate::plan::model::AppPlan;
use crate::source::read;
use crate::token::bearer::Bearer;
use crate::token::{Authority, Secret, TokenError};
use crate::verify::Verification;
use crate::verify::probe::{self, Call, Choice, Diagnosis, Graph, Limits, Reply, diagnose};

/// The largest body of a call, in bytes.
const BODY: u64 = 1 << 20;

/// The pause between two calls.
const PAUSE: Duration = Duration::from_millis(250);

/// The time for all calls, as a multiple of that for one.
const TIMES: u32 = 5;

/// The Graph host of an authority, with a token.
struct Live<'a> {
    bearer: Bearer<'a>,
    start: Instant,
}

impl<'a> Live<'a> {
    fn new(
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

/// Makes the live calls.
pub(super) fn live(
    catalog: &Catalog,
    app: &App,
    plan: &AppPlan,
    origin: &Origin<'_>,
    token: &Secret,
    options: &ProbeOptions,
    verification: &mut Verification,
) -> miette::Result<()> {
    let mut choice = Choice {
        given: !options.value.is_empty(),
        ..Choice::default()
    };
    for (name, value) in &app.probe_values {
        choice.values.add(&name.value, &value.value);
    }
    for (name, value) in &options.value {
        choice.values.add(name, value);
    }
    choice.methods = options
        .probe_method
        .iter()
        .map(|method| (*method).into())
        .collect();
    for (request, file) in &options.probe_body {
        let body = read::bytes(Path::new(file), BODY)?;
        choice.bodies.insert(request.clone(), body);
    }
    let calls = probe::calls(catalog, &plan.requirements, &verification.verdicts, &choice);
    let timeout = Duration::from_secs(origin.timeout());
    let limits = Limits {
        calls: usize::from(options.probe_limit),
        pause: PAUSE,
        total: timeout * TIMES,
    };
    let live = Live::new(&origin.authority, &origin.client, token)?;
    let answers = probe::run(&live, calls, limits);
    probe::apply(verification, plan, answers);
    Ok(())
}

impl From<MethodName> for Method {
    fn from(name: MethodName) -> Self {
        match name {
            MethodName::Post => Self::Post,
            MethodName::Put => Self::Put,
            MethodName::Patch => Self::Patch,
            MethodName::Delete => Self::Delete,
        }
    }
}
