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
use crate::token::user::User;
use crate::token::{Authority, Secret, TokenError};
use crate::verify::Verification;
use crate::verify::probe::{
    self, Call, Choice, Diagnosis, Gap, Graph, Limits, Reply, Skipped, diagnose, is_graph_error,
};

/// The largest body of a call, in bytes.
const BODY: u64 = 1 << 20;

/// The pause between two calls.
const PAUSE: Duration = Duration::from_millis(250);

/// The headers that every answer of Microsoft Graph has at least one of. What a proxy or the sign-in page of a
/// network answers in its place has none. An error of Microsoft Graph that lost them on the way has its id inside too.
const MARKS: [&str; 3] = ["request-id", "client-request-id", "x-ms-ags-diagnostic"];

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
    fn call(&self, call: &Call, path: &str) -> Result<Diagnosis, Skipped> {
        let answer = self
            .bearer
            .sample(call.method.name(), path, call.body.as_deref())
            .map_err(|error| Skipped {
                why: error.to_string(),
                gap: match error {
                    NetError::Unreachable { .. } | NetError::Timeout { .. } => Gap::Unreached,
                    _ => Gap::Broken,
                },
            })?;
        let reply = Reply {
            status: answer.status,
            authenticate: answer.header("www-authenticate"),
            request_id: answer.header("request-id"),
            body: &answer.body,
        };
        let is_marked = MARKS.iter().any(|name| answer.header(name).is_some());
        let diagnosis = diagnose(&reply, call.ids_only);
        Ok(if is_marked || is_graph_error(&answer.body) {
            diagnosis
        } else {
            diagnosis.of_a_stranger()
        })
    }

    fn pause(&self, pause: Duration) {
        std::thread::sleep(pause);
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Who calls.
pub(super) struct Caller<'a> {
    pub(super) token: &'a Secret,
    /// The user of the token, if it can be read and is one's.
    pub(super) user: Option<&'a User>,
}

/// Makes the live calls.
pub(super) fn live(
    catalog: &Catalog,
    app: &App,
    plan: &AppPlan,
    origin: &Origin<'_>,
    caller: &Caller<'_>,
    options: &ProbeOptions,
    verification: &mut Verification,
) -> miette::Result<()> {
    let mut choice = Choice::default();
    for (name, value) in &app.probe_values {
        choice.values.add(&name.value, &value.value);
    }
    for (name, value) in &options.value {
        choice.values.add(name, value);
        choice.given.add(name, value);
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
    let live = Live::new(&origin.authority, &origin.client, caller.token)?;
    let answers = probe::run(&live, calls, limits);
    probe::apply(verification, plan, caller.user, answers);
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
