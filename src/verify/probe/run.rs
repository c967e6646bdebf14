//! Making the calls: few, one after another, with pauses, until time or number are used up.

use std::time::Duration;

use crate::verify::probe::answer::{Diagnosis, Outcome};
use crate::verify::probe::calls::Call;

/// In which measure calls are made.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most calls.
    pub calls: usize,
    /// The pause between two.
    pub pause: Duration,
    /// The time for all of them.
    pub total: Duration,
}

/// Microsoft Graph as it is called.
pub trait Graph {
    /// Makes a call and says what the answer means, or why there is none, in one line without untrusted text.
    ///
    /// # Errors
    /// When there is no answer.
    fn call(&self, call: &Call, path: &str) -> Result<Diagnosis, Skipped>;
    /// Waits.
    fn pause(&self, pause: Duration);
    /// Returns how long ago the first call was.
    fn elapsed(&self) -> Duration;
}

/// Why an operation was not called, or has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// In one line without untrusted text.
    pub why: String,
    /// What kind of reason it is.
    pub gap: Gap,
}

/// How an operation comes to have no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// No call may be made of it: it writes, or lacks a value.
    OutOfReach,
    /// A call was due, and the calls ended before it.
    Left,
    /// The call was made, and the host was not reached or did not answer in time.
    Unreached,
    /// The call was made, and what came back is no whole answer.
    Broken,
}

/// What a call of an operation brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The requirement.
    pub operation: usize,
    /// Version, path and query as called; `None` when it was not.
    pub called: Option<String>,
    /// What the answer means, or why there is none.
    pub result: Result<Diagnosis, Skipped>,
}

/// Makes the calls.
pub fn run(
    graph: &dyn Graph,
    calls: Vec<Result<Call, (usize, String)>>,
    limits: Limits,
) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(calls.len());
    let mut made = 0;
    let mut stop: Option<&'static str> = None;
    for call in calls {
        let call = match call {
            Ok(call) => call,
            Err((operation, why)) => {
                answers.push(skipped(operation, why, Gap::OutOfReach));
                continue;
            }
        };
        if made >= limits.calls {
            stop = stop.or(Some("the number of calls is used up (`--probe-limit`)"));
        } else if made > 0 && graph.elapsed() >= limits.total {
            stop = stop.or(Some(
                "the time for calls is used up (`--timeout` allows more)",
            ));
        }
        if let Some(why) = stop {
            answers.push(skipped(call.operation, why.to_owned(), Gap::Left));
            continue;
        }
        if made > 0 {
            graph.pause(limits.pause);
        }
        made += 1;
        let (called, result) = made_call(graph, &call, limits.pause);
        stop = match result.as_ref().map(|diagnosis| diagnosis.outcome) {
            Ok(Outcome::Throttled) => Some("Microsoft Graph throttles: no more is asked of it"),
            Ok(Outcome::Unauthenticated) => Some("the token is not accepted"),
            _ => None,
        };
        answers.push(Answer {
            operation: call.operation,
            called: Some(called.to_owned()),
            result,
        });
    }
    answers
}

/// A call, and once more without `$top` where that may be what the service does not like.
fn made_call<'c>(
    graph: &dyn Graph,
    call: &'c Call,
    pause: Duration,
) -> (&'c str, Result<Diagnosis, Skipped>) {
    let first = graph.call(call, &call.path);
    let is_malformed = matches!(&first, Ok(diagnosis) if diagnosis.outcome == Outcome::Malformed);
    match &call.without_top {
        Some(path) if is_malformed => {
            graph.pause(pause);
            (path, graph.call(call, path))
        }
        _ => (&call.path, first),
    }
}

fn skipped(operation: usize, why: String, gap: Gap) -> Answer {
    Answer {
        operation,
        called: None,
        result: Err(Skipped { why, gap }),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::catalog::model::Method;
    use crate::verify::probe::{Reply, diagnose};

    struct Scripted {
        statuses: RefCell<Vec<u16>>,
        called: RefCell<Vec<String>>,
        paused: RefCell<Vec<Duration>>,
        elapsed: Duration,
    }

    impl Graph for Scripted {
        fn call(&self, _: &Call, path: &str) -> Result<Diagnosis, Skipped> {
            self.called.borrow_mut().push(path.to_owned());
            let reply = Reply {
                status: self.statuses.borrow_mut().remove(0),
                authenticate: None,
                request_id: None,
                body: b"",
            };
            Ok(diagnose(&reply, false))
        }

        fn pause(&self, pause: Duration) {
            self.paused.borrow_mut().push(pause);
        }

        fn elapsed(&self) -> Duration {
            self.elapsed
        }
    }

    fn call(path: &str, without_top: Option<&str>) -> Call {
        Call {
            operation: 0,
            method: Method::Get,
            path: path.to_owned(),
            without_top: without_top.map(str::to_owned),
            body: None,
            ids_only: false,
        }
    }

    #[track_caller]
    fn case(statuses: &[u16], calls: usize, seconds: u64, expected: &[&str]) -> Vec<Answer> {
        let graph = Scripted {
            statuses: RefCell::new(statuses.to_vec()),
            called: RefCell::default(),
            paused: RefCell::default(),
            elapsed: Duration::from_secs(seconds),
        };
        let limits = Limits {
            calls,
            pause: Duration::from_secs(3),
            total: Duration::from_secs(10),
        };
        let wanted = vec![
            Ok(call("/a?$top=1", Some("/a"))),
            Err((1, "no value".to_owned())),
            Ok(call("/b", None)),
            Ok(call("/c", None)),
        ];
        let answers = run(&graph, wanted, limits);
        assert_eq!(*graph.called.borrow(), expected);
        // One before each call but the first.
        let pauses = vec![limits.pause; expected.len() - 1];
        assert_eq!(*graph.paused.borrow(), pauses);
        assert_eq!(answers.len(), 4);
        answers
    }

    #[test]
    fn calls_stop_when_they_should() {
        case(&[200, 403, 200], 10, 0, &["/a?$top=1", "/b", "/c"]);
        case(&[200, 200], 2, 0, &["/a?$top=1", "/b"]);
        case(&[200], 10, 11, &["/a?$top=1"]);
        case(&[200, 429], 10, 0, &["/a?$top=1", "/b"]);
        case(&[401], 10, 0, &["/a?$top=1"]);
    }

    #[test]
    fn top_is_left_out_where_it_is_not_liked() {
        let answers = case(
            &[400, 200, 400, 200],
            10,
            0,
            &["/a?$top=1", "/a", "/b", "/c"],
        );
        assert_eq!(answers[0].called.as_deref(), Some("/a"));
    }
}
