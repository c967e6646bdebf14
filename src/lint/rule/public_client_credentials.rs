//! Apps that are public clients and have credentials.

use crate::finding::{self, Finding, Persona, Related, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG029",
    name: "public-client-credentials",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a public client has client secrets or certificates",
    explanation: "\
A public client runs where it can keep no secret: on people's devices. A registration that is both lets anybody use the \
app's flows for devices (device code, passwords) against permissions that were consented to for the server.

**What to do.** Use two registrations, or switch public client flows off.

**When to suppress.** Rarely: while one of both is being moved out.",
    security: Some("6.0"),
};

/// The rule.
#[derive(Debug)]
pub struct PublicClientCredentials;

impl Rule for PublicClientCredentials {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for part in context.cases.iter().flat_map(|case| &case.parts) {
            let credential = part.registration.credentials.first();
            let (Some(span), Some(credential)) = (part.registration.public_client, credential)
            else {
                continue;
            };
            found.push(
                Finding::new(
                    &META,
                    place_in(part.file, span),
                    "the app is a public client and has credentials",
                    "a public client",
                )
                .explained([Related {
                    place: place_in(part.file, credential.span),
                    label: "a credential".to_owned(),
                }])
                .about(["public client"])
                .help("use two registrations, or switch public client flows off"),
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    fn told(public: bool, credentials: &str) -> Vec<String> {
        let text = format!("{{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"web\": {{}}, \"isFallbackPublicClient\": {public}, \"passwordCredentials\": [{credentials}]}}");
        Sample::without_operations().file("app.json", &text).told(&PublicClientCredentials)
    }

    #[test]
    fn only_both_together_fire() {
        assert_eq!(told(true, "{\"displayName\": \"x\"}").len(), 1);
        assert_eq!(told(true, ""), [""; 0]);
        assert_eq!(told(false, "{\"displayName\": \"x\"}"), [""; 0]);
    }
}
