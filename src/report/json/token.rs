//! The machine form of a token that was taken apart.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::report::json::{CatalogFacts, VERSION};
use crate::token::claims::{Claims, ClientProof, Shape};
use crate::token::inspection::Inspection;

/// What an access token says, unverified.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inspected {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// Always false: nobody but Microsoft Graph can verify its tokens.
    pub verified: bool,
    /// What the token is.
    pub form: Form,
    /// Where a mangled token is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// The seconds that the platform says it is good for, when it was acquired just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
    /// What it says; absent for what cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<ClaimsFacts>,
}

/// What a token turns out to be.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A JSON Web Token.
    Jwt,
    /// An encrypted token.
    Encrypted,
    /// One that begins as a JSON Web Token and is broken.
    Mangled,
    /// Anything else.
    Opaque,
}

/// The claims of a token. Personal ones are named and not given.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimsFacts {
    /// `aud`.
    pub audiences: Vec<String>,
    /// Whether an audience is Microsoft Graph.
    pub is_for_graph: bool,
    /// The clouds that the audience names.
    pub clouds: Vec<String>,
    /// `iss`.
    pub issuer: Option<String>,
    /// `tid`.
    pub tenant: Option<String>,
    /// `appid` or `azp`.
    pub app: Option<String>,
    /// `app_displayname`, whatever the app calls itself.
    pub app_name: Option<String>,
    /// `delegated`, `application` or `unknown`.
    pub kind: &'static str,
    /// What tells the kind.
    pub kind_from: &'static str,
    /// `none`, `secret`, `certificate`; null when the token does not say.
    pub app_proved_by: Option<&'static str>,
    /// `ver`.
    pub version: Option<String>,
    /// `alg` of the header.
    pub algorithm: Option<String>,
    /// Whether the header has a `nonce`.
    pub has_nonce: bool,
    /// `iat`, seconds since 1970.
    pub issued: Option<i64>,
    /// `nbf`.
    pub not_before: Option<i64>,
    /// `exp`.
    pub expires: Option<i64>,
    /// Whether it has expired.
    pub has_expired: bool,
    /// The permissions of its kind.
    pub permissions: Vec<TokenPermission>,
    /// Directory roles, by name where it is known.
    pub directory_roles: Vec<String>,
    /// The names of personal claims.
    pub personal_claims: Vec<&'static str>,
    /// What the reader should know.
    pub remarks: Vec<String>,
}

/// A permission in a token.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TokenPermission {
    /// The name as the token has it.
    pub name: String,
    /// Whether the catalog knows it.
    pub known: bool,
}

impl Inspected {
    /// Returns the machine form.
    pub fn new(
        catalog: &Catalog,
        shape: &Shape,
        inspection: Option<&Inspection>,
        expires_in: Option<i64>,
    ) -> Self {
        let (form, claims) = match (shape, inspection) {
            (Shape::Readable(claims), Some(inspection)) => {
                (Form::Jwt, Some(ClaimsFacts::new(claims, inspection)))
            }
            (Shape::Encrypted, _) => (Form::Encrypted, None),
            (Shape::Mangled(_), _) => (Form::Mangled, None),
            _ => (Form::Opaque, None),
        };
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            verified: false,
            form,
            broken: match shape {
                Shape::Mangled(why) => Some(why.clone()),
                Shape::Readable(_) | Shape::Encrypted | Shape::Opaque => None,
            },
            expires_in,
            claims,
        }
    }
}

impl ClaimsFacts {
    /// Returns the machine form of claims.
    pub fn new(claims: &Claims, inspection: &Inspection) -> Self {
        let permissions = inspection.permissions.iter();
        Self {
            audiences: claims.audiences.clone(),
            is_for_graph: inspection.is_for_graph,
            clouds: inspection.clouds.clone(),
            issuer: claims.issuer.clone(),
            tenant: claims.tenant.clone(),
            app: claims.app.clone(),
            app_name: claims.app_name.clone(),
            kind: claims.kind.word(),
            kind_from: claims.kind_from,
            app_proved_by: claims.proof.map(|proof| match proof {
                ClientProof::Public => "none",
                ClientProof::Secret => "secret",
                ClientProof::Certificate => "certificate",
            }),
            version: claims.version.clone(),
            algorithm: claims.algorithm.clone(),
            has_nonce: claims.has_nonce,
            issued: claims.issued,
            not_before: claims.not_before,
            expires: claims.expires,
            has_expired: inspection.left.is_some_and(|left| left <= 0),
            permissions: permissions
                .map(|(name, id)| TokenPermission {
                    name: name.clone(),
                    known: id.is_some(),
                })
                .collect(),
            directory_roles: inspection.roles.clone(),
            personal_claims: claims.personal.clone(),
            remarks: inspection.remarks.clone(),
        }
    }
}
