//! Tables over the bundled catalog.
