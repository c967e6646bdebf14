//! Consent: who may grant what, under which policy, what it takes besides, and what would make it easier.
//!
//! A plan goes in, with the consent policy of a tenant where it is known; a [`model::Consent`] comes out.
//! `granted` reads what a tenant has granted. Nothing here writes a letter, a URL or a script: that is
//! `report/consent`.

pub mod grant;
pub mod granted;
pub mod model;
pub mod who;
