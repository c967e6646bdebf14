//! Which kinds of account a token can be of.

use crate::catalog::model::{Access, Scheme};
use crate::coverage;
use crate::manifest::App;
use crate::verify::model::Held;

/// The tenant that all personal accounts are of (Microsoft identity platform, ID token claims reference, read
/// 2026-11-24).
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Returns the schemes that a token counts under: those that its app must work under, and of those the one of its own
/// account where its tenant tells.
pub(super) fn schemes(app: &App, access: Access, held: &Held<'_>) -> Vec<Scheme> {
    let all = coverage::schemes(app, access);
    let tenant = held.claims.and_then(|claims| claims.tenant.as_deref());
    let of_tenant = tenant.map(|tenant| {
        if tenant.eq_ignore_ascii_case(PERSONAL) {
            Scheme::Personal
        } else {
            Scheme::Work
        }
    });
    match of_tenant {
        Some(scheme) if all.contains(&scheme) => vec![scheme],
        _ => all,
    }
}
