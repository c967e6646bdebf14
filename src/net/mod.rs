//! The one HTTP client. Blocking, bounded in time and size, and it never follows a redirect.
//!
//! A [`Call`] goes in, an [`Answer`] of any status comes out, or a [`NetError`] that names the host and never
//! the content. Nothing here knows tokens or Microsoft Graph, keeps anything, or prints. A client is built when
//! the first call needs it, so that commands that stay offline pay nothing for it.
//!
//! - `https` goes to any host, through the proxy that the environment names; certificates are always verified.
//! - `http` goes to loopback and link-local addresses (the metadata services of Azure hosts) alone, past every proxy, and only when the
//!   caller says that it means to.

mod client;
mod error;
mod retry;

pub use client::{Answer, Body, Call, Client, Settings, is_local, is_loopback};
pub use error::NetError;
pub use reqwest::Url;
pub use retry::retry_after;
