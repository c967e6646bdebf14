//! The permissions catalog: a read-only view over compiled bytes, with order and overlay.

pub mod bundled;
pub mod compile;
pub mod diff;
pub mod format;
pub mod import;
pub mod model;
pub mod names;
pub mod order;
pub mod overlay;
pub mod record;
pub mod view;

pub use view::Catalog;
