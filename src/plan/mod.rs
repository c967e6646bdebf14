//! The plan: the least permissions that satisfy what the operations need, and the proof of it.
//!
//! A [`problem::Problem`] goes in, a [`search::Solution`] with its [`proof::Proof`] comes out. All of it
//! is integers: names, catalog and manifest stay outside.

mod bits;
mod component;
mod table;
mod tie;

#[cfg(test)]
mod brute;

pub mod cost;
pub mod error;
pub mod model;
pub mod problem;
pub mod proof;
mod reduce;
pub mod search;

#[cfg(test)]
mod tests;
