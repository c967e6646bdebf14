//! Consent: who may grant what, under which policy, what it takes besides, and what would make it easier.
//!
//! A plan goes in, with the consent policy of a tenant where it is known; a [`model::Consent`] comes out
//! ([`who::consent`]). `policy` says what users may consent to, `tenant` reads a tenant's settings,
//! `narrower` asks why nothing smaller does, `easier` plans again with another goal, `steps` says what to do
//! in order, `request` what an admin is asked for, `caution` what no file tells.
//!
//! `granted` reads what a tenant has granted and a registration declares, `token` the claims of a token;
//! `grant` says what becomes of each permission when a plan meets what is granted, `status` holds what is
//! needed, declared, granted and in a token against each other. Nothing here writes a letter, a URL or a script: that is `report/consent`.

pub mod caution;
pub mod easier;
pub mod fact;
pub mod grant;
pub mod granted;
pub mod model;
pub mod narrower;
pub mod policy;
pub mod request;
pub mod status;
pub mod steps;
pub mod tenant;
pub mod token;
pub mod who;

#[cfg(test)]
mod tests;
