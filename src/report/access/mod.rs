//! `graphgrant diff`: which access is new, for people, machines and pull requests.

pub mod human;
pub mod json;
pub mod markdown;

use crate::lock::access::{AccessDifference, NewPermission, Opened, Verdict};
use crate::lock::compare::Cause;
use crate::report::words;

/// The names of the two sides, as the user gave them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    /// The older one.
    pub old: String,
    /// The newer one.
    pub new: String,
    /// What the reader should know of them: what the older one does not have.
    pub notes: Vec<String>,
}

/// What the comparison comes to, in a sentence without a full stop.
fn sentence(difference: &AccessDifference) -> &'static str {
    match difference.verdict {
        Verdict::NoNewAccess => "no new access",
        Verdict::Undecided => "undecided: an operation that came is unknown, and may need anything",
        Verdict::NewAccess => "new access",
    }
}

/// What is told of the comparison as a whole.
fn remarks(difference: &AccessDifference, sides: &Sides) -> Vec<String> {
    let mut remarks = sides.notes.clone();
    if let Some(data) = difference.data.words() {
        remarks.push(format!(
            "the two sides rest on other data: {data} changed between {} and {}",
            difference.old.date, difference.new.date
        ));
    }
    if let Some((old, new)) = &difference.objectives {
        remarks.push(format!(
            "the two sides have other objectives: {old} and {new}"
        ));
    }
    remarks
}

/// What is known of a new permission, in a few words.
fn facts(permission: &NewPermission) -> String {
    if !permission.is_known {
        return "not in the catalog, so nothing is known of it".to_owned();
    }
    let mut facts = Vec::new();
    if let Some(tier @ 0..=1) = permission.tier {
        facts.push(format!("tier {tier}"));
    }
    facts.push(if permission.admin_consent {
        "an admin must consent".to_owned()
    } else {
        "users can consent where the tenant lets them".to_owned()
    });
    facts.push(opened(&permission.opens));
    facts.join(", ")
}

/// How many operations are opened.
fn opened(opened: &Opened) -> String {
    if opened.reads + opened.writes == 0 {
        return "no operation is known that it opens besides".to_owned();
    }
    format!(
        "newly opens {} and {}",
        words::count(opened.writes, "write"),
        words::count(opened.reads, "read")
    )
}

/// Why a permission came. Texts of the user are not escaped.
fn cause(cause: &Cause) -> String {
    match cause {
        Cause::OperationCame(request) => format!("`{request}` came"),
        Cause::OperationWent(request) => format!("`{request}` went"),
        Cause::OtherAnswer(request) => format!("`{request}` is served otherwise"),
        Cause::ServedWith { request, by, came } => {
            format!("`{request}` is served by `{by}`, which `{came}` brought")
        }
        Cause::ServedWithout { request, by, went } => {
            format!("`{request}` was served by `{by}`, which went with `{went}`")
        }
        Cause::ByName => "the manifest asks for it, no operation shows it".to_owned(),
    }
}
