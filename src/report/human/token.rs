//! An access token for people: what it says, and why that is not verified.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::report::look::{Look, Tone};
use crate::report::table::Table;
use crate::report::words;
use crate::source::escape::{shown, shown_up_to};
use crate::token::claims::{Claims, ClientProof, Kind, Shape};
use crate::token::inspection::Inspection;

/// Why nobody but the resource can verify a token.
pub const UNVERIFIED: &str = "These claims are not verified: only Microsoft Graph can verify its tokens, as what it signs is not \
                              what it sends. They are a diagnostic and prove nothing.";

/// How many characters of a claim are shown.
const SHOWN: usize = 200;

/// Returns what a token says. `expires_in` is what came with it, where it was acquired.
pub fn inspected(
    catalog: &Catalog,
    shape: &Shape,
    inspection: Option<&Inspection>,
    expires_in: Option<i64>,
    look: Look,
) -> String {
    let mut out = String::new();
    match (shape, inspection) {
        (Shape::Readable(claims), Some(inspection)) => {
            let heading = look.paint(Tone::Heading, "Access token, claims unverified");
            let _ = writeln!(out, "{heading}");
            out.push_str(&facts(claims, inspection).render(look));
            out.push_str(&permissions(catalog, claims, inspection, look));
            for remark in &inspection.remarks {
                out.push_str(&look.paragraph("  ! ", &shown_up_to(remark, 400)));
            }
            out.push('\n');
            out.push_str(&look.paragraph("", UNVERIFIED));
        }
        (Shape::Encrypted, _) => out.push_str(&look.paragraph(
            "",
            "The token is encrypted: only the resource that it is for can read it. That is no fault; call the resource to \
             learn what it allows.",
        )),
        (Shape::Mangled(why), _) => out.push_str(&look.paragraph(
            "",
            &format!(
                "The token is mangled: it looks like a JSON Web Token, but {why}. Copy it again, whole and without line \
                 breaks; no service takes it as it is."
            ),
        )),
        _ => out.push_str(&look.paragraph(
            "",
            "The token is opaque: it is no JSON Web Token, as those of personal accounts and of some resources are not. Only the \
             resource that it is for can read it; call it to learn what the token allows.",
        )),
    }
    if let Some(seconds) = expires_in {
        let _ = writeln!(
            out,
            "The platform says that it is good for {}.",
            span(seconds)
        );
    }
    out
}

fn facts(claims: &Claims, inspection: &Inspection) -> Table {
    let text = |value: Option<&String>| {
        value.map_or_else(|| "-".to_owned(), |text| shown_up_to(text, SHOWN))
    };
    let mut table = Table::new(&["Claim", "Value"]);
    let mut row = |name: &str, value: String| table.push([name.to_owned(), value]);
    row("for (aud)", audience(claims, inspection));
    row("issued by (iss)", text(claims.issuer.as_ref()));
    row("tenant (tid)", text(claims.tenant.as_ref()));
    row("app (appid/azp)", app(claims));
    row(
        "kind",
        format!("{}, told by {}", claims.kind.word(), claims.kind_from),
    );
    row("app proved by", proof(claims.proof).to_owned());
    row("version (ver)", text(claims.version.as_ref()));
    row(
        "signature",
        format!(
            "{}{}",
            text(claims.algorithm.as_ref()),
            if claims.has_nonce { ", with nonce" } else { "" }
        ),
    );
    row("issued (iat)", time(claims.issued));
    row("good from (nbf)", time(claims.not_before));
    row("good until (exp)", until(claims, inspection));
    if !inspection.roles.is_empty() {
        let roles: Vec<String> = inspection.roles.iter().map(|role| shown(role)).collect();
        row("directory roles (wids)", roles.join(", "));
    }
    if !claims.personal.is_empty() {
        row("personal claims, not shown", claims.personal.join(", "));
    }
    table
}

fn audience(claims: &Claims, inspection: &Inspection) -> String {
    if claims.audiences.is_empty() {
        return "-".to_owned();
    }
    let names: Vec<String> = claims
        .audiences
        .iter()
        .map(|name| shown_up_to(name, SHOWN))
        .collect();
    let what = match (inspection.is_for_graph, inspection.clouds.as_slice()) {
        (true, []) => "Microsoft Graph".to_owned(),
        (true, clouds) => format!("Microsoft Graph, cloud {}", clouds.join(", ")),
        (false, _) => "not Microsoft Graph".to_owned(),
    };
    format!("{} ({what})", names.join(", "))
}

fn app(claims: &Claims) -> String {
    let id = claims.app.as_ref();
    let id = id.map_or_else(|| "-".to_owned(), |id| shown_up_to(id, SHOWN));
    match &claims.app_name {
        Some(name) => format!("{id}, calls itself \"{}\"", shown_up_to(name, 80)),
        None => id,
    }
}

const fn proof(proof: Option<ClientProof>) -> &'static str {
    match proof {
        Some(ClientProof::Public) => "nothing (public client)",
        Some(ClientProof::Secret) => "a client secret",
        Some(ClientProof::Certificate) => "a certificate or assertion",
        None => "-",
    }
}

fn until(claims: &Claims, inspection: &Inspection) -> String {
    let time = time(claims.expires);
    match (inspection.left, inspection.not_yet) {
        (_, Some(wait)) => format!("{time}, not valid for another {}", span(wait)),
        (Some(left), None) if left <= 0 => {
            format!("{time}, expired {} ago", span(left.saturating_neg()))
        }
        (Some(left), None) => format!("{time}, {} left", span(left)),
        (None, None) => time,
    }
}

/// Returns a time as people write it, in UTC.
pub fn time(seconds: Option<i64>) -> String {
    let Some(seconds) = seconds else {
        return "-".to_owned();
    };
    match jiff::Timestamp::from_second(seconds) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => format!("{seconds} (no time)"),
    }
}

/// Returns a span of seconds in the largest units that fit.
pub fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn permissions(catalog: &Catalog, claims: &Claims, inspection: &Inspection, look: Look) -> String {
    let mut out = String::new();
    let claim = match claims.kind {
        Kind::Application => "roles",
        Kind::Delegated => "scp",
        Kind::Unknown => "scp or roles",
    };
    let count = words::count(inspection.permissions.len(), "permission");
    let heading = look.paint(Tone::Heading, &format!("{count} ({claim})"));
    let _ = writeln!(out, "{heading}");
    for (name, id) in &inspection.permissions {
        match id {
            Some(id) => {
                let _ = writeln!(out, "  {}", words::name(catalog, *id));
            }
            None if inspection.is_for_graph => {
                let _ = writeln!(out, "  {} (not in the catalog)", shown(name));
            }
            None => {
                let _ = writeln!(out, "  {}", shown(name));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_utc() {
        assert_eq!(time(Some(0)), "1970-01-01 00:00:00 UTC");
        assert_eq!(time(Some(i64::MAX)), format!("{} (no time)", i64::MAX));
        assert_eq!(time(None), "-");
    }

    #[test]
    fn spans_have_fitting_units() {
        assert_eq!(span(59), "59 s");
        assert_eq!(span(3600), "60 min");
        assert_eq!(span(86_400), "24 h");
        assert_eq!(span(864_000), "10 days");
        assert!(span(i64::MIN).ends_with(" s") && span(i64::MAX).ends_with(" days"));
    }
}
