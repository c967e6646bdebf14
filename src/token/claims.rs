//! An access token taken apart. Nothing of it is verified, and nothing of it is believed.
//!
//! Tokens for Microsoft Graph cannot be verified by anybody but Graph: what is signed is not what is sent, as a
//! hash stands in the place of the header's `nonce`, and the form may change or be encrypted at any time. So the
//! claims are a diagnostic: they say what a token would be if it were genuine.

use serde_json::{Map, Value};

use crate::token::encoding::from_url_safe;
use crate::token::post::number;
use crate::token::user::User;

/// The longest token that is taken apart, in bytes.
const LONGEST: usize = 256 << 10;

/// Claims that are about a person, and are never shown.
const PERSONAL: [&str; 24] = [
    "acct",
    "acrs",
    "address",
    "amr",
    "deviceid",
    "email",
    "family_name",
    "given_name",
    "groups",
    "home_oid",
    "in_corp",
    "ipaddr",
    "name",
    "nickname",
    "oid",
    "onprem_sid",
    "phone_number",
    "platf",
    "preferred_username",
    "puid",
    "sid",
    "sub",
    "unique_name",
    "upn",
];

/// What a token turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A JSON Web Token with readable claims.
    Readable(Box<Claims>),
    /// An encrypted token (JWE, five parts).
    Encrypted,
    /// It begins as a JSON Web Token does and is none: where it is broken, without anything of its content.
    Mangled(String),
    /// Anything else: only its resource can read it.
    Opaque,
}

/// Whom a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A user, through an app.
    Delegated,
    /// The app alone.
    Application,
    /// It cannot be told.
    Unknown,
}

impl Kind {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Delegated => "delegated",
            Self::Application => "application",
            Self::Unknown => "unknown",
        }
    }
}

/// How the app proved who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientProof {
    /// A public client: not at all.
    Public,
    /// A client secret.
    Secret,
    /// A certificate or an assertion.
    Certificate,
}

/// The claims of a token, unverified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The signature's algorithm, as the header says.
    pub algorithm: Option<String>,
    /// Whether the header has a `nonce`: only the resource can check the signature.
    pub has_nonce: bool,
    /// Whether the third part is empty.
    pub is_unsigned: bool,
    /// `ver`.
    pub version: Option<String>,
    /// `aud`.
    pub audiences: Vec<String>,
    /// `iss`.
    pub issuer: Option<String>,
    /// `tid`.
    pub tenant: Option<String>,
    /// `appid` or `azp`, in lower case.
    pub app: Option<String>,
    /// `app_displayname`: whatever the app calls itself.
    pub app_name: Option<String>,
    /// Whom it is for.
    pub kind: Kind,
    /// What tells the kind.
    pub kind_from: &'static str,
    /// `appidacr` or `azpacr`.
    pub proof: Option<ClientProof>,
    /// `scp`, sorted; `None` when there is no such claim.
    pub scopes: Option<Vec<String>>,
    /// `roles`, sorted; `None` when there is no such claim.
    pub roles: Option<Vec<String>>,
    /// `wids`: template ids of directory roles, in lower case.
    pub directory_roles: Vec<String>,
    /// `iat`, seconds since 1970.
    pub issued: Option<i64>,
    /// `nbf`.
    pub not_before: Option<i64>,
    /// `exp`.
    pub expires: Option<i64>,
    /// Whether continuous access evaluation makes it live long (`xms_cc` holds `CP1`).
    pub is_long_lived: bool,
    /// What the signed-in user is called.
    pub user: User,
    /// The names of personal claims that it has.
    pub personal: Vec<&'static str>,
    /// What is odd about it, one line each.
    pub oddities: Vec<String>,
}

impl Claims {
    /// Returns the permissions of its kind, sorted.
    pub fn permissions(&self) -> &[String] {
        let claim = match self.kind {
            Kind::Delegated => &self.scopes,
            Kind::Unknown if self.scopes.is_some() => &self.scopes,
            Kind::Application | Kind::Unknown => &self.roles,
        };
        claim.as_deref().unwrap_or_default()
    }
}

