//! What the platform answers instead of a token, and what that means.

use std::fmt;

use miette::Diagnostic;
use serde::Deserialize;
use url::form_urlencoded;

use crate::source::escape::{shown, shown_up_to};
use crate::token::aadsts::{self, Fact};
use crate::token::post;
use crate::token::secret::Scrubber;

/// How many characters of the platform's own sentence are shown.
const SENTENCE: usize = 300;

/// How many codes of a reply are looked at; the platform sends one.
const CODES: usize = 16;

/// An error reply of the identity platform, in its own words. Untrusted; secrets are taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The OAuth error, such as `invalid_client`.
    pub error: String,
    /// The platform's sentence, without ids and time.
    pub sentence: String,
    /// The AADSTS numbers, the first is the one of the sentence.
    pub codes: Vec<u32>,
    /// The refinement, such as `consent_required`.
    pub suberror: Option<String>,
    /// For Microsoft's support.
    pub trace_id: Option<String>,
    /// For Microsoft's support, and for the sign-in logs of the tenant.
    pub correlation_id: Option<String>,
    /// When it happened, as the platform says.
    pub timestamp: Option<String>,
    /// Whether Conditional Access asks for more than was given (`claims`).
    pub wants_claims: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reply {
    error: Loose,
    error_description: Loose,
    error_codes: Vec<Loose>,
    suberror: Loose,
    trace_id: Loose,
    correlation_id: Loose,
    timestamp: Loose,
    claims: Loose,
}

/// A text or number; anything else is nothing.
#[derive(Default)]
struct Loose(Option<String>);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Some(text),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        }))
    }
}

impl Refusal {
    /// Reads an error reply; `None` when it is none.
    pub(super) fn read(body: &[u8], scrubber: &Scrubber) -> Option<Self> {
        let reply: Reply = post::object(body)?;
        let error = reply.error.0.filter(|error| !error.is_empty())?;
        let description = reply.error_description.0.unwrap_or_default();
        let clean = |text: Loose| text.0.map(|text| scrubber.clean(&text));
        let mut refusal = Self::of_text(&scrubber.clean(&description));
        refusal.error = scrubber.clean(&error);
        for code in reply.error_codes.into_iter().take(CODES) {
            if let Some(code) = code.0.and_then(|code| code.parse().ok())
                && !refusal.codes.contains(&code)
            {
                refusal.codes.push(code);
            }
        }
        refusal.suberror = clean(reply.suberror).filter(|text| !text.is_empty());
        refusal.trace_id = clean(reply.trace_id).or(refusal.trace_id);
        refusal.correlation_id = clean(reply.correlation_id).or(refusal.correlation_id);
        refusal.timestamp = clean(reply.timestamp).or(refusal.timestamp);
        refusal.wants_claims = reply.claims.0.is_some();
        Some(refusal)
    }

    /// Reads the parameters of an error that comes by way of the browser.
    pub(super) fn of_parameters(error: &str, description: &str, scrubber: &Scrubber) -> Self {
        Self {
            error: scrubber.clean(error),
            ..Self::of_text(&scrubber.clean(description))
        }
    }

    /// Reads a pasted error: the JSON of a reply, or a text that holds an AADSTS code. `None` when it is neither.
    pub fn of_pasted(text: &str) -> Option<Self> {
        let scrubber = Scrubber::default();
        let start = text.find('{').and_then(|at| text.get(at..));
        if let Some(refusal) = start.and_then(|json| Self::read(json.trim().as_bytes(), &scrubber))
        {
            return Some(refusal);
        }
        // The address that a browser was sent back to.
        if let Some((_, query)) = text.trim().split_once('?')
            && let Some(refusal) = Self::of_query(query, &scrubber)
        {
            return Some(refusal);
        }
        let refusal = Self::of_text(&scrubber.clean(text));
        (!refusal.codes.is_empty()).then_some(refusal)
    }

