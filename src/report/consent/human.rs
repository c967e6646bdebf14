//! `consent show` for people.

use crate::catalog::Catalog;
use crate::consent::model::Consent;
use crate::report::look::{Look, Tone};
use crate::report::{Planned, table::Table, words};

/// Returns who must consent to what, app by app.
pub fn write(catalog: &Catalog, apps: &[(Planned<'_>, Consent)], look: Look) -> String {
    let mut out = String::new();
    for (planned, consent) in apps {
        if let Some(name) = &planned.app.name {
            out.push_str(&look.paint(Tone::Heading, &words::safe(&name.value)));
            out.push_str("\n\n");
        }
        for part in &consent.parts {
            let mut table = Table::new(&["Permission", "Consent"]);
            for ask in &part.asks {
                let who = if ask.admin_required { "admin" } else { "user" };
                table.push([words::name(catalog, ask.permission), who.to_owned()]);
            }
            out.push_str(&look.paint(Tone::Heading, words::access(part.access)));
            out.push('\n');
            out.push_str(&table.render(look));
            out.push('\n');
        }
    }
    out
}
