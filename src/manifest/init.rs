//! The manifest that `graphgrant init` writes: short, commented, and valid as it stands.

/// The name of the manifest when nobody gives another one.
pub const FILE_NAME: &str = "graphgrant.yaml";

/// The starter manifest.
pub const STARTER: &str = include_str!("starter.yaml");
