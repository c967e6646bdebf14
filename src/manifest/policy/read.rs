//! A part of a text to a policy. All mistakes are collected.

use crate::manifest::error::ManifestError;
use crate::manifest::field::{Fields, Reader};
use crate::manifest::policy::{Level, Pattern, Policy, ReasonRule, Selector, Suppression, day};
use crate::manifest::secret;
use crate::source::escape::shown;
use crate::source::yaml::{self, Node, NodeKind};
use crate::source::{Source, Span, Spanned};

const KEYS: [&str; 9] = [
    "extends",
    "access",
    "allow",
    "deny",
    "requireReason",
    "credentialDays",
    "failOn",
    "severities",
    "suppressions",
];

/// The largest tier, and the bounds of Microsoft's privilege levels.
const TIERS: (u32, u32) = (0, 2);
const LEVELS: (u32, u32) = (1, 4);
/// A credential that is good for longer than this needs no rule.
const DAYS: (u32, u32) = (1, 36_500);

/// What was read of a file that holds a policy alone.
#[derive(Debug)]
pub struct PolicyReading {
    /// The policy, as far as it is valid.
    pub policy: Policy,
    /// The mistakes, in the order of the text.
    pub errors: Vec<ManifestError>,
}

/// Reads a file with the one key `policy`.
pub fn from_source(source: &Source) -> PolicyReading {
    let parsed = yaml::parse(source);
    let mut errors: Vec<_> = parsed.errors.into_iter().map(ManifestError::from).collect();
    let Some(root) = parsed.root else {
        return PolicyReading {
            policy: Policy::empty(secret::redact_lines(source), Span::default()),
            errors,
        };
    };
    let shown = secret::redact(source, &root, &mut errors);
    let mut reader = Reader {
        source,
        check_url: &|_| Ok(()),
        errors,
    };
    let place = "a policy file";
    let before = reader.errors.len();
    let policy = reader
        .fields(&root, place, &["policy"], |key| {
            KEYS.contains(&key)
                .then(|| format!("write `{key}` under `policy:`"))
        })
        .and_then(|fields| {
            let policy = reader.policy(fields);
            // Whose key stands at the wrong place knows by then.
            if fields.get("policy").is_none() && reader.errors.len() == before {
                reader.report(ManifestError::MissingKey {
                    key: "policy",
                    place,
                    span: reader.first_line(root.span),
                });
            }
            policy
        });
    let policy = policy.map_or_else(
        || Policy::empty(shown.clone(), root.span),
        |policy| Policy {
            source: shown.clone(),
            ..policy
        },
    );
    reader.errors.sort_by_key(ManifestError::span);
    PolicyReading {
        policy,
        errors: reader.errors,
    }
}

impl Policy {
    /// Returns a policy that says nothing.
    pub const fn empty(source: Source, span: Span) -> Self {
        Self {
            source,
            span,
            extends: None,
            access: None,
            allow: None,
            deny: Vec::new(),
            reasons: Vec::new(),
            credential_days: None,
            fail_on: None,
            severities: Vec::new(),
            suppressions: Vec::new(),
        }
    }
}

