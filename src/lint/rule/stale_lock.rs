//! Locks that the plan has moved away from.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG049",
    name: "stale-lock",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "the plan is another one than the lock says",
    explanation: "\
`graphgrant.lock` records the plan that was agreed on, with the catalog it rests on. The operations, or the catalog, have \
changed since, and the plan with them; or the lock was edited by hand, or is none.

**What to do.** Look at the differences; `graphgrant lock` records the new plan.

**When to suppress.** Never: a lock that need not hold is better removed.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct StaleLock;

impl Rule for StaleLock {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let files = context.inputs.operations.iter();
        let locks = files.filter_map(|file| file.lock.as_ref());
        let drifted = locks.filter(|lock| !lock.changes.is_empty() || lock.unreadable.is_some());
        drifted
            .map(|lock| {
                let at = place(&lock.path, &lock.source, lock.span);
                if let Some(why) = &lock.unreadable {
                    return Finding::new(
                        &META,
                        at,
                        format!("the lock does not say which plan was agreed on: {why}"),
                        "here",
                    )
                    .about([why.as_str()])
                    .help("take it from git again, or have `graphgrant lock` write it anew");
                }
                Finding::new(
                    &META,
                    at,
                    format!("the plan is another one than the lock says: {}", lock.changes.join("; ")),
                    "no longer the plan",
                )
                .about(lock.changes.iter().map(String::as_str))
                .help("look at the differences, then run `graphgrant lock`")
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::input::Drift;
    use crate::lint::sample::Sample;
    use crate::source::{Source, Span};

    #[test]
    fn only_a_lock_that_differs_fires() {
        let mut sample = Sample::new("operations: [GET /me]\n");
        let drift = |changes: &[&str]| Drift {
            path: "graphgrant.lock".into(),
            source: Source::new("graphgrant.lock", "{}"),
            span: Span::new(0, 1),
            changes: changes.iter().map(|it| (*it).to_owned()).collect(),
            unreadable: None,
        };
        sample.inputs.operations[0].lock = Some(drift(&[]));
        assert_eq!(sample.told(&StaleLock), [""; 0]);
        sample.inputs.operations[0].lock = Some(drift(&["adds `Mail.Read` (delegated)"]));
        assert_eq!(sample.told(&StaleLock).len(), 1);
        let unreadable = Some("it is a link".to_owned());
        sample.inputs.operations[0].lock = Some(Drift { unreadable, ..drift(&[]) });
        assert_eq!(sample.told(&StaleLock), ["graphgrant.lock: the lock does not say which plan was agreed on: it is a link"]);
    }
}
