//! Tokens in the address of a page.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG026",
    name: "implicit-grant",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "the implicit grant is switched on",
    explanation: "\
With the implicit grant the platform sends tokens in the address of a page, where histories, logs and scripts see them. \
Browsers that block third-party cookies break it besides.

**What to do.** Use the authorization code flow with PKCE (redirect URIs under `spa`), and switch both kinds off. Id tokens \
alone are needed by some server frameworks that post them; access tokens by none.

**When to suppress.** For id tokens, when a framework needs the hybrid flow.

**Severity.** A warning for access tokens, information for id tokens.",
    security: Some("5.5"),
};

/// The rule.
#[derive(Debug)]
pub struct ImplicitGrant;

impl Rule for ImplicitGrant {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for part in context.cases.iter().flat_map(|case| &case.parts) {
            let switches = [
                (part.registration.implicit_access_tokens, "access tokens", Severity::Warning),
                (part.registration.implicit_id_tokens, "id tokens", Severity::Info),
            ];
            for (span, what, severity) in switches {
                let Some(span) = span else { continue };
                let mut finding = Finding::new(
                    &META,
                    place_in(part.file, span),
                    format!("the implicit grant is switched on for {what}"),
                    "switched on",
                )
                .about([what])
                .help("use the authorization code flow with PKCE, and switch this off");
                finding.severity = severity;
                found.push(finding);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    fn told(access: bool, id: bool) -> Vec<Severity> {
        let text = format!("{{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"web\": {{\"implicitGrantSettings\": {{\"enableAccessTokenIssuance\": {access}, \"enableIdTokenIssuance\": {id}}}}}}}");
        let sample = Sample::without_operations().file("app.json", &text);
        sample.findings(&ImplicitGrant).iter().map(|it| it.severity).collect()
    }

    #[test]
    fn each_kind_fires_when_it_is_on() {
        assert_eq!(told(true, false), [Severity::Warning]);
        assert_eq!(told(false, true), [Severity::Info]);
        assert!(told(false, false).is_empty());
    }
}
