//! One comparison for all: what the plan of an access needs against a set of permissions that are held,
//! whether an app manifest declares them, a tenant has granted them or a token carries them.
//!
//! A plan and the held permissions go in, a [`Coverage`] comes out: how each operation is served, what
//! became of each needed permission, and what each held one is good for. `accepted` (the data lists it) and
//! `implied` (the order says it contains an accepted one) stay apart: implied cover is neither missing nor
//! proof. Doubt travels: while an operation is unknown, nothing held is called excess.
//!
//! Nothing here knows where the permissions are written, whether that is a finding, or how it is shown.

mod cover;
mod model;

#[cfg(test)]
mod tests;

pub use cover::{cover, schemes};
pub use model::{Coverage, Held, HeldState, Needed, NeededState, Served};
