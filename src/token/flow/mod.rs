//! The ways to a token, one file each: what the app or the person proves, and to whom.
//!
//! Each takes the [`World`](crate::token::World), an [`Authority`](crate::token::Authority) and what is its own,
//! and gives an [`Acquired`](crate::token::Acquired) token or a [`TokenError`](crate::token::TokenError). None
//! keeps a token or asks for one that outlives the run: no `offline_access`, no cache.

pub mod authorization_code;
pub mod azure_cli;
pub mod certificate;
pub mod client_secret;
pub mod device_code;
pub mod federated;
pub mod given;
pub mod managed_identity;

/// The `client_assertion_type` of a signed assertion (RFC 7523).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