    fn of_query(query: &str, scrubber: &Scrubber) -> Option<Self> {
        let one = |wanted: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let found = pairs.find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.into_owned())
        };
        let (error, description) = (one("error")?, one("error_description")?);
        Some(Self::of_parameters(&error, &description, scrubber))
    }

    fn of_text(text: &str) -> Self {
        let ends = ["Trace ID:", "Correlation ID:", "Timestamp:", "\r", "\n"];
        let start = text
            .find("AADSTS")
            .and_then(|at| text.get(at..))
            .unwrap_or(text);
        let ends = ends.iter().filter_map(|end| start.find(end));
        let end = ends.min().unwrap_or(start.len());
        let sentence = start.get(..end).unwrap_or(start).trim();
        let after = |label: &str| {
            let at = text.find(label)? + label.len();
            let rest = text.get(at..)?.trim_start();
            let end = rest.find(['\r', '\n', ' ']).unwrap_or(rest.len());
            rest.get(..end)
                .map(str::to_owned)
                .filter(|id| !id.is_empty())
        };
        Self {
            sentence: sentence.to_owned(),
            codes: aadsts_codes(text),
            trace_id: after("Trace ID:"),
            correlation_id: after("Correlation ID:"),
            ..Self::default()
        }
    }

    /// Returns what is known of its codes, or of the OAuth error when no code is known.
    pub fn facts(&self) -> Vec<Fact> {
        let table = aadsts::table();
        let known = self.codes.iter().filter_map(|code| table.code(*code));
        let mut facts: Vec<Fact> = known.cloned().collect();
        if facts.is_empty() {
            facts.extend(table.error(&self.error).cloned());
        }
        facts
    }
}

/// The numbers after each `AADSTS` of a text, without repetitions.
pub fn aadsts_codes(text: &str) -> Vec<u32> {
    let upper = text.to_ascii_uppercase();
    let mut codes = Vec::new();
    for rest in upper.split("AADSTS").skip(1) {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        if let Some(code) = rest.get(..end).and_then(|digits| digits.parse().ok())
            && !codes.contains(&code)
            && codes.len() < CODES
        {
            codes.push(code);
        }
    }
    codes
}

/// The platform refused: the diagnostic.
#[derive(Debug)]
pub struct Refused {
    /// What it answered.
    pub refusal: Refusal,
    host: String,
    help: String,
}

impl Refused {
    /// Returns the diagnostic of a refusal by a host.
    pub(super) fn new(host: &str, refusal: Refusal) -> Self {
        let facts = refusal.facts();
        let mut help: Vec<String> = facts
            .iter()
            .flat_map(|fact| [fact.meaning.clone(), fact.advice.clone()])
            .filter(|text| !text.is_empty())
            .collect();
        if facts.is_empty() {
            help.push(match refusal.codes.first() {
                Some(code) => format!(
                    "the code is not in this program's table; https://login.microsoftonline.com/error?code={code} explains it"
                ),
                None => "the platform gave no code to look up".to_owned(),
            });
        }
        if refusal.wants_claims {
            help.push(
                "Conditional Access asks for more than was given (`claims`): sign in with a browser"
                    .to_owned(),
            );
        }
        for (label, id) in [
            ("trace id", &refusal.trace_id),
            ("correlation id", &refusal.correlation_id),
            ("time", &refusal.timestamp),
        ] {
            if let Some(id) = id {
                help.push(format!("{label} {}", shown(id)));
            }
        }
        Self {
            host: shown(host),
            help: help.join("\n"),
            refusal,
        }
    }
}