impl Reader<'_> {
    /// Reads the key `policy`, if it is there.
    pub(in crate::manifest) fn policy(&mut self, fields: Fields<'_>) -> Option<Policy> {
        let node = fields.get("policy")?;
        let inner = self.fields(node, "`policy`", &KEYS, |_| None)?;
        let mut policy = Policy::empty(self.source.clone(), node.span);
        policy.extends = self.text_at(inner, "extends");
        policy.access = inner.get("access").map(|node| node.span).and_then(|span| {
            self.access_at(inner)
                .map(|access| Spanned::new(access, span))
        });
        policy.allow = inner.get("allow").map(|_| self.selectors(inner, "allow"));
        policy.deny = self.selectors(inner, "deny");
        let reasons = self.texts_at(inner, "requireReason").unwrap_or_default();
        let words = ReasonRule::ALL.map(|rule| (rule.word(), rule));
        policy.reasons = reasons
            .iter()
            .filter_map(|text| self.word(text, "place for reasons", &words))
            .collect();
        policy.credential_days = self.number_at(inner, "credentialDays", DAYS);
        policy.fail_on = self
            .text_at(inner, "failOn")
            .and_then(|text| self.level(&text));
        policy.severities = self.severities(inner);
        for node in self.list_at(inner, "suppressions").unwrap_or_default() {
            policy.suppressions.extend(self.suppression(node));
        }
        Some(policy)
    }

    fn level(&mut self, text: &Spanned<String>) -> Option<Spanned<Level>> {
        self.word(text, "severity", &Level::ALL.map(|it| (it.word(), it)))
    }

    fn severities(&mut self, fields: Fields<'_>) -> Vec<(Spanned<String>, Spanned<Level>)> {
        let Some(node) = fields.get("severities") else {
            return Vec::new();
        };
        let NodeKind::Mapping(entries) = &node.kind else {
            self.wrong_type(node, "`severities`", "a mapping of rules to severities");
            return Vec::new();
        };
        let mut found = Vec::new();
        for (rule, value) in entries {
            // `off` is a word of YAML 1.1 alone; the reader takes it for text, as it should.
            let text = self.text(value, "a severity");
            let level = text.and_then(|text| self.level(&text));
            found.extend(level.map(|level| (rule.clone(), level)));
        }
        found
    }

    fn selectors(&mut self, fields: Fields<'_>, key: &'static str) -> Vec<Selector> {
        let may_rank = key == "deny";
        let known: &[&str] = if may_rank {
            &["permission", "tier", "level", "access", "reason"]
        } else {
            &["permission", "access", "reason"]
        };
        let mut selectors = Vec::new();
        for node in self.list_at(fields, key).unwrap_or_default() {
            if !matches!(node.kind, NodeKind::Mapping(_)) {
                let name = self.text(node, "a permission of the policy");
                selectors.extend(name.map(|name| Selector {
                    span: node.span,
                    permission: Some(Pattern::new(&name.value)),
                    tier: None,
                    level: None,
                    access: None,
                    reason: None,
                }));
                continue;
            }
            let Some(inner) = self.fields(node, "an entry of the policy", known, |_| None) else {
                continue;
            };
            let selector = self.selector(inner, node);
            let says_which = selector.permission.is_some()
                || selector.tier.is_some()
                || selector.level.is_some();
            if says_which {
                selectors.push(selector);
            } else if ["permission", "tier", "level"]
                .iter()
                .all(|key| inner.get(key).is_none())
            {
                self.report(ManifestError::MissingKey {
                    key: "permission",
                    place: inner.place,
                    span: self.first_line(inner.span),
                });
            }
        }
        selectors
    }

    fn selector(&mut self, inner: Fields<'_>, node: &Node) -> Selector {
        let small = |number: Spanned<u32>| u8::try_from(number.value).ok();
        Selector {
            span: node.span,
            permission: self
                .text_at(inner, "permission")
                .map(|name| Pattern::new(&name.value)),
            tier: self.number_at(inner, "tier", TIERS).and_then(small),
            level: self.number_at(inner, "level", LEVELS).and_then(small),
            access: self.access_at(inner),
            reason: self.text_at(inner, "reason").map(|reason| reason.value),
        }
    }

    fn suppression(&mut self, node: &Node) -> Option<Suppression> {
        let known = ["rule", "subject", "path", "reason", "owner", "until"];
        let inner = self.fields(node, "a suppression", &known, |_| None)?;
        let rule = self.required_text(inner, "rule");
        let reason = self.required_text(inner, "reason");
        let owner = self.required_text(inner, "owner");
        let until = self.required_text(inner, "until");
        let subject = self.text_at(inner, "subject");
        let path = self.text_at(inner, "path");
        if inner.get("subject").is_none() && inner.get("path").is_none() {
            self.report(ManifestError::MissingKey {
                key: "subject",
                place: "a suppression without `path`",
                span: self.first_line(inner.span),
            });
            return None;
        }
        let until = until.and_then(|text| {
            let date = day(&text.value).map_err(|why| {
                self.report(ManifestError::Day {
                    written: shown(&text.value),
                    why,
                    span: text.span,
                });
            });
            Some(Spanned::new(date.ok()?, text.span))
        });
        Some(Suppression {
            span: node.span,
            rule: rule?,
            subject: subject.map(|text| Pattern::new(&text.value)),
            path: path.map(|text| Pattern::new(&text.value)),
            reason: reason?.value,
            owner: owner?.value,
            until: until?,
        })
    }

    fn number_at(
        &mut self,
        fields: Fields<'_>,
        key: &'static str,
        (least, most): (u32, u32),
    ) -> Option<Spanned<u32>> {
        let node = fields.get(key)?;
        let number = match &node.kind {
            NodeKind::Number(written) => written.parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.report(ManifestError::OutOfRange {
                key,
                least,
                most,
                span: node.span,
            });
        }
        number.map(|number| Spanned::new(number, node.span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Policy, Vec<String>) {
        let reading = from_source(&Source::new("policy.yaml", text));
        let errors = reading.errors.iter().map(ToString::to_string).collect();
        (reading.policy, errors)
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let (_, errors) = read(text);
        assert_eq!(errors, [expected], "{text}");
    }

    #[test]
    fn a_whole_policy_is_read() {
        let (policy, errors) = read(
            "policy:
  extends: ../team.yaml
  access: delegated
  allow: [User.Read, {permission: Mail.*, access: delegated}]
  deny:
    - '*.ReadWrite.All'
    - {tier: 0, reason: never}
    - {level: 4, access: application}
  requireReason: [operations, permissions]
  credentialDays: 180
  failOn: error
  severities: {excess-permission: error, GG012: off}
  suppressions:
    - {rule: tier-1-risk, subject: Mail.Read, reason: r, owner: o, until: 2027-01-31}
",
        );
        assert_eq!(errors, [""; 0]);
        assert_eq!(policy.allow.as_ref().map(Vec::len), Some(2));
        assert_eq!(policy.deny.len(), 3);
        assert_eq!(policy.deny[1].tier, Some(0));
        assert_eq!(policy.deny[2].level, Some(4));
        assert_eq!(policy.severities[1].1.value, Level::Off);
        assert_eq!(policy.suppressions[0].until.value.to_string(), "2027-01-31");
        assert_eq!(policy.credential_days.unwrap().value, 180);
    }

    #[test]
    fn mistakes_have_words() {
        refused("{}", "a policy file needs the key `policy`");
        refused("{deny: [], policy: {}}", "a policy file has no key `deny`");
        refused("policy: {denny: []}", "`policy` has no key `denny`");
        refused(
            "policy: {deny: [{reason: x}]}",
            "an entry of the policy needs the key `permission`",
        );
        refused(
            "policy: {deny: [{tier: 7}]}",
            "`tier` must be a number from 0 to 2",
        );
        refused(
            "policy: {allow: [{tier: 2, permission: x}]}",
            "an entry of the policy has no key `tier`",
        );
        refused("policy: {failOn: fatal}", "`fatal` is not a known severity");
        refused(
            "policy: {suppressions: [{rule: x, reason: r, owner: o, until: 2027-01-01}]}",
            "a suppression without `path` needs the key `subject`",
        );
        refused(
            "policy: {suppressions: [{rule: x, subject: y, reason: r, owner: o, until: soon}]}",
            "`soon` is not written as `YYYY-MM-DD`",
        );
        refused(
            "policy: {suppressions: [{rule: x, subject: y, reason: r, owner: o, until: 2026-02-31}]}",
            "`2026-02-31` is no day of the calendar",
        );
        refused(
            "policy: {suppressions: [{rule: x, subject: y, owner: o, until: 2027-01-01}]}",
            "a suppression needs the key `reason`",
        );
    }
}
