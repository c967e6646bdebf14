//! Redirect URIs that are refused, or send codes and tokens where they should not go.

use crate::declared::{Redirect, Registration};
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Part, place_in};
use crate::lint::{Context, Rule};
use crate::manifest::model::Audience;

/// The most redirect URIs of an app for work or school accounts, and of apps that take personal ones, and the
/// most characters of one (<https://learn.microsoft.com/entra/identity-platform/reply-url>, read 2026-11).
const COUNT: [usize; 2] = [256, 100];
const LENGTH: usize = 256;
/// What the platform does not take in them (same source).
const REFUSED: [char; 7] = ['!', '$', '\'', '(', ')', ',', ';'];

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG025",
    name: "redirect-uri",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "a redirect URI is refused by the platform, or is not safe",
    explanation: "\
Codes and tokens are sent to redirect URIs. `http` lets anybody on the way read them (it is taken for `localhost` and \
`127.0.0.1` alone), a wildcard sends them to every host it matches. `[::1]`, too many or too long ones and some characters \
are refused; so are wildcards and queries when the app takes personal accounts.

**What to do.** Write each URI in full, with `https`, or `http://127.0.0.1` for apps on a device.

**When to suppress.** For a wildcard, while the hosts are being counted.

**Severity.** An error for what the platform refuses and for what is sent without encryption; a warning for a wildcard that it takes.",
    security: Some("7.5"),
};

/// The rule.
#[derive(Debug)]
pub struct RedirectUri;

impl Rule for RedirectUri {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for part in context.cases.iter().flat_map(|case| &case.parts) {
            let personal = takes_personal(part.registration);
            for redirect in &part.registration.redirects {
                for (severity, message, help) in mistakes(redirect, personal) {
                    found.push(finding(*part, redirect, severity, message, help));
                }
            }
            let [most, most_personal] = COUNT;
            let most = if personal { most_personal } else { most };
            let count = part.registration.redirects.len();
            if count > most
                && let Some(redirect) = part.registration.redirects.get(most)
            {
                let message = format!("the registration has {count} redirect URIs, and this kind of app takes {most}");
                let help = "remove those that are not used any more";
                found.push(finding(*part, redirect, Severity::Error, message, help));
            }
        }
        found
    }
}

fn takes_personal(registration: &Registration) -> bool {
    let audience = registration.audience.as_ref().map(|it| it.value);
    audience.is_some_and(Audience::takes_personal)
}

fn finding(
    part: Part<'_>,
    redirect: &Redirect,
    severity: Severity,
    message: String,
    help: &str,
) -> Finding {
    let place = place_in(part.file, redirect.uri.span);
    let mut finding = Finding::new(&META, place, message, "this URI")
        .about([redirect.uri.value.as_str()])
        .help(help);
    finding.severity = severity;
    finding
}

type Mistake = (Severity, String, &'static str);

fn mistakes(redirect: &Redirect, personal: bool) -> Vec<Mistake> {
    let uri = redirect.uri.value.as_str();
    // What is filled in later cannot be judged now.
    if ["${", "{{", "#{", "$("].iter().any(|mark| uri.contains(mark)) {
        return Vec::new();
    }
    let lower = uri.to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://").unwrap_or(("", lower.as_str()));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    let mut found: Vec<Mistake> = Vec::new();
    let mut error = |message: String, help| found.push((Severity::Error, message, help));
    if name == "[::1]" {
        error(
            format!("`{uri}` uses `[::1]`, which the platform does not take"),
            "use `http://127.0.0.1`",
        );
    } else if scheme == "http" && !matches!(name, "localhost" | "127.0.0.1") {
        error(
            format!("`{uri}` is sent codes and tokens without encryption"),
            "use `https`; `http` is for `localhost` and `127.0.0.1`",
        );
    }
    if uri.chars().count() > LENGTH {
        error(
            format!("the redirect URI has more than {LENGTH} characters"),
            "shorten the path, and keep what changes in `state`",
        );
    }
    if personal && uri.contains('?') {
        error(
            format!("`{uri}` has a query, which apps that take personal accounts cannot have"),
            "keep what changes in `state`",
        );
    }
    if uri.contains('#') {
        error(
            format!("`{uri}` has a fragment"),
            "remove what follows the `#`",
        );
    }
    if let Some(refused) = uri.chars().find(|it| REFUSED.contains(it)) {
        error(
            format!("`{uri}` has the character `{refused}`, which the platform does not take"),
            "choose a path without it",
        );
    }
    if uri.contains('*') {
        if personal {
            error(
                format!("`{uri}` has a wildcard, which apps that take personal accounts cannot have"),
                "write each URI in full",
            );
        } else {
            let message = format!("`{uri}` has a wildcard: codes and tokens go to every host or path that it matches");
            found.push((Severity::Warning, message, "write each URI in full"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    #[track_caller]
    fn case(audience: &str, uri: &str, expected: &[&str]) {
        let text = format!("{{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"signInAudience\": \"{audience}\", \"web\": {{\"redirectUris\": [\"{uri}\"]}}}}");
        let sample = Sample::without_operations().file("app.json", &text);
        let told: Vec<String> = sample.findings(&RedirectUri).into_iter().map(|it| it.message).collect();
        assert_eq!(told.len(), expected.len(), "{uri} {told:?}");
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn unsafe_and_refused_ones_fire() {
        let org = "AzureADMyOrg";
        case(org, "http://example.com/cb", &["without encryption"]);
        case(org, "HTTP://example.com:80/cb", &["without encryption"]);
        case(org, "http://localhost.example.com/", &["without encryption"]);
        case(org, "http://[::1]:8080/", &["[::1]"]);
        case(org, "https://*.example.com/", &["wildcard"]);
        case(org, "https://example.com/(a)", &["character `(`"]);
        case(org, &format!("https://example.com/{}", "a".repeat(260)), &["more than 256"]);
        case("AzureADandPersonalMicrosoftAccount", "https://example.com/?a=b", &["query"]);
        case("AzureADandPersonalMicrosoftAccount", "https://*.example.com/", &["cannot have"]);
    }

    #[test]
    fn good_ones_are_quiet() {
        let org = "AzureADMyOrg";
        for uri in [
            "https://example.com/cb",
            "http://localhost",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
            "msal11111111-2222-3333-4444-555555555555://auth",
            "https://example.com/?a=b",
            "${{TAB_ENDPOINT}}/auth-end.html",
        ] {
            case(org, uri, &[]);
        }
    }

    #[test]
    fn too_many_are_told_once() {
        let uris: Vec<String> = (0..101).map(|at| format!("\"https://example.com/{at}\"")).collect();
        let text = |audience: &str| format!("{{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"signInAudience\": \"{audience}\", \"web\": {{\"redirectUris\": [{}]}}}}", uris.join(","));
        let told = |audience: &str| Sample::without_operations().file("app.json", &text(audience)).told(&RedirectUri);
        assert_eq!(told("PersonalMicrosoftAccount").len(), 1);
        assert_eq!(told("AzureADMyOrg"), [""; 0]);
    }
}