impl Refused {
    /// Adds what the program knows besides.
    pub(super) fn add_help(&mut self, text: &str) {
        self.help.push('\n');
        self.help.push_str(text);
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refusal = &self.refusal;
        write!(f, "`{}` refused: {}", self.host, shown(&refusal.error))?;
        if let Some(suberror) = &refusal.suberror {
            write!(f, " ({})", shown(suberror))?;
        }
        if let Some(code) = refusal.codes.first()
            && !refusal.sentence.starts_with("AADSTS")
        {
            write!(f, ", AADSTS{code}")?;
        }
        if !refusal.sentence.is_empty() {
            write!(f, ", {}", shown_up_to(&refusal.sentence, SENTENCE))?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

impl Diagnostic for Refused {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(match self.refusal.codes.first() {
            Some(code) => Box::new(format!("graphgrant::token::aadsts{code}")),
            None => Box::new("graphgrant::token::refused"),
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLY: &str = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is right. Trace ID: 11111111-aaaa Correlation ID: 22222222-bbbb Timestamp: 2026-11-24 12:00:00Z","error_codes":[7000215],"timestamp":"2026-11-24 12:00:00Z","trace_id":"11111111-aaaa","correlation_id":"22222222-bbbb","error_uri":"https://x"}"#;

    #[test]
    fn a_reply_is_taken_apart() {
        let refusal = Refusal::read(REPLY.as_bytes(), &Scrubber::default()).unwrap();
        assert_eq!(refusal.codes, [7_000_215]);
        assert_eq!(
            refusal.sentence,
            "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent is right."
        );
        let refused = Refused::new("login.example", refusal);
        let help = refused.help().unwrap().to_string();
        assert!(help.contains("trace id 11111111-aaaa"), "{help}");
        assert!(help.contains("correlation id 22222222-bbbb"), "{help}");
        assert!(help.contains("value"), "{help}");
        assert!(
            refused
                .to_string()
                .starts_with("`login.example` refused: invalid_client")
        );
    }

    #[test]
    fn odd_types_and_unknown_codes_are_borne() {
        let reply = br#"{"error":"x","error_codes":["50011",[1],null,99999999],"trace_id":5,"claims":"{}"}"#;
        let refusal = Refusal::read(reply, &Scrubber::default()).unwrap();
        assert_eq!(refusal.codes, [50011, 99_999_999]);
        assert_eq!(refusal.trace_id.as_deref(), Some("5"));
        let unknown = Refusal {
            codes: vec![123],
            ..Refusal::default()
        };
        let help = Refused::new("h", unknown).help().unwrap().to_string();
        assert!(help.contains("error?code=123"), "{help}");
        let many: Vec<String> = (1..100_000).map(|code: u32| code.to_string()).collect();
        let many = format!(r#"{{"error":"x","error_codes":[{}]}}"#, many.join(","));
        let refusal = Refusal::read(many.as_bytes(), &Scrubber::default()).unwrap();
        assert_eq!(refusal.codes.len(), CODES);
        for none in ["", "[]", "{}", "null", r#"{"error":{}}"#, "<html>"] {
            assert!(
                Refusal::read(none.as_bytes(), &Scrubber::default()).is_none(),
                "{none}"
            );
        }
    }

    #[test]
    fn what_repeats_a_secret_is_withheld() {
        let reply =
            br#"{"error":"invalid_client","error_description":"AADSTS1: you sent hunter22"}"#;
        let refusal = Refusal::read(reply, &Scrubber::of(&["hunter22"])).unwrap();
        let refused = Refused::new("h", refusal);
        assert!(!refused.to_string().contains("hunter22"));
    }

    #[test]
    fn pasted_texts_are_understood() {
        let code = |text: &str| Refusal::of_pasted(text).map(|refusal| refusal.codes);
        assert_eq!(code(REPLY), Some(vec![7_000_215]));
        assert_eq!(
            code(&format!("HTTP/1.1 401\n\n{REPLY}")),
            Some(vec![7_000_215])
        );
        assert_eq!(code("error: aadsts65001: the user"), Some(vec![65001]));
        let page = "http://localhost:1/?error=access_denied&error_description=AADSTS65004%3a+User+declined.%0d%0aTrace+ID%3a+t-1&state=s";
        let refusal = Refusal::of_pasted(page).unwrap();
        assert_eq!(
            (refusal.error.as_str(), refusal.codes.as_slice()),
            ("access_denied", &[65004][..])
        );
        assert_eq!(refusal.trace_id.as_deref(), Some("t-1"));
        assert_eq!(
            code("AADSTS65001 and AADSTS50076, AADSTS65001: x"),
            Some(vec![65001, 50076])
        );
        assert_eq!(code("no code here"), None);
        assert_eq!(code("AADSTS99999999999999"), None);
    }
}
