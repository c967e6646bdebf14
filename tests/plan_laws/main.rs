//! The laws of plans over the bundled catalog, and cases made by hand.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test that cannot go on fails; its modules are no library"
)]

mod cases;
mod laws;
mod oracle;
mod world;