/// Takes a token apart.
pub fn read(token: &str) -> Shape {
    let token = token.trim();
    if token.len() > LONGEST {
        return Shape::Opaque;
    }
    let parts: Vec<&str> = token.split('.').collect();
    match parts.as_slice() {
        [header, _, _, _, _] if object(header).is_ok_and(|header| header.contains_key("enc")) => {
            Shape::Encrypted
        }
        [header, claims, signature] => match (object(header), object(claims)) {
            (Ok(header), Ok(claims)) => {
                let mut reading = Reading {
                    claims: &claims,
                    oddities: Vec::new(),
                };
                let claims = reading.read(&header, signature.is_empty());
                Shape::Readable(Box::new(claims))
            }
            // What begins with `{"` in base64url was a header; other services cut their own texts in three, too.
            (Err(why), claims) if claims.is_ok() || header.starts_with("eyJ") => {
                Shape::Mangled(format!("its first part (the header) {why}"))
            }
            (Err(_), _) => Shape::Opaque,
            (_, Err(why)) => Shape::Mangled(format!("its second part (the claims) {why}")),
        },
        // A lone part that is a header was cut off at its end.
        [first, ..] if object(first).is_ok_and(|header| header.contains_key("alg")) => {
            Shape::Mangled(format!(
                "it has {}, and a JSON Web Token has three",
                match parts.len() {
                    1 => "one part".to_owned(),
                    count => format!("{count} parts"),
                }
            ))
        }
        _ => Shape::Opaque,
    }
}

/// Reads a part as a JSON object, or says where it is none.
fn object(part: &str) -> Result<Map<String, Value>, String> {
    if part.is_empty() {
        return Err("is empty".to_owned());
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=');
    if let Some(at) = part.bytes().position(|byte| !is_plain(byte)) {
        return Err(format!(
            "is no base64url: its character {} does not belong there",
            at + 1
        ));
    }
    let Some(bytes) = from_url_safe(part) else {
        return Err(format!(
            "is cut off: base64url cannot end after {} characters",
            part.len()
        ));
    };
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("is JSON, but no object".to_owned()),
        Err(error) if error.is_eof() => Err(format!(
            "is cut off: its JSON is not whole at byte {}",
            bytes.len()
        )),
        Err(error) => Err(format!(
            "is no JSON: line {}, column {} of what it decodes to",
            error.line(),
            error.column()
        )),
    }
}

struct Reading<'a> {
    claims: &'a Map<String, Value>,
    oddities: Vec<String>,
}

