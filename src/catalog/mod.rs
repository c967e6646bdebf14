//! The permissions catalog: a read-only view over compiled bytes, with order and overlay.

pub mod compile;
pub mod model;
pub mod overlay;
pub mod record;
