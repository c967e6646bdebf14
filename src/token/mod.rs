//! Tokens: where they are asked for, how, what they say, and what the platform answers instead of one.
//!
//! An [`Authority`] and a flow go in, an [`Acquired`] token comes out, or an error with what the platform's code
//! means. [`claims`] takes a token apart without believing it. This is the only module that holds secrets: they
//! are masked wherever something could show them, wiped when dropped, never written to disk, and sent to no other
//! host than the one they are for. It does not print: what a person has to do goes through [`Dialogue`].

pub mod aadsts;
pub mod app;
pub mod authority;
pub mod bearer;
pub mod claims;
mod credential;
mod encoding;
pub mod environment;
pub mod error;
pub mod flow;
pub mod identifier;
pub mod inspection;
mod listener;
pub mod platform;
mod post;
pub mod process;
pub mod refusal;
pub mod role;
pub mod secret;
pub mod tenant;
pub mod user;

pub use authority::Authority;
pub use environment::Environment;
pub use error::TokenError;
pub use secret::Secret;

use std::time::Duration;

use crate::net::Client;

/// A token and what came with it.
#[derive(Debug)]
pub struct Acquired {
    /// The access token.
    pub token: Secret,
    /// For how many seconds it is good, as the platform says.
    pub expires_in: Option<i64>,
    /// The scopes that the platform says it holds.
    pub scope: Option<String>,
    /// What the reader should know of the way it was acquired.
    pub remarks: Vec<String>,
}

/// What a person sees and does while a token is acquired.
pub trait Dialogue {
    /// Shows the code to type and the page to type it on.
    fn show_code(&self, code: &str, page: &str, seconds: u64);
    /// Shows the page to sign in on; `opened` says whether a browser was started with it.
    fn show_page(&self, page: &str, opened: bool);
    /// Shows that something is waited for, and how many seconds are left.
    fn show_wait(&self, seconds: u64);
    /// Clears what [`Dialogue::show_wait`] showed.
    fn end_wait(&self);
}

/// What flows use of the world.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The HTTP client.
    pub client: &'a Client,
    /// The environment.
    pub environment: &'a Environment,
    /// The person.
    pub dialogue: &'a dyn Dialogue,
    /// The clock: seconds since 1970.
    pub now: fn() -> i64,
    /// How long a program or a person is waited for at most.
    pub patience: Duration,
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}