impl Reading<'_> {
    fn read(&mut self, header: &Map<String, Value>, is_unsigned: bool) -> Claims {
        let algorithm = header.get("alg").and_then(Value::as_str).map(str::to_owned);
        match algorithm.as_deref() {
            Some(name) if name.eq_ignore_ascii_case("none") => {
                self.odd("it is not signed (`alg` is `none`): the platform issues no such token");
            }
            Some(_) if is_unsigned => self.odd("its signature is missing"),
            Some(_) => {}
            None => self.odd("its header names no algorithm (`alg`)"),
        }
        let scopes = self.names("scp", "text", |value| match value {
            Value::String(text) => Some(text.split_whitespace().map(str::to_owned).collect()),
            _ => None,
        });
        let roles = self.names("roles", "a list", |value| match value {
            Value::Array(items) => Some(texts(items)),
            _ => None,
        });
        let app = self.text("appid").or_else(|| self.text("azp"));
        let proof = self.text("appidacr").or_else(|| self.text("azpacr"));
        let (kind, kind_from) = self.kind(scopes.as_deref(), roles.as_deref());
        let capabilities = self.list("xms_cc");
        let mut personal = PERSONAL.to_vec();
        personal.retain(|name| self.claims.contains_key(*name));
        Claims {
            algorithm,
            has_nonce: header.contains_key("nonce"),
            is_unsigned,
            version: self.text("ver"),
            audiences: self.list("aud"),
            issuer: self.text("iss"),
            tenant: self.text("tid").map(|tenant| tenant.to_lowercase()),
            app: app.map(|app| app.to_lowercase()),
            app_name: self.text("app_displayname"),
            kind,
            kind_from,
            proof: proof.and_then(|proof| match proof.as_str() {
                "0" => Some(ClientProof::Public),
                "1" => Some(ClientProof::Secret),
                "2" => Some(ClientProof::Certificate),
                _ => None,
            }),
            scopes,
            roles,
            directory_roles: self
                .list("wids")
                .into_iter()
                .map(|role| role.to_lowercase())
                .collect(),
            issued: self.time("iat"),
            not_before: self.time("nbf"),
            expires: self.time("exp"),
            is_long_lived: capabilities
                .iter()
                .any(|name| name.eq_ignore_ascii_case("cp1")),
            user: User::of(self.claims),
            personal,
            oddities: std::mem::take(&mut self.oddities),
        }
    }

    fn odd(&mut self, what: impl Into<String>) {
        self.oddities.push(what.into());
    }

    /// A claim that is one text; a number stands for its digits.
    fn text(&mut self, name: &str) -> Option<String> {
        match self.claims.get(name)? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null => None,
            _ => {
                self.odd(format!("`{name}` is no text"));
                None
            }
        }
    }

    /// A claim that is a list of texts, or one.
    fn list(&mut self, name: &str) -> Vec<String> {
        match self.claims.get(name) {
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(items)) => texts(items),
            None | Some(Value::Null) => Vec::new(),
            Some(_) => {
                self.odd(format!("`{name}` is no list"));
                Vec::new()
            }
        }
    }

    /// A claim that holds names of permissions, in its usual form or another.
    fn names(
        &mut self,
        name: &str,
        usual: &str,
        read: impl Fn(&Value) -> Option<Vec<String>>,
    ) -> Option<Vec<String>> {
        let value = self.claims.get(name).filter(|value| !value.is_null())?;
        let mut names = if let Some(names) = read(value) {
            names
        } else {
            self.odd(format!("`{name}` is not {usual}, as it should be"));
            match value {
                Value::Array(items) => texts(items),
                Value::String(text) => text.split_whitespace().map(str::to_owned).collect(),
                _ => Vec::new(),
            }
        };
        names.sort();
        names.dedup();
        Some(names)
    }

    fn time(&mut self, name: &str) -> Option<i64> {
        let value = self.claims.get(name).filter(|value| !value.is_null())?;
        let time = number(value);
        if time.is_none() {
            self.odd(format!("`{name}` is no time"));
        }
        time
    }

    fn kind(
        &mut self,
        scopes: Option<&[String]>,
        roles: Option<&[String]>,
    ) -> (Kind, &'static str) {
        match self.text("idtyp").as_deref() {
            Some("app") => return (Kind::Application, "`idtyp`"),
            Some("user") => return (Kind::Delegated, "`idtyp`"),
            _ => {}
        }
        if scopes.is_some() {
            return (Kind::Delegated, "`scp`");
        }
        let (object, subject) = (self.text("oid"), self.text("sub"));
        if object.is_some() && object == subject {
            return (Kind::Application, "`oid` is `sub`, and there is no `scp`");
        }
        if roles.is_some() && object.is_none() {
            return (Kind::Application, "`roles` without `scp` and `oid`");
        }
        (Kind::Unknown, "nothing")
    }
}

