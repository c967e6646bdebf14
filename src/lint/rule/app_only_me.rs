//! `/me` without a user.

use crate::catalog::model::Access;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place;
use crate::lint::{Context, Rule};
use crate::manifest::model::{App, Operation};
use crate::path;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG014",
    name: "app-only-me",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "the app alone calls `/me`",
    explanation: "\
`/me` is the signed-in user. Without one the call fails with 400, whatever is granted; upstream's data lists application \
permissions for it all the same.

**What to do.** Call `/users/{id}` with the user's object id, or give the operation `access: delegated`.

**When to suppress.** Never.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct AppOnlyMe;

impl Rule for AppOnlyMe {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for operations in context.cases.iter().filter_map(|case| case.operations) {
            let calls = operations.app.operations.iter();
            let calls = calls.flat_map(|call| std::iter::once(call).chain(&call.batch));
            for call in calls.filter(|call| is_app_only(operations.app, call)) {
                if !is_me(context, &call.url) {
                    continue;
                }
                found.push(
                    Finding::new(
                        &META,
                        place(&operations.file.path, &operations.file.manifest.source, call.request_span),
                        format!("`{}` is called by the app alone, and `/me` takes a signed-in user", call.request),
                        "no user is signed in",
                    )
                    .about([call.request.as_str(), Access::Application.name()])
                    .help("call `/users/{id}` instead, or write `access: delegated`"),
                );
            }
        }
        found
    }
}

/// Whether a call is meant for the app alone, said at the call or for the whole app.
fn is_app_only(app: &App, call: &Operation) -> bool {
    match &call.access {
        Some(access) => access.contains(&Access::Application),
        None => app.access_span.is_some() && app.access == [Access::Application],
    }
}

fn is_me(context: &Context<'_>, url: &str) -> bool {
    let Ok(parsed) = path::parse(url, &|host| context.catalog.cloud_of_host(host)) else {
        return false;
    };
    parsed.segments.first().is_some_and(|it| it.is_word("me"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    #[test]
    fn it_fires_where_the_app_alone_is_meant() {
        for yaml in [
            "access: application\noperations: [GET /me/messages]\n",
            "operations: [{request: GET /v1.0/me, access: application}]\n",
            "access: application\noperations: [GET https://graph.microsoft.com/beta/Me/events]\n",
        ] {
            assert_eq!(Sample::new(yaml).told(&AppOnlyMe).len(), 1, "{yaml}");
        }
    }

    #[test]
    fn it_is_quiet_with_a_user_and_elsewhere() {
        for yaml in [
            "operations: [GET /me/messages]\n",
            "access: [delegated, application]\noperations: [GET /me]\n",
            "access: application\noperations: ['GET /users/{id}', GET /messages]\n",
        ] {
            assert_eq!(Sample::new(yaml).told(&AppOnlyMe), [""; 0], "{yaml}");
        }
    }
}
