//! `graphgrant` finds the least permissions that an app needs to call Microsoft Graph.
//!
//! A YAML manifest lists the *operations* an app intends to call. Each is resolved against a bundled
//! permissions *catalog* into a *requirement*: alternatives, each a set of permissions that suffice together.
//! The *plan* of an access (delegated or application) is the smallest set that serves them all, with the
//! proof of it.
//!
//! ```text
//! manifest.yaml --source--> manifest --call--> requirement --> plan --> report --> stdout
//!                                        ^         ^
//!                                      catalog (bundled, read-only, with order and overlay)
//! ```
//!
//! Data flows one way. Analysis never prints, never reads files and knows neither network nor terminal;
//! commands never analyse. A module uses only what stands before it: `tests/layers.rs` says which, and a
//! test checks it.
//!
//! # Plans
//!
//! For an operation, D are the accepted alternatives and P the preferred ones; U are all permissions in
//! the P of the manifest. An alternative is *admissible* when it is preferred or contains a preferred one by
//! the order. `documented` chooses the smallest set inside U such that every operation has an admissible
//! alternative in it: a documented permission is dropped only when one that contains it is chosen anyway.
//! `fewest` takes any accepted alternative, `no-admin` prefers admissible ones without admin consent. Smallest is, in this
//! order: tier-0 permissions, tier-1 permissions, whether an admin is needed, permissions, writes opened,
//! reads opened, names; the search is exact and says so.

pub mod call;
pub mod catalog;
pub mod cli;
pub mod command;
pub mod coverage;
pub mod declared;
pub mod exit;
pub mod finding;
pub mod graph;
pub mod lint;
pub mod lock;
pub mod manifest;
pub mod path;
pub mod plan;
pub mod report;
pub mod requirement;
pub mod source;
