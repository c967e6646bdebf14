//! Credentials that are good for too long, or no longer.

use jiff::civil::Date;
use jiff::ToSpan as _;

use crate::declared::{Credential, CredentialKind};
use crate::finding::{self, Finding, Persona, Related, Severity};
use crate::lint::case::{Part, place_in};
use crate::lint::{Context, Rule, policy};
use crate::manifest::Policy;

/// The most days without a policy: what the portal recommends for secrets, and a year for certificates.
const SECRET_DAYS: i32 = 180;
const CERTIFICATE_DAYS: i32 = 365;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG027",
    name: "long-lived-credential",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a client secret or certificate is good for too long",
    explanation: "\
Whoever finds a credential can use it until its end. 180 days for secrets and a year for certificates are the bounds unless \
the policy says otherwise (`credentialDays`). Without a start, the days are counted from the day of the run.

**What to do.** Use a managed identity or a federated credential, else a certificate; shorten what stays.

**When to suppress.** While the replacement is being rolled out.",
    security: Some("5.0"),
};

/// The rule.
#[derive(Debug)]
pub struct LongLivedCredential;

impl Rule for LongLivedCredential {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for case in &context.cases {
            let policies = case.policies.iter().copied();
            let strictest = policies
                .filter_map(|policy| Some((policy, policy.credential_days?)))
                .min_by_key(|(_, days)| days.value);
            for part in &case.parts {
                for credential in &part.registration.credentials {
                    found.extend(too_long(context.today, *part, credential, strictest));
                }
            }
        }
        found
    }
}

fn too_long(
    today: Date,
    part: Part<'_>,
    credential: &Credential,
    policy: Option<(&Policy, crate::source::Spanned<u32>)>,
) -> Option<Finding> {
    let start = credential.start.as_ref().and_then(|text| day(&text.value));
    let start = start.unwrap_or(today);
    let written = credential.end.as_ref()?;
    let end = end(start, &written.value)?;
    let days = start.until(end).ok()?.get_days();
    let (kind, own) = match credential.kind {
        CredentialKind::Password => ("client secret", SECRET_DAYS),
        CredentialKind::Certificate => ("certificate", CERTIFICATE_DAYS),
    };
    let most = policy.map_or(own, |(_, days)| i32::try_from(days.value).unwrap_or(own));
    if days <= most {
        return None;
    }
    let rule: Option<Related> = policy.map(|(policy, days)| {
        policy::line(policy, days.span, "the policy's bound")
    });
    Some(
        Finding::new(
            &META,
            place_in(part.file, written.span),
            format!("a {kind} is good for {days} days, and {most} are the most"),
            "too far away",
        )
        .explained(rule)
        .about([kind, written.value.as_str()])
        .help("use a managed identity or a federated credential, or shorten it"),
    )
}

/// The end: a day, or in Terraform how long from the start.
fn end(start: Date, written: &str) -> Option<Date> {
    if let Some(hours) = written.strip_suffix('h') {
        let hours: i64 = hours.parse().ok()?;
        return start.checked_add((hours / 24).days()).ok();
    }
    day(written)
}

/// The day of a date or of a time; a few hours do not matter here.
fn day(written: &str) -> Option<Date> {
    written.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    fn told(yaml: Option<&str>, start: &str, end: &str) -> Vec<String> {
        let text = format!("{{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"web\": {{}}, \"passwordCredentials\": [{{{start}\"endDateTime\": \"{end}\"}}]}}");
        let sample = yaml.map_or_else(Sample::without_operations, Sample::new);
        sample.file("app.json", &text).told(&LongLivedCredential)
    }

    #[test]
    fn long_ones_fire() {
        let start = "\"startDateTime\": \"2026-01-01T00:00:00Z\", ";
        assert_eq!(
            told(None, start, "2028-01-01T00:00:00Z"),
            ["app.json: a client secret is good for 730 days, and 180 are the most"]
        );
        assert_eq!(told(None, "", "2299-12-31T00:00:00Z").len(), 1);
    }

    #[test]
    fn short_ones_are_quiet_unless_the_policy_is_stricter() {
        let start = "\"startDateTime\": \"2026-01-01T00:00:00Z\", ";
        assert_eq!(told(None, start, "2026-06-01T00:00:00Z"), [""; 0]);
        let strict = "operations: [GET /me]\npolicy: {credentialDays: 90}\n";
        assert_eq!(told(Some(strict), start, "2026-06-01T00:00:00Z").len(), 1);
        assert_eq!(told(Some(strict), start, "2026-03-01T00:00:00Z"), [""; 0]);
    }

    #[test]
    fn hours_and_days_are_understood() {
        let start = jiff::civil::date(2026, 1, 1);
        assert_eq!(end(start, "48h"), Some(jiff::civil::date(2026, 1, 3)));
        assert_eq!(end(start, "2026-02-01"), Some(jiff::civil::date(2026, 2, 1)));
        assert_eq!(end(start, "soon"), None);
    }
}