fn texts(items: &[Value]) -> Vec<String> {
    let texts = items.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

/// Makes a token of a header and claims for tests, with a signature that is none.
#[cfg(test)]
pub(crate) fn forge(header: &Value, claims: &Value) -> String {
    use crate::token::encoding::url_safe;
    let part = |value: &Value| url_safe(value.to_string().as_bytes());
    format!("{}.{}.c2lnbmF0dXJl", part(header), part(claims))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn claims(claims: &Value) -> Claims {
        match read(&forge(&json!({"alg": "RS256", "nonce": "n"}), claims)) {
            Shape::Readable(claims) => *claims,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn both_versions_are_read() {
        let one = claims(
            &json!({"ver": "1.0", "appid": "ABC", "appidacr": "1", "scp": "User.Read  Mail.Read", "aud": "https://graph.microsoft.com/"}),
        );
        assert_eq!(one.app.as_deref(), Some("abc"));
        assert_eq!(one.proof, Some(ClientProof::Secret));
        assert_eq!(one.permissions(), ["Mail.Read", "User.Read"]);
        assert_eq!((one.kind, one.kind_from), (Kind::Delegated, "`scp`"));
        let two = claims(
            &json!({"ver": "2.0", "azp": "abc", "azpacr": "2", "idtyp": "app", "roles": ["B", "A"]}),
        );
        assert_eq!(two.proof, Some(ClientProof::Certificate));
        assert_eq!(two.permissions(), ["A", "B"]);
        assert!(one.oddities.is_empty() && two.oddities.is_empty());
    }

    #[test]
    fn kinds_without_idtyp_are_told_from_the_rest() {
        let kind = |value: Value| claims(&value).kind;
        assert_eq!(kind(json!({"oid": "a", "sub": "a"})), Kind::Application);
        assert_eq!(
            kind(json!({"oid": "a", "sub": "a", "roles": []})),
            Kind::Application
        );
        assert_eq!(kind(json!({"oid": "a", "sub": "b"})), Kind::Unknown);
        assert_eq!(kind(json!({"scp": "", "roles": ["x"]})), Kind::Delegated);
        assert_eq!(kind(json!({})), Kind::Unknown);
    }

    #[test]
    fn odd_types_are_borne_and_told() {
        let odd = claims(
            &json!({"roles": "Mail.Read User.Read", "scp": ["a"], "exp": "17", "iat": 1.5, "nbf": [], "aud": ["x", 1], "ver": 2, "tid": {}, "wids": "X"}),
        );
        assert_eq!(odd.roles.as_deref().unwrap(), ["Mail.Read", "User.Read"]);
        assert_eq!(
            (odd.expires, odd.issued, odd.not_before),
            (Some(17), Some(1), None)
        );
        assert_eq!(odd.audiences, ["x"]);
        assert_eq!(odd.directory_roles, ["x"]);
        assert_eq!(odd.oddities.len(), 4, "{:?}", odd.oddities);
    }

    #[test]
    fn what_is_no_readable_token_is_told() {
        let part = |text: &str| crate::token::encoding::url_safe(text.as_bytes());
        let encrypted = format!("{}.a.b.c.d", part(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#));
        assert_eq!(read(&encrypted), Shape::Encrypted);
        for opaque in [
            "",
            "EwBwA8l6BAAU",
            "a.b.c.d.e",
            "a.b",
            "..",
            "x.y.z",
            "a!.b.c",
            &"x".repeat(LONGEST + 1),
        ] {
            assert_eq!(read(opaque), Shape::Opaque);
        }
        let header = part(r#"{"alg":"RS256"}"#);
        let claims = part(r#"{"scp":"User.Read","upn":"anna"}"#);
        let end = claims.len() - 6;
        for (mangled, expected) in [
            (format!(".{claims}.s"), "first part (the header) is empty"),
            (
                format!("eyJhbGciO.{}.s", claims.get(..end).unwrap()),
                "first part (the header) is cut off",
            ),
            (format!("{}.{}.", part("[]"), part("{}")), "no object"),
            (
                format!("{header}.{}~{claims}.s", claims.get(..4).unwrap()),
                "character 5",
            ),
            (
                format!("{header}.{}.s", claims.get(..end).unwrap()),
                "second part (the claims) is cut off",
            ),
            (
                format!("{header}.{}.s", part("{\"a\" 1}")),
                "line 1, column 6",
            ),
            (header.clone(), "it has one part"),
            (format!("{header}.{claims}"), "it has 2 parts"),
            (format!("{header}.{claims}.s.t"), "it has 4 parts"),
        ] {
            match read(&mangled) {
                Shape::Mangled(why) => {
                    assert!(why.contains(expected) && !why.contains("anna"), "{why}");
                }
                other => panic!("{mangled}: {other:?}"),
            }
        }
        let unsigned = format!("{}.{}.", part(r#"{"alg":"none"}"#), part("{}"));
        match read(&unsigned) {
            Shape::Readable(claims) => assert!(claims.is_unsigned && claims.oddities.len() == 1),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn personal_claims_are_named_and_not_kept() {
        let claims =
            claims(&json!({"upn": "anna@contoso.example", "ipaddr": "192.0.2.1", "oid": "p"}));
        assert_eq!(claims.personal, ["ipaddr", "oid", "upn"]);
        let shown = format!("{claims:?}");
        assert!(!shown.contains("anna") && !shown.contains("192.0"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[A-Za-z0-9_.=-]{0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn no_claims_are_too_odd(name in "scp|roles|aud|exp|wids|idtyp|xms_cc|oid", value in prop_oneof![
            Just(json!(null)), Just(json!([[]])), Just(json!({"a": 1})), Just(json!(1e300)), Just(json!(-5)), Just(json!("\u{202e}")), Just(json!([null, 1, "x"])), Just(json!(true)),
        ]) {
            let token = forge(&json!({"alg": "RS256"}), &json!({name: value}));
            prop_assert!(matches!(read(&token), Shape::Readable(_)));
        }
    }
}
